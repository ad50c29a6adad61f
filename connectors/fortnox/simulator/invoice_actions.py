"""The state machine of an invoice: bookkeep and cancel (Fortnox facts, 6.5)."""

from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.crediting import settle_against_original
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.invoices import settled
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.vouchers import Source, booked, check_period, invoice_entries, write_voucher
from connectors.fortnox.simulator.warehouse import check_ready_to_book


def _has_unnamed_goods(invoice: dict[str, Any]) -> bool:
    return any(
        Decimal(row["DeliveredQuantity"]) > 0 and not row["Description"] and not row["ArticleNumber"]
        for row in invoice["InvoiceRows"]
    )


def _check_bookable(company: Company, invoice: dict[str, Any]) -> None:
    if invoice["Cancelled"]:
        raise ApiError(Invented.CANCELLED_INVOICE_LOCKED, "Fakturan är makulerad och kan inte bokföras.")
    if invoice["Booked"]:
        raise ApiError(Invented.INVOICE_ALREADY_BOOKED, "Fakturan är redan bokförd.")
    check_ready_to_book(company, invoice)
    check_period(company, invoice["InvoiceDate"], 2002141)
    if _has_unnamed_goods(invoice):
        raise ApiError(2003977, "En rad med antal saknar benämning och artikel.")


def bookkeep(company: Company, record: Record, moment: Moment) -> None:
    """Book an invoice: a voucher on the invoice date; a zero total is paid at once, on the invoice date.

    A credit invoice is set off against its original then.

    Raises:
        ApiError: invented codes for a booked or cancelled invoice and for a missing financial year, 2002141 in a locked
            period, 2003977 for goods without description and article, 2003498 for an invoice that is not ready in the
            warehouse, and what `write_voucher` refuses.
    """
    invoice = record.data
    _check_bookable(company, invoice)
    kind = "CASHINVOICE" if invoice["InvoiceType"] == "CASHINVOICE" else "INVOICE"
    source = Source(
        series=kind,
        day=invoice["InvoiceDate"],
        description=f"Kundfaktura {invoice['DocumentNumber']}",
        kind=kind,
        number=invoice["DocumentNumber"],
    )
    voucher = write_voucher(company, source, invoice_entries(invoice, record.vat_type), moment)
    paid_on = invoice["InvoiceDate"] if settled(invoice) else None
    record.data = invoice | booked(voucher) | {"FinalPayDate": paid_on}
    record.modified = moment.now
    if invoice["Credit"] == "true":
        settle_against_original(company, record, moment)


def cancel(_company: Company, record: Record, moment: Moment) -> None:
    """Cancel an unbooked invoice: `Cancelled` true, `Balance` 0.

    Raises:
        ApiError: invented codes for a booked or an already cancelled invoice.
    """
    if record.data["Cancelled"]:
        raise ApiError(Invented.INVOICE_ALREADY_CANCELLED, "Fakturan är redan makulerad.")
    if record.data["Booked"]:
        raise ApiError(Invented.BOOKED_INVOICE_NOT_CANCELLABLE, "Fakturan är bokförd och kan inte makuleras.")
    record.data = record.data | {"Cancelled": True, "Balance": ZERO}
    record.modified = moment.now
