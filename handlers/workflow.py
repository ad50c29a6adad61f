"""What a workflow is: steps in order, each with its condition, its wait, what it does and what takes it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers.commands import Command
from handlers.settings import CompanySettings
from handlers.values import Ref

Known = Mapping[str, Any]
"""What a run knows: ``event`` or ``input``, ``workflow_id``, ``survey_id``, ``account_id``, and ``steps`` by name with
the ``result``, ``object`` and ``number`` of each that has ended."""

SYSTEM = "workflow"


@dataclass(frozen=True, slots=True)
class Todo:
    """A task for a person: ``title`` in words, to be done within ``days``; a run waits for it where it is awaited.

    ``at_sender``: the source of the run's event shows it, too.
    """

    title: str
    days: int | None
    awaited: bool
    at_sender: bool = False


Act = Callable[[Known, Ref, CompanySettings], tuple[Command, ...]]
"""The commands of a step, whose own thing is given. Raises :class:`handlers.values.Question`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``holds`` says whether it is for this run; exactly one of ``act`` and ``todo`` is set.

    ``wait_seconds`` lie between the step before and this one. ``undo`` takes it back when a later step fails or the run
    is cancelled. ``holds`` and ``todo`` raise :class:`handlers.values.Question` too.
    """

    name: str
    holds: Callable[[Known], bool]
    wait_seconds: int
    act: Act | None
    todo: Callable[[Known], Todo] | None
    undo: Act | None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A named flow. ``version`` is the digest of its section, ``definition`` that section as JSON.

    ``hears`` are kinds of events that start it where ``starts`` says so. Its runs are named by ``survey_id`` and
    ``account_id`` of what is known (``None``: not named so, or not yet).
    """

    name: str
    version: str
    definition: str
    hears: frozenset[str]
    starts: Callable[[Known], bool]
    survey_id: Callable[[Known], str | None]
    account_id: Callable[[Known], str | None]
    steps: tuple[Step, ...]


def step_thing(workflow_id: str, step: str, *, undo: bool = False) -> Ref:
    """What a step of a run makes, by our name for it."""
    return Ref(system=SYSTEM, kind=f"{step}_undone" if undo else step, id=workflow_id)


def due_day(todo: Todo, day: date) -> str | None:
    """The day by which a task is to be done (ISO 8601)."""
    return None if todo.days is None else (day + timedelta(days=todo.days)).isoformat()
