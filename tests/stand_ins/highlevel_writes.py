"""What HighLevel's stand-in lets be written: notes, tasks and custom fields of contacts, and what it tells of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from aiohttp import web

from tests.stand_ins.serving import CONTROL, Handler, Record

WRITES = frozenset({"POST", "PUT"})
Telling = Callable[[Record], Awaitable[object]]


def refusal(status: int, message: str | list[str], error: str = "") -> web.Response:
    """An error in HighLevel's shape."""
    body = {"statusCode": status, "message": message} | ({"error": error} if error else {})
    return web.json_response(body, status=status)


@dataclass
class Written:
    """What was written, and how the next answers are; ``telling`` sends a webhook of what was written.

    ``lose`` answers to writes do not come, although the write took effect; ``lists_refused`` is how lists of notes and
    tasks are answered, where they are.
    """

    notes: dict[str, list[Record]] = field(default_factory=dict)
    tasks: dict[str, list[Record]] = field(default_factory=dict)
    lose: int = 0
    lists_refused: int | None = None
    telling: Telling | None = None
    untold: list[Record] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    async def tell(self) -> None:
        """Send the webhooks of what was written since the last time, where somebody hears them."""
        while self.untold and self.telling is not None:
            await self.telling(self.untold.pop(0))

    def of(self, kind: str, contact: str) -> list[Record]:
        """The ``notes`` or ``tasks`` of a contact."""
        found: dict[str, list[Record]] = getattr(self, kind)
        return found.setdefault(contact, [])

    def raise_event(self, kind: str, location: str, record: Record) -> None:
        """Remember a webhook to be sent."""
        number = next(self.numbers)
        at = datetime.now(UTC).isoformat()
        self.untold.append(
            {"type": kind, "locationId": location, **record, "timestamp": at, "webhookId": f"written-{number}"}
        )


def add_writes(
    app: web.Application, written: Written, contacts: Callable[[], dict[str, Record]], location: str
) -> None:
    """The routes, and ``GET /_stand_in/written``; ``contacts`` are the location's."""
    notes, tasks = _Kept(written, contacts, location, "notes"), _Kept(written, contacts, location, "tasks")

    async def all_of_it(_: web.Request) -> web.Response:
        return web.json_response({"notes": written.notes, "tasks": written.tasks})

    app.router.add_get(CONTROL + "/written", all_of_it)
    for kept in (notes, tasks):
        app.router.add_get(f"/contacts/{{id}}/{kept.kind}", kept.listed)
        app.router.add_post(f"/contacts/{{id}}/{kept.kind}", kept.create)
        app.router.add_get(f"/contacts/{{id}}/{kept.kind}/{{number}}", kept.shown)
    app.router.add_put("/contacts/{id}/tasks/{number}/completed", tasks.complete)
    app.router.add_put("/contacts/{id}", _update(written, contacts, location))


def losing(written: Written) -> Any:
    """A middleware that lets answers to writes be lost: the connection is cut behind the effect."""

    @web.middleware
    async def lost(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if written.lose and request.method in WRITES and request.path.startswith("/contacts/") and answer.status < 300:
            written.lose -= 1
            if request.transport is not None:
                request.transport.abort()
        return answer

    return lost


@dataclass
class _Kept:
    written: Written
    contacts: Callable[[], dict[str, Record]]
    location: str
    kind: str

    @property
    def one(self) -> str:
        return self.kind.removesuffix("s")

    async def listed(self, request: web.Request) -> web.Response:
        if self.written.lists_refused is not None:
            return refusal(self.written.lists_refused, "This list is not for you", "Refused")
        return self._absent(request) or web.json_response({self.kind: self._all(request)})

    async def shown(self, request: web.Request) -> web.Response:
        found = self._found(request)
        return self._absent(request) or (
            refusal(404, "Not Found") if found is None else web.json_response({self.one: found})
        )

    async def create(self, request: web.Request) -> web.Response:
        body = await request.json()
        wanted = {"body"} if self.kind == "notes" else {"title", "dueDate", "completed"}
        missing = sorted(name for name in wanted if body.get(name) in (None, ""))
        if missing:
            return refusal(422, [f"{name} should not be empty" for name in missing], "Unprocessable Entity")
        absent = self._absent(request)
        if absent is not None:
            return absent
        contact = request.match_info["id"]
        record = {
            "id": f"{self.one}{next(self.written.numbers):017d}",
            **body,
            "contactId": contact,
            "dateAdded": datetime.now(UTC).isoformat(),
        }
        self._all(request).append(record)
        self.written.raise_event("NoteCreate" if self.kind == "notes" else "TaskCreate", self.location, record)
        return web.json_response({self.one: record}, status=201)

    async def complete(self, request: web.Request) -> web.Response:
        found = self._found(request)
        if found is None:
            return self._absent(request) or refusal(404, "Not Found")
        found["completed"] = (await request.json())["completed"]
        if found["completed"]:
            self.written.raise_event("TaskComplete", self.location, found)
        return web.json_response({"task": found})

    def _all(self, request: web.Request) -> list[Record]:
        return self.written.of(self.kind, request.match_info["id"])

    def _found(self, request: web.Request) -> Record | None:
        return next((one for one in self._all(request) if one["id"] == request.match_info["number"]), None)

    def _absent(self, request: web.Request) -> web.Response | None:
        number = request.match_info["id"]
        return None if number in self.contacts() else refusal(400, f"Contact with id {number} not found", "Bad Request")


def _update(written: Written, contacts: Callable[[], dict[str, Record]], location: str) -> Handler:
    """Fields that are sent change; tags that are sent replace all tags; custom fields are told apart by their ids."""

    async def update(request: web.Request) -> web.Response:
        number = request.match_info["id"]
        contact = contacts().get(number)
        if contact is None:
            return refusal(400, f"Contact with id {number} not found", "Bad Request")
        body = await request.json()
        custom = {entry["id"]: entry for entry in contact.get("customFields", [])}
        custom |= {
            entry["id"]: {"id": entry["id"], "value": entry["field_value"]} for entry in body.pop("customFields", [])
        }
        contact |= {**body, "customFields": list(custom.values())}
        written.raise_event("ContactUpdate", location, contact)
        return web.json_response({"succeded": True, "contact": contact})

    return update
