"""What a run speaks of: buyers, documents, responses, and the deliveries that tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

Record = dict[str, Any]
Status = Literal[
    "offer", "won", "invoiced", "changed", "paid", "cancelled", "answered", "refunded", "paid_out", "started", "stopped"
]
RANK: Mapping[Status, int] = {
    "offer": 0, "won": 1, "invoiced": 2, "changed": 3, "paid": 4, "cancelled": 5, "answered": 0, "refunded": 0,
    "paid_out": 0, "started": 0, "stopped": 1,
}  # fmt: skip
"""The order in which states of one subject follow one another at its source, whatever the order of arrival."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """One party; the same keys wherever it buys. ``external`` says whether sources state an id of their own for it."""

    serial: int
    name: str
    organisation_number: str | None
    email: str | None
    external: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """An order, or an invoice that a source made by itself; sums as the source states them, in ``currency``.

    ``articles`` are those that the rows name, in order, where the company keeps articles. ``by_hand``: a person in
    Fortnox books its invoice before the sale is called off or changed. ``changed`` is its net and total from the state
    ``changed`` on. ``parts``: the sums that it is paid in, if not whole.
    """

    company: str
    source: str
    kind: Literal["order", "invoice"]
    id: str
    number: str
    buyer: str
    currency: str
    net: Decimal
    total: Decimal
    articles: tuple[str, ...] = ()
    by_hand: bool = False
    changed: tuple[Decimal, Decimal] | None = None
    parts: tuple[Decimal, ...] = ()

    @property
    def payments(self) -> tuple[Decimal, ...]:
        """Each sum that is paid once."""
        return self.parts or (self.total,)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart in the whole run."""
        return self.source, self.kind, self.id

    @property
    def after_change(self) -> "Document":
        """The document with the sums that it has from then on."""
        net, total = self.changed or (self.net, self.total)
        return replace(self, net=net, total=total, by_hand=False)

    @property
    def origin(self) -> str:
        """How its documents in Fortnox name where they come from."""
        return f"{self.source} {self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Response:
    """An answered survey; ``word`` stands in one of its answers and nowhere else in the run."""

    company: str
    source: str
    buyer: str
    word: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart in the whole run."""
        return self.source, "response", self.word


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that went back to the buyer of a sale, with its sums as the source states them, turned to above zero."""

    sale: Document
    id: str
    net: Decimal
    total: Decimal

    @property
    def company(self) -> str:
        """The company of its sale."""
        return self.sale.company

    @property
    def buyer(self) -> str:
        """The buyer of its sale."""
        return self.sale.buyer

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart in the whole run."""
        return self.sale.source, "refund", self.id


@dataclass(frozen=True, slots=True)
class Payout:
    """What a payment provider paid out: what it had sold for, before its fee."""

    company: str
    source: str
    id: str
    sold: Decimal

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart in the whole run."""
        return self.source, "payout", self.id


@dataclass(frozen=True, slots=True)
class Flow:
    """A run of a workflow that a client starts; ``code`` names all that its steps make.

    ``stays``: it waits so long before its last step that only its cancelling ends it.
    """

    company: str
    source: str
    code: str
    stays: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it apart in the whole run."""
        return self.source, "flow", self.code


Subject = Document | Response | Refund | Payout | Flow


@dataclass(frozen=True, slots=True)
class Change:
    """What a delivery of a sender with a stand-in begins with: a record changes there.

    ``place`` is the record's how-manieth state this is; an older one is never put over a newer one. ``told`` says how
    the sender tells: a trigger of Upsales, ``created`` or ``paid`` of SubscriptionFlow, an event of HighLevel's app, or
    ``workflow`` with the fields of its webhook in ``more``. Moments are filled in when it happens.
    """

    kind: str
    id: str
    record: Record
    place: int
    told: str
    more: Record = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery. ``status`` is the state that it tells of, ``None`` where that means nothing to us.

    An impatient sender gives up after one try. ``after_booking``: it is sent once a person has booked the invoice.
    """

    id: str
    source: str
    subject: Subject
    status: Status | None
    body: bytes = b""
    change: Change | None = None
    impatient: bool = False
    repeats: int = 0
    after_booking: bool = False
