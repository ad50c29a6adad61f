"""The warehouse module, if a company has it: documents must be ready, ready ones are locked (Fortnox facts, 6.19)."""

from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented

_ONLY_DELIVERED, _LOCKED, _IN_THE_FUTURE = 2003124, 2003125, 2003126
"""Fortnox facts, 4.3 names these codes and their reasons; which belongs to which is a *simulator choice*."""


def born_ready(company: Company, document: dict[str, Any]) -> bool:
    """Tell whether a new document is ready: always without the module, and one made from an order, which had to be."""
    return not company.settings.warehouse_module or document.get("OrderReference", "0") != "0"


def check_unlocked(company: Company, document: dict[str, Any]) -> None:
    """Refuse a change of a document that is ready in the warehouse.

    Raises:
        ApiError: 2003125.
    """
    if company.settings.warehouse_module and document.get("WarehouseReady"):
        raise ApiError(_LOCKED, "Dokumentet är klarmarkerat och låst.")


def check_ready_to_book(company: Company, invoice: dict[str, Any]) -> None:
    """Refuse to book an invoice that is not ready.

    Raises:
        ApiError: 2003498.
    """
    if company.settings.warehouse_module and not invoice["WarehouseReady"]:
        raise ApiError(2003498, "Fakturan måste klarmarkeras innan den bokförs.")


def check_invoiceable(company: Company, order: dict[str, Any]) -> None:
    """Refuse to invoice an order that is not ready.

    Raises:
        ApiError: an invented code.
    """
    if company.settings.warehouse_module and not order["WarehouseReady"]:
        raise ApiError(Invented.ORDER_NOT_READY, "Ordern måste klarmarkeras innan den faktureras.")


def warehouseready(company: Company, record: Record, moment: Moment) -> None:
    """Mark a document as ready; without the module it is already, and a second call changes nothing.

    Raises:
        ApiError: 2003124 unless `DeliveryState` is delivery, 2003126 for an `OutboundDate` that is still to come.
    """
    document = record.data
    if document["WarehouseReady"]:
        return
    if document.get("DeliveryState", "delivery") != "delivery":
        raise ApiError(_ONLY_DELIVERED, "Endast levererade dokument kan klarmarkeras.")
    if document["OutboundDate"] > moment.today.isoformat():
        raise ApiError(_IN_THE_FUTURE, "Utleveransdatum ligger framåt i tiden.")
    record.data = document | {"WarehouseReady": True}
    record.modified = moment.now
