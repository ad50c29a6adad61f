"""A person's part in workflows: starting, cancelling, and doing the tasks that they give."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from connectors.client.source import PERSON, source_of
from connectors.client.wire import WorkflowTaken
from connectors.json_body import BodyFault, read_object
from connectors.nearest import meant
from daemon.clock import Clock
from daemon.door import seal_of
from daemon.ids import delivery_id
from daemon.requests import CancelWorkflow, FinishTodo, Misused, StartWorkflow
from daemon.settings import Config
from daemon.workflows.begun import completed_at_sender
from daemon.workflows.told import run_told
from store import inbox, todos, workflows
from store.acting import Person
from store.db import Database
from store.inbox import Arrival

PREFIX = "todo-"


class PersonWorkflows:
    """Carries out what a person asks of workflows."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        database: Database,
        clock: Clock,
        arrived: Callable[[], None],
        wake: Callable[[], None],
        new_work: Callable[[str], None],
    ) -> None:
        """``arrived`` tells intake of a new row, ``wake`` the engine of a run that can go on.

        ``new_work`` tells a company's or a sender's delivery of new commands.
        """
        self._config = config
        self._database = database
        self._clock = clock
        self._arrived = arrived
        self._wake = wake
        self._new_work = new_work

    async def perform(self, request: StartWorkflow | CancelWorkflow | FinishTodo) -> dict[str, Any]:
        """Carry one out. Raises :class:`Misused`, :class:`store.acting.NotPossible`."""
        match request:
            case StartWorkflow():
                return await self._start(request)
            case CancelWorkflow():
                return await self._cancel(request)
            case FinishTodo():
                return await self._finish(request)

    async def _start(self, request: StartWorkflow) -> dict[str, Any]:
        company = self._company(request.company)
        names = {flow.name for flow in self._config().companies[company].workflows}
        if request.workflow not in names:
            raise Misused(f"there is no workflow {request.workflow}{meant(request.workflow, names)}")
        workflow_id = request.workflow_id or f"{request.workflow}-{token_hex(6)}"
        now = self._clock.now()
        taken = WorkflowTaken(
            workflow=request.workflow,
            workflow_id=workflow_id,
            survey_id=request.survey_id,
            account_id=request.account_id,
            input=_input(request.input),
            asked_at=now.isoformat(),
        )
        key = f"{company}/workflow/{workflow_id}"
        arrival = Arrival(source_of(PERSON), company, key, {}, taken.model_dump_json().encode(), now)
        accepted = await self._database.write(inbox.accept(arrival, seal_of(self._config())))
        self._arrived()
        return {"workflow_id": workflow_id, "id": delivery_id(accepted.inbox_id), "repeated": accepted.repeated}

    async def _cancel(self, request: CancelWorkflow) -> dict[str, Any]:
        company = self._company(request.company)
        person = Person(request.person, self._clock.milliseconds(), request.reason)
        await self._database.write(workflows.cancel(company, request.workflow_id, person))
        self._wake()
        return {"workflow": await run_told(self._database.read, company, request.workflow_id)}

    async def _finish(self, request: FinishTodo) -> dict[str, Any]:
        number = request.id.removeprefix(PREFIX)
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise Misused(f"{request.id} is no task: todo-3 names one (see `todo list`)")
        shown = await self._database.read(todos.shown(int(number)))
        told = None if shown is None else completed_at_sender(shown, self._clock.now())
        person = Person(request.person, self._clock.milliseconds())
        await self._database.write(todos.finish(int(number), person, told, seal_of(self._config())))
        self._wake()
        for command in () if told is None else told.commands:
            self._new_work(command.company)
        return {"todo": f"{PREFIX}{number}", "state": "done"}

    def _company(self, name: str) -> str:
        known = self._config().companies
        if name not in known:
            raise Misused(f"there is no company {name}{meant(name, known)}")
        return name


def _input(text: str | None) -> dict[str, Any]:
    try:
        return {} if text is None else read_object(text.encode())
    except BodyFault as error:
        raise Misused(f"the input: {error}") from None
