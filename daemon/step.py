"""One command's step: everything between "its lane's head is due" and "what became of it is on disk"."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from connectors.base import LinkReader, OutsideError, Settled, Target, Task, Unprovable, Vanished, Write
from connectors.register import NOTHING_KEPT, Register
from connectors.reissue import Reissue
from daemon.clock import Clock
from daemon.looking import Absent, Found, Looks, NotYet
from daemon.outcomes import Outcomes
from daemon.reissuing import Reissuing
from daemon.tasks import far, task_of
from daemon.turns import Turns
from handlers.commands import Command, EnsureCustomer
from store import delivering, heads, together, vanishing
from store.attempts import NewAttempt, OpenAttempt
from store.claims import Claimed, Contradicted, Known, Taken
from store.db import Database, StoreUnavailable
from store.delivering import Gone
from store.heads import Head
from store.lanes import followed
from store.together import Beginning

ORPHANS = 16
"""Doubts of stopped commands that are looked for in one pass."""

NEVER_SECONDS = 3600.0
"""What is said where nothing is to be looked for: whoever waits has a shorter bound of its own."""


NOT_TOLD = "its sale has not been told yet"
"""Why a command waits for what no command makes."""


class FarObjectOutsideTurn(Exception):
    """A target planned a write to a far object whose turn it had not asked for: a bug of the target."""


class MadeAlready(Exception):
    """A target planned to create a thing that is linked: a bug of the target, whose write could never leave."""


class Step:
    """Carries one company's commands; every ending is recorded by :class:`daemon.outcomes.Outcomes`."""

    def __init__(
        self,
        *,
        database: Database,
        target: Target,
        looks: Looks,
        outcomes: Outcomes,
        clock: Clock,
        looking: Callable[[], bool],
        paused_rules: Callable[[], frozenset[str]],
        links: LinkReader,
        register: Register = NOTHING_KEPT,
    ) -> None:
        self._database = database
        self._attempts = database.gathering(together.begin, together.begin_all)
        self._target = target
        self._looks = looks
        self._outcomes = outcomes
        self._clock = clock
        self._looking = looking
        self._paused_rules = paused_rules
        self._links = links
        self._register = register
        self.approve: frozenset[str] = frozenset()
        """Kinds of commands and rules whose writes leave only after a person's approval, or ``all``."""
        self.reissuing = Reissuing(database=database, looks=looks, outcomes=outcomes, clock=clock)
        self._turns = Turns()
        self._orphans_after = 0

    async def carry(self, head: Head) -> None:
        """Carry the command as far as it can go now. Raises only :class:`store.db.StoreUnavailable`."""
        try:
            await self._carry(head)
        except StoreUnavailable:
            raise
        except Gone:
            return
        except Vanished as error:
            await self._plan_anew(head, None, error)
        except Reissue as error:
            await self.reissuing.begin(head, error)
        except OutsideError as error:
            await self._outcomes.not_sent(head, error)
        except Exception as error:  # noqa: BLE001 - a bug of ours parks the command and shouts, it never stops the others
            await self._outcomes.bug(head, None, error)

    async def _carry(self, head: Head) -> None:
        if head.rule in self._paused_rules():
            await self._database.write(delivering.wait(head.outbox_id, f"rule:{head.rule}", "rule paused"))
            return
        task = self._task(head)
        if head.recheck:
            await self._recheck(head, task)
        elif task.command.beside and not head.open and await self._stands_aside(head, task.command):
            return
        elif head.missing:
            await self._wait_for(head, head.missing[0], task.command)
        elif (first := await self._comes_first(head)) is not None:
            await self._database.write(delivering.wait(head.outbox_id, f"end:{first}", f"out-{first}"))
        elif isinstance(task.command, EnsureCustomer) and (head.link is None or not head.link.verified):
            await self._claimed(head, task, task.command)
        else:
            await self._in_turn(head, task)

    def _task(self, head: Head) -> Task:
        return task_of(head, looking=self._looking(), links=self._links, register=self._register)

    async def _comes_first(self, head: Head) -> int | None:
        """What a sale still does to a document that a mapping's command goes on: its booking comes before a mail."""
        return None if followed(head.lane) is None else await self._database.read(heads.comes_first(head))

    async def _stands_aside(self, head: Head, command: Command) -> bool:
        """Whether a command beside the others does not go now: it waits for the end of what makes or changes what it
        needs, and is not needed itself where that has ended without it."""
        for ref in command.refs:
            thing = ref.thing(head.company)
            pending, last, how = await self._database.read(heads.unfinished_for(thing, head.inbox_id))
            if pending:
                await self._database.write(delivering.wait(head.outbox_id, f"maker:{thing}", f"out-{last}"))
                return True
            # It may have been linked since the head was read: then the head is read anew in its next turn.
            if thing in head.missing and thing in (await self._database.read(heads.head(head.outbox_id))).missing:
                ended = "nothing makes" if last is None else f"out-{last} ended as {how} without"
                await self._needless(head, f"{ended} what this would belong to")
        return bool(head.missing)

    async def _wait_for(self, head: Head, thing: str, command: Command) -> None:
        pending, last, how = await self._database.read(heads.unfinished_for(thing, head.inbox_id))
        if pending:
            await self._database.write(delivering.wait(head.outbox_id, f"thing:{thing}", f"out-{last}"))
        elif last is None and command.patient:
            await self._database.write(delivering.wait(head.outbox_id, f"thing:{thing}", NOT_TOLD, patient=True))
        elif how == "not_created":
            await self._needless(head, f"out-{last} made nothing that this could be for")
        elif thing in (await self._database.read(heads.head(head.outbox_id))).missing:
            if command.dispensable:
                await self._needless(head, "nothing makes what this could be for")
            else:
                await self._outcomes.depends_on_ended(head, last, how)
        # Else another lane linked it since the head was read: the head is read anew in its next turn.

    async def _needless(self, head: Head, because: str) -> None:
        await self._outcomes.settled(head, None, Settled(None, "not_created", proof={"because": because}))

    async def _claimed(self, head: Head, task: Task, command: EnsureCustomer) -> None:
        keys = claim_keys(command)
        outcome, known = await self._database.write(delivering.claim(head.outbox_id, keys))
        match outcome:
            case Claimed():
                await self._in_turn(head, task)
            case Taken(holder=holder, waits_for=waits_for):
                await self._database.write(delivering.wait(head.outbox_id, waits_for, f"out-{holder}"))
            case Contradicted(number=number):
                await self._outcomes.contradicted(head, command, number)
            case Known() if known is not None:
                again = command.update != "never"
                settled = Settled(far(known), "found", again=again, proof={"known_from": known.thing})
                await self._outcomes.settled(head, None, settled, keys=keys)

    async def _in_turn(self, head: Head, task: Task) -> None:
        far_object = self._target.far_object(task)
        async with self._turns.of(far_object):
            # What kept its turn waiting may have shut the gate: it then keeps its place, and nothing is recorded.
            if not self._outcomes.may_leave():
                return
            if far_object is not None and await self._kept_by_other(head, far_object):
                return
            if not head.open or await self._doubts_resolved(head, task):
                await self._write(head, task, far_object)

    async def _kept_by_other(self, head: Head, far_object: str) -> bool:
        other = await self._database.read(heads.foreign_on(head.company, far_object, head.thing))
        if other is None:
            return False
        waits_for = f"far:{head.company}:{far_object}"
        return await self._database.write(delivering.wait(head.outbox_id, waits_for, f"out-{other}"))

    async def _doubts_resolved(self, head: Head, task: Task) -> bool:
        verdict = await self._looks.resolve(self._target, task, head.outbox_id, head.open)
        match verdict:
            case Absent():
                return True
            case NotYet(seconds=seconds):
                await self._outcomes.look_later(head, seconds)
            case Found(settled=settled, attempts=attempts):
                await self._outcomes.found(head, settled, attempts, keys=_keys_of(task.command))
        return False

    async def _write(self, head: Head, task: Task, far_object: str | None) -> None:
        keys = _keys_of(task.command)
        plan = await self._target.plan(task)
        if isinstance(plan, Settled):
            await self._outcomes.settled(head, None, plan, keys=keys, absent=head.open)
            return
        if plan.far_object not in {None, far_object}:
            raise FarObjectOutsideTurn(plan.operation)
        if plan.creates and head.link is not None:
            raise MadeAlready(plan.operation)
        if not head.approved and self.approve & {"all", head.kind, head.rule}:
            await self._outcomes.asks_approval(head, plan)
            return
        # The place first: an attempt that is on disk while it waits for one would be a doubt after a crash.
        async with self._target.place(task.priority):
            if self._outcomes.may_leave():
                await self._sent(head, task, plan)

    async def _sent(self, head: Head, task: Task, plan: Write) -> None:
        keys = _keys_of(task.command)
        now = self._clock.milliseconds()
        absent = [attempt.id for attempt in head.open]
        attempt_id = await self._attempts.write(Beginning(_attempt(head, plan), now, absent))
        self._looks.forget(absent)
        started = self._clock.monotonic()
        try:
            settled = await self._performed(task, plan, attempt_id)
        except Vanished as error:
            await self._plan_anew(head, attempt_id, error)
        except OutsideError as error:
            await self._outcomes.sent(head, attempt_id, error, creates=plan.creates)
        except StoreUnavailable:
            # A token could not be kept: whether the call left is not known, so the open attempt is looked for.
            raise
        except Exception as error:  # noqa: BLE001 - the call may have left: its end is unknown, and the bug is shouted
            await self._outcomes.bug(head, attempt_id, error)
        else:
            recheck = plan.creates and settled.question is None and _doubted(head)
            await self._outcomes.settled(head, attempt_id, settled, keys=keys, recheck=recheck, started=started)

    async def _plan_anew(self, head: Head, attempt_id: int | None, gone: Vanished) -> None:
        """The customer that the copy of the register had shown is gone: its command looks for it again."""
        now = self._clock.milliseconds()
        await self._database.write(vanishing.plan_anew(head.outbox_id, attempt_id, gone.number, now))
        self._looks.forget([] if attempt_id is None else [attempt_id])
        self._outcomes.vanished(head, gone)

    async def _performed(self, task: Task, write: Write, attempt_id: int) -> Settled:
        self._looks.begun(attempt_id)
        try:
            return await self._target.perform(task, write)
        finally:
            self._looks.ended(attempt_id)

    async def _recheck(self, head: Head, task: Task) -> None:
        attempt = await self._database.read(heads.last_create(head.outbox_id))
        seen = await self._looks.recheck(self._target, task, head.outbox_id, attempt)
        if isinstance(seen, NotYet):
            await self._outcomes.look_later(head, seen.seconds)
        else:
            created = replace(seen, result="created")
            await self._outcomes.settled(head, None, created, keys=_keys_of(task.command), answered=True)

    async def resolve_orphans(self, company: str) -> float:
        """Look for what stopped or ended commands left unknown; returns the seconds until the next such look.

        Raises only :class:`store.db.StoreUnavailable`.
        """
        orphans = await self._database.read(heads.orphans(company, self._orphans_after, ORPHANS))
        more = len(orphans) == ORPHANS
        self._orphans_after = orphans[-1].id if more else 0
        wait = 0.0 if more else NEVER_SECONDS
        by_thing: dict[str, list[OpenAttempt]] = {}
        for attempt in orphans:
            by_thing.setdefault(attempt.thing, []).append(attempt)
        for attempts in by_thing.values():
            wait = min(wait, await self._orphan(company, attempts))
        return wait

    async def _orphan(self, company: str, attempts: Sequence[OpenAttempt]) -> float:
        try:
            return await self._resolve_orphan(attempts)
        except StoreUnavailable:
            raise
        except Gone:
            return 0.0
        except Unprovable:
            return NEVER_SECONDS
        except Exception as error:  # noqa: BLE001 - the doubt stays open and is said; the others are looked for
            self._outcomes.orphan_failed(company, attempts[-1].outbox_id, error)
            return self._outcomes.first_step()

    async def _resolve_orphan(self, attempts: Sequence[OpenAttempt]) -> float:
        head = await self._database.read(heads.head(attempts[-1].outbox_id))
        task = self._task(head)
        verdict = await self._looks.resolve(self._target, task, head.outbox_id, attempts)
        match verdict:
            case NotYet(seconds=seconds):
                return seconds
            case Found(settled=settled):
                await self._outcomes.orphan_found(head, settled, attempts, keys=_keys_of(task.command))
            case Absent():
                await self._outcomes.orphan_absent(attempts)
        return 0.0


def claim_keys(command: EnsureCustomer) -> list[str]:
    """The match keys of a party as the store keeps them: ``name:value``, strongest first."""
    return [f"{name}:{value}" for name, value in command.match_keys]


def _doubted(head: Head) -> bool:
    """Whether an earlier create of the thing had an unknown end; a refusal with 429 is a complete answer."""
    return head.doubted or any(attempt.creates and attempt.end != "throttled" for attempt in head.open)


def _keys_of(command: Command) -> list[str]:
    return claim_keys(command) if isinstance(command, EnsureCustomer) else []


def _attempt(head: Head, write: Write) -> NewAttempt:
    return NewAttempt(
        outbox_id=head.outbox_id,
        company=head.company,
        thing=head.thing,
        far_object=write.far_object,
        operation=write.operation,
        creates=write.creates,
        stands_on=write.stands_on,
        evidence=write.evidence,
        altered=write.altered,
        proof=write.proof,
    )
