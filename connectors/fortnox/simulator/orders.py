"""What only orders do: one invoice from what was delivered, and cancelling (Fortnox facts, 6.8)."""

from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.conversions import convert
from connectors.fortnox.simulator.documents import DocumentKind
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.invoices import INVOICE
from connectors.fortnox.simulator.order_fields import ORDER_FIELDS, ORDER_ROW_FIELDS
from connectors.fortnox.simulator.resource import Shown
from connectors.fortnox.simulator.warehouse import check_invoiceable


def is_invoiced(data: dict[str, Any]) -> bool:
    """Tell whether an order or offer has an invoice; `"0"` means none."""
    return bool(data["InvoiceReference"] != "0")


def _check_changeable(order: dict[str, Any]) -> None:
    if order["Cancelled"]:
        raise ApiError(Invented.CANCELLED_ORDER_LOCKED, "Ordern är makulerad och kan inte ändras.")
    if is_invoiced(order):
        raise ApiError(Invented.INVOICED_ORDER_LOCKED, "Ordern är fakturerad och kan inte ändras.")


ORDER = DocumentKind(
    fields=ORDER_FIELDS,
    row_fields=ORDER_ROW_FIELDS,
    rows="OrderRows",
    quantity="OrderedQuantity",
    date="OrderDate",
    series="order",
    records=lambda company: company.orders,
    email="EmailOrder",
    reference="ORDER",
    check_changeable=_check_changeable,
)
"""Its totals count what was ordered, its invoice what was delivered (the first is a *simulator choice*)."""


def createinvoice(company: Company, record: Record, moment: Moment) -> Shown:
    """Make the order's one invoice, unbooked, dated today; the order is closed then and holds its number.

    The answer is the order, as was measured, or with the switch `order_createinvoice_answer` the invoice, as the
    OpenAPI document declares.

    Raises:
        ApiError: 2000397 for a cancelled order, 2000496 the second time, an invented code for one that is not ready.
    """
    order = record.data
    if order["Cancelled"]:
        raise ApiError(2000397, "Ordern är makulerad.")
    if is_invoiced(order):
        raise ApiError(2000496, "Ordern är redan fakturerad.")
    check_invoiceable(company, order)
    links = {"OrderReference": order["DocumentNumber"], "OfferReference": order["OfferReference"]}
    invoice = convert(company, record, moment, source=ORDER, target=INVOICE, quantities={}, also=links)
    record.data = order | {"InvoiceReference": invoice.data["DocumentNumber"]}
    record.modified = moment.now
    as_measured = company.settings.order_createinvoice_answer == "order"
    return Shown("orders", record) if as_measured else Shown("invoices", invoice)


def cancel(_company: Company, record: Record, moment: Moment) -> None:
    """Cancel an order that has no invoice; it stays and can be found.

    Raises:
        ApiError: 2001279 the second time, 2001383 for an invoiced order.
    """
    if record.data["Cancelled"]:
        raise ApiError(2001279, "Ordern är redan makulerad.")
    if is_invoiced(record.data):
        raise ApiError(2001383, "Ordern är låst och kan inte makuleras.")
    record.data = record.data | {"Cancelled": True}
    record.modified = moment.now
