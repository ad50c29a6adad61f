"""A far system in memory: a scripted target that keeps what it was made to hold, and counts every call."""

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

import anyio

from connectors.base import (
    Budget,
    CredentialsLost,
    Held,
    Json,
    Later,
    Link,
    Park,
    Settled,
    Sighting,
    Task,
    Throttled,
    UnknownEnd,
    Unreachable,
    Write,
)
from handlers.commands import BookInvoice, EnsureCustomer, EnsureInvoice, EnsureNote, EnsurePayment

KINDS = {EnsureCustomer: "customer", EnsureInvoice: "invoice", EnsurePayment: "payment"}


class Words(TypedDict):
    """Who and what, in every error of the outside."""

    system: str
    operation: str


WORDS: Words = {"system": "fake", "operation": "call"}


@dataclass(frozen=True, slots=True)
class Act:
    """What one call does: whether (and after how many seconds) it takes effect, and how it ends for the caller."""

    effect: bool = True
    effect_after: float = 0.0
    error: Exception | None = None
    hangs: bool = False
    question: str | None = None
    takes: float = 0.0


def success() -> Act:
    """It takes effect and answers."""
    return Act()


def lost() -> Act:
    """It takes effect, and the answer is lost."""
    return Act(error=UnknownEnd("timeout", **WORDS))


def vanished() -> Act:
    """It never takes effect, and no answer comes."""
    return Act(effect=False, error=UnknownEnd("timeout", **WORDS))


def late(seconds: float) -> Act:
    """The answer is lost, and the effect comes only ``seconds`` later."""
    return Act(effect_after=seconds, error=UnknownEnd("timeout", **WORDS))


def park() -> Act:
    """Refused for good, by a complete answer."""
    return Act(effect=False, error=Park("refused", status=400, code=2000433, remedy="correct the order", **WORDS))


def held() -> Act:
    """Refused with a question."""
    return Act(effect=False, error=Held("question", remedy="which one?", **WORDS))


def later() -> Act:
    """Refused by a complete answer, in a way that passes."""
    return Act(effect=False, error=Later("busy", status=503, **WORDS))


def throttled(seconds: float = 0.01) -> Act:
    """Answered 429."""
    return Act(effect=False, error=Throttled(after=timedelta(seconds=seconds), **WORDS))


def unreachable() -> Act:
    """No connection."""
    return Act(effect=False, error=Unreachable("refused", **WORDS))


def credentials_lost() -> Act:
    """Answered 401."""
    return Act(effect=False, error=CredentialsLost("credentials", status=401, remedy="connect again", **WORDS))


def bug() -> Act:
    """The target itself fails in a way that nobody foresaw; the call took effect."""
    return Act(error=ZeroDivisionError("a bug"))


def hangs(*, effect: bool) -> Act:
    """No answer for as long as the test wants to wait."""
    return Act(effect=effect, hangs=True)


def question(text: str) -> Act:
    """It takes effect, but the answer is not what was meant."""
    return Act(question=text)


@dataclass(slots=True)
class Far:
    """What stands in the far system: objects by our mark, and the lines of each customer's comments."""

    objects: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    comments: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    booked: Counter[str] = field(default_factory=Counter)
    last: int = 0

    def make(self, mark: str) -> str:
        """Make one more object that carries ``mark``."""
        self.last += 1
        self.objects[mark].append(str(self.last))
        return str(self.last)


class FakeTarget:
    """A target over :class:`Far`; ``scripts`` (by thing, else by command kind) say what each write does, in turn.

    ``planning``, ``looking`` and ``probing`` hold errors that the next such calls raise. With ``database`` set, every
    write first reads the daemon's file to see whether its attempt lies there.
    """

    def __init__(self, database: Path | None = None) -> None:
        self.far = Far()
        self.scripts: dict[str, list[Act]] = {}
        self.planning: list[Exception] = []
        self.looking: list[Exception] = []
        self.probing: list[Exception] = []
        self.performed: list[tuple[str, str]] = []
        self.looked: list[str] = []
        self.planned: list[str] = []
        self.probes = 0
        self.on_disk: list[bool] = []
        self.most_at_once: Counter[str] = Counter()
        self.known: dict[str, str] = {}
        self.free = 25
        self.before_write: Callable[[Task], None] | None = None
        self._at_once: Counter[str] = Counter()
        self._database = database

    def writes(self, kind: str) -> int:
        """How many writes a kind of command has sent."""
        return sum(1 for sent, _ in self.performed if sent == kind)

    # --- the protocol -----------------------------------------------------------------------------------------------

    def far_object(self, task: Task) -> str | None:
        """The customer of a note, the invoice of a booking; a creation has none."""
        match task.command:
            case EnsureNote(customer=customer):
                return f"customer:{task.refs[customer].number}"
            case BookInvoice():
                return f"invoice:{task.link.number}" if task.link else None
        return None

    async def plan(self, task: Task) -> Write | Settled:
        """What is linked is left alone; the rest is one write."""
        self.planned.append(task.thing)
        if self.planning:
            raise self.planning.pop(0)
        far_object = self.far_object(task)
        if isinstance(task.command, EnsureNote):
            lines = list(self.far.comments[str(far_object)])
            evidence: Json = {"line": task.thing, "customer": far_object}
            return Write("note", "PUT", "/", {"lines": lines}, False, far_object, {"lines": lines}, evidence)
        if isinstance(task.command, BookInvoice):
            return Write("book", "PUT", "/", None, False, far_object, {}, {"invoice": far_object})
        if task.link is not None:
            return Settled(task.link, "unchanged")
        if isinstance(task.command, EnsureCustomer) and not task.command.create:
            return Settled(None, "not_created")
        known = self.known.get(task.thing)
        if known is not None:
            return Settled(Link(KINDS[type(task.command)], known, {}), "found")
        return Write("create", "POST", "/", {}, True, None, {}, {"mark": task.thing})

    async def perform(self, task: Task, write: Write) -> Settled:
        """Do what the script says."""
        self.performed.append((task.command.kind, task.thing))
        if self.before_write is not None:
            self.before_write(task)
        if self._database is not None:
            self.on_disk.append(attempt_on_disk(self._database, task.thing))
        act = self._next(task)
        with self._turn(write.far_object):
            await anyio.sleep(act.takes)
            number = self._effect(task, write, act)
            if act.hangs:
                await anyio.sleep_forever()
            if act.error is not None:
                raise act.error
            return Settled(self._link(task, number), "created" if write.creates else "changed", question=act.question)

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """By our exact mark."""
        self.looked.append(task.thing)
        if self.looking:
            raise self.looking.pop(0)
        if operation == "note":
            there = evidence["line"] in self.far.comments[evidence["customer"]]
            return Sighting(Settled(None, "changed") if there else None, {"read": evidence["customer"]})
        if operation == "book":
            booked = bool(self.far.booked[evidence["invoice"]])
            return Sighting(Settled(task.link, "changed") if booked else None, {"booked": booked})
        hits = self.far.objects[evidence["mark"]]
        proof: Json = {"mark": evidence["mark"], "hits": len(hits)}
        if not hits:
            return Sighting(None, proof)
        asks = f"objects {hits} carry our mark" if len(hits) > 1 else None
        return Sighting(Settled(self._link(task, hits[0]), "found", question=asks), proof)

    async def probe(self) -> None:
        """The company information."""
        self.probes += 1
        if self.probing:
            raise self.probing.pop(0)

    async def identify(self, task: Task, kind: str, number: str) -> Settled:
        """A person says what it is: believed here."""
        del task
        return Settled(Link(kind, number, {}), "found")

    def room(self) -> int:
        """As many as the test says."""
        return self.free

    def place(self, priority: int) -> AbstractAsyncContextManager[None]:
        """No window stands before the fake."""
        return nullcontext()

    def budget(self) -> Budget:
        """No limit."""
        return Budget(0, 1.0, 0, 0)

    def expect(self) -> AbstractContextManager[None]:
        """Nothing to keep room in."""
        return nullcontext()

    def reserve(self) -> AbstractContextManager[None]:
        """Nothing to keep a place of."""
        return nullcontext()

    def room_in(self) -> float:
        """Soon."""
        return 0.01

    # --- the far side -----------------------------------------------------------------------------------------------

    def _next(self, task: Task) -> Act:
        for name in (task.thing, task.command.kind):
            script = self.scripts.get(name)
            if script:
                return script.pop(0)
        return Act()

    def _effect(self, task: Task, write: Write, act: Act) -> str | None:
        if not act.effect:
            return None
        if act.effect_after:
            _later(act.effect_after, lambda: self.far.make(task.thing))
            return None
        match write.operation:
            case "note":
                # A read-modify-write, as the real one: what was read while planning, and one line more.
                assert write.far_object is not None
                assert write.body is not None
                self.far.comments[write.far_object] = [*write.body["lines"], task.thing]
                return None
            case "book":
                self.far.booked[str(write.far_object)] += 1
                return task.link.number if task.link else None
        return self.far.make(task.thing)

    def _link(self, task: Task, number: str | None) -> Link | None:
        if task.link is not None:
            return task.link
        return None if number is None else Link(KINDS[type(task.command)], number, {"seen": number})

    @contextmanager
    def _turn(self, far_object: str | None) -> Iterator[None]:
        if far_object is None:
            yield
            return
        self._at_once[far_object] += 1
        self.most_at_once[far_object] = max(self.most_at_once[far_object], self._at_once[far_object])
        try:
            yield
        finally:
            self._at_once[far_object] -= 1


def _later(seconds: float, effect: Callable[[], object]) -> None:
    asyncio.get_running_loop().call_later(seconds, effect)


def attempt_on_disk(path: Path, thing: str) -> bool:
    """Whether another reader of the file sees the thing's command and attempt in flight."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        row = reader.execute(
            "SELECT count(*) FROM attempt a JOIN outbox o ON o.id = a.outbox_id"
            " WHERE a.thing = ? AND a.end = 'in_flight' AND o.state = 'in_flight'",
            (thing,),
        ).fetchone()
        return bool(row[0] == 1)
