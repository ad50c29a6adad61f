"""From the records of an invoice, its customer and its transactions to a document."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from connectors.base import Json
from connectors.sources import Unreadable
from connectors.subscriptionflow.countries import country_code
from connectors.subscriptionflow.loose import Record, flat, record_of
from connectors.subscriptionflow.money import Money
from connectors.subscriptionflow.settings import CustomerFields
from handlers.events import Address, Document, Party
from handlers.values import Question, stockholm_date

_CURRENCY = re.compile(r"[A-Z]{3}")


def document_of(invoice: Record, customer: Party, money: Money, *, paid: date | None) -> Document:
    """The invoice as a document: priced without VAT, in its own currency, whose rate the sender does not know.

    Raises ``Unreadable`` where number, date or currency is missing.
    """
    return Document(
        number=needed_text(invoice, "name"),
        currency=currency_of(invoice),
        prices_include_vat=False,
        customer=customer,
        lines=money.lines,
        total_excluding_vat=money.excluding_vat,
        total_vat=money.vat,
        total=money.total,
        dated=invoice_date(invoice),
        due=invoice.day("due_date"),
        paid=paid,
    )


def party_of(invoice: Record, customer: Json | None, fields: CustomerFields, *, taxed: bool) -> Party:
    """The buyer: the customer's record, or what the invoice says of it where that record is gone.

    ``taxed`` tells that Swedish VAT was charged: then nothing depends on the country, and one that is not known is
    left out. Raises :class:`Question` where the country decides and is not known, ``Unreadable`` without a name.
    """
    record = invoice.inner("customer") if customer is None else record_of(customer, "customer")
    name = record.text(*fields.name)
    if name is None:
        raise record.missing(fields.name[0])
    return Party(
        source_id=invoice.identifier("customer_id", "customer.id"),
        name=name,
        organisation_number=record.text(*fields.organisation_number) or record.text(*fields.vat_number),
        vat_number=record.text(*fields.vat_number),
        own_number=record.text(*fields.own_number),
        email=record.text(*fields.email),
        phone=record.text(*fields.phone),
        country=_country(record, fields, taxed=taxed),
        address=_address(record, fields),
    )


def buyer_named(invoice: Record) -> Party:
    """The buyer as far as the invoice itself names it: enough where nothing is made for it."""
    return Party(
        source_id=invoice.identifier("customer_id", "customer.id"),
        name=invoice.text("customer.name") or "",
        email=invoice.text("customer.email"),
    )


def paid_on(transactions: Json | None, dated: date, updated_at: datetime) -> date:
    """The day of the newest payment, else of ``updated_at`` in Europe/Stockholm; never before the invoice's own.

    ``transactions`` is ``None`` where the sender tells none. Raises :class:`Question` where something else than a
    payment settled a part of the invoice, or paid a part of it back: to book it as paid in full would be wrong.
    """
    data = (transactions or {}).get("data") or []
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise Unreadable("transactions.data: must be a list of objects")
    done = [
        record for record in (Record("transactions", flat(entry)) for entry in data) if record.word("status") == "paid"
    ]
    if not all(map(_is_payment, done)):
        raise Question(
            "the invoice's transactions hold more than payments (a refund, a write-off, a credit note or a payout), so "
            "it was not simply paid in full. Book it by hand and discard this event"
        )
    days = [day for day in (record.day("date") for record in done) if day is not None]
    return max(dated, max(days) if days else stockholm_date(updated_at))


def invoice_date(invoice: Record) -> date:
    """The invoice's own date. Raises ``Unreadable`` where there is none."""
    found = invoice.day("invoice_date")
    if found is None:
        raise invoice.missing("invoice_date")
    return found


def updated_at(invoice: Record) -> datetime:
    """When the invoice last changed. Raises ``Unreadable`` where that is not stated."""
    found = invoice.moment("updated_at")
    if found is None:
        raise invoice.missing("updated_at")
    return found


def needed_text(record: Record, path: str) -> str:
    """A text that must be there. Raises ``Unreadable``."""
    found = record.text(path)
    if found is None:
        raise record.missing(path)
    return found


def currency_of(invoice: Record) -> str:
    """The invoice's currency, never assumed. Raises ``Unreadable``."""
    found = needed_text(invoice, "currency").upper()
    if not _CURRENCY.fullmatch(found):
        raise invoice.fault("currency", "must be a code of three letters")
    return found


def has_balance(invoice: Record) -> bool:
    """Whether something is left to pay, as far as the invoice says."""
    return (invoice.amount("closing_balance") or Decimal(0)) != 0


def check_settled(invoice: Record) -> None:
    """Raises :class:`Question` where it is not stated that nothing is left to pay, or where credit notes exist."""
    if invoice.amount("closing_balance") is None:
        raise Question("the invoice is paid but does not state its closing balance")
    if (invoice.amount("sum_of_credit_notes") or Decimal(0)) != 0:
        raise Question(
            "credit notes were taken from the invoice, so it was not paid in full by money. Book it by hand and "
            "discard this event"
        )


def products_of(reads: Mapping[str, Json | None], prefix: str) -> dict[str, Json | None]:
    """The products that were read, by their id."""
    return {name.removeprefix(prefix): answer for name, answer in reads.items() if name.startswith(prefix)}


def _is_payment(transaction: Record) -> bool:
    return transaction.word("type") in {"", "payment"} and transaction.word("transaction_category") in {"", "payment"}


def _country(record: Record, fields: CustomerFields, *, taxed: bool) -> str | None:
    stated = record.text(*fields.country)
    code = country_code(stated) if stated is not None else None
    if code is None and not taxed:
        raise Question(
            "no VAT was charged and the buyer's country is not stated or not known by that name, so it cannot be told "
            "which rules the sale follows. Write the country as two letters in the sender's customer"
        )
    return code


def _address(record: Record, fields: CustomerFields) -> Address | None:
    found = Address(
        street=record.text(*fields.street),
        second_line=record.text(*fields.second_line),
        zip_code=record.text(*fields.zip_code),
        city=record.text(*fields.city),
    )
    return None if found == Address() else found
