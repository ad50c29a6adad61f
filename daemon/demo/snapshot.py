"""What the live view shows, frozen at one moment: senders, companies, documents in Fortnox, and the scene's story."""

from dataclasses import dataclass
from decimal import Decimal

from store.reading import DeliveryRow
from store.watching import LaneHead


@dataclass(frozen=True, slots=True)
class SenderFigures:
    """One sender: how many of its deliveries were received, how many of them are handled (nothing is left to do with
    them at intake), and how many of its commands are delivered. ``reading``, ``parked`` and ``held`` stand still now.

    ``last_webhook`` is ISO 8601. ``room`` of ``window_calls`` may be asked at the sender now, where it is read at all.
    """

    name: str
    received: int
    handled: int
    delivered: int
    reading: int
    parked: int
    held: int
    last_webhook: str | None
    room: int | None = None
    window_calls: int | None = None


@dataclass(frozen=True, slots=True)
class CompanyFigures:
    """One company: the free calls (``room``) of its window, the heads of its lanes, and why nothing leaves, if so.

    ``room``, ``room_in_s`` (seconds until a call is free) and the window are known of a running daemon only. ``heads``
    are the oldest first; ``more_lanes`` says that there are others.
    """

    name: str
    room: int | None
    room_in_s: float | None
    window_calls: int | None
    window_s: float | None
    heads: tuple[LaneHead, ...]
    more_lanes: bool
    shut: str | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice as it stands in Fortnox; amounts in its currency."""

    number: str
    order: str
    customer: str
    total: Decimal
    balance: Decimal
    booked: bool


@dataclass(frozen=True, slots=True)
class Sales:
    """What stands in another company of Fortnox whose sales are offers and orders, too: how many of each."""

    company: str
    offers: int
    orders: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in Fortnox: how many of each, and the last invoices, the newest first; and of another company."""

    customers: int
    invoices: int
    payments: int
    last: tuple[Invoice, ...]
    sales: Sales | None = None


@dataclass(frozen=True, slots=True)
class Process:
    """The daemon's process: ``exit_code`` is set once it has ended, ``answers`` says whether its admin socket does.

    ``before`` are the process id and exit code of the one before it.
    """

    pid: int
    exit_code: int | None
    before: tuple[int, int | None] | None
    answers: bool
    store_refuses: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """The scene that runs now, and what it has said so far."""

    scene: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment; ``now`` is milliseconds since 1970, ``seconds`` how long the demo has been shown."""

    now: int
    seconds: float
    process: Process
    senders: tuple[SenderFigures, ...]
    companies: tuple[CompanyFigures, ...]
    books: Books
    newest: tuple[DeliveryRow, ...]
    story: Story = Story("", ())
