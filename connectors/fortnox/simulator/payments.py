"""Invoice payments: recorded unbooked, then booked against the invoice's balance (Fortnox facts, 6.6)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import API_BLANK, Field, Fields, Kind, blank, lay_over, read_value
from connectors.fortnox.simulator.invoices import settled
from connectors.fortnox.simulator.money import ZERO, divided, multiplied, to_ore
from connectors.fortnox.simulator.vouchers import Entry, Source, booked, check_period, in_kronor, write_voucher
from connectors.fortnox.simulator.wire import decimal_text


def _copied(kind: Kind = Kind.TEXT) -> Field:
    return Field(kind, default=None, read_only=True)


PAYMENT_FIELDS: dict[str, Field] = {
    "Amount": Field(Kind.NUMBER, default=None, rounded=True),
    "AmountCurrency": Field(Kind.NUMBER, default=None, rounded=True),
    "Booked": Field(Kind.BOOLEAN, default=False, read_only=True),
    "Currency": Field(default="SEK", read_only=True),
    "CurrencyRate": Field(Kind.NUMBER, default=Decimal(1)),
    "CurrencyUnit": Field(Kind.NUMBER, default=Decimal(1), read_only=True),
    "ExternalInvoiceReference1": _copied(),
    "ExternalInvoiceReference2": _copied(),
    "InvoiceCustomerName": _copied(),
    "InvoiceCustomerNumber": _copied(),
    "InvoiceDueDate": _copied(Kind.DATE),
    "InvoiceNumber": Field(Kind.INTEGER, default=0),
    "InvoiceOCR": _copied(),
    "InvoiceTotal": _copied(),
    "ModeOfPayment": Field(default=""),
    "ModeOfPaymentAccount": Field(Kind.INTEGER, default=None),
    "Number": _copied(),
    "PaymentDate": Field(Kind.DATE, default=None),
    "Source": Field(default="manual", read_only=True),
    "VoucherNumber": _copied(Kind.INTEGER),
    "VoucherSeries": _copied(),
    "VoucherYear": _copied(Kind.INTEGER),
}
WRITE_OFF_FIELDS: dict[str, Field] = {
    "AccountNumber": Field(Kind.INTEGER, default=0),
    "Amount": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "CostCenter": Field(longest=6),
    "Currency": Field(default="SEK", longest=3),
    "Description": Field(longest=255),
    "Project": Field(longest=20),
    "TransactionInformation": Field(longest=100),
}
_LISTED = (
    "Amount", "Booked", "Currency", "CurrencyRate", "CurrencyUnit", "InvoiceNumber", "Number", "PaymentDate", "Source",
)  # fmt: skip

_APART = frozenset({"InvoiceNumber", "WriteOffs", "Currency"})
DEFAULT_MODE = "BG"


def list_item(data: dict[str, Any]) -> dict[str, Any]:
    """Give a payment of a customer's or a supplier's invoice as a list shows it."""
    return {name: data[name] for name in _LISTED} | {"WriteOffExist": bool(data["WriteOffs"])}


def check_payable(invoice: dict[str, Any]) -> None:
    """Refuse to pay a customer's or a supplier's invoice that is cancelled, not booked or fully paid.

    Raises:
        ApiError: 2003055 when fully paid, else invented codes.
    """
    if invoice["Cancelled"]:
        raise ApiError(Invented.PAYMENT_ON_CANCELLED_INVOICE, "Fakturan är makulerad.")
    if not invoice["Booked"]:
        raise ApiError(Invented.INVOICE_NOT_BOOKED, "Fakturan är inte bokförd.")
    if settled(invoice):
        raise ApiError(2003055, "Fakturan är redan slutbetald.")


def _payable_invoice(company: Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    if sent.get("InvoiceNumber") in (None, "", API_BLANK):
        raise ApiError(2000204, "Fakturanummer saknas.")
    number = read_value("InvoiceNumber", sent["InvoiceNumber"], PAYMENT_FIELDS["InvoiceNumber"])
    record = company.invoices.get(str(number))
    if record is None:
        raise ApiError(2000434, "Kan inte hitta fakturan.")
    check_payable(record.data)
    return record.data


def _from_invoice(invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "Currency": invoice["Currency"],
        "CurrencyRate": invoice["CurrencyRate"],
        "CurrencyUnit": Decimal(invoice["CurrencyUnit"]),
        "ExternalInvoiceReference1": invoice["ExternalInvoiceReference1"],
        "ExternalInvoiceReference2": invoice["ExternalInvoiceReference2"],
        "InvoiceCustomerName": invoice["CustomerName"],
        "InvoiceCustomerNumber": invoice["CustomerNumber"],
        "InvoiceDueDate": invoice["DueDate"],
        "InvoiceNumber": int(invoice["DocumentNumber"]),
        "InvoiceOCR": invoice["OCR"],
        "InvoiceTotal": decimal_text(invoice["Total"]),
    }


def _check_currency(given: Any, expected: str) -> None:
    if given not in (None, "", expected):
        raise ApiError(Invented.PAYMENT_CURRENCY_DIFFERS, "Betalningens valuta skiljer sig från fakturans.")


def _write_offs(company: Company, sent: Any, currency: str) -> list[dict[str, Any]]:
    if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
        raise ApiError(2001392, "Felaktig indata: WriteOffs har fel typ.")
    rows = []
    for given in sent:
        row = blank(WRITE_OFF_FIELDS) | {"Currency": currency}
        _check_currency(given.get("Currency"), currency)
        lay_over(row, given, WRITE_OFF_FIELDS)
        company.check_account(row["AccountNumber"], 2000423)
        rows.append(row)
    return rows


def _set_amounts(payment: dict[str, Any], invoice: dict[str, Any], sent: Mapping[str, Any]) -> None:
    """Fill the amount that was not sent: from the other one, or from the open balance if neither was."""
    rate, unit = payment["CurrencyRate"], payment["CurrencyUnit"]
    given = {name for name in ("Amount", "AmountCurrency") if sent.get(name) not in (None, "", API_BLANK)}
    if given == {"Amount"}:
        payment["AmountCurrency"] = to_ore(divided(multiplied(payment["Amount"], unit), rate))
    if payment["AmountCurrency"] is None:
        payment["AmountCurrency"] = Decimal(invoice["Balance"])
    if given == {"AmountCurrency"} or payment["Amount"] is None:
        payment["Amount"] = in_kronor(payment["AmountCurrency"], rate, unit)


def _set_mode(company: Company, payment: dict[str, Any], sent: Mapping[str, Any]) -> None:
    account = payment["ModeOfPaymentAccount"]
    if not payment["ModeOfPayment"] and account is None:
        payment["ModeOfPayment"] = DEFAULT_MODE
    if payment["ModeOfPayment"]:
        mode = company.modes_of_payment.get(payment["ModeOfPayment"])
        if mode is None:
            raise ApiError(Invented.MODE_OF_PAYMENT_NOT_FOUND, "Kan inte hitta betalningssättet.")
        if not sent.get("ModeOfPaymentAccount"):
            payment["ModeOfPaymentAccount"] = int(mode.data["AccountNumber"])
    company.check_account(payment["ModeOfPaymentAccount"], 2000423)


def lay_payment(
    company: Company,
    payment: dict[str, Any],
    sent: Mapping[str, Any],
    invoice: dict[str, Any],
    moment: Moment,
    *,
    fields: Fields = PAYMENT_FIELDS,
) -> None:
    """Lay what was sent over a payment of a customer's or a supplier's invoice and fill what follows.

    Raises:
        ApiError: as `create`, but for what the invoice itself refuses.
    """
    _check_currency(sent.get("Currency"), invoice["Currency"])
    lay_over(payment, {name: value for name, value in sent.items() if name not in _APART}, fields)
    if payment["CurrencyRate"] <= 0:
        raise ApiError(2000108, "Fältet CurrencyRate måste vara större än noll.")
    _set_amounts(payment, invoice, sent)
    _set_mode(company, payment, sent)
    if "WriteOffs" in sent:
        payment["WriteOffs"] = _write_offs(company, sent["WriteOffs"] or [], invoice["Currency"])
    payment["PaymentDate"] = payment["PaymentDate"] or moment.today.isoformat()
    if payment["PaymentDate"] < invoice["InvoiceDate"]:
        raise ApiError(Invented.PAYMENT_BEFORE_INVOICE, "Betalningsdatum ligger före fakturadatum.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Record an unbooked payment of a booked, not fully paid invoice; nothing protects against repeats.

    Without an amount the open balance is meant, without a mode `BG` (both *simulator choices*).

    Raises:
        ApiError: 2000204, 2000434, 2003055 when fully paid, 2000423, 2000550, and invented codes for an unbooked or
            cancelled invoice, another currency, a date before the invoice's, or an unknown mode.
    """
    invoice = _payable_invoice(company, sent)
    payment = blank(PAYMENT_FIELDS) | {"WriteOffs": []} | _from_invoice(invoice)
    lay_payment(company, payment, sent, invoice, moment)
    payment["Number"] = company.next_number("payment", lambda number: number not in company.payments)
    record = Record(payment, moment.now)
    company.payments[payment["Number"]] = record
    return record


def check_unbooked(payment: dict[str, Any]) -> None:
    """Refuse to change or delete a booked payment.

    Raises:
        ApiError: an invented code.
    """
    if payment["Booked"]:
        raise ApiError(Invented.BOOKED_PAYMENT_LOCKED, "Betalningen är bokförd och kan inte ändras.")


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change an unbooked payment; it stays with its invoice.

    Raises:
        ApiError: an invented code when booked, else as `create`.
    """
    check_unbooked(record.data)
    payment = dict(record.data)
    invoice = _payable_invoice(company, {"InvoiceNumber": payment["InvoiceNumber"]} | dict(sent))
    if int(invoice["DocumentNumber"]) != payment["InvoiceNumber"]:
        raise ApiError(2001399, "Felaktigt fältnamn (InvoiceNumber)")
    lay_payment(company, payment, sent, invoice, moment)
    record.data, record.modified = payment, moment.now


def delete(company: Company, record: Record, _moment: Moment) -> None:
    """Delete an unbooked payment.

    Raises:
        ApiError: an invented code when booked.
    """
    check_unbooked(record.data)
    del company.payments[record.data["Number"]]


def settled_amount(payment: dict[str, Any]) -> Decimal:
    """What it takes off the balance, in the invoice's currency: amount plus write-offs (*simulator choice*)."""
    return Decimal(payment["AmountCurrency"]) + sum((row["Amount"] for row in payment["WriteOffs"]), ZERO)


def payment_entries(payment: dict[str, Any], against: int | str) -> list[Entry]:
    """Give what a payment to the company moves, in kronor: money and write-offs against what was owed."""
    rate, unit = payment["CurrencyRate"], payment["CurrencyUnit"]
    entries = [Entry(payment["ModeOfPaymentAccount"], payment["Amount"])]
    entries += [
        Entry(row["AccountNumber"], in_kronor(row["Amount"], rate, unit), row["CostCenter"], row["Project"])
        for row in payment["WriteOffs"]
    ]
    return [*entries, Entry(against, -sum((entry.amount for entry in entries), ZERO))]


def _book(company: Company, payment: dict[str, Any], moment: Moment) -> dict[str, Any]:
    source = Source(
        series="INVOICEPAYMENT",
        day=payment["PaymentDate"],
        description=f"Inbetalning faktura {payment['InvoiceNumber']}",
        kind="INVOICEPAYMENT",
        number=payment["Number"],
    )
    return write_voucher(company, source, payment_entries(payment, "CUSTCLAIM"), moment)


def bookkeep(company: Company, record: Record, moment: Moment) -> None:
    """Book a payment: a voucher, the invoice's balance lowered, its `FinalPayDate` set when that reaches 0.

    A payment that would take the balance past 0, or that of a credit invoice further from it, is refused with an
    invented code (*simulator choice*).

    Raises:
        ApiError: 2003055 when the invoice is paid meanwhile, 2000401 in a locked period, and invented codes.
    """
    payment = record.data
    if payment["Booked"]:
        raise ApiError(Invented.PAYMENT_ALREADY_BOOKED, "Betalningen är redan bokförd.")
    invoice = _payable_invoice(company, payment)
    balance = to_ore(invoice["Balance"] - settled_amount(payment))
    if balance * invoice["Balance"] < 0 or (invoice["Credit"] == "true" and balance < invoice["Balance"]):
        raise ApiError(Invented.PAYMENT_EXCEEDS_BALANCE, "Betalningen är större än fakturans saldo.")
    check_period(company, payment["PaymentDate"], 2000401)
    voucher = _book(company, payment, moment)
    owner = company.invoices[invoice["DocumentNumber"]]
    owner.data = invoice | {"Balance": balance, "FinalPayDate": None if balance else payment["PaymentDate"]}
    owner.modified = record.modified = moment.now
    record.data = payment | booked(voucher)
