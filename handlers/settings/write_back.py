"""What a source takes back from us, in our words; its own settings say where it is kept there."""

from handlers.values import Frozen


class WriteBack(Frozen):
    """The way back to one source.

    ``numbers`` are those of the numbers in Fortnox that it has a place for: customer_number, offer_number,
    order_number, invoice_number. ``party`` is what it calls a buyer, ``order`` what it calls a sale, ``invoice`` what
    it calls an invoice of its own; ``None`` where such an invoice has no place for a number. ``notes`` and ``tasks``
    say whether rules and workflows may leave them on a party there.
    """

    numbers: frozenset[str] = frozenset()
    party: str = "contact"
    order: str = "order"
    invoice: str | None = None
    notes: bool = False
    tasks: bool = False


NOTHING_BACK = WriteBack()
"""Of a source that is only read."""
