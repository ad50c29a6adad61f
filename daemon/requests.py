"""What people may ask for: one frozen request per action, the same over the admin socket and without a daemon."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from connectors.fortnox.table import RESOURCES
from handlers.values import Frozen

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
BODY_CHARACTERS = 500_000
"""Of a task's body, at most."""

DRY_BODY_CHARACTERS = 960_000
"""Of the body of a dry run, at most: base64 of 720 000 bytes."""

BATCH_CHARACTERS = 10_000_000
"""Of a batch, at most."""

KINDS = frozenset({"note", *(resource.one for resource in RESOURCES.values())})


def _kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"there is no kind {name}")
    return name


class Misused(Exception):
    """A name, an id or a field in a request means nothing here; the text is clear lines, mostly one."""


class Request(Frozen):
    """Every request names the person at the operating system who asks."""

    action: ClassVar[str]
    person: Text


class Retry(Request):
    """Send stopped commands again and read stopped deliveries again: one ``id``, or all of a reason or a company.

    ``absent`` is the person's word that nothing of the thing exists in the far system; ``allow`` lets a document pass
    the brake that held it.
    """

    action = "retry"
    id: Text | None = None
    reason: Text | None = None
    company: Text | None = None
    absent: bool = False
    allow: bool = False


class LinkThing(Request):
    """A command's thing is the far object ``number`` of ``kind`` (a note's: its customer's); a read checks it."""

    action = "link"
    id: Text
    kind: Annotated[str, AfterValidator(_kind)]
    number: Text


class Replay(Request):
    """Run today's rules on a stored delivery; ``accept`` sends what differs from what was delivered."""

    action = "replay"
    id: Text
    accept: bool = False


class Discard(Request):
    """End a command, or a stopped delivery, for good."""

    action = "discard"
    id: Text
    reason: Text


class Approve(Request):
    """Let commands go that are held until a person allows their write."""

    action = "approve"
    ids: Annotated[tuple[Text, ...], Field(min_length=1, max_length=1000)]


class AnswerQuestion(Request):
    """Answer the question ``id`` (q-5) for everything that waits for it, or ``only`` for one of it (in-12, out-34)."""

    action = "answer"
    id: Text
    answer: Text
    only: Text | None = None


class ForgetAnswer(Request):
    """Forget what was answered to the question ``id``, or what of that was said of the ``sale`` of this number."""

    action = "forget_answer"
    id: Text
    sale: Text | None = None


class StartTask(Request):
    """Do one write of the table as a task: its ``operation``, the ``keys`` of its path, and a JSON ``body``.

    ``row`` is the ``RowId`` of the one row that the body is about. The same ``key`` twice is one task.
    """

    action = "start_task"
    company: Text
    operation: Text
    keys: Annotated[tuple[Text, ...], Field(max_length=4)] = ()
    row: Text | None = None
    body: Annotated[str, StringConstraints(max_length=BODY_CHARACTERS)] | None = None
    key: Text


class StartBatch(Request):
    """Take a batch of rows, each with a result of its own: ``batch`` is the JSON that clients send to our endpoint."""

    action = "start_batch"
    company: Text
    batch: Annotated[str, StringConstraints(max_length=BATCH_CHARACTERS)]


class StartWorkflow(Request):
    """Start a workflow by its name; ``input`` is a JSON object for its steps. The same ``workflow_id`` is one run."""

    action = "start_workflow"
    company: Text
    workflow: Text
    workflow_id: Text | None = None
    survey_id: Text | None = None
    account_id: Text | None = None
    input: Annotated[str, StringConstraints(max_length=BODY_CHARACTERS)] | None = None


class CancelWorkflow(Request):
    """Take a run of a workflow back from where it stands."""

    action = "cancel_workflow"
    company: Text
    workflow_id: Text
    reason: Text


class FinishTodo(Request):
    """A task that a workflow gave is done."""

    action = "finish_todo"
    id: Text


class CancelTask(Request):
    """End a task that has not left."""

    action = "cancel_task"
    id: Text
    reason: Text


class Pause(Request):
    """Pause a company, a rule or a workflow; every company where none is named."""

    action = "pause"
    name: Text | None = None
    reason: Text


class Resume(Request):
    """End a pause; every pause where none is named."""

    action = "resume"
    name: Text | None = None


class Declare(Request):
    """A company's past: it is ``empty``, or its work after the start is ``new_work``."""

    action = "declare"
    company: Text
    proof: Literal["empty", "new_work"]


class Refresh(Request):
    """Read all registers of a company whole, now: until that has ended, its copy is not asked."""

    action = "refresh_register"
    company: Text


class Introduce(Request):
    """Tell the senders that follow a company's registers everything that these hold, or only count it."""

    action = "introduce_register"
    company: Text
    begin: bool = False


class Connect(Request):
    """Connect a company with the code of a consent, which must cover ``scopes``; the code never shows in a text."""

    action = "connect"
    company: Text
    code: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = Field(repr=False)
    redirect_uri: Text
    scopes: Annotated[tuple[Text, ...], Field(max_length=100)]


class AwaitConsent(Request):
    """Wait for the browser that Fortnox sends to the daemon's own address; the first request for a ``state`` begins.

    A later one answers when the browser has come, at the latest after ``seconds``.
    """

    action = "await_consent"
    company: Text
    state: Annotated[str, StringConstraints(min_length=32, max_length=200)] = Field(repr=False)
    begin: bool = False
    seconds: Annotated[float, Field(ge=0, le=60)] = 0


class OfferConsent(Request):
    """Keep a link for an administrator elsewhere, who opens it within ``days`` and approves."""

    action = "offer_consent"
    company: Text
    state: Annotated[str, StringConstraints(min_length=32, max_length=200)] = Field(repr=False)
    redirect_uri: Text
    scopes: Annotated[tuple[Text, ...], Field(max_length=100)]
    days: Annotated[int, Field(ge=1, le=30)]


class Revoke(Request):
    """Give a company's connection up: revoked at Fortnox, forgotten here, the company paused."""

    action = "revoke"
    company: Text


class Reseal(Request):
    """Seal what lies sealed anew with the newest state key, for a while, behind the place ``after``."""

    action = "reseal"
    after: Text | None = None


class Examine(Request):
    """Examine one company at Fortnox, or all of them, and the machine; ``duplicates`` reads all cards for doubles."""

    action = "doctor"
    company: Text | None = None
    duplicates: bool = False


class DryRun(Request):
    """Take a delivery the whole way and send nothing: a stored one by ``id``, or a ``body`` (base64) of a ``source``.

    ``path`` is what stands behind the source's name in the webhook's address, where that says something. ``company``
    is whose delivery it is, where the body alone does not say. ``offline``: Fortnox is not even read.
    """

    action = "dry_run"
    id: Text | None = None
    source: Text | None = None
    body: Annotated[str, StringConstraints(max_length=DRY_BODY_CHARACTERS)] | None = Field(default=None, repr=False)
    path: Annotated[str, StringConstraints(max_length=500)] = ""
    company: Text | None = None
    offline: bool = False

    @model_validator(mode="after")
    def _one_delivery(self) -> Self:
        if (self.id is None) == (self.body is None or self.source is None):
            raise ValueError("name a stored delivery, or give a body and its source")
        return self


OnConnection = Connect | AwaitConsent | OfferConsent | Revoke
AnyRequest = (
    Retry
    | LinkThing
    | Replay
    | Discard
    | Approve
    | AnswerQuestion
    | ForgetAnswer
    | StartTask
    | StartBatch
    | StartWorkflow
    | CancelWorkflow
    | FinishTodo
    | CancelTask
    | Pause
    | Resume
    | Declare
    | Refresh
    | Introduce
    | OnConnection
    | Reseal
    | Examine
    | DryRun
)

REQUESTS: Mapping[str, type[AnyRequest]] = {
    kind.action: kind
    for kind in (
        Retry,
        LinkThing,
        Replay,
        Discard,
        Approve,
        AnswerQuestion,
        ForgetAnswer,
        StartTask,
        StartBatch,
        StartWorkflow,
        CancelWorkflow,
        FinishTodo,
        CancelTask,
        Pause,
        Resume,
        Declare,
        Introduce,
        Refresh,
        Connect,
        AwaitConsent,
        OfferConsent,
        Revoke,
        Reseal,
        Examine,
        DryRun,
    )
}
