"""A company's workflows: sections of the configuration become flows, or all of their faults at once."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from connectors.fortnox.record_fields import faults_of, proved_by
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation
from connectors.nearest import meant
from daemon.config_faults import Fault, key_path
from daemon.mapping_targets import targets_of, tidied
from daemon.mappings import DIGEST_CHARACTERS, MONEY, event_shape
from daemon.sender_places import Kind, takes, takes_none
from daemon.settings import ConfigFile, ConfiguredSource
from daemon.table_writes import RECORD_WRITES, NoWrite, keys_wanted, write_command, write_named
from handlers.mapping.compiling import Compiling, Where
from handlers.mapping.expressions import BadExpression, Expression
from handlers.mapping.shapes import ANYTHING, SINGLE, Shape
from handlers.mapping.values import Template, UnpairedBrace, template_of
from handlers.settings.workflows import ActionSection, StepSection, WorkflowSection, seconds_of
from handlers.workflow import Act, Step, Workflow
from handlers.workflow_at_sender import LeftNote
from handlers.workflow_steps import Noted, Told, Write, always, as_customer, named_by, when_true

Lookups = Mapping[str, Mapping[str, str]]
_RESULT = dict.fromkeys(("state", "result", "object", "number"), SINGLE)


def compiled_workflow(
    name: str, section: WorkflowSection, lookups: Lookups
) -> tuple[Workflow | None, list[tuple[Where, str]]]:
    """The flow, ``None`` where there is a fault; and every fault with its keys within the section."""
    faults: list[tuple[Where, str]] = []
    steps: list[Step] = []
    for place, step in enumerate(section.steps):
        compiling = Compiling(_shape(section, section.steps[:place]), lookups, meant, ())
        steps.append(_step(step, ("steps", place), compiling))
        faults += compiling.faults
    first = Compiling(_shape(section, ()), lookups, meant, ())
    last = Compiling(_shape(section, section.steps), lookups, meant, ())
    starts = _expression(first, section.when, ("when",))
    survey = _expression(first, section.survey_id, ("survey_id",))
    account = _expression(last, section.account_id, ("account_id",))
    faults += [*first.faults, *last.faults]
    definition = definition_of(name, section, lookups)
    flow = Workflow(
        name=name,
        version=hashlib.sha256(definition.encode()).hexdigest()[:DIGEST_CHARACTERS],
        definition=definition,
        hears=frozenset() if section.event is None else frozenset({section.event}),
        starts=always if starts is None else partial(when_true, starts),
        survey_id=partial(named_by, survey),
        account_id=partial(named_by, account),
        steps=tuple(steps),
    )
    return (None if faults else flow), faults


def workflows_of(
    sections: Mapping[str, WorkflowSection], lookups: Lookups, where: Sequence[str]
) -> tuple[tuple[Workflow, ...], list[Fault]]:
    """Every flow that has no fault, in the order of the file; and every fault with its key path."""
    made: list[Workflow] = []
    faults: list[Fault] = []
    for name, section in sections.items():
        flow, wrong = compiled_workflow(name, section, lookups)
        faults += [Fault(key_path((*where, name, *keys)), reason) for keys, reason in wrong]
        if flow is not None:
            made.append(flow)
    return tuple(made), faults


def unfit_workflows(file: ConfigFile, sources: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    """Schedules of flows that are not there; money made of what can come twice unnoticed; notes that nobody takes."""
    for company, section in file.companies.items():
        for name, schedule in section.schedules.items():
            if schedule.workflow not in section.workflows:
                where = ("companies", company, "schedules", name, "workflow")
                known = section.workflows
                yield Fault(
                    key_path(where), f"there is no workflow {schedule.workflow}{meant(schedule.workflow, known)}"
                )
        serving = [source for source in sources.values() if source.settings.serves(company)]
        for name, flow in section.workflows.items():
            place = ("companies", company, "workflows", name)
            for source in serving:
                yield from _doubtful(flow, place, source)
            yield from _left_nowhere(flow, place, serving)


def _left_nowhere(
    flow: WorkflowSection, where: tuple[str, ...], serving: Sequence[ConfiguredSource]
) -> Iterator[Fault]:
    """Steps that leave something at the event's source, where no source of the company takes it."""
    for place, step in enumerate(flow.steps):
        wanted: list[tuple[str, Kind]] = [("sender_note", "notes")] if step.sender_note is not None else []
        wanted += [("todo_at_sender", "tasks")] if step.todo_at_sender else []
        for key, kind in wanted:
            if not any(takes(source, kind) for source in serving):
                reason = takes_none(kind, [source.name for source in serving])
                yield Fault(key_path((*where, "steps", place, key)), reason)


def _doubtful(flow: WorkflowSection, where: tuple[str, ...], source: ConfiguredSource) -> Iterator[Fault]:
    missing = None if flow.event is None else source.settings.told_by_digest.get(flow.event)
    if missing is None:
        return
    for place, step in enumerate(flow.steps):
        operation = OPERATIONS.get(step.action or "")
        if operation is not None and operation.effect in {"create", "send"} and operation.resource in MONEY:
            reason = (
                f"{step.action} makes money, and sources.{source.name} tells two deliveries of {flow.event} apart only "
                f"by what they hold: {missing}"
            )
            yield Fault(key_path((*where, "steps", place, "action")), reason)


def definition_of(name: str, section: WorkflowSection, lookups: Lookups) -> str:
    """The section as JSON that :func:`section_of` reads back: what a run keeps of the configuration it began with."""
    told = {"name": name, "section": _plain(section.model_dump(exclude_defaults=True)), "lookups": lookups}
    return json.dumps(told, sort_keys=True, default=str, ensure_ascii=False)


def section_of(definition: str) -> tuple[str, WorkflowSection, Lookups]:
    """Name, section and lookup tables of a stored definition. Raises ``ValueError`` for one of another version."""
    told = json.loads(definition)
    return told["name"], WorkflowSection.model_validate(told["section"]), told["lookups"]


def _plain(value: Any, name: str = "") -> Any:
    """A bare day of the configuration is a constant: as JSON it must say so, or it would be read as a path."""
    if isinstance(value, Mapping):
        return {key: _plain(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat() if name in {"constant", "default"} else {"constant": value.isoformat()}
    return value


def _shape(section: WorkflowSection, before: Sequence[StepSection]) -> Shape:
    """What a run knows once these steps have ended."""
    steps = {step.name: Shape(fields=_RESULT) for step in before}
    return Shape(
        fields={
            "event": ANYTHING if section.event is None else event_shape(section.event),
            "input": ANYTHING,
            **dict.fromkeys(("workflow_id", "survey_id", "account_id"), SINGLE),
            "steps": Shape(fields=steps),
        }
    )


def _step(step: StepSection, where: Where, compiling: Compiling) -> Step:
    condition = _expression(compiling, step.when, (*where, "when"))
    act: Act | None = None
    todo: Told | None = None
    if step.action is not None:
        act = _write(ActionSection(action=step.action, keys=step.keys, fields=step.fields), where, compiling)
    elif step.note is not None:
        text = _template(compiling, step.note, (*where, "note"))
        act = None if text is None else Noted(text)
    elif step.sender_note is not None:
        text = _template(compiling, step.sender_note, (*where, "sender_note"))
        act = None if text is None else LeftNote(text)
    elif step.todo is not None:
        title = _template(compiling, step.todo, (*where, "todo"))
        todo = None if title is None else Told(title, step.todo_days, step.todo_awaited, step.todo_at_sender)
    else:
        act = as_customer
    undo = None if step.undo is None else _write(step.undo, (*where, "undo"), _after(step, compiling))
    return Step(
        name=step.name,
        holds=always if condition is None else partial(when_true, condition),
        wait_seconds=0 if step.wait is None else seconds_of(step.wait),
        act=act,
        todo=todo,
        undo=undo,
    )


def _after(step: StepSection, compiling: Compiling) -> Compiling:
    """What takes a step back also knows what the step made; its faults are gathered with the step's."""
    return compiling.within({"steps": {step.name: Shape(fields=_RESULT)}})


def _write(section: ActionSection, where: Where, compiling: Compiling) -> Write | None:
    try:
        operation = write_named(section.action)
    except NoWrite as error:
        compiling.faults.append(((*where, "action"), str(error)))
        return None
    fields = compiling.fields(section.fields, targets_of(operation), (*where, "fields"))
    keys = [compiling.key(given, (*where, "keys", at)) for at, given in enumerate(section.keys)]
    compiling.faults += [((*where, *keyed), reason) for keyed, reason in _missing(section, operation)]
    resource = RESOURCES[operation.resource]
    return Write(
        fields=fields,
        keys=[(name, key) for name, key in zip(keys_wanted(operation), keys, strict=False) if key is not None],
        make=partial(write_command, operation),
        tidy=partial(tidied, resource),
        check=partial(faults_of, resource, operation),
    )


def _missing(section: ActionSection, operation: Operation) -> Iterator[tuple[Where, str]]:
    wanted, resource = keys_wanted(operation), RESOURCES[operation.resource]
    if len(section.keys) != len(wanted):
        needs = " and ".join(wanted) if wanted else "none"
        yield ("keys",), f"{operation.name} needs {needs} ({len(section.keys)} given)"
    if operation.name == f"create_{resource.one}":
        for name in dict.fromkeys((*resource.required, *proved_by(resource))):
            if name not in section.fields:
                yield ("fields", name), f"is missing: {operation.name} needs it"
    elif not section.fields and operation.name in RECORD_WRITES:
        yield ("fields",), f"{operation.name} changes fields, and none is given"


def _expression(compiling: Compiling, text: str | None, where: Where) -> Expression | None:
    return None if text is None else compiling.expression(text, where)[0]


def _template(compiling: Compiling, text: str, where: Where) -> Template | None:
    try:
        template = template_of(text)
    except (BadExpression, UnpairedBrace) as error:
        compiling.faults.append((where, str(error)))
        return None
    for part in template.parts:
        if isinstance(part, Expression):
            compiling.expression(part.text, where)
    return template
