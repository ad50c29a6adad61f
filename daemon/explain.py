"""Explains, from the disk alone, the whole way of a delivery: webhook, event, rule, commands, attempts, looks."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from daemon.destinations import written_to
from daemon.ids import command_id, delivery_id, parse, question_id
from daemon.requests import KINDS
from daemon.times import iso
from handlers.document import HOME_CURRENCY
from handlers.values import reference
from store import questions, reading, stories, workflows
from store.db import Job, Read
from store.doubles import Double
from store.reading import Named
from store.responses import Response
from store.stories import Acted, Attempted, CommandStory, Story, Waits
from store.stories import Read as Record

Json = dict[str, Any]

_DOCUMENT = re.compile(f"({'|'.join(sorted(KINDS | {'credit'}))}):(.+)", re.DOTALL)


class Explainer:
    """Finds what an id names and tells its story as JSON; times are ISO 8601 in UTC."""

    def __init__(
        self, read: Read, *, kinds: Mapping[str, str], unseal: Callable[[bytes], bytes] | None, body: bool = False
    ) -> None:
        """``kinds`` says of each company whether it is live, test or simulator.

        With ``body`` the raw delivery, the commands' texts and what looks stand on are told too: they hold personal
        data. ``unseal`` opens a sealed body; without it a sealed one stays closed.
        """
        self._read = read
        self._kinds = kinds
        self._unseal = unseal
        self._body = body

    async def stories(self, text: str, company: str | None = None) -> list[Json]:
        """Every delivery that ``text`` names, each with its commands; empty where it names nothing.

        ``in-12``, ``out-34``, a bare number (every meaning, the delivery of that number first), a delivery id, the
        source's own number, or a document such as ``invoice:1042``.
        """
        wanted: dict[int, set[int] | None] = {}
        for job in _meanings(text.strip(), company):
            named = await self._read(job)
            for inbox_id in named.deliveries:
                wanted[inbox_id] = None
            for outbox_id in named.commands:
                inbox = await self._read(stories.delivery_of(outbox_id))
                if inbox is not None:
                    only = wanted.setdefault(inbox, set())
                    if only is not None:
                        only.add(outbox_id)
        told = [
            await self._read(stories.story(inbox, None if only is None else sorted(only)))
            for inbox, only in wanted.items()
        ]
        return [
            await self._with_questions(self._story(story))
            for story in told
            if story is not None and _of(story, company)
        ]

    async def _with_questions(self, story: Json) -> Json:
        """The story, where what stopped also says which question it waits for: what answers it frees more than it.

        What it began besides its commands, runs of workflows, is told as it stands.
        """
        for entry in (story, *story["commands"]):
            place, number = parse(entry["id"], "in") or ("in", 0)
            asked = None
            if entry["state"] in {"parked", "held"}:
                asked = await self._read(questions.of_row(place, number))
            entry["asks"] = None if asked is None else question_id(asked)
        _, delivery = parse(story["id"], "in") or ("in", 0)
        story["workflows"] = [
            {"workflow_id": run.workflow_id, "workflow": run.name, "status": run.state, "question": run.question}
            for run in await self._read(workflows.begun_by(delivery))
        ]
        return story

    def _story(self, story: Story) -> Json:
        row = story.row
        told: Json = {
            "id": delivery_id(row["id"]),
            "source": row["source"],
            "company": row["company"] or None,
            "company_kind": self._kinds.get(row["company"]),
            "delivery_id": row["dedupe_key"],
            "received_at": iso(row["received_at"]),
            "handled_at": iso(row["handled_at"]),
            "state": row["state"],
            "reason": row["reason"],
            "question": row["question"],
            "event": row["kind"],
            "number": row["number"],
            "version": row["version"],
            "origin": row["origin"],
            "read_at_sender": [self._read_at_sender(read) for read in story.reads],
            "to_be_read": _to_be_read(story.reading),
            "actions": [_acted(acted) for acted in story.actions],
            "commands": [self._command(command) for command in story.commands],
            "other_commands": [command_id(other) for other in story.others],
            "doubles": [_double(double) for double in story.doubles],
            "generation": _generation(story.generation),
            "response": _response(story.response),
        }
        if self._body:
            told |= {"headers": story.headers, "body": self._opened(story.body, sealed=story.sealed)}
        return told

    def _read_at_sender(self, read: Record) -> Json:
        told: Json = {"name": read.name, "at": iso(read.at), "found": read.body is not None}
        return told | ({"body": self._opened(read.body, sealed=read.sealed)} if self._body else {})

    def _opened(self, body: bytes | None, *, sealed: bool) -> str | None:
        if body is None:
            return None
        if not sealed:
            return body.decode(errors="replace")
        return None if self._unseal is None else self._unseal(body).decode(errors="replace")

    def _command(self, command: CommandStory) -> Json:
        row = command.row
        told: Json = {
            "id": command_id(row["id"]),
            "rule": row["rule"],
            "rule_version": row["rule_version"],
            "mapping_version": row["mapping_version"],
            "command": row["kind"],
            "target": (command.text or {}).get("target"),
            "tells": _tells(command.text or {}, row["company"]),
            "company": row["company"],
            "company_kind": self._kinds.get(row["company"]),
            "mark": reference(row["thing"]),
            "generation": (command.text or {}).get("thing", {}).get("generation", 1),
            "lane": row["lane"],
            "state": row["state"],
            "reason": row["reason"],
            "question": row["question"],
            "result": row["result"],
            "attempts_used": row["attempts"],
            "last_look_to_come": bool(row["recheck"]),
            "created_at": iso(row["created_at"]),
            "due_at": None if row["finished_at"] else iso(row["due_at"]),
            "finished_at": iso(row["finished_at"]),
            "waits_for": _waits(command.waits),
            "replaced": command.replaced is not None,
            "decisions": _decisions(command.text or {}),
            "read_before": (command.proof or {}).get("before"),
            "settled_by": (command.proof or {}).get("settled_by"),
            "attempts": [self._attempt(attempt) for attempt in command.attempts],
            "doubts_of_others": [
                {"command": command_id(doubt.outbox_id), "operation": doubt.operation, "end": doubt.end}
                for doubt in command.doubts
            ],
            "link": _link(command.link),
            "actions": [_acted(acted) for acted in command.actions],
        }
        if self._body:
            told |= {"text": command.text, "text_before": command.replaced}
        return told

    def _attempt(self, attempt: Attempted) -> Json:
        told: Json = {
            "operation": attempt.operation,
            "creates": attempt.creates,
            "far_object": attempt.far_object,
            "stands_on": attempt.stands_on,
            "altered": [dict(zip(("field", "before", "after"), entry, strict=True)) for entry in attempt.altered],
            "started_at": iso(attempt.started_at),
            "ended_at": iso(attempt.ended_at),
            "end": attempt.end,
            "status": attempt.status,
            "code": attempt.code,
            "reason": attempt.reason,
            "detail": attempt.detail,
            "looks": [{"at": iso(look.at), "found": look.found, "proof": look.proof} for look in attempt.looks],
        }
        return told | ({"evidence": attempt.evidence} if self._body else {})


def _decisions(text: Mapping[str, Any]) -> Json:
    """What the rule decided of VAT and currency, and why; empty for what is no document."""
    vat, currency = text.get("vat_decision"), text.get("currency")
    told: Json = {}
    if vat is not None:
        told["vat"] = {name: vat[name] for name in ("treatment", "country", "reason")}
    if currency is not None and currency != HOME_CURRENCY:
        rate = text.get("currency_rate")
        source = "the sender"
        if rate is None:
            paid = text.get("kind") == "ensure_payment"
            source = "the invoice" if paid else "Fortnox's register, when the call was made"
        told["currency"] = {"currency": currency, "rate": rate, "source": source}
        told["currency"] |= {"rate_date": text.get("currency_rate_date")} if rate is not None else {}
    return told


def _tells(text: Mapping[str, Any], destination: str) -> Json | None:
    """Which record of which sender is written back to, and what; ``None`` for what goes to Fortnox."""
    source = written_to(destination)
    if source is None:
        return None
    named = [*text.get("fields", {}), *(field for field, _ in text.get("numbers", ()))]
    return {"source": source, "record": text.get("record"), "id": text.get("id") or text.get("number"), "fields": named}


def _generation(row: Mapping[str, Any] | None) -> Json | None:
    """Which generation the sale's documents are, and why they were made anew; ``None`` for the first."""
    if row is None:
        return None
    return {"number": row["generation"], "since": iso(row["decided_at"]), "because": row["reason"]}


def _response(response: Response | None) -> Json | None:
    """What is kept of an answer to a survey: no text of it."""
    if response is None:
        return None
    return {"survey": response.survey, "score": response.score, "day": response.day, "rules_met": list(response.met)}


def _to_be_read(reading: Mapping[str, Any] | None) -> Json | None:
    """What its sender has not given yet."""
    if reading is None:
        return None
    return {
        "records": [name for name, _, _ in json.loads(reading["wanted"])],
        "attempts_used": reading["attempts"],
        "due_at": iso(reading["due_at"]),
        "reason": reading["reason"],
    }


def _meanings(text: str, company: str | None) -> list[Job[Named]]:
    bare = text.isascii() and text.isdigit()
    if bare and len(text) <= 18:
        rows = [reading.by_row(place, int(text)) for place in ("in", "out")]
        return [*rows, reading.by_source_id(text, company)]
    ours = parse(text, "in")
    if ours is not None:
        return [reading.by_row(*ours)]
    document = _DOCUMENT.fullmatch(text)
    named = [reading.by_document(document[1], document[2], company)] if document else []
    return [*named, reading.by_source_id(text, company)]


def _double(double: Double) -> Json:
    """A customer that somebody else made of the same party as ours."""
    settled = None if double.settled_at is None else iso(double.settled_at)
    return {"customer": double.number, "other": double.other, "at": iso(double.noticed_at), "settled_at": settled}


def _of(story: Story, company: str | None) -> bool:
    """Whether it is the company's, or has commands of the sender that is named in its place."""
    return company in {None, story.row["company"], *(command.row["company"] for command in story.commands)}


def _acted(acted: Acted) -> Json:
    return {"at": iso(acted.at), "person": acted.person, "action": acted.action, "reason": acted.reason}


def _waits(waits: Waits | None) -> Json | None:
    if waits is None:
        return None
    holder = None if waits.holder is None else command_id(waits.holder)
    return {"what": waits.what, "name": waits.name, "held_by": holder, "held_by_state": waits.state}


def _link(link: Mapping[str, Any] | None) -> Json | None:
    if link is None:
        return None
    return {
        "document": f"{link['kind']}:{link['number']}",
        "verified": bool(link["verified"]),
        "linked_at": iso(link["linked_at"]),
        "by": command_id(link["outbox_id"]),
        "state": link["state"],
    }
