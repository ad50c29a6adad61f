"""The transport of a dry run: reads may be asked of Fortnox, every write is answered here and never leaves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from connectors.base import Json, OutsideError
from connectors.fortnox.answers import SYSTEM
from connectors.fortnox.client import Client
from connectors.fortnox.contents import JSON_TYPE, Content
from connectors.fortnox.supposed import Supposed, written
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation
from connectors.fortnox.wire import Unparsable, decode_value, encode
from connectors.transport import Answer

LONGEST_HEAD = 1000
"""Bytes of a form in which the name of its file is looked for."""

_FILE_NAME = re.compile(rb'filename="([^"]+)"')
PROOFS = frozenset({"customers", "invoices", "orders", "offers", "payments"})
"""Registers whose lists are walked to prove an absence: offline they are supposed to hold nothing that matches."""


class NotTold(OutsideError):
    """Offline, and what the next step stands on can only be read at Fortnox."""


@dataclass(frozen=True, slots=True)
class Call:
    """A write as it would leave: ``body`` is ``None`` where it has none; of a file it is name, size and type."""

    operation: str
    method: str
    path: str
    body: Json | list[Any] | None


@dataclass(frozen=True, slots=True)
class Look:
    """A read that was made, or would be; ``answered_by``: fortnox, rehearsal (what this run made), supposed (empty)."""

    method: str
    path: str
    params: Mapping[str, str]
    answered_by: str


@dataclass
class Rehearsal:
    """What one dry run has heard and made so far; objects that it made exist nowhere else.

    ``rounding_known``: whether the company's Fortnox rounds to whole kronor has been seen, and is not only supposed.
    """

    offline: bool = False
    rounding_known: bool = True
    calls: list[Call] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    supposed: Supposed = field(default_factory=Supposed)

    def meant(self, meant: Json | None) -> None:
        """What the next document is to come to, for the totals of its answer."""
        self.supposed.meant = meant

    def know(self, kind: str, number: str, state: Mapping[str, str | bool]) -> None:
        """What was last seen of a document that stands in Fortnox, for a run that may not read it."""
        self.supposed.know(kind, number, state)

    def shown(self, text: str) -> str:
        """A path or another text with the numbers of what this run made as ``new-1``, ``new-2`` …"""
        for number, name in self.supposed.names.items():
            text = text.replace(number, name)
        return text


@dataclass(frozen=True)
class RehearsingClient(Client):
    """A client whose writes end in ``rehearsal``; its reads are real, unless the rehearsal is offline."""

    rehearsal: Rehearsal = field(default_factory=Rehearsal)

    async def _call(
        self, operation: Operation, path: str, params: Mapping[str, str] | None, content: Content | None
    ) -> Answer:
        if operation.effect != "none":
            return await self._written(operation, path, params, content)
        known = self._known(operation, path, params or {})
        if known is not None:
            return known
        answer = await super()._call(operation, path, params, content)
        self._looked(operation, path, params, "fortnox")
        return answer

    async def _written(
        self, operation: Operation, path: str, params: Mapping[str, str] | None, content: Content | None
    ) -> Answer:
        """Keep the call, and answer as Fortnox would that takes it as it is."""
        whole = path + ("?" + "&".join(f"{name}={quote(value)}" for name, value in params.items()) if params else "")
        body = _json_of(content)
        before = await self._before(operation, path)
        self.rehearsal.calls.append(Call(operation.name, operation.method, whole, body))
        query = dict(parse_qsl(whole.partition("?")[2]))
        if isinstance(body, list):
            return _answer((201, [{**one, "id": self.rehearsal.supposed.number()} for one in body]))
        return _answer(written(operation, path.partition("?")[0], query, body or {}, before, self.rehearsal.supposed))

    async def _before(self, operation: Operation, path: str) -> Json:
        """The object that the write is about, as it stands: made in this run, read before, or read now."""
        if operation.effect == "create" and operation.method == "POST":
            return {}
        place, reading = object_place(operation, path), f"read_{RESOURCES[operation.resource].one}"
        found = self.rehearsal.supposed.objects.get(place)
        if found is not None or reading not in OPERATIONS or RESOURCES[operation.resource].read_answers != "object":
            return found or {}
        if self.rehearsal.offline:
            return self.rehearsal.supposed.last_seen(place) or _not_told(operation, path)
        # Not one of the calls of the real way: the answer of a write shows the whole object, which is read for that.
        seen = await self.with_priority(self.priority).request(reading, path=path_in_year(place, path))
        self.rehearsal.supposed.objects[place] = seen
        return seen

    def _known(self, operation: Operation, path: str, params: Mapping[str, str]) -> Answer | None:
        """What needs no call: objects of this run, lists that can hold nothing, and offline what is supposed."""
        supposed = self.rehearsal.supposed
        found = supposed.objects.get(path.partition("?")[0]) if operation.answers == "object" else None
        if found is not None:
            self._looked(operation, path, params, "rehearsal")
            return _answer((200, {operation.envelope: found}))
        about_made = any(supposed.is_made(value) for value in (path, *params.values()))
        if operation.answers in {"list", "bare"} and about_made:
            self._looked(operation, path, params, "rehearsal")
            return _nothing_listed(operation)
        if not self.rehearsal.offline:
            return None
        if operation.answers == "list" and operation.resource in PROOFS and not operation.rows:
            self._looked(operation, path, params, "supposed")
            return _nothing_listed(operation)
        if operation.name == "list_inbox_folder":
            self._looked(operation, path, params, "supposed")
            return _answer((200, {operation.envelope: {"Files": [], "Folders": []}}))
        seen = supposed.last_seen(path) if operation.answers == "object" else None
        if seen is None:
            _not_told(operation, path)
        self._looked(operation, path, params, "supposed")
        return _answer((200, {operation.envelope: seen}))

    def _looked(self, operation: Operation, path: str, params: Mapping[str, str] | None, by: str) -> None:
        self.rehearsal.looks.append(Look(operation.method, path, dict(params or {}), by))


def rehearsing(client: Client, rehearsal: Rehearsal) -> RehearsingClient:
    """The same client (window, credentials, clock) whose writes end in ``rehearsal``."""
    return RehearsingClient(
        client.rest_url,
        client.session,
        client.window,
        client.credentials,
        client.sleep,
        client.timeout_seconds,
        client.priority,
        client.heard,
        client.usage,
        rehearsal,
    )


def object_place(operation: Operation, path: str) -> str:
    """The path of the one object that an operation is about, whatever it does with it."""
    parts = RESOURCES[operation.resource].at.split("/")
    return "/".join(path.partition("?")[0].split("/")[: len(parts)])


def path_in_year(place: str, path: str) -> str:
    """The object's path with the query of the write: a voucher is read in its financial year."""
    query = path.partition("?")[2]
    return f"{place}?{query}" if query else place


def _json_of(content: Content | None) -> Json | list[Any] | None:
    if content is None:
        return None
    try:
        value = decode_value(content.body)
    except Unparsable:
        named = _FILE_NAME.search(content.body[:LONGEST_HEAD])
        told: Json = {} if named is None else {"name": named[1].decode()}
        return told | {"bytes": len(content.body), "type": content.content_type.partition(";")[0]}
    return value if isinstance(value, dict | list) else None


def _answer(made: tuple[int, Json | list[Any]]) -> Answer:
    status, body = made
    return Answer(status, JSON_TYPE, encode(body).encode() if status != 204 else b"")


def _nothing_listed(operation: Operation) -> Answer:
    if operation.answers == "bare":
        return _answer((200, []))
    about = {"@TotalResources": 0, "@TotalPages": 1, "@CurrentPage": 1}
    return _answer((200, {operation.envelope: [], "MetaInformation": about}))


def _not_told(operation: Operation, path: str) -> Json:
    raise NotTold(
        "not_read_offline",
        system=SYSTEM,
        operation=operation.name,
        remedy=f"What comes next stands on GET {path} at Fortnox, which an offline run does not read: run it without "
        "--offline.",
    )
