"""Shows the events of HighLevel's records as a test reads them."""

from decimal import Decimal

from handlers.events import Document, InvoiceChanged, OrderChanged

D = Decimal


def order_event(found: object) -> OrderChanged:
    """The one order of a result."""
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, OrderChanged)
    return event


def invoice_event(found: object) -> InvoiceChanged:
    """The one invoice of a result."""
    assert isinstance(found, tuple)
    [event] = found
    assert isinstance(event, InvoiceChanged)
    return event


def lines(document: Document) -> list[tuple[str, ...]]:
    """Quantity, price, VAT, discount in percent and as an amount, of each line."""
    return [
        tuple(
            f"{value.normalize():f}"
            for value in (
                line.quantity,
                line.unit_price,
                line.vat_rate or D(0),
                line.discount_percent,
                line.discount_amount,
            )
        )
        for line in document.lines
    ]


def sums(document: Document) -> tuple[str, str, str]:
    """Excluding VAT, VAT, total."""
    assert document.total_vat is not None
    assert document.total is not None
    return f"{document.total_excluding_vat:.2f}", f"{document.total_vat:.2f}", f"{document.total:.2f}"
