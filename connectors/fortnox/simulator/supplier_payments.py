"""Payments of supplier invoices: recorded unbooked, then booked against the balance (Fortnox facts, 6.11)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, Field, Kind, blank, read_value
from connectors.fortnox.simulator.money import to_ore
from connectors.fortnox.simulator.payments import (
    PAYMENT_FIELDS,
    check_payable,
    check_unbooked,
    lay_payment,
    payment_entries,
    settled_amount,
)
from connectors.fortnox.simulator.supplier_invoice_actions import lower_balance
from connectors.fortnox.simulator.supplier_invoices import supplier_invoices
from connectors.fortnox.simulator.supplier_rows import DEBT
from connectors.fortnox.simulator.vouchers import Source, booked, check_period, write_voucher

Data = dict[str, Any]

_SHARED = (
    "Amount", "AmountCurrency", "Booked", "Currency", "CurrencyRate", "CurrencyUnit", "InvoiceDueDate", "InvoiceOCR",
    "InvoiceTotal", "ModeOfPayment", "PaymentDate", "VoucherNumber", "VoucherSeries",
    "VoucherYear",
)  # fmt: skip
SUPPLIER_PAYMENT_FIELDS: dict[str, Field] = {
    **{name: PAYMENT_FIELDS[name] for name in _SHARED},
    "Information": Field(longest=255),
    "InvoiceNumber": Field(Kind.INTEGER, default=0),
    "InvoiceSupplierName": Field(default=None, read_only=True),
    "InvoiceSupplierNumber": Field(default=None, read_only=True),
    "Number": Field(Kind.INTEGER, default=None, read_only=True),
    "Source": Field(default="manual", choices=("manual", "direct")),
}


def supplier_payments(company: Company) -> Records:
    """Give the supplier payments by their number."""
    return company.records_of("supplier_payments")


def shown(data: Data) -> Data:
    """Give a payment as reading it shows it: the account stays behind its mode of payment."""
    return {name: value for name, value in data.items() if name != "ModeOfPaymentAccount"}


def _payable(company: Company, number: Any) -> Record:
    if number in (None, "", API_BLANK):
        raise ApiError(2000204, "Fakturanummer saknas.")
    read = read_value("InvoiceNumber", number, SUPPLIER_PAYMENT_FIELDS["InvoiceNumber"])
    record = supplier_invoices(company).get(str(read))
    if record is None:
        raise ApiError(Invented.SUPPLIER_INVOICE_NOT_FOUND, "Kan inte hitta leverantörsfakturan.")
    check_payable(record.data)
    return record


def _from_invoice(invoice: Data) -> Data:
    return {
        "Currency": invoice["Currency"],
        "CurrencyRate": Decimal(invoice["CurrencyRate"]),
        "CurrencyUnit": Decimal(invoice["CurrencyUnit"]),
        "InvoiceDueDate": invoice["DueDate"],
        "InvoiceNumber": invoice["GivenNumber"],
        "InvoiceOCR": invoice["OCR"],
        "InvoiceSupplierName": invoice["SupplierName"],
        "InvoiceSupplierNumber": invoice["SupplierNumber"],
        "InvoiceTotal": invoice["Total"],
    }


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Record an unbooked payment of a booked, not fully paid supplier invoice; nothing protects against repeats.

    Raises:
        ApiError: 2000204, 2003055 when fully paid, 2000423, 2000550, and invented codes for an unknown, unbooked or
            cancelled invoice, another currency, a date before the invoice's, or an unknown mode.
    """
    invoice = _payable(company, sent.get("InvoiceNumber")).data
    payment = blank(SUPPLIER_PAYMENT_FIELDS) | {"ModeOfPaymentAccount": None, "WriteOffs": []} | _from_invoice(invoice)
    lay_payment(company, payment, sent, invoice, moment, fields=SUPPLIER_PAYMENT_FIELDS)
    records = supplier_payments(company)
    number = company.next_number("supplier_payment", lambda free: free not in records)
    record = Record(payment | {"Number": int(number)}, moment.now)
    records[number] = record
    return record


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change an unbooked payment; it stays with its invoice.

    Raises:
        ApiError: an invented code when booked, 2001399 for another invoice, else as `create`.
    """
    check_unbooked(record.data)
    payment = dict(record.data)
    if str(sent.get("InvoiceNumber") or payment["InvoiceNumber"]) != payment["InvoiceNumber"]:
        raise unknown_field("InvoiceNumber")
    invoice = _payable(company, payment["InvoiceNumber"]).data
    lay_payment(company, payment, sent, invoice, moment, fields=SUPPLIER_PAYMENT_FIELDS)
    record.data, record.modified = payment, moment.now


def delete(company: Company, record: Record, _moment: Moment) -> None:
    """Delete an unbooked payment.

    Raises:
        ApiError: an invented code when booked.
    """
    check_unbooked(record.data)
    del supplier_payments(company)[str(record.data["Number"])]


def _debt_account(invoice: Data) -> int:
    return next(int(row["Account"]) for row in invoice["SupplierInvoiceRows"] if row["Code"] == DEBT)


def _book(company: Company, payment: Data, invoice: Data, moment: Moment) -> Data:
    received = payment_entries(payment, _debt_account(invoice))
    entries = [entry._replace(amount=-entry.amount) for entry in received]
    source = Source(
        series="SUPPLIERINVOICEPAYMENT",
        day=payment["PaymentDate"],
        description=f"Utbetalning leverantörsfaktura {payment['InvoiceNumber']}",
        kind="SUPPLIERPAYMENT",
        number=str(payment["Number"]),
    )
    return write_voucher(company, source, entries, moment)


def bookkeep(company: Company, record: Record, moment: Moment) -> None:
    """Book a payment: a voucher, the supplier invoice's balance lowered.

    One that would take the balance past 0, or that of a credit further from it, is refused (*simulator choice*).

    Raises:
        ApiError: 2003055 when the invoice is paid meanwhile, 2000401 in a locked period, and invented codes.
    """
    payment = record.data
    if payment["Booked"]:
        raise ApiError(Invented.PAYMENT_ALREADY_BOOKED, "Betalningen är redan bokförd.")
    owner = _payable(company, payment["InvoiceNumber"])
    before, amount = Decimal(owner.data["Balance"]), settled_amount(payment)
    after = to_ore(before - amount)
    if after * before < 0 or abs(after) > abs(before):
        raise ApiError(Invented.PAYMENT_EXCEEDS_BALANCE, "Betalningen är större än fakturans saldo.")
    check_period(company, payment["PaymentDate"], 2000401)
    voucher = _book(company, payment, owner.data, moment)
    lower_balance(owner, amount, payment["PaymentDate"], moment)
    record.data = payment | booked(voucher)
    record.modified = moment.now
