"""Examines every company at Fortnox and the machine itself: reads, checks, counts; writes nothing anywhere."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import anyio

from connectors.base import Target
from connectors.findings import Finding, Level, warning
from connectors.fortnox.checks import findings, readings
from connectors.fortnox.needs import Needs, Pinned, named_in
from connectors.fortnox.rounding import ENOUGH, learned_rounding
from connectors.fortnox.snapshot import Reading, Snapshot
from connectors.nearest import meant
from daemon.clock import Clock
from daemon.held_screen import brief
from daemon.host_checks import host_findings
from daemon.requests import Examine, Misused
from daemon.settings import Company, Config
from daemon.times import LOCAL, iso
from daemon.tokens import PURPOSE
from store import companies, links, reading
from store.db import Database
from store.tokens import SealedTokens, Unsealable

Json = dict[str, Any]
BY_PERSON, BATCH = 0, 5
"""Priorities in the rate window (``Task.priority``)."""
COMMANDS_LATELY = 300
PERSON_SECONDS, BATCH_SECONDS = 90.0, 480.0
"""The longest that one company is examined; a command waits two minutes for its answer, a job has ten."""
SPARE_SHARE = 0.75
"""Of the rate window, kept free for other work by an examination that nobody waits for."""


@runtime_checkable
class Examinable(Protocol):
    """What a target offers that can be examined."""

    async def examine(self, readings: Iterable[Reading], *, priority: int, spare: int) -> Snapshot:
        """Read what checks look at."""
        ...


@dataclass(frozen=True, slots=True)
class CompanyResult:
    """What was found of one company, in how many calls."""

    company: Company
    findings: Sequence[Finding]
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One examination; ``host`` are findings of the machine, ``whole`` says that every company was examined."""

    at: datetime
    host: Sequence[Finding]
    companies: Sequence[CompanyResult] = field(default_factory=list)
    whole: bool = True

    def count(self, level: Level) -> int:
        """How many findings have that level."""
        return sum(found.level == level for _, found in self.every())

    def every(self) -> Iterable[tuple[str, Finding]]:
        """All findings, each with its company's name (empty: the machine)."""
        yield from (("", found) for found in self.host)
        for one in self.companies:
            yield from ((one.company.name, found) for found in one.findings)

    @property
    def unanswered(self) -> list[str]:
        """Companies of which Fortnox did not even say who they are."""
        asked = [(name, found) for name, found in self.every() if name and found.check == "company"]
        return [name for name, found in asked if found.level == "unchecked"]


class Doctor:
    """Keeps the last whole result for ``status``; the configuration is read anew each time."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        database: Database,
        tokens: SealedTokens,
        clock: Clock,
        target: Callable[[str], AbstractAsyncContextManager[Target]],
    ) -> None:
        """``target`` opens a company's far system, or gives the open one."""
        self._config = config
        self._database = database
        self._tokens = tokens
        self._clock = clock
        self._target = target
        self.last: Result | None = None

    async def answer(self, request: Examine) -> Json:
        """What a person asks for. Raises :class:`Misused` where there is no such company."""
        known = self._config().companies
        if request.company is not None and request.company not in known:
            raise Misused(f"there is no company {request.company}{meant(request.company, known)}")
        return shown(await self.examine(request.company, by_person=True, duplicates=request.duplicates))

    async def examine(self, company: str | None, *, by_person: bool, duplicates: bool = False) -> Result:
        """Examine one company, or all of them side by side, and the machine.

        A person's examination goes first in the rate window; another one leaves most of it to other work, and leaves
        companies alone that a person paused.
        """
        config = self._config()
        names = list(config.companies) if company is None else [company]
        paused = {} if by_person else await self._paused()
        found: dict[str, CompanyResult] = {}

        async def one(name: str) -> None:
            about = config.companies[name]
            if name in paused:
                found[name] = CompanyResult(about, [_left_alone(paused[name])])
            else:
                found[name] = await self._in_time(about, by_person=by_person, duplicates=duplicates)

        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(one, name)
        host = host_findings(config, await self._unopened(names))
        result = Result(self._clock.now(), host, [found[name] for name in names], company is None)
        if result.whole:
            self.last = result
        return result

    def summary(self) -> Json | None:
        """The last whole examination in numbers, for ``status``; ``None`` before the first."""
        if self.last is None:
            return None
        return {**counts(self.last), "at": iso(round(self.last.at.timestamp() * 1000))}

    async def _in_time(self, company: Company, *, by_person: bool, duplicates: bool) -> CompanyResult:
        limit = PERSON_SECONDS if by_person else BATCH_SECONDS
        with anyio.move_on_after(limit):
            return await self._company(company, by_person=by_person, duplicates=duplicates)
        return CompanyResult(company, [_too_slow(limit)])

    async def _company(self, company: Company, *, by_person: bool, duplicates: bool) -> CompanyResult:
        needs = await self._needs(company, duplicates)
        async with self._target(company.name) as target:
            if not isinstance(target, Examinable):
                return CompanyResult(company, [])
            calls = target.budget().calls
            seen = await target.examine(
                readings(needs),
                priority=BY_PERSON if by_person else BATCH,
                spare=0 if by_person else int(calls * SPARE_SHARE),
            )
        found = [*findings(seen, needs), *_waiting(company.name, await brief(self._database.read, company.name))]
        return CompanyResult(company, found, seen.calls)

    async def _needs(self, company: Company, duplicates: bool) -> Needs:
        rows = await self._database.read(companies.registered)
        row = rows.get(company.name)
        pinned = None
        if row is not None and row.tenant is not None:
            pinned = Pinned(row.tenant, row.organisation_number or "")
        texts = await self._database.read(reading.commands_lately(company.name, COMMANDS_LATELY))
        return Needs(
            settings=company.settings,
            fortnox=company.fortnox,
            today=self._clock.now().astimezone(LOCAL).date(),
            expected=company.expected,
            lately=named_in(texts),
            pinned=pinned,
            duplicates=duplicates,
            rounding=learned_rounding(await self._database.read(links.some_states(company.name, "invoice", ENOUGH))),
        )

    async def _paused(self) -> dict[str, str]:
        pauses = await self._database.read(companies.pauses)
        return {pause.name: pause.reason for pause in pauses if pause.scope == "company"}

    async def _unopened(self, names: Sequence[str]) -> list[str]:
        """The companies whose stored tokens do not open."""
        unopened = []
        for name in names:
            try:
                await self._tokens.read(name, PURPOSE)
            except Unsealable:
                unopened.append(name)
        return unopened


def _waiting(company: str, open_questions: Json) -> list[Finding]:
    """What people must answer, if anything."""
    if not open_questions["count"]:
        return []
    first = ", ".join(open_questions["first"])
    says = f"questions that wait for an answer: {open_questions['count']} (first {first})"
    return [warning("questions", says, f"held {company} lists them, with the kronor behind each.")]


def _left_alone(reason: str) -> Finding:
    return Finding("company", "unchecked", f"not checked: the company is paused ({reason})", "Resume it first.")


def _too_slow(seconds: float) -> Finding:
    says = f"not checked: the examination took more than {seconds:g} s"
    return Finding("company", "unchecked", says, "Run doctor again when Fortnox answers faster.")


def counts(result: Result) -> Json:
    """How many findings are failed, warnings and unchecked."""
    return {
        "failed": result.count("failed"),
        "warnings": result.count("warning"),
        "unchecked": result.count("unchecked"),
    }


def shown(result: Result) -> Json:
    """An examination as JSON; moments in ISO 8601, UTC."""
    return {
        "at": iso(round(result.at.timestamp() * 1000)),
        **counts(result),
        "unanswered": result.unanswered,
        "host": [_finding(found) for found in result.host],
        "companies": [
            {
                "name": one.company.name,
                "kind": one.company.kind,
                "calls": one.calls,
                "findings": [_finding(found) for found in one.findings],
            }
            for one in result.companies
        ],
    }


def _finding(found: Finding) -> Json:
    return {
        "check": found.check,
        "level": found.level,
        "about": found.about or None,
        "says": found.says,
        "remedy": found.remedy or None,
        "code": found.code,
    }
