"""What is done with a supplier invoice: approvals, booking, cancelling, crediting (Fortnox facts, 6.10)."""

from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import blank
from connectors.fortnox.simulator.invoices import settled
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.supplier_invoice_fields import SUPPLIER_INVOICE_FIELDS
from connectors.fortnox.simulator.supplier_invoices import check_open, store, supplier_invoices
from connectors.fortnox.simulator.vouchers import Entry, Source, booked, check_period, write_voucher
from connectors.fortnox.simulator.wire import decimal_text

Data = dict[str, Any]

_AUTHORIZER = "Simulator"
_MADE_ANEW = (
    "AuthorizerName", "Booked", "DueDate", "FinalPayDate", "InvoiceDate", "PaymentPending", "VoucherNumber",
    "VoucherSeries", "VoucherYear",
)  # fmt: skip
_OF_VOUCHER = {
    "Number": "VoucherNumber",
    "ReferenceType": "ReferenceType",
    "Series": "VoucherSeries",
    "Year": "Year",
}
_NEGATED = ("AdministrationFee", "Freight", "RoundOffValue", "Total", "VAT")


def _set(record: Record, moment: Moment, **changes: Any) -> None:
    record.data = record.data | changes
    record.modified = moment.now


def approvalbookkeep(_company: Company, record: Record, moment: Moment) -> None:
    """Approve for bookkeeping, which `AuthorizerName` shows (*simulator choice*).

    Raises:
        ApiError: invented codes when booked, cancelled or approved already.
    """
    check_open(record.data)
    if record.data["AuthorizerName"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_ALREADY_APPROVED, "Leverantörsfakturan är redan attesterad.")
    _set(record, moment, AuthorizerName=_AUTHORIZER)


def _check_bookable(company: Company, invoice: Data) -> None:
    check_open(invoice)
    if company.settings.supplier_invoices_need_approval and not invoice["AuthorizerName"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_NOT_APPROVED, "Leverantörsfakturan är inte attesterad.")
    if not invoice["SupplierInvoiceRows"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_WITHOUT_AMOUNT, "Leverantörsfakturan saknar belopp.")
    check_period(company, invoice["InvoiceDate"], 2000401)


def _entries(invoice: Data) -> list[Entry]:
    return [
        Entry(row["Account"], row["Debit"] - row["Credit"], row["CostCenter"], row["Project"])
        for row in invoice["SupplierInvoiceRows"]
    ]


def bookkeep(company: Company, record: Record, moment: Moment) -> None:
    """Book a supplier invoice: a voucher on its date; a credit is set off against its original then.

    Raises:
        ApiError: invented codes when booked, cancelled, without rows or, where the switch asks for it, not approved;
            2000401 in a locked period, an invented code without a financial year, and what `write_voucher` refuses.
    """
    invoice = record.data
    _check_bookable(company, invoice)
    source = Source(
        series="SUPPLIERINVOICE",
        day=invoice["InvoiceDate"],
        description=f"Leverantörsfaktura {invoice['GivenNumber']}",
        kind="SUPPLIERINVOICE",
        number=invoice["GivenNumber"],
    )
    voucher = write_voucher(company, source, _entries(invoice), moment)
    shown = {name: voucher[source] for name, source in _OF_VOUCHER.items()}
    paid_on = invoice["InvoiceDate"] if settled(invoice) else None
    _set(record, moment, **booked(voucher), FinalPayDate=paid_on, Vouchers=[shown])
    if invoice["Credit"]:
        _settle_against_original(company, record, moment)


def lower_balance(record: Record, amount: Decimal, day: str, moment: Moment) -> None:
    """Take an amount off what is owed; with the last öre the day becomes `FinalPayDate` and nothing is pending."""
    balance = Decimal(record.data["Balance"]) - amount
    _set(
        record,
        moment,
        Balance=decimal_text(balance),
        FinalPayDate=None if balance else day,
        PaymentPending=record.data["PaymentPending"] and bool(balance),
    )


def _settle_against_original(company: Company, record: Record, moment: Moment) -> None:
    """Let a booked credit lower the original's balance by what both leave open (*simulator choice*)."""
    original = supplier_invoices(company)[str(record.data["CreditReference"])]
    amount = min(-Decimal(record.data["Balance"]), Decimal(original.data["Balance"]))
    if amount <= ZERO or record.data["Currency"] != original.data["Currency"]:
        return
    lower_balance(original, amount, record.data["InvoiceDate"], moment)
    lower_balance(record, -amount, record.data["InvoiceDate"], moment)


def approvalpayment(_company: Company, record: Record, moment: Moment) -> None:
    """Approve a booked supplier invoice for payment, which `PaymentPending` shows (*simulator choice*).

    Raises:
        ApiError: invented codes when it is not booked or approved for payment already.
    """
    if not record.data["Booked"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_NOT_BOOKED, "Leverantörsfakturan är inte bokförd.")
    if record.data["PaymentPending"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_ALREADY_APPROVED, "Leverantörsfakturan är redan attesterad.")
    _set(record, moment, PaymentPending=not settled(record.data))


def cancel(_company: Company, record: Record, moment: Moment) -> None:
    """Cancel an unbooked supplier invoice: `Cancelled` true, `Balance` 0.

    Raises:
        ApiError: invented codes when booked or cancelled already.
    """
    check_open(record.data)
    _set(record, moment, Cancelled=True, Balance="0")


def _turned(row: Data) -> Data:
    swapped = {
        "Credit": "Debit",
        "CreditCurrency": "DebitCurrency",
        "Debit": "Credit",
        "DebitCurrency": "CreditCurrency",
    }
    return row | {name: row[other] for name, other in swapped.items()}


def _check_creditable(company: Company, invoice: Data) -> None:
    if not invoice["Booked"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_NOT_BOOKED, "Leverantörsfakturan är inte bokförd.")
    if invoice["Credit"]:
        raise ApiError(Invented.SUPPLIER_CREDIT_NOT_CREDITABLE, "En kreditfaktura kan inte krediteras.")
    made = supplier_invoices(company).get(str(invoice["CreditReference"]))
    if not company.settings.allow_second_credit and made is not None and not made.data["Cancelled"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_ALREADY_CREDITED, "Leverantörsfakturan är redan krediterad.")


def credit(company: Company, record: Record, moment: Moment) -> None:
    """Make an unbooked credit of today with debit and credit exchanged; both refer to each other.

    The answer is the original, whose `CreditReference` names the new one. Only a booked invoice can be credited; a
    second credit is prevented only with the switch `allow_second_credit` off (*simulator choices*).

    Raises:
        ApiError: invented codes when unbooked, a credit itself, or credited already.
    """
    _check_creditable(company, record.data)
    original, fresh = record.data, blank(SUPPLIER_INVOICE_FIELDS)
    today = moment.today.isoformat()
    made = (
        original
        | {name: fresh[name] for name in _MADE_ANEW}
        | {name: decimal_text(-Decimal(original[name])) for name in _NEGATED}
        | {
            "Credit": True,
            "CreditReference": int(original["GivenNumber"]),
            "DueDate": today,
            "InvoiceDate": today,
            "SupplierInvoiceRows": [_turned(row) for row in original["SupplierInvoiceRows"]],
            "Vouchers": [],
        }
    )
    made["Balance"] = made["Total"]
    stored = store(company, made, moment)
    _set(record, moment, CreditReference=int(stored.data["GivenNumber"]))
