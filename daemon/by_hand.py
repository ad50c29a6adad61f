"""What people ask for besides the work that stopped: tasks, batches, workflows, approvals, answers, dry runs."""

from collections.abc import Awaitable, Callable

from daemon.approvals import Approvals
from daemon.asked_runs import AskedRuns
from daemon.clock import Clock
from daemon.following import Follow
from daemon.held_answers import HeldAnswers
from daemon.person_batches import PersonBatches
from daemon.person_tasks import PersonTasks
from daemon.person_workflows import PersonWorkflows
from daemon.requests import (
    AnswerQuestion,
    AnyRequest,
    Approve,
    CancelTask,
    CancelWorkflow,
    DryRun,
    FinishTodo,
    ForgetAnswer,
    Misused,
    StartBatch,
    StartTask,
    StartWorkflow,
)
from daemon.settings import Config
from daemon.subjects import Answer
from store.db import Database

Asked = (
    StartTask
    | CancelTask
    | StartBatch
    | StartWorkflow
    | CancelWorkflow
    | FinishTodo
    | Approve
    | AnswerQuestion
    | ForgetAnswer
    | DryRun
)


class ByHand:
    """Hands each request to who carries it out."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        database: Database,
        clock: Clock,
        follow: Follow,
        perform: Callable[[AnyRequest], Awaitable[Answer]],
        released: Callable[[int, str], None],
        dry_runs: AskedRuns | None,
    ) -> None:
        """``perform`` carries out what an answer means; ``released`` is told of approved commands."""
        arrived = follow.new_deliveries
        self._follow = follow
        self._tasks = PersonTasks(config=config, database=database, clock=clock)
        self._batches = PersonBatches(config=config, database=database, clock=clock, arrived=arrived)
        self._workflows = PersonWorkflows(
            config=config,
            database=database,
            clock=clock,
            arrived=arrived,
            wake=follow.workflows_moved,
            new_work=follow.new_work,
        )
        self._answers = HeldAnswers(database=database, clock=clock, follow=follow, perform=perform)
        self._approvals = Approvals(database=database, clock=clock, follow=follow, told=released)
        self._dry_runs = dry_runs

    async def perform(self, request: Asked) -> Answer:
        """Carry one request out. Raises what :meth:`daemon.actions.Actions.perform` raises."""
        match request:
            case StartTask() | CancelTask():
                return await self._task(request)
            case StartBatch():
                return await self._batches.start(request)
            case StartWorkflow() | CancelWorkflow() | FinishTodo():
                return await self._workflows.perform(request)
            case Approve():
                return await self._approvals.approve(request)
            case AnswerQuestion() | ForgetAnswer():
                return await self._answers.perform(request)
            case DryRun():
                return await self._dry_run(request)

    async def _task(self, request: StartTask | CancelTask) -> Answer:
        if isinstance(request, CancelTask):
            return await self._tasks.cancel(request)
        answer = await self._tasks.start(request)
        self._follow.new_work(request.company)
        return answer

    async def _dry_run(self, request: DryRun) -> Answer:
        if self._dry_runs is None:
            raise Misused("nothing is run dry here")
        return await self._dry_runs.answer(request)
