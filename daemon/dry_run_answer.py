"""A dry run as people and programs read it: exact calls, money by account, what would be held, what was read for it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.base import Json
from connectors.fortnox.rehearsal import Call, Rehearsal
from connectors.fortnox.rehearsed_documents import documents_of
from daemon.dry_run import Told
from daemon.ids import command_id, delivery_id
from daemon.rehearsing import Carried


def answer_of(told: Told, *, kind: str | None) -> Json:
    """The whole answer; bodies hold personal data, as the delivery does. ``kind`` is the company's."""
    handled, rehearsal = told.handled, told.rehearsal
    return {
        "id": delivery_id(told.row.id) if told.row.id else None,
        "source": told.row.source,
        "company": told.row.company,
        "company_kind": kind,
        "event": handled.kind,
        "number": handled.number,
        "state": handled.state,
        "reason": handled.reason,
        "question": handled.question,
        "to_be_read": [" ".join(record[1:]) for record in handled.wanted],
        "behind": [command_id(head) for head in told.behind],
        "commands": [_command(one, rehearsal) for one in told.carried],
        "workflows": [{"workflow": one.name, "workflow_id": one.workflow_id} for one in handled.workflows],
        "documents": documents_of(rehearsal),
        "held": list(held_in(told)),
        "reads": [
            {"method": look.method, "path": rehearsal.shown(look.path), "query": _named(look.params, rehearsal)}
            | {"answered_by": look.answered_by}
            for look in rehearsal.looks
        ],
        "offline": rehearsal.offline,
        "whole_kronor": {"rounds": rehearsal.supposed.whole_kronor, "known": rehearsal.rounding_known},
    }


def held_in(told: Told) -> Iterator[Json]:
    """Every question that the delivery would be stopped by: of a rule, then of each command."""
    if told.handled.state in {"held", "parked", "reading"}:
        yield {"command": None, "reason": told.handled.reason, "question": told.handled.question}
    for one in told.carried:
        if one.state in {"held", "parked", "untold"}:
            question = None if one.question is None else told.rehearsal.shown(one.question)
            yield {"command": one.command.kind, "reason": one.reason, "question": question}


def _command(one: Carried, rehearsal: Rehearsal) -> Json:
    return {
        "rule": one.rule,
        "command": one.command.kind,
        "target": one.command.target,
        "state": one.state,
        "result": one.result,
        "object": None if one.link is None else rehearsal.shown(f"{one.link.kind}:{one.link.number}"),
        "reason": one.reason,
        "question": None if one.question is None else rehearsal.shown(one.question),
        "needs_approval": one.approval,
        "calls": [_call(call, rehearsal) for call in one.calls],
    }


def _call(call: Call, rehearsal: Rehearsal) -> Json:
    return {
        "operation": call.operation,
        "method": call.method,
        "path": rehearsal.shown(call.path),
        "body": _named(call.body, rehearsal),
    }


def _named(value: Any, rehearsal: Rehearsal) -> Any:
    """A body with the numbers of this run as ``new-1`` …, and its decimals as the text that goes over the wire."""
    if isinstance(value, dict):
        return {name: _named(inner, rehearsal) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, rehearsal) for inner in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return rehearsal.supposed.names.get(str(value), value)
    return rehearsal.shown(value) if isinstance(value, str) else value
