"""``/fortnox/workflows``: a client starts, finds, reads and cancels runs of workflows."""

from collections.abc import Callable
from typing import Any

from connectors.client.source import source_of
from connectors.client.wire import WorkflowGiven, WorkflowTaken
from daemon.clock import Clock
from daemon.endpoints.answers import Answered, Refusal, not_found
from daemon.endpoints.calls import Call
from daemon.endpoints.states import LOOK_SECONDS
from daemon.workflows.told import paused_workflows, row_told, run_told
from store import inbox, workflows
from store.acting import NotPossible, Person
from store.db import Database
from store.inbox import Arrival, Seal

MOST = 100
MOVING = frozenset({"running", "waiting", "undoing"})
ID_CHARACTERS = 16


class Runs:
    """Starts and tells of runs."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        seal: Seal | None,
        workflows_of: Callable[[str], frozenset[str]],
        new_id: Callable[[], str],
        arrived: Callable[[], None],
        wake: Callable[[], None],
    ) -> None:
        """``workflows_of`` names a company's workflows, ``new_id`` gives a run's id; ``wake`` tells the engine."""
        self._database = database
        self._clock = clock
        self._seal = seal
        self._workflows_of = workflows_of
        self._new_id = new_id
        self._arrived = arrived
        self._wake = wake

    async def start(self, call: Call) -> Answered:
        """``POST``: 202 with the run's id; with ``wait`` the run once it does not move by itself."""
        company, seconds, given = call.company(), call.wait(), call.read(WorkflowGiven)
        if given.workflow not in self._workflows_of(company):
            raise Refusal(422, "bad_fields", "there is no such workflow", faults=("workflow: is not configured",))
        workflow_id = given.workflow_id or f"{given.workflow}-{self._new_id()}"
        taken = WorkflowTaken(
            workflow=given.workflow,
            workflow_id=workflow_id,
            survey_id=given.survey_id,
            account_id=given.account_id,
            input=given.input,
            asked_at=self._clock.now().isoformat(),
        )
        key = f"{company}/workflow/{workflow_id}"
        body = taken.model_dump_json().encode()
        arrival = Arrival(source_of(call.client.name), company, key, {}, body, self._clock.now())
        accepted = await self._database.write(inbox.accept(arrival, self._seal))
        self._arrived()
        told = await self._at_rest(company, workflow_id, seconds)
        if told is None:
            told = {"workflow_id": workflow_id, "survey_id": given.survey_id, "account_id": given.account_id}
            told |= {"workflow": given.workflow, "status": "accepted", "id": f"in-{accepted.inbox_id}"}
        at_rest = seconds and told["status"] not in {*MOVING, "accepted"}
        return Answered(200 if at_rest else 202, told | {"repeated": accepted.repeated})

    async def show(self, call: Call) -> Answered:
        """``GET`` of one run."""
        told = await run_told(self._database.read, call.company(), call.named["workflow_id"])
        if told is None:
            raise not_found()
        return Answered(200, told)

    async def find(self, call: Call) -> Answered:
        """``GET``: runs by ``survey_id``, ``account_id`` or both, else the newest."""
        found = await self._database.read(
            workflows.found(
                [call.company()], survey_id=call.text("survey_id"), account_id=call.text("account_id"), limit=MOST
            )
        )
        paused = await paused_workflows(self._database.read)
        return Answered(200, {"workflows": [row_told(row, paused) for row in found]})

    async def cancel(self, call: Call) -> Answered:
        """``DELETE``: what the run did is taken back, step by step, where they say how; with ``wait`` until it is."""
        company, seconds, workflow_id = call.company(), call.wait(), call.named["workflow_id"]
        person = Person(source_of(call.client.name), self._clock.milliseconds(), "cancelled over HTTP")
        if await run_told(self._database.read, company, workflow_id) is None:
            raise not_found()
        try:
            await self._database.write(workflows.cancel(company, workflow_id, person))
        except NotPossible as error:
            raise Refusal(409, "ended", str(error)) from None
        self._wake()
        told = await self._at_rest(company, workflow_id, seconds) or {}
        return Answered(200 if seconds and told["status"] not in MOVING else 202, told)

    async def _at_rest(self, company: str, workflow_id: str, seconds: float) -> dict[str, Any] | None:
        until = self._clock.monotonic() + seconds
        while True:
            told = await run_told(self._database.read, company, workflow_id)
            if (told is not None and told["status"] not in MOVING) or self._clock.monotonic() >= until:
                return told
            await self._clock.sleep(LOOK_SECONDS)
