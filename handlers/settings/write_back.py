"""What a source takes back from us, in our words; its own settings say where it is kept there."""

from typing import Literal

from handlers.values import Frozen


class WriteBack(Frozen):
    """The way back to one source.

    ``numbers`` are those of the numbers in Fortnox that it has a place for: customer_number, offer_number,
    order_number, invoice_number. ``party`` is what it calls a buyer, ``order`` what it calls a sale, ``invoice`` what
    it calls an invoice of its own; ``None`` where such an invoice has no place for a number. ``notes`` and ``tasks``
    say whether rules and workflows may leave them on a party there.

    What people change in Fortnox: ``parties`` are its customers (``linked``: those that the source has; ``all``: the
    others are made there), ``articles`` its articles, priced by the price list of the code ``price_list``; ``stages``
    moves a sale whose document was cancelled, or whose offer became more, by hand; ``comments``: lines that people
    write in a customer's comments are notes on the party there, and by ``document_comments`` those in the comments of
    a sale's documents on the party that bought.
    """

    numbers: frozenset[str] = frozenset()
    party: str = "contact"
    order: str = "order"
    invoice: str | None = None
    notes: bool = False
    tasks: bool = False
    parties: Literal["never", "linked", "all"] = "never"
    articles: bool = False
    price_list: str | None = None
    stages: bool = False
    comments: bool = False
    document_comments: bool = False


NOTHING_BACK = WriteBack()
"""Of a source that is only read."""
