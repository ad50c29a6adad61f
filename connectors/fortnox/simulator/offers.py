"""What only offers do: one order or one invoice out of them, and cancelling (Fortnox facts, 6.7)."""

from datetime import date, timedelta
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.conversions import convert
from connectors.fortnox.simulator.documents import DocumentKind
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.invoices import INVOICE
from connectors.fortnox.simulator.offer_fields import OFFER_FIELDS, OFFER_ROW_FIELDS
from connectors.fortnox.simulator.orders import ORDER, is_invoiced
from connectors.fortnox.simulator.resource import Shown

_LONGEST_ORDER_NUMBER = 30


def is_ordered(offer: dict[str, Any]) -> bool:
    """Tell whether an order was made from an offer; `"0"` means none."""
    return bool(offer["OrderReference"] != "0")


def is_open(offer: dict[str, Any]) -> bool:
    """Tell whether an offer is neither cancelled nor ordered nor invoiced."""
    return not (offer["Cancelled"] or is_ordered(offer) or is_invoiced(offer))


def _check_open(offer: dict[str, Any], *, ordered_code: int = 2001243) -> None:
    if offer["Cancelled"]:
        raise ApiError(Invented.CANCELLED_OFFER_LOCKED, "Offerten är makulerad.")
    if is_ordered(offer):
        raise ApiError(ordered_code, "Offerten är låst, eftersom en order har skapats.")
    if is_invoiced(offer):
        raise ApiError(Invented.INVOICED_OFFER_LOCKED, "Offerten är fakturerad.")


def _complete(company: Company, offer: dict[str, Any]) -> None:
    if not offer["ExpireDate"]:
        days = timedelta(days=company.settings.offer_valid_days)
        offer["ExpireDate"] = (date.fromisoformat(offer["OfferDate"]) + days).isoformat()


OFFER = DocumentKind(
    fields=OFFER_FIELDS,
    row_fields=OFFER_ROW_FIELDS,
    rows="OfferRows",
    quantity="Quantity",
    date="OfferDate",
    series="offer",
    records=lambda company: company.offers,
    email="EmailOffer",
    reference="OFFER",
    complete=_complete,
    check_changeable=_check_open,
)


def _links(offer: dict[str, Any]) -> dict[str, Any]:
    number = offer["YourReferenceNumber"][:_LONGEST_ORDER_NUMBER]
    return {"OfferReference": offer["DocumentNumber"], "YourOrderNumber": number}


def createorder(company: Company, record: Record, moment: Moment) -> Shown:
    """Make the offer's one order, ordered and delivered in full (*simulator choice*); the offer is locked then.

    The answer is the order or the offer, as the switch `createorder_answer` says.

    Raises:
        ApiError: 2000499 the second time, invented codes for a cancelled or an invoiced offer.
    """
    offer = record.data
    _check_open(offer, ordered_code=2000499)
    quantities = {"DeliveredQuantity": "Quantity", "OrderedQuantity": "Quantity"}
    order = convert(company, record, moment, source=OFFER, target=ORDER, quantities=quantities, also=_links(offer))
    record.data = offer | {"OrderReference": order.data["DocumentNumber"]}
    record.modified = moment.now
    return Shown("orders", order) if company.settings.createorder_answer == "order" else Shown("offers", record)


def createinvoice(company: Company, record: Record, moment: Moment) -> Shown:
    """Make the offer's one invoice, unbooked; the offer is closed then.

    The answer is, as the switch `offer_createinvoice_answer` says, the offer, the invoice, or what the OpenAPI document
    declares: an envelope for an order, here around the offer's own properties, since there is no order.

    Raises:
        ApiError: 2001243 for an offer with an order, invented codes for a cancelled or an invoiced one.
    """
    offer = record.data
    _check_open(offer)
    quantities = {"DeliveredQuantity": "Quantity"}
    invoice = convert(company, record, moment, source=OFFER, target=INVOICE, quantities=quantities, also=_links(offer))
    record.data = offer | {"InvoiceReference": invoice.data["DocumentNumber"]}
    record.modified = moment.now
    answers = {
        "invoice": Shown("invoices", invoice),
        "offer": Shown("offers", record),
        "order": Shown("offers", record, envelope="Order"),
    }
    return answers[company.settings.offer_createinvoice_answer]


def cancel(_company: Company, record: Record, moment: Moment) -> None:
    """Cancel an open offer; it stays and can be found.

    Raises:
        ApiError: 2001243 for an offer with an order, invented codes for an invoiced one and the second time.
    """
    if record.data["Cancelled"]:
        raise ApiError(Invented.OFFER_ALREADY_CANCELLED, "Offerten är redan makulerad.")
    _check_open(record.data)
    record.data = record.data | {"Cancelled": True}
    record.modified = moment.now
