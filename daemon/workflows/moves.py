"""One turn of one run: what it stands at decides the one thing that is done now."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from connectors.json_body import read_object, write_object
from daemon.clock import Clock
from daemon.logs import Log
from daemon.workflows.begun import shown_at_sender, step_begun
from daemon.workflows.definitions import Definitions
from handlers.settings import CompanySettings
from handlers.values import Ref, stockholm_date
from handlers.workflow import Act, Step, Todo, Workflow, due_day, step_thing
from handlers.workflow_at_sender import task_at_sender
from store import todos, workflows
from store.acting import Person
from store.db import Database
from store.inbox import Seal
from store.standing import STOPPED, Standing, standing
from store.todos import AtSender
from store.workflows import Run, StepDone

SOONEST_MS, LATEST_MS, SHARE = 200, 5_000, 4
"""How soon a run whose commands are under way is looked at again: after a fourth of the time that they have taken so
far, within these bounds, so that what takes long costs little."""

LATEST_HELD_MS = 60_000
"""The same bound where a command waits for a person."""

TODO_MS = 3_600_000
"""Where a person has a task, who ends it wakes the run."""

ITSELF = "workflow"
"""Who discards what a run that is taken back had not sent yet."""

STOPPED_QUESTION = "a command of this step waits for a person (see `explain`)"
TODO_QUESTION = "a person must do the task of this step (see `todo list`)"


class Moves:
    """Decides and stores; nothing is sent from here: a step's commands go by the outbox."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        log: Log,
        definitions: Definitions,
        seal: Seal,
        unseal: Callable[[bytes], bytes],
        body_seal: Seal | None,
        settings: Callable[[str], CompanySettings],
        wake: Callable[[str], None],
    ) -> None:
        """``seal`` is for what a run knows, ``body_seal`` for deliveries; ``wake`` tells a company's delivery."""
        self._database = database
        self._clock = clock
        self._log = log
        self._definitions = definitions
        self._seal = seal
        self._unseal = unseal
        self._body_seal = body_seal
        self._settings = settings
        self._wake = wake

    async def turn(self, run: Run) -> None:
        """Do what is next. Raises :class:`handlers.values.Question`, :class:`daemon.workflows.definitions.Gone`."""
        flow = self._definitions.of(run)
        known = read_object(self._unseal(run.context))
        if run.state == "undoing":
            await self._undo(run, flow, known)
        elif run.place >= len(flow.steps):
            await self._end(run, "done")
        elif run.inbox_id is not None:
            await self._under_way(run, flow, known, run.inbox_id)
        else:
            await self._enter(run, flow, known)

    # --- forward ------------------------------------------------------------------------------------------------------

    async def _enter(self, run: Run, flow: Workflow, known: dict[str, Any]) -> None:
        step = flow.steps[run.place]
        if run.state != "waiting":
            if not step.holds(known):
                await self._ended(run, flow, known, StepDone(step.name, "skipped"))
                return
            if step.wait_seconds:
                until = self._clock.milliseconds() + step.wait_seconds * 1000
                await self._database.write(workflows.later(run, "waiting", until))
                return
        if step.todo is not None:
            await self._give(run, flow, step, step.todo(known), known)
        elif step.act is not None:
            await self._begin(run, step.name, step.act, known, step_thing(run.workflow_id, step.name))

    async def _give(self, run: Run, flow: Workflow, step: Step, todo: Todo, known: dict[str, Any]) -> None:
        day, now = due_day(todo, stockholm_date(self._clock.now())), self._clock.milliseconds()
        shown = self._shown(run, step, todo, known) if todo.at_sender else None
        job = todos.give(run, step.name, todo.title, day, now, shown, self._body_seal)
        state = await self._database.write(job)
        for command in () if shown is None else shown.begun.commands:
            self._wake(command.company)
        if todo.awaited and state == "open":
            await self._later(run, "waiting", TODO_MS, TODO_QUESTION)
        else:
            await self._ended(run, flow, known, StepDone(step.name, "done", result=state))

    def _shown(self, run: Run, step: Step, todo: Todo, known: Mapping[str, Any]) -> AtSender | None:
        """What has the event's source show the task, too, where it does."""
        now, thing = self._clock.now(), step_thing(run.workflow_id, step.name)
        task = task_at_sender(todo, known, thing, self._settings(run.company), stockholm_date(now))
        if task is None:
            return None
        return shown_at_sender(run.workflow_id, f"{run.name}.{step.name}", run.place, task, now)

    async def _begin(
        self, run: Run, name: str, act: Act, known: Mapping[str, Any], thing: Ref, *, undo: bool = False
    ) -> None:
        key = f"{run.place}/{'undo' if undo else 'do'}"
        commands = act(known, thing, self._settings(run.company))
        begun = step_begun(run.company, run.workflow_id, f"{run.name}.{name}", key, commands, self._clock.now())
        now = self._clock.milliseconds()
        await self._database.write(workflows.begin(run, begun, now, self._body_seal, undo=undo))
        for written_to in {run.company, *(one.company for one in begun.commands)}:
            self._wake(written_to)

    async def _under_way(self, run: Run, flow: Workflow, known: dict[str, Any], inbox_id: int) -> None:
        name = flow.steps[run.place].name
        (now,) = await self._database.read(standing([inbox_id]))
        if _stopped(now):
            await self._later(run, "held", self._soon(run, LATEST_HELD_MS), STOPPED_QUESTION)
        elif _moving(now):
            await self._later(run, "running", self._soon(run))
        elif any(command.state == "discarded" for command in now.commands):
            await self._failed(run, name, known)
        else:
            await self._ended(run, flow, known, _done(name, now))

    async def _failed(self, run: Run, name: str, known: Mapping[str, Any]) -> None:
        """A person ended a command of the step: what came before it is taken back."""
        done = StepDone(name, "failed")
        context, now = self._sealed(known), self._clock.milliseconds()
        await self._database.write(
            workflows.end_step(run, done, context, now, place=run.place - 1, undo=False, back=True)
        )
        self._log.warning("workflow.undoing", workflow=run.id, company=run.company, step=name)

    async def _ended(self, run: Run, flow: Workflow, known: dict[str, Any], done: StepDone) -> None:
        known = {**known, "steps": {**known.get("steps", {}), done.name: _told(done)}}
        account_id = flow.account_id(known)
        context = self._sealed({**known, "account_id": known.get("account_id") or account_id})
        now = self._clock.milliseconds()
        await self._database.write(
            workflows.end_step(run, done, context, now, place=run.place + 1, undo=False, account_id=account_id)
        )

    # --- back ---------------------------------------------------------------------------------------------------------

    async def _undo(self, run: Run, flow: Workflow, known: dict[str, Any]) -> None:
        if run.inbox_id is not None:
            await self._settle(run, flow.steps[run.place].name, known, run.inbox_id)
            return
        done = known.get("steps", {})
        for place in range(min(run.place, len(flow.steps) - 1), -1, -1):
            step = flow.steps[place]
            if step.undo is not None and done.get(step.name, {}).get("state") == "done":
                thing = step_thing(run.workflow_id, step.name, undo=True)
                await self._begin(replace(run, place=place), step.name, step.undo, known, thing, undo=True)
                return
        await self._end(run, "cancelled" if run.cancelled else "undone")

    async def _settle(self, run: Run, name: str, known: dict[str, Any], inbox_id: int) -> None:
        """What is under way ends first: a step whose commands have not left is given up, a step back is carried out."""
        if not run.back:
            person = Person(ITSELF, self._clock.milliseconds(), "the workflow is taken back")
            await self._database.write(workflows.discard_unsent(inbox_id, person))
        (now,) = await self._database.read(standing([inbox_id]))
        if _stopped(now):
            await self._later(run, "undoing", self._soon(run, LATEST_HELD_MS), STOPPED_QUESTION)
        elif _moving(now):
            await self._later(run, "undoing", self._soon(run))
        else:
            await self._settled(run, name, known, now)

    async def _settled(self, run: Run, name: str, known: dict[str, Any], now: Standing) -> None:
        discarded = any(command.state == "discarded" for command in now.commands)
        done = StepDone(name, "failed") if discarded else _done(name, now)
        forward = not run.back and done.state == "done"
        steps = known.get("steps", {}) | ({name: _told(done)} if forward else {})
        job = workflows.end_step(
            run,
            done,
            self._sealed({**known, "steps": steps}),
            self._clock.milliseconds(),
            place=run.place if forward else run.place - 1,
            undo=run.back,
            back=True,
        )
        await self._database.write(job)

    # --- shared -------------------------------------------------------------------------------------------------------

    async def _end(self, run: Run, state: str) -> None:
        await self._database.write(workflows.end(run, state, self._clock.milliseconds()))
        self._log.info("workflow.ended", workflow=run.id, company=run.company, reason=state)

    async def _later(self, run: Run, state: str, wait: int, question: str | None = None) -> None:
        if state == "held" and run.state != "held":
            self._log.warning("workflow.held", workflow=run.id, company=run.company, reason="command")
        await self._database.write(workflows.later(run, state, self._clock.milliseconds() + wait, question))

    def _soon(self, run: Run, latest: int = LATEST_MS) -> int:
        taken = 0 if run.since is None else self._clock.milliseconds() - run.since
        return min(max(taken // SHARE, SOONEST_MS), latest)

    def _sealed(self, known: Mapping[str, Any]) -> bytes:
        return self._seal(write_object(known))


def _stopped(now: Standing) -> bool:
    return any(command.state in STOPPED for command in now.commands)


def _moving(now: Standing) -> bool:
    return any(command.state not in {"done", "discarded", "superseded"} for command in now.commands)


def _done(name: str, now: Standing) -> StepDone:
    """The step's result is that of its last command that did something."""
    last = next((command for command in reversed(now.commands) if command.state == "done"), None)
    if last is None:
        return StepDone(name, "skipped")
    return StepDone(name, "done", result=last.result, object=last.object)


def _told(done: StepDone) -> dict[str, Any]:
    """A step that has ended, as later steps know it."""
    number = done.object.partition(":")[2] if done.object else None
    return {"state": done.state, "result": done.result, "object": done.object, "number": number}
