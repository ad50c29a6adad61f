"""Workflows and schedules, as the configuration says them."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from handlers.settings.mapping import Heard
from handlers.values import Frozen

_WAIT = re.compile(r"([0-9]{1,5}) (second|minute|hour|day|week)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
LONGEST_WAIT_SECONDS = 366 * 86_400


def seconds_of(wait: str) -> int:
    """``"2 days"`` in seconds; days have 24 hours. Raises ``ValueError``."""
    found = _WAIT.fullmatch(wait.strip())
    if found is None:
        raise ValueError('must be a number and seconds, minutes, hours, days or weeks, such as "2 days"')
    seconds = int(found[1]) * _SECONDS[found[2]]
    if seconds > LONGEST_WAIT_SECONDS:
        raise ValueError("must be a year at most")
    return seconds


def _wait(text: str) -> str:
    seconds_of(text)
    return text


class ActionSection(Frozen):
    """One operation of Fortnox's table, with its keys and fields as in a mapping."""

    action: str
    keys: tuple[Any, ...] = ()
    fields: dict[str, Any] = Field(default_factory=dict)


class StepSection(Frozen):
    """One step: exactly one of ``action``, ``customer``, ``note``, ``sender_note`` and ``todo``.

    ``action`` is an operation of Fortnox's table with ``keys`` and ``fields``; ``customer`` makes sure that the event's
    party is a customer; ``note`` (a template) is a dated line on that customer's card, ``sender_note`` (a template) a
    note on the party at the event's source; ``todo`` (a template) is a task for a person, to be done within
    ``todo_days``, waited for where it is ``todo_awaited``, and shown by the event's source, too, where it is
    ``todo_at_sender``. ``when`` is a condition, ``wait`` the time between the step before and this one, ``undo`` what
    takes the step back.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    when: str | None = None
    wait: Annotated[str, AfterValidator(_wait)] | None = None
    action: str | None = None
    keys: tuple[Any, ...] = ()
    fields: dict[str, Any] = Field(default_factory=dict)
    customer: bool = False
    note: str | None = None
    sender_note: str | None = None
    todo: str | None = None
    todo_days: int | None = Field(default=None, ge=0, le=366)
    todo_awaited: bool = False
    todo_at_sender: bool = False
    undo: ActionSection | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> "StepSection":
        texts = (self.action, self.note, self.sender_note, self.todo)
        if sum(text is not None for text in texts) + self.customer != 1:
            raise ValueError("a step has exactly one of action, customer, note, sender_note and todo")
        if self.action is None and (self.keys or self.fields):
            raise ValueError("keys and fields are an action's")
        if self.todo is None and (self.todo_awaited or self.todo_at_sender or self.todo_days is not None):
            raise ValueError("todo_days, todo_awaited and todo_at_sender are a todo's")
        if self.todo_at_sender and self.todo_days is None:
            raise ValueError("todo_at_sender needs todo_days: a task there has a day")
        return self

    @property
    def of_a_party(self) -> bool:
        """Whether it speaks of the event's party."""
        return self.customer or self.todo_at_sender or self.note is not None or self.sender_note is not None


class WorkflowSection(Frozen):
    """``[companies.X.workflows.NAME]``: steps in order.

    It starts with an ``event`` (where ``when`` says so), by a schedule, at the terminal, or over HTTP. ``survey_id``
    and ``account_id`` are expressions on what the run knows: runs are found by them.
    """

    event: Heard | None = None
    when: str | None = None
    survey_id: str | None = None
    account_id: str | None = None
    steps: Annotated[tuple[StepSection, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _names_once(self) -> "WorkflowSection":
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError("two steps have one name")
        if self.event is None and (self.when is not None or any(step.of_a_party for step in self.steps)):
            raise ValueError("when, customer, note, sender_note and todo_at_sender speak of an event: set event")
        return self
