"""What only invoices do: due date and OCR, and no change once booked or cancelled (Fortnox facts, 6.5)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.document_rows import Row, same_rows
from connectors.fortnox.simulator.documents import DocumentKind
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.invoice_fields import INVOICE_FIELDS, INVOICE_ROW_FIELDS
from connectors.fortnox.simulator.money import to_ore
from connectors.fortnox.simulator.ocr import ocr_number


def _complete(company: Company, invoice: dict[str, Any]) -> None:
    if not invoice["DueDate"]:
        days = timedelta(days=company.days_of_payment(invoice["TermsOfPayment"]))
        invoice["DueDate"] = (date.fromisoformat(invoice["InvoiceDate"]) + days).isoformat()
    invoice["OCR"] = invoice["OCR"] or ocr_number(invoice["DocumentNumber"])


def _check_changeable(invoice: dict[str, Any]) -> None:
    if invoice["Cancelled"]:
        raise ApiError(Invented.CANCELLED_INVOICE_LOCKED, "Fakturan är makulerad och kan inte ändras.")
    if invoice["Booked"]:
        raise ApiError(Invented.BOOKED_INVOICE_LOCKED, "Fakturan är bokförd och kan inte ändras.")


def _check_rows(invoice: dict[str, Any], rows: list[Row]) -> None:
    if invoice["OrderReference"] != "0" and not same_rows(invoice["InvoiceRows"], rows):
        raise ApiError(Invented.ROWS_LINKED_TO_ORDER, "Raderna är kopplade till en order och kan inte ändras.")


INVOICE = DocumentKind(
    fields=INVOICE_FIELDS,
    row_fields=INVOICE_ROW_FIELDS,
    rows="InvoiceRows",
    quantity="DeliveredQuantity",
    date="InvoiceDate",
    series="invoice",
    records=lambda company: company.invoices,
    email="EmailInvoice",
    reference="INVOICE",
    card={"Remarks": "InvoiceRemark"},
    complete=_complete,
    check_changeable=_check_changeable,
    check_rows=_check_rows,
)


def settled(invoice: dict[str, Any]) -> bool:
    """Tell whether nothing remains to be paid of a customer's or a supplier's invoice."""
    return not to_ore(Decimal(invoice["Balance"]))
