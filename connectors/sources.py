"""What a source is: who proves a request, who reads at the sender, and how what was stored becomes events."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, Self, runtime_checkable

from aiohttp import ClientSession
from pydantic import Field, model_validator

from connectors.base import Json, OutsideError, Target, TokenStore
from connectors.windows import Windows
from handlers.events import Event, Origin
from handlers.settings import WriteBack
from handlers.values import Frozen


class Refused(Exception):
    """A request at the door is refused: ``status`` goes to the sender, ``reason`` (a closed word) to the log."""

    def __init__(self, reason: str, status: int = 401) -> None:
        """``reason`` is one of signature, stale, encoding, bad_request (operations facts 5.2)."""
        super().__init__(reason)
        self.reason = reason
        self.status = status


class Unreadable(Exception):
    """A stored delivery cannot be understood; the text names the field and the fault, never the value."""


class SourceSettings(Frozen):
    """What every source's section holds: its company, or a table from the sender's accounts to companies.

    ``start`` is the first business date of this source that may cause anything, where it is later than the company's.
    """

    company: str | None = None
    companies: dict[str, str] = Field(default_factory=dict)
    start: date | None = None

    @model_validator(mode="after")
    def _one_way_to_a_company(self) -> Self:
        if (self.company is None) == (not self.companies):
            raise ValueError("set exactly one of company and companies")
        return self

    @property
    def can_read(self) -> bool:
        """Whether the settings name access to the sender's API."""
        return False

    @property
    def back(self) -> WriteBack | None:
        """What the sender takes back from us; ``None`` where nothing is written there."""
        return None

    @property
    def written_to(self) -> frozenset[tuple[str, ...]]:
        """What tells the account that is written to from all others: two that share one of these are the same."""
        return frozenset()

    @property
    def states_vat(self) -> bool:
        """Whether the sender's orders say what VAT they carry."""
        return True

    @property
    def told_by_digest(self) -> Mapping[str, str]:
        """Kinds of events whose deliveries nothing tells apart but a digest of the body, with what to add."""
        return {}

    def serves(self, company: str) -> bool:
        """Whether deliveries of the source may be that company's."""
        return company in {self.company, *self.companies.values()}

    def company_for(self, account: str | None) -> str | None:
        """The company of a delivery from ``account``; ``None`` where the account is not ours: never a guess."""
        if self.companies:
            return self.companies.get(account) if account is not None else None
        return self.company if account is None else None


@dataclass(frozen=True, slots=True)
class RawRequest:
    """What arrived at the door, unverified. Header names are lower case; a repeated header has several values.

    ``rest`` is the path below the source's name, as sent, without a leading slash and without the query.
    """

    rest: str
    headers: Mapping[str, Sequence[str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified request, ready to be stored.

    ``key`` tells deliveries apart: the sender's event id, or its business key; with ``digest`` true it is only a digest
    of the body, which counts for a limited time. ``account`` is the sender's own account, where the source has a table
    of them. ``matched`` names the secret that matched (current or previous). ``malformed`` says why the body cannot be
    read although the sender is who it says: such a delivery is stored as parked. ``body`` is what is stored in place of
    the raw body where that carries a secret.
    """

    key: str
    digest: bool = False
    account: str | None = None
    matched: str = "current"
    malformed: str | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A delivery as it lies in the inbox, with what was read for it at the sender.

    ``reads`` holds an answer for each :class:`Wanted` so far, by its name; ``None`` where there is no such record.
    """

    inbox_id: int
    key: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes
    origin: Origin = "webhook"
    reads: Mapping[str, Json | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A delivery that is understood and means nothing to us; ``reason`` is shown by ``explain``.

    ``forget`` gives its key free: it means nothing *yet*, and the same key may come again and mean something then.
    """

    reason: str
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record to be read at the sender: ``kind`` and ``id`` there; ``name`` is what the answer is kept under."""

    name: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Needs:
    """A delivery that cannot be understood before ``wanted`` was read; the source is asked again with the answers.

    ``dated`` is the business date where the delivery shows it already (Europe/Stockholm): one before the company's
    start is recorded without any reading. ``echo`` is set for news that a call of ours may have made.
    """

    wanted: tuple[Wanted, ...]
    dated: date | None = None
    echo: "Echo | None" = None


@dataclass(frozen=True, slots=True)
class Echo:
    """The far object that was made, by kind and number as links name it: where we made it, nothing is read.

    The answer of our own call may still be under way: it is waited for ``seconds``.
    """

    kind: str
    number: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a far register, as the far side showed it at ``told_at`` (aware).

    ``fields`` holds what matching and checks read, as texts and booleans; ``None``: the object is gone there. ``keys``
    are what it can be found by, normalised (``organisation_number:556677-8899``, ``email:...``).
    """

    resource: str
    number: str
    told_at: datetime
    fields: Json | None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """The last page of a sweep of one register that began at ``begun`` (aware).

    A ``whole`` one read every object: what it did not show, and nothing told since, is gone.
    """

    resource: str
    begun: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """A delivery that tells what stands in the company's own registers; no rule is asked. ``reason`` is a closed word.

    ``made`` names the resource and number of an object that the delivery says was made just now. ``documents`` are
    those, by kind and number, that may have been cancelled or made into others, ``written`` those in whose comments
    somebody may have written. ``whole``: the entries are of a look at everything there is, not of what changed. What of
    all this is news to those who follow the company is a delivery of its own.
    """

    reason: str
    entries: tuple[Entry, ...] = ()
    swept: Swept | None = None
    made: tuple[str, str] | None = None
    documents: tuple[tuple[str, str], ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    whole: bool = False


Told = Sequence[Event] | Ignored | Needs | Learned
"""What a stored delivery can turn out to be."""


class Source(Protocol):
    """One sender: proves who sent a request, and later turns what was stored into events."""

    name: str
    retry_status: int
    kept_headers: frozenset[str]

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Prove the sender over the raw bytes. Raises :class:`Refused`; never another error, whatever the bytes are."""
        ...

    def events(self, stored: Stored) -> Told:
        """Turn a stored delivery into events or what it tells of registers, or say what must be read first; pure.

        Raises only :class:`Unreadable` or ``handlers.values.Question``.
        """
        ...


@runtime_checkable
class StoresOtherwise(Protocol):
    """A source that keeps something else than the body as it was sent, or whose keys say how to read it."""

    def unproved(self, request: RawRequest) -> Delivery:
        """What a request would be stored as if its sender were proved: for dry runs, never at the door.

        Raises :class:`Unreadable` for a body that would be refused.
        """
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """One record that polling found, ready for the inbox; ``key`` is the one that a webhook of the same has, or own."""

    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a poll. ``cursor`` is stored in the transaction that stores ``found``; ``more`` asks for the next.

    ``failed`` is why nothing was found at a part that is asked for again later, while the others are read.
    """

    found: Sequence[Found]
    cursor: Json
    more: bool
    failed: OutsideError | None = None


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """What people see of a sender's API: calls left in the window and today, and how old its credentials are."""

    left: int | None = None
    window: int | None = None
    left_today: int | None = None
    credentials_since: datetime | None = None
    credentials_until: datetime | None = None


class Reader(Protocol):
    """One sender's API, for reading only; every method may raise the errors of ``connectors.base``, no unknown end."""

    async def read(self, wanted: Wanted) -> Json | None:
        """The record as one object; ``None`` only where the sender itself says that it does not exist."""
        ...

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """What was added or changed behind ``cursor``; the first time (``None``) from ``since`` on.

        A cursor never skips records of equal time. ``None`` where the source is not to be polled.
        """
        ...

    async def keep_alive(self) -> bool:
        """Renew credentials that would grow old; tells whether anything was renewed."""
        ...

    async def facts(self) -> ReaderFacts:
        """For ``status``; costs no call."""
        ...

    async def close(self) -> None:
        """Wait for a renewal under way; the reader is not used afterwards."""
        ...


@runtime_checkable
class WritesBack(Protocol):
    """A reader whose sender is a target, too: both share one window and one set of credentials."""

    def target(self) -> Target | None:
        """Where commands for the sender go; ``None`` where the settings let nothing be written there."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reader gets from the process: ``tokens`` are kept by the source's name; ``monotonic`` is in seconds.

    ``windows`` are the rate windows of the process: two readers of one account share one.
    """

    session: ClientSession
    tokens: TokenStore
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    windows: Windows = field(default_factory=Windows)
