"""Credit invoices: made from a booked invoice, and what booking one takes off it (Fortnox facts, 6.5)."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.document_rows import with_new_ids
from connectors.fortnox.simulator.documents import check_header
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import blank
from connectors.fortnox.simulator.invoice_fields import INVOICE_FIELDS
from connectors.fortnox.simulator.invoices import INVOICE
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.ocr import ocr_number
from connectors.fortnox.simulator.wire import decimal_text

_NEGATED = ("AdministrationFee", "Freight")
_MADE_ANEW = (
    "Booked", "DocumentNumber", "DueDate", "FinalPayDate", "InvoiceDate", "InvoiceReference", "LastRemindDate",
    "NotCompleted", "OCR", "OfferReference", "OrderReference", "OutboundDate", "Reminders", "Sent", "VoucherNumber",
    "VoucherSeries", "VoucherYear",
)  # fmt: skip
_EXTERNAL_REFERENCES = ("ExternalInvoiceReference1", "ExternalInvoiceReference2")


def _negative_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a row's quantity around, and a discount in kronor with it, since that is taken from the whole row."""
    discount = -row["Discount"] if row["DiscountType"] == "AMOUNT" else row["Discount"]
    return {**row, "DeliveredQuantity": decimal_text(-Decimal(row["DeliveredQuantity"])), "Discount": discount}


def _is_credited(company: Company, invoice: Mapping[str, Any]) -> bool:
    credit = company.invoices.get(invoice["CreditInvoiceReference"])
    return credit is not None and not credit.data["Cancelled"]


def _check_creditable(company: Company, invoice: Mapping[str, Any]) -> None:
    if invoice["Cancelled"]:
        raise ApiError(Invented.CANCELLED_INVOICE_LOCKED, "Fakturan är makulerad och kan inte krediteras.")
    if invoice["Credit"] == "true":
        raise ApiError(Invented.CREDIT_INVOICE_NOT_CREDITABLE, "En kreditfaktura kan inte krediteras.")
    if not invoice["Booked"]:
        raise ApiError(Invented.INVOICE_NOT_BOOKED, "Fakturan är inte bokförd.")
    if not company.settings.allow_second_credit and _is_credited(company, invoice):
        raise ApiError(Invented.INVOICE_ALREADY_CREDITED, "Fakturan är redan krediterad.")


def _check_ocr(company: Company) -> None:
    """Refuse when the number to come has an OCR that another invoice holds: a number series out of step."""
    number = company.peek_number("invoice", lambda free: free not in company.invoices)
    if any(record.data["OCR"] == ocr_number(number) for record in company.invoices.values()):
        raise ApiError(Invented.OCR_USED, "OCR-numret används redan.")


def _credit_of(company: Company, invoice: dict[str, Any]) -> dict[str, Any]:
    fresh = blank(INVOICE_FIELDS)
    made_anew = _MADE_ANEW if company.settings.credit_copies_references else _MADE_ANEW + _EXTERNAL_REFERENCES
    return (
        deepcopy(invoice)
        | {name: fresh[name] for name in made_anew}
        | {name: -invoice[name] for name in _NEGATED}
        | {
            "Credit": "true",
            "CreditInvoiceReference": invoice["DocumentNumber"],
            "InvoiceRows": with_new_ids(company, [_negative_row(row) for row in invoice["InvoiceRows"]]),
        }
    )


def credit(company: Company, record: Record, moment: Moment) -> None:
    """Make an unbooked credit invoice of today with negative quantities and fees; both refer to each other.

    Only a booked invoice can be credited (*simulator choice*). A second credit is not prevented unless the switch
    `allow_second_credit` is off; the original then refers to the last one (*simulator choice*).

    Raises:
        ApiError: invented codes for an unbooked, cancelled or credit invoice, for a second credit, and for an OCR that
            exists; 2000429 or 2000431 when terms or price list are gone meanwhile.
    """
    _check_creditable(company, record.data)
    check_header(company, record.data)
    _check_ocr(company)
    made = INVOICE.store(company, _credit_of(company, record.data), record.vat_type, moment)
    record.data = record.data | {"CreditInvoiceReference": made.data["DocumentNumber"]}
    record.modified = moment.now


def settle_against_original(company: Company, record: Record, moment: Moment) -> None:
    """Let a booked credit invoice lower the original's balance by what both leave open (*simulator choice*).

    What is more than the original's balance stays as the credit's own, negative one. Another currency settles nothing.
    """
    credited = record.data
    original = company.invoices[credited["CreditInvoiceReference"]]
    amount = min(-credited["Balance"], original.data["Balance"])
    if amount <= ZERO or credited["Currency"] != original.data["Currency"]:
        return
    for one, change in ((original, -amount), (record, amount)):
        balance = one.data["Balance"] + change
        one.data = one.data | {"Balance": balance, "FinalPayDate": None if balance else credited["InvoiceDate"]}
        one.modified = moment.now
