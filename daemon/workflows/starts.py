"""Which runs an event starts: those of flows that hear it, or the one that it asks for by name."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.json_body import write_object
from connectors.nearest import meant
from handlers.events import Event, WorkflowAsked
from handlers.mapping.data import data_of
from handlers.values import Question
from handlers.workflow import Workflow
from store.inbox import Seal
from store.workflow_starts import NewWorkflow

ID_CHARACTERS = 12
"""Of the thing's key: 60 bits, as in every short mark of ours."""

Flows = Mapping[str, Sequence[Workflow]]
"""The workflows of each company."""


class Starts:
    """Pure but for sealing. ``flows`` may be replaced while it runs (a reload)."""

    def __init__(self, flows: Flows, seal: Seal) -> None:
        self.flows = flows
        self._seal = seal

    def names(self, company: str) -> frozenset[str]:
        """What a company's workflows are called."""
        return frozenset(flow.name for flow in self.flows.get(company, ()))

    def __call__(self, event: Event, company: str) -> list[NewWorkflow]:
        """The runs. Raises :class:`Question` for a name that no workflow has, and for a condition without an answer."""
        flows = self.flows.get(company, ())
        if isinstance(event, WorkflowAsked):
            return [self._asked(event, company, flows)]
        return list(self._heard(event, company, flows))

    def _asked(self, event: WorkflowAsked, company: str, flows: Sequence[Workflow]) -> NewWorkflow:
        flow = next((flow for flow in flows if flow.name == event.workflow), None)
        if flow is None:
            names = [flow.name for flow in flows]
            raise Question(f"there is no workflow of that name{meant(event.workflow, names)}: configure it, then retry")
        known = {
            "event": {},
            "input": event.inputs,
            "workflow_id": event.workflow_id,
            "survey_id": event.survey_id,
            "account_id": event.account_id,
            "steps": {},
        }
        return self._new(flow, company, known)

    def _heard(self, event: Event, company: str, flows: Sequence[Workflow]) -> Iterator[NewWorkflow]:
        hearing = [flow for flow in flows if event.kind in flow.hears]
        if not hearing:
            return
        data = data_of(event)
        for flow in hearing:
            known = {"event": data, "input": {}, "survey_id": None, "account_id": None, "steps": {}}
            if flow.starts(known):
                yield self._new(flow, company, known | {"workflow_id": _run_id(flow, event, company)})

    def _new(self, flow: Workflow, company: str, known: dict[str, Any]) -> NewWorkflow:
        survey_id = known["survey_id"] or flow.survey_id(known)
        account_id = known["account_id"] or flow.account_id(known)
        context = {**known, "survey_id": survey_id, "account_id": account_id}
        return NewWorkflow(
            workflow_id=known["workflow_id"],
            company=company,
            name=flow.name,
            version=flow.version,
            definition=flow.definition,
            context=self._seal(write_object(context)),
            survey_id=survey_id,
            account_id=account_id,
        )


def _run_id(flow: Workflow, event: Event, company: str) -> str:
    """One run for each thing that starts a flow, however often the event comes or is corrected."""
    text = f"{flow.name}/{event.thing.thing(company)}"
    return f"{flow.name}-{hashlib.sha256(text.encode()).hexdigest()[:ID_CHARACTERS]}"
