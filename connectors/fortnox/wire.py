"""The wire: every operation we use with its path and effect, and JSON whose decimals are exact."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import quote

from connectors.base import Json

MOST_DIGITS = 40


class Unparsable(Exception):
    """A body that is not the JSON that was expected; the text never quotes it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of Fortnox: ``envelope`` is the answer's key, ``effect`` says what it may change there.

    ``none`` may be repeated freely; everything else is sent once. ``key`` names the field that tells list rows apart.
    ``other_envelopes`` are further keys under which the answer may come (Fortnox facts, sections 6.7 and 6.8).
    """

    name: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    envelope: str
    effect: Literal["none", "create", "change"]
    key: str = ""
    sort: str = ""
    other_envelopes: tuple[str, ...] = ()

    def at(self, number: str = "") -> str:
        """The path under the REST address, the number percent-encoded (a customer number may hold a slash)."""
        return self.path.replace("{n}", quote(number, safe=""))


def _conversion(name: str, path: str, source: str, *others: str) -> Operation:
    """One document made into the next; the answer may show either of the two, or claim to be a third."""
    return Operation(name, "PUT", path, source, "change", "DocumentNumber", other_envelopes=others)


OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation("read_company", "GET", "/companyinformation", "CompanyInformation", "none"),
        Operation("list_customers", "GET", "/customers", "Customers", "none", "CustomerNumber", "customernumber"),
        Operation("read_customer", "GET", "/customers/{n}", "Customer", "none", "CustomerNumber"),
        Operation("create_customer", "POST", "/customers", "Customer", "create", "CustomerNumber"),
        Operation("update_customer", "PUT", "/customers/{n}", "Customer", "change", "CustomerNumber"),
        Operation("append_note", "PUT", "/customers/{n}", "Customer", "change", "CustomerNumber"),
        Operation("list_invoices", "GET", "/invoices", "Invoices", "none", "DocumentNumber", "documentnumber"),
        Operation("read_invoice", "GET", "/invoices/{n}", "Invoice", "none", "DocumentNumber"),
        Operation("create_invoice", "POST", "/invoices", "Invoice", "create", "DocumentNumber"),
        Operation("update_invoice", "PUT", "/invoices/{n}", "Invoice", "change", "DocumentNumber"),
        Operation("book_invoice", "PUT", "/invoices/{n}/bookkeep", "Invoice", "change", "DocumentNumber"),
        Operation("cancel_invoice", "PUT", "/invoices/{n}/cancel", "Invoice", "change", "DocumentNumber"),
        Operation("credit_invoice", "PUT", "/invoices/{n}/credit", "Invoice", "create", "DocumentNumber"),
        Operation("list_orders", "GET", "/orders", "Orders", "none", "DocumentNumber", "documentnumber"),
        Operation("read_order", "GET", "/orders/{n}", "Order", "none", "DocumentNumber"),
        Operation("create_order", "POST", "/orders", "Order", "create", "DocumentNumber"),
        Operation("update_order", "PUT", "/orders/{n}", "Order", "change", "DocumentNumber"),
        Operation("cancel_order", "PUT", "/orders/{n}/cancel", "Order", "change", "DocumentNumber"),
        _conversion("order_to_invoice", "/orders/{n}/createinvoice", "Order", "Invoice"),
        Operation("list_offers", "GET", "/offers", "Offers", "none", "DocumentNumber", "documentnumber"),
        Operation("read_offer", "GET", "/offers/{n}", "Offer", "none", "DocumentNumber"),
        Operation("create_offer", "POST", "/offers", "Offer", "create", "DocumentNumber"),
        Operation("update_offer", "PUT", "/offers/{n}", "Offer", "change", "DocumentNumber"),
        Operation("cancel_offer", "PUT", "/offers/{n}/cancel", "Offer", "change", "DocumentNumber"),
        _conversion("offer_to_order", "/offers/{n}/createorder", "Offer", "Order"),
        _conversion("offer_to_invoice", "/offers/{n}/createinvoice", "Offer", "Invoice", "Order"),
        Operation("read_article", "GET", "/articles/{n}", "Article", "none", "ArticleNumber"),
        Operation("create_article", "POST", "/articles", "Article", "create", "ArticleNumber"),
        Operation("list_payments", "GET", "/invoicepayments", "InvoicePayments", "none", "Number"),
        Operation("read_payment", "GET", "/invoicepayments/{n}", "InvoicePayment", "none", "Number"),
        Operation("create_payment", "POST", "/invoicepayments", "InvoicePayment", "create", "Number"),
        Operation("book_payment", "PUT", "/invoicepayments/{n}/bookkeep", "InvoicePayment", "change", "Number"),
        Operation("read_currency", "GET", "/currencies/{n}", "Currency", "none", "Code"),
    )
}
"""Fortnox facts, sections 1.3 and 6."""


def encode(value: object) -> str:
    """A value as JSON text; a ``Decimal`` stays exactly the number that it is, and a ``float`` is refused.

    Raises ``TypeError`` for a float or an unknown type, ``ValueError`` for a decimal that is not a number.
    """
    if value is None or isinstance(value, (bool, str, int)):
        return json.dumps(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("not a number")
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no exact form on the wire")


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _decimal(text: str) -> Decimal:
    """A number with a fraction or an exponent; an absurd exponent would later fill the memory with zeros."""
    number = Decimal(text)
    if not -MOST_DIGITS <= number.adjusted() <= MOST_DIGITS:
        raise ValueError("exponent")
    return number


def decode(body: bytes) -> Json:
    """A JSON object with its decimals exact. Raises :class:`Unparsable`."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=_decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, InvalidOperation) as e:
        raise Unparsable("not JSON") from e
    if not isinstance(value, dict):
        raise Unparsable("not an object")
    return value


def decimal_of(value: object) -> Decimal | None:
    """A number however Fortnox writes it (number or text, Fortnox facts 1.7); ``None`` where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def is_true(value: object) -> bool:
    """A flag however Fortnox writes it: ``Credit`` of an invoice is the text ``"true"`` (Fortnox facts 1.7)."""
    return value is True or (isinstance(value, str) and value.casefold() == "true")


def text_of(value: object) -> str:
    """A text or number as text; an absent or null one as the empty text."""
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def plain(number: Decimal) -> str:
    """A decimal as text without exponent and without needless zeros: 10, 0.5, -3.25."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_number(number: Decimal) -> int | Decimal:
    """A whole decimal as an integer, so that it is written without decimals."""
    return int(number) if number == number.to_integral_value() else number
