"""What a target is, and the errors of the outside, named by what to do next."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from connectors.register import NOTHING_KEPT, Register
from handlers.commands import Command
from handlers.values import Ref

Json = dict[str, Any]
"""A JSON object that goes to disk as it is: texts, numbers as text or Decimal, booleans, lists, objects."""


class OutsideError(Exception):
    """Something outside went wrong; carries who, what, their code, and what a person can do.

    The text is for people and logs: it holds no secret and no personal data. ``detail`` may hold their message; it is
    kept on disk for ``explain`` and never logged.
    """

    def __init__(
        self,
        reason: str,
        *,
        system: str,
        operation: str,
        status: int | None = None,
        code: int | None = None,
        remedy: str = "",
        detail: str = "",
    ) -> None:
        """``reason`` is a short closed word (for logs and filters), ``remedy`` one sentence for a person."""
        super().__init__(f"{system} {operation}: {reason}")
        self.reason = reason
        self.system = system
        self.operation = operation
        self.status = status
        self.code = code
        self.remedy = remedy
        self.detail = detail


class Later(OutsideError):
    """Nothing was done; try again later by the retry steps. Uses one attempt."""


class Throttled(Later):
    """The far side answered 429: wait ``after``; uses no attempt. A create is looked for once before it goes again."""

    def __init__(self, *, after: timedelta, system: str, operation: str) -> None:
        """``after`` is the far side's own wish, or one whole window."""
        super().__init__("throttled", system=system, operation=operation, status=429)
        self.after = after


class Unreachable(Later):
    """No connection could be made, so nothing was sent: an outage. Uses no attempt."""


class NotAnswered(Later):
    """Another system than the target must answer first and does not now: it says nothing about the target."""


class UnknownEnd(OutsideError):
    """A write left and no complete answer that parses came back: it may or may not have taken effect."""


class Park(OutsideError):
    """It will never work by itself: a person must act."""


class Held(Park):
    """A person must answer: ``remedy`` is the question. What has one reason and is ``about`` the same is freed together
    (nothing personal; empty: the words); ``choices`` are objects (``customer:17``), or what rules take by ``key``."""

    def __init__(
        self,
        reason: str,
        *,
        system: str,
        operation: str,
        remedy: str,
        about: str = "",
        choices: Sequence[str] = (),
        key: str = "",
    ) -> None:
        """``reason`` is a short closed word."""
        super().__init__(reason, system=system, operation=operation, remedy=remedy)
        self.about, self.choices, self.key = about, tuple(choices), key


class Unprovable(Held):
    """No look can tell whether a write took effect, now or later: only a person can."""


class Vanished(Park):
    """The customer ``number``, which only the local copy of the register had shown, is not there: plan anew."""

    def __init__(self, number: str, *, system: str, operation: str) -> None:
        """``number`` is the customer's at the far side."""
        super().__init__("customer_gone", system=system, operation=operation, remedy="looked for again by itself")
        self.number = number


class CredentialsLost(OutsideError):
    """The company's credentials no longer work: pause it until a person connects it again."""


class SecretReference(str):
    """Where a secret lies (``credential:NAME``, ``file:PATH``, ``generated:NAME`` …); configuration resolves it.

    Its ``repr`` is masked because a reference of the form ``plain:TEXT`` holds the secret itself.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """A non-empty text that keeps its class, so that configuration can tell it from other texts."""
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(min_length=1))


@dataclass(frozen=True, slots=True)
class Link:
    """A thing of ours and its object in the far system, with the far state that we last saw.

    ``verified`` is false while a create that followed an unknown end still waits for its last look.
    """

    kind: str
    number: str
    state: Json
    verified: bool = True


class LinkReader(Protocol):
    """What a target may ask of our memory while it plans."""

    async def linked_elsewhere(self, company: str, kind: str, numbers: Sequence[str], thing: str) -> frozenset[str]:
        """Those of ``numbers`` that are linked to another thing of ours."""
        ...

    async def payments_on(self, company: str, invoice: str, thing: str) -> Mapping[str, Json]:
        """What we last saw of the payments of ours on that invoice, by their numbers, but of the ``thing``'s own."""
        ...

    async def same_sale(self, thing: str, days: int) -> tuple[str, str | None] | None:
        """A sale like ``thing`` (same customer and currency, same total or net) that came the other way (as an order,
        as the source's own invoice) in the last ``days`` days and before this one, by any command of ours (also one
        not yet sent): its number at the source, and its document (``invoice:7``) where there is one; ``None`` where
        there is none."""
        ...

    async def reserve_document(self, company: str, thing: str, most: int) -> bool:
        """Whether fewer than ``most`` other documents were made, or begun by this process, in the last hour.

        If so, ``thing`` counts as begun from now on.
        """
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """One command at the head of its lane, with all that delivery knows about it.

    ``priority`` is 0 for a person's command, 1 for a live one, 5 for batch work, 9 for backfill; every call made for it
    carries it.

    ``looking`` is true while the company has not shown that nothing of ours stands there already: then every create is
    preceded by a proof of absence.
    """

    company: str
    command: Command
    thing: str
    link: Link | None
    refs: Mapping[Ref, Link]
    looking: bool
    links: LinkReader
    priority: int = 1
    register: Register = NOTHING_KEPT


@dataclass(frozen=True, slots=True)
class Write:
    """One write call, decided but not sent.

    ``stands_on`` is the far state it stands on, ``evidence`` all that a later look needs (both go to disk with the
    attempt). ``altered`` lists what the far side's rules forced us to change: field, before, after. ``proof`` is what
    was read while planning (match ladder, proof of absence), for ``explain``.
    """

    operation: str
    method: str
    path: str
    body: Json | None
    creates: bool
    far_object: str | None = None
    stands_on: Json = field(default_factory=dict)
    evidence: Json = field(default_factory=dict)
    altered: tuple[tuple[str, str, str], ...] = ()
    proof: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a command ended at the far side.

    ``link`` is the far object (``None`` where nothing was to be made), ``result`` one of created, changed, unchanged,
    found, not_created. ``question`` holds the command although the link is stored (wrong totals, a cancelled hit, two
    hits). ``again`` asks for one more pass with the link in place. ``proof`` is what was read, for ``explain``.
    """

    link: Link | None
    result: str
    question: str | None = None
    again: bool = False
    proof: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a look found: ``settled`` is ``None`` where absence is proved; ``proof`` holds queries and answers."""

    settled: Settled | None
    proof: Json


@dataclass(frozen=True, slots=True)
class Budget:
    """A rate window as it stands: ``calls`` in any ``seconds`` at most (0: no limit), ``permitted`` of them just now.

    ``used`` places are taken. ``halved_for`` is for how many seconds less than all has been permitted (``None``: all
    is), ``frozen_for`` in how many seconds anything may leave again after a refusal (0: now).
    """

    calls: int
    seconds: float
    permitted: int
    used: int
    halved_for: float | None = None
    frozen_for: float = 0.0


class Target(Protocol):
    """One company at one far system. Every method may raise the errors above."""

    def far_object(self, task: Task) -> str | None:
        """The existing far object that this command would write to (for instance ``customer:17``), or ``None``."""
        ...

    async def plan(self, task: Task) -> Write | Settled:
        """Decide what is to be done now, reading as needed; writes nothing."""
        ...

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send the one call of ``write``, once, and compare the answer with what was meant."""
        ...

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Read whether an earlier ``operation`` took effect, by our exact mark; absence only when all was read."""
        ...

    async def identify(self, task: Task, kind: str, number: str) -> Settled:
        """Read the object that a person says the task's thing is, and answer as if the command had found it.

        Raises :class:`Park` where it does not exist, is not what the command makes, or carries another thing's mark.
        """
        ...

    async def probe(self) -> None:
        """Read the company information: proves that the far side answers and is the company that was pinned."""
        ...

    def room(self) -> int:
        """How many calls may leave now without waiting for the rate window."""
        ...

    def budget(self) -> Budget:
        """The rate window that every call for the company waits for."""
        ...

    def reserve(self) -> AbstractContextManager[None]:
        """While a person's command is under way: one place of the rate window is kept for it."""
        ...

    def place(self, priority: int) -> AbstractAsyncContextManager[None]:
        """Wait for the place of the next call and hold it for the length of the block."""
        ...

    def expect(self) -> AbstractContextManager[None]:
        """A command is taken: room for its first call is not given away while the command's task is in the block."""
        ...

    def room_in(self) -> float:
        """Seconds until at least one call may leave (0 where ``room()`` is positive)."""
        ...


@dataclass(frozen=True, slots=True)
class StoredToken:
    """Tokens of a company or a source as they lie on disk (opened). ``refresh`` is ``None`` for client credentials.

    ``seed`` is the digest of the refresh token of the configuration that the pair grew from, where its owner keeps it.
    ``tenant`` is whom the tokens open, where that is known; ``proved`` counts the tokens that were granted without the
    refresh token.
    """

    access: str
    expires_at: datetime
    refresh: str | None = None
    refreshed_at: datetime | None = None
    seed: str | None = None
    tenant: int | None = None
    proved: int = 0


class TokenStore(Protocol):
    """Where tokens are kept: a new pair is on disk, sealed, before it is used."""

    async def load(self, company: str) -> StoredToken | None:
        """The stored tokens, opened; ``None`` where the company has none."""
        ...

    async def save(self, company: str, token: StoredToken) -> None:
        """Seal and commit; returns only after the commit."""
        ...

    async def forget(self, company: str) -> None:
        """Remove what is stored; returns only after the commit."""
        ...
