"""What a run's flow is: compiled from the section that it began with, whatever the configuration says now."""

from functools import lru_cache

from daemon.workflow_sections import compiled_workflow, section_of
from handlers.workflow import Workflow
from store.workflows import Run

KEPT = 256


class Gone(Exception):
    """A stored definition means nothing to this version of the program; the text says what a person can do."""


class Definitions:
    """Compiles stored definitions, each once."""

    def __init__(self) -> None:
        self._compiled = lru_cache(maxsize=KEPT)(_compiled)

    def of(self, run: Run) -> Workflow:
        """The flow of a run. Raises :class:`Gone`."""
        return self._compiled(run.definition)


def _compiled(definition: str) -> Workflow:
    try:
        name, section, lookups = section_of(definition)
        flow, faults = compiled_workflow(name, section, lookups)
    except (ValueError, KeyError, TypeError):
        flow, faults = None, []
    if flow is None:
        reason = faults[0][1] if faults else "it cannot be read"
        raise Gone(f"the workflow's steps mean nothing to this version of the program ({reason}): cancel it")
    return flow
