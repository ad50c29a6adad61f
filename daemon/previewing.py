"""What a company's mappings would make of an event in a file: fields and values; nothing is stored, nothing sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connectors.json_body import BodyFault, read_object
from connectors.sources import Ignored, Learned, Needs, Source, Stored, Unreadable
from handlers.commands import Command
from handlers.events import Event
from handlers.facts import NOTHING_KNOWN
from handlers.settings import CompanySettings, OwnRule
from handlers.values import Question

Json = dict[str, Any]
EVENTS: TypeAdapter[Event] = TypeAdapter(Event)


class NotPreviewed(ValueError):
    """The file holds no event; the text says why."""


def events_in(body: bytes, source: Source | None, now: datetime) -> Sequence[Event]:
    """The events of a file: a body of ``source`` as it came, or without one an event as JSON in our own words.

    Raises :class:`NotPreviewed`.
    """
    if source is None:
        try:
            return [EVENTS.validate_python(read_object(body))]
        except BodyFault as error:
            raise NotPreviewed(str(error)) from None
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise NotPreviewed(f"is no event: {_fault(first)} (or name the sender with --source)") from None
    try:
        told = source.events(Stored(0, "preview", now, {}, body))
    except (Unreadable, Question) as error:
        raise NotPreviewed(f"{source.name} cannot read it: {error}") from None
    if isinstance(told, Ignored):
        raise NotPreviewed(f"{source.name} ignores it: {told.reason}")
    if isinstance(told, Needs | Learned):
        raise NotPreviewed(f"{source.name} reads more at its sender first: give the event as JSON instead")
    return told


def _fault(first: Mapping[str, Any]) -> str:
    """One fault of pydantic's in our words: which field, or that no kind of event is named."""
    if first["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        return "its `kind` must be a kind of event, such as survey_submitted"
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])


def preview(events: Sequence[Event], settings: CompanySettings, rules: Sequence[OwnRule]) -> list[Json]:
    """For each event what each of the rules makes of it, or the question that would hold it."""
    return [
        {
            "event": event.kind,
            "thing": event.thing.model_dump(),
            "mappings": [_made(event, settings, rule) for rule in rules if event.kind in rule.hears],
        }
        for event in events
    ]


def _made(event: Event, settings: CompanySettings, rule: OwnRule) -> Json:
    told: Json = {"mapping": rule.name, "version": rule.mapping_version, "commands": [], "question": None}
    try:
        commands: tuple[Command, ...] = rule.decide(event, settings, NOTHING_KNOWN)
    except Question as question:
        return told | {"question": str(question)}
    shown = [{"kind": command.kind} | command.model_dump(mode="json", exclude_defaults=True) for command in commands]
    return told | {"commands": shown}
