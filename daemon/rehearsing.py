"""Carries a delivery's commands out in memory: real plans and comparisons, every write answered by a rehearsal."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from connectors.base import Held, Json, Link, LinkReader, OutsideError, Park, Settled, Target, Task, Write
from connectors.fortnox.rehearsal import Call, Rehearsal
from connectors.register import Register
from daemon.step import claim_keys
from daemon.tasks import far, on_behalf_of
from handlers.commands import COMMANDS, Command, EnsureCustomer, SenderCommand
from store import claims, heads, links
from store.claims import Contradicted, Known
from store.db import Database
from store.heads import OPTIONAL
from store.outbox import NewCommand

MOST_PASSES = 8
"""Passes of one command; the longest real one (made from an order, dated, its rows changed) has four."""

NOT_READ = "what stands at the sender is read before it is told anything: ask a running daemon, without --offline"

STOPPED = frozenset({"held", "parked", "untold", "waits"})
"""Ends behind which nothing more of the lane goes."""


@runtime_checkable
class Rehearses(Protocol):
    """What a target offers that can be rehearsed."""

    def rehearsed(self, rehearsal: Rehearsal) -> Target:
        """The same target whose writes end in ``rehearsal``."""
        ...


@dataclass(frozen=True, slots=True)
class Carried:
    """How one command would end.

    ``state`` is done, held (a question would stop it), parked, waits (for what an earlier command or another delivery
    makes), or untold (what it stands on could not be read). ``calls`` are its writes.
    """

    rule: str
    command: Command
    state: str
    result: str | None = None
    reason: str | None = None
    question: str | None = None
    link: Link | None = None
    approval: bool = False
    calls: Sequence[Call] = ()
    proof: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a rehearsal stands on: the company's target, memory and habits, all read and never written.

    ``sender`` gives the target of a sender that is written back to, where it may be read.
    """

    target: Target
    database: Database
    links: LinkReader
    register: Register
    looking: bool
    approve: frozenset[str]
    priority: int
    sender: Callable[[str], Target | None]


class Rehearsing:
    """One run over the commands of one delivery, in their order; links that it makes exist in memory only."""

    def __init__(self, ground: Ground, rehearsal: Rehearsal, made: dict[str, Link]) -> None:
        """``made`` holds the run's links by thing, and is filled on the way."""
        self._ground = ground
        self._rehearsal = rehearsal
        self._made = made
        self._ended: dict[str, Carried] = {}
        self._stopped: dict[str, str] = {}

    async def carry(self, commands: Sequence[NewCommand]) -> list[Carried]:
        """How each command would end. Raises :class:`store.db.StoreUnavailable`."""
        return [await self._carry(new) for new in commands]

    async def _carry(self, new: NewCommand) -> Carried:
        command = COMMANDS.validate_json(new.text)
        before = len(self._rehearsal.calls)
        if new.lane in self._stopped:
            return Carried(new.rule, command, "waits", reason=f"behind {self._stopped[new.lane]}")
        try:
            carried = await self._stepped(new, command)
        except OutsideError as error:
            carried = Carried(new.rule, command, _stopped_by(error), reason=error.reason, question=error.remedy or None)
        calls = tuple(self._rehearsal.calls[before:])
        asks = bool(calls) and bool(self._ground.approve & {"all", new.kind, new.rule})
        carried = replace(carried, approval=asks, calls=calls)
        if carried.state in STOPPED:
            self._stopped[new.lane] = new.kind
        self._ended[new.thing] = carried
        return carried

    async def _stepped(self, new: NewCommand, command: Command) -> Carried:
        known = await self._links_of(new)
        wanted = [thing for thing in new.refs if not thing.startswith(OPTIONAL)]
        missing = next((thing for thing in wanted if thing not in known), None)
        if missing is not None:
            return await self._without(new, command, missing)
        if isinstance(command, SenderCommand):
            return await self._told_sender(new, command, known)
        if isinstance(command, EnsureCustomer) and new.thing not in known:
            settled = await self._known_party(new, command)
            if isinstance(settled, Carried):
                return settled
            if settled is not None:
                self._made[new.thing] = known[new.thing] = settled
                if command.update == "never":
                    return Carried(new.rule, command, "done", "found", link=settled)
        return await self._passes(new, command, known)

    async def _links_of(self, new: NewCommand) -> dict[str, Link]:
        """What the command's thing and refs are linked to, by this run or on disk."""
        things = [new.thing, *(thing.removeprefix(OPTIONAL) for thing in new.refs)]
        stored = await self._ground.database.read(lambda connection: links.read_many(connection, things))
        found = {thing: far(row) for thing, row in stored.items() if row.verified or thing == new.thing}
        for link in found.values():
            self._rehearsal.know(link.kind, link.number, link.state)
        return found | {thing: link for thing, link in self._made.items() if thing in things}

    async def _without(self, new: NewCommand, command: Command, thing: str) -> Carried:
        """What it stands on is not there: it would wait, or nothing is to be done."""
        maker = self._ended.get(thing)
        if maker is not None and maker.result == "not_created":
            because: Json = {"because": f"{maker.command.kind} makes nothing that this could be for"}
            return Carried(new.rule, command, "done", "not_created", proof=because)
        pending, last, _ = await self._ground.database.read(heads.unfinished_for(thing))
        if pending:
            return Carried(new.rule, command, "waits", reason=f"for out-{last}")
        if maker is not None:
            return Carried(new.rule, command, "waits", reason=f"for {maker.command.kind}")
        if command.dispensable:
            nothing: Json = {"because": "nothing makes what this could be for"}
            return Carried(new.rule, command, "done", "not_created", proof=nothing)
        return Carried(
            new.rule, command, "parked", reason="depends_on_ended", question="no command makes what it needs"
        )

    async def _known_party(self, new: NewCommand, command: EnsureCustomer) -> Link | Carried | None:
        """The customer that one of the keys belongs to already."""
        outcome = await self._ground.database.read(claims.known(new.company, claim_keys(command)))
        if isinstance(outcome, Contradicted):
            question = (
                f"customer {outcome.number} has the same e-mail address, but only one of the two has an organisation "
                "number: is it the same customer?"
            )
            return Carried(new.rule, command, "held", reason="ambiguous_customer", question=question)
        if not isinstance(outcome, Known):
            return None
        thing = outcome.thing
        found = await self._ground.database.read(lambda connection: links.read(connection, thing))
        return None if found is None else far(found)

    async def _passes(self, new: NewCommand, command: Command, known: dict[str, Link]) -> Carried:
        """Plan and perform until the command is settled, as delivery does pass by pass."""
        settled = Settled(None, "unchanged")
        for _ in range(MOST_PASSES):
            task = self._task(new, command, known)
            planned = await self._ground.target.plan(task)
            settled = planned if isinstance(planned, Settled) else await self._performed(task, planned)
            if settled.link is not None:
                known[new.thing] = settled.link
                if settled.question is None:
                    self._made[new.thing] = settled.link
            if settled.question is not None or not settled.again:
                break
        state = "done" if settled.question is None else "held"
        reason = None if settled.question is None else "question"
        return Carried(
            new.rule, command, state, settled.result, reason, settled.question, settled.link, proof=settled.proof
        )

    async def _told_sender(self, new: NewCommand, command: Command, known: dict[str, Link]) -> Carried:
        """What would be written back: its sender is read as delivery reads it, and nothing answers the write."""
        target = self._ground.sender(new.company)
        if target is None:
            return Carried(new.rule, command, "untold", reason="sender_not_read", question=NOT_READ)
        planned = await target.plan(self._task(new, command, known))
        if isinstance(planned, Settled) and planned.again and planned.link is not None:
            # It stands there already: what of it would change is decided with the link in place.
            known[new.thing] = planned.link
            planned = await target.plan(self._task(new, command, known))
        if isinstance(planned, Settled):
            state = "done" if planned.question is None else "held"
            return Carried(new.rule, command, state, planned.result, question=planned.question, proof=planned.proof)
        self._rehearsal.calls.append(Call(planned.operation, planned.method, planned.path, planned.body))
        return Carried(new.rule, command, "done", "created" if planned.creates else "changed")

    async def _performed(self, task: Task, write: Write) -> Settled:
        self._rehearsal.meant(write.evidence.get("meant"))
        return await self._ground.target.perform(task, write)

    def _task(self, new: NewCommand, command: Command, known: dict[str, Link]) -> Task:
        ground = self._ground
        named_in = on_behalf_of(command, new.company)
        by_thing = {ref.thing(named_in): ref for ref in (*command.refs, *command.optional_refs)}
        return Task(
            company=new.company,
            command=command,
            thing=new.thing,
            link=known.get(new.thing),
            refs={ref: known[thing] for thing, ref in by_thing.items() if thing in known},
            looking=ground.looking,
            links=ground.links,
            priority=ground.priority,
            register=ground.register,
        )


def _stopped_by(error: OutsideError) -> str:
    if isinstance(error, Held):
        return "held"
    return "parked" if isinstance(error, Park) else "untold"
