"""Decides what becomes of one inbox row: its source reads it, the rules answer, and nothing is stored here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from connectors.json_body import read_object
from connectors.sources import Ignored, Learned, Needs, Source, Stored, Told, Unreadable
from daemon.asking import asked_by_rule
from daemon.bus import LIVE, Bus, RuleFailed
from daemon.door import ACCOUNT
from daemon.learning import learned
from daemon.logs import Log
from daemon.said import number_of, response_of, sales_of, twin_of
from daemon.tasks import held_by
from handlers.commands import Command, RecordCommand, SenderCommand
from handlers.comments import unknown_lines
from handlers.events import CommentsAdded, EntryChanged, Event, OrderChanged, Origin, TaskCompleted
from handlers.facts import Facts
from handlers.following import COMMENTS, DOCUMENT_COMMENTS
from handlers.settings import CompanySettings
from handlers.values import Question
from store import heads, lanes
from store.db import milliseconds
from store.fetching import Echo
from store.handling import Handled
from store.inbox import Waiting
from store.outbox import NewCommand
from store.register import Entry
from store.responses import Response
from store.workflow_starts import NewWorkflow

MOST_READS = 24
"""Records read at the sender for one delivery."""

BATCH_PRIORITY = 5
"""Behind what happens now, before a backfill."""

ORIGINS: Mapping[str, Origin] = {"webhook": "webhook", "poll": "poll", "push": "push"}
"""What the store calls the ways in."""

Unseal = Callable[[bytes], bytes]
Started = Callable[[Event, str], Sequence[NewWorkflow]]
"""The runs of workflows that an event of a company starts. Raises :class:`handlers.values.Question`."""


def nothing_starts(_event: Event, _company: str) -> Sequence[NewWorkflow]:
    """Where no workflow is configured."""
    return ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A delivery that its source has read: its events are to be decided with what is remembered of them."""

    row: Waiting
    settings: CompanySettings
    events: Sequence[Event]


@dataclass(slots=True)
class _Caused:
    """What the events of a delivery cause, as far as their rules have run."""

    made: list[tuple[Event, str, Command]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    answered: list[Response] = field(default_factory=list)
    started: list[NewWorkflow] = field(default_factory=list)

    @property
    def nothing_in_books(self) -> bool:
        """Whether rules passed it by and made nothing for Fortnox."""
        return bool(self.skipped) and all(isinstance(command, SenderCommand) for _, _, command in self.made)


class Deciding:
    """Pure but for the log line of a bug. What it stands on may be replaced while it runs (a reload)."""

    def __init__(
        self,
        *,
        sources: Mapping[str, Source],
        companies: Mapping[str, CompanySettings],
        company_of: Mapping[str, Callable[[str | None], str | None]],
        readers: frozenset[str],
        bus: Bus,
        log: Log,
        unseal: Unseal,
        started: Started = nothing_starts,
    ) -> None:
        """``company_of`` gives, for each source, the company of an account; ``readers`` names sources that can read."""
        self.sources = sources
        self.companies = companies
        self.company_of = company_of
        self.readers = readers
        self._bus = bus
        self._log = log
        self._unseal = unseal
        self.started = started

    def read(self, row: Waiting) -> Handled | Heard:
        """What one row says, or what becomes of it where that needs no rule; nothing is stored."""
        row = self.placed(row)
        park = partial(Handled, row.id, "parked")
        if not row.company:
            return park(reason="unknown_account", question="the sender's account is in no table: add it, then retry")
        source, settings = self.sources.get(row.source), self.companies.get(row.company)
        if source is None or settings is None:
            gone = "source" if source is None else "company"
            return park(reason="not_configured", question=f"the {gone} is no longer in the configuration")
        try:
            return self._heard(row, source.events(self._opened(row)), settings)
        except Unreadable as error:
            return park(reason="unreadable", question=str(error))
        except Question as error:
            return Handled(row.id, "held", reason="question", question=str(error), ask=asked_by_rule(error))
        except Exception as error:  # noqa: BLE001 - a bug of ours parks the row and shouts; the others go on
            self.shout(row, error)
            return park(reason="bug", question="an error in the program: see the log, replay after the fix")

    def _heard(self, row: Waiting, read: Told, settings: CompanySettings) -> Handled | Heard:
        if isinstance(read, Ignored):
            return Handled(row.id, "ignored", reason=read.reason, forget=read.forget)
        if isinstance(read, Needs):
            return self._to_be_read(row, read, settings)
        if isinstance(read, Learned):
            return learned(row, read, settings)
        return Heard(row, settings, read) if read else Handled(row.id, "ignored", reason="the delivery says nothing")

    def _opened(self, row: Waiting) -> Stored:
        """The row as its source knows it. Raises what opening a sealed body raises: a bug, or a lost key."""
        body = self._unseal(row.body) if row.sealed else row.body
        reads = {
            name: None
            if answer.body is None
            else read_object(self._unseal(answer.body) if answer.sealed else answer.body)
            for name, answer in row.reads.items()
        }
        return Stored(row.id, row.dedupe_key, row.received_at, row.headers, body, ORIGINS[row.origin], reads)

    def _to_be_read(self, row: Waiting, needs: Needs, settings: CompanySettings) -> Handled:
        """What only hints is read at its sender first, unless it lies before the company's start anyway."""
        if needs.dated is not None and needs.dated < settings.start_of(row.source):
            reason = _too_early(needs.dated, row.source, settings)
            return Handled(row.id, "before_start", reason=reason, company=row.company)
        missing = [wanted for wanted in needs.wanted if wanted.name not in row.reads]
        if not missing or len(row.reads) + len(missing) > MOST_READS:
            raise Unreadable("its source asks its sender for the same again and again: see the log")
        if row.source not in self.readers:
            question = "its source has no access to the sender's API: give it one, then retry"
            return Handled(row.id, "parked", reason="no_reader", question=question)
        records = [(wanted.name, wanted.kind, wanted.id) for wanted in missing]
        echo = None
        if needs.echo is not None:
            echo = Echo(needs.echo.kind, needs.echo.number, round(needs.echo.seconds * 1000))
        return Handled(row.id, "reading", wanted=records, company=row.company, echo=echo)

    def placed(self, row: Waiting) -> Waiting:
        """The row with its company: one whose account was in no table when it came is looked up again."""
        if row.company or row.source not in self.company_of:
            return row
        return replace(row, company=self.company_of[row.source](row.headers.get(ACCOUNT)) or "")

    def decide(self, heard: Heard, facts: Sequence[Facts], modes: Collection[str] = LIVE) -> Handled:
        """What the rules in one of ``modes`` make of what was heard; nothing is stored.

        ``facts`` is what is remembered for each event.
        """
        row, settings = heard.row, heard.settings
        first = heard.events[0]
        mark = _marking(row, first)
        known = zip(heard.events, facts, strict=True)
        start = settings.start_of(row.source)
        timely = [(event, remembered) for event, remembered in known if event.dated >= start]
        if not timely:
            return mark(state="before_start", reason=_too_early(first.dated, row.source, settings))
        caused = _Caused()
        for event, remembered in timely:
            try:
                self._run(row, settings, event, remembered, modes, caused)
            except Question as error:
                ask = asked_by_rule(error, event, row.company)
                return mark(state="held", reason="question", question=str(error), ask=ask)
            except RuleFailed as error:
                self.shout(row, error)
                return mark(state="parked", reason="bug", question=f"{error}: see the log, replay after the fix")
        shadowed = sorted({rule for event, _ in timely for rule in self._bus.shadowed(event, settings)})
        return mark(
            state="handled",
            reason=_passed_by(caused.skipped, () if "shadow" in modes else shadowed),
            twin=twin_of(first),
            shadowed=shadowed,
            commands=[_new_command(row, event, rule, command, settings) for event, rule, command in caused.made],
            workflows=caused.started,
            sales=list(sales_of(row.company, [command for _, _, command in caused.made])),
            responses=caused.answered,
            foreign=_foreign(first, facts[0]),
            entries=_lines_of(first, facts[0]),
            tasks_done=[event.mark for event, _ in timely if isinstance(event, TaskCompleted)],
            passed_by=first.lane if isinstance(first, OrderChanged) and caused.nothing_in_books else None,
        )

    def _run(
        self,
        row: Waiting,
        settings: CompanySettings,
        event: Event,
        remembered: Facts,
        modes: Collection[str],
        caused: "_Caused",
    ) -> None:
        """Add what one event causes. Raises ``Question`` and :class:`daemon.bus.RuleFailed`."""
        heard_by = self._bus.commands(event, settings, remembered, modes, skipped=caused.skipped)
        caused.made += [(event, *named) for named in heard_by]
        caused.answered += response_of(row, settings, event, remembered)
        caused.started += self.started(event, row.company)

    def shout(self, row: Waiting, error: Exception) -> None:
        """A bug of ours: the row is parked, and the log says so with its stack."""
        self._log.error("event.parked", **named(row), reason="bug", exc_info=error)


def _marking(row: Waiting, first: Event) -> Callable[..., Handled]:
    """What becomes of the row, with what its first event says of itself."""
    return partial(
        Handled,
        row.id,
        kind=first.kind,
        thing=first.thing.thing(row.company),
        number=number_of(first),
        version=str(first.version),
        company=row.company,
    )


def _foreign(event: Event, remembered: Facts) -> tuple[str, str] | None:
    """The far object that somebody else changed, by kind and number."""
    if not isinstance(event, EntryChanged) or remembered.own_write:
        return None
    return event.thing.kind, event.thing.id


def _lines_of(event: Event, remembered: Facts) -> list[Entry]:
    """Which lines stand in a customer's comments from now on, or were told of a sale's documents."""
    if not isinstance(event, CommentsAdded):
        return []
    if event.document is None:
        kept = {"lines": [*event.standing], "parties": event.parties}
        return [Entry(COMMENTS, event.number, milliseconds(event.occurred_at), kept)]
    told = {line: place for line, place in remembered.known_lines.items() if place}
    told |= dict.fromkeys(unknown_lines(event, remembered), event.place)
    # It adds to what was told of the sale, whichever of its news was noticed first: so no moment makes it older.
    return [Entry(DOCUMENT_COMMENTS, event.sale, 0, {"lines": told})] if told else []


def _passed_by(skipped: Sequence[str], shadowed: Sequence[str]) -> str | None:
    """Why rules made nothing of it, each reason once."""
    only_shown = [f"in shadow mode: {', '.join(shadowed)}"] if shadowed else []
    return "; ".join(dict.fromkeys([*skipped, *only_shown])) or None


def _too_early(dated: date, source: str, settings: CompanySettings) -> str:
    start = settings.start_of(source)
    whose = "the company's start" if start == settings.start else "its source's start"
    return f"dated {dated}, before {whose} {start}"


def named(row: Waiting) -> dict[str, str | int]:
    """Which row a line speaks of; ``trace`` goes on with everything that the row causes."""
    return {"trace": f"in-{row.id}", "inbox_id": row.id, "source": row.source, "company": row.company}


def new_command(
    inbox_id: int,
    company: str,
    lane: str,
    rule: str,
    command: Command,
    versions: tuple[str | None, str | None] = (None, None),
) -> NewCommand:
    """The outbox row of a command; its key is the same whenever the same rule runs on the same row again.

    ``versions`` are those of the rule and of its mapping.
    """
    thing = command.thing.thing(company)
    return NewCommand(
        key=f"{inbox_id}/{rule}/{command.kind}/{thing}",
        company=held_by(command, company),
        lane=own_lane(command) or lane,
        inbox_id=inbox_id,
        rule=rule,
        kind=command.kind,
        thing=thing,
        refs=[
            *(ref.thing(company) for ref in command.refs),
            *(heads.OPTIONAL + ref.thing(company) for ref in command.optional_refs),
        ],
        text=command.model_dump_json(),
        supersedes=[(kind, ref.thing(company)) for kind, ref in command.supersedes],
        replaces=command.replaces_older,
        rule_version=versions[0],
        mapping_version=versions[1],
    )


def _new_command(row: Waiting, event: Event, rule: str, command: Command, settings: CompanySettings) -> NewCommand:
    lane = _lane(event, rule, command, settings)
    made = new_command(row.id, row.company, lane, rule, command, settings.versions(rule))
    return replace(made, priority=BATCH_PRIORITY) if event.in_batch else made


def _lane(event: Event, rule: str, command: Command, settings: CompanySettings) -> str:
    """The event's lane; what a mapping does to Fortnox's table has one of its own, which never stops the event's."""
    mapped = isinstance(command, RecordCommand) and any(
        own.name == rule and own.mapping_version is not None for own in settings.own.rules
    )
    return lanes.follower(event.lane, rule) if mapped else event.lane


def own_lane(command: Command) -> str:
    """The lane of a command that does not stand in its event's: a record of a sender's, or one beside the others."""
    if isinstance(command, SenderCommand):
        return command.lane
    thing = command.thing
    return f"{thing.system}:{thing.kind}:{thing.id}:{thing.generation}" if command.beside else ""
