"""Serves our endpoints below ``/fortnox`` and ``/status``: proves the client, finds the way, answers in JSON."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from connectors.json_body import write_object
from daemon.endpoints.answers import Answered, Refusal, not_found
from daemon.endpoints.asking import Asking
from daemon.endpoints.batches import Batches
from daemon.endpoints.calls import Call
from daemon.endpoints.contacts import Contacts
from daemon.endpoints.documents import Documents
from daemon.endpoints.keys import Keys
from daemon.endpoints.openapi import document
from daemon.endpoints.runs import Runs
from store.db import StoreUnavailable

PREFIXES = ("/fortnox/", "/status/")
DESCRIPTION = "/fortnox/openapi.json"
MOST_QUERY = 4000
TRY_AGAIN_SECONDS = 10

Handler = Callable[[Call], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one path: parts in braces are names; ``scope`` is what a key must have."""

    method: str
    path: str
    scope: str
    handler: Handler


class Endpoints:
    """The table of ways, and what happens on each of them."""

    def __init__(self, keys: Keys, contacts: Contacts, batches: Batches, documents: Documents, runs: Runs) -> None:
        self.keys = keys
        self.ways = (
            Way("POST", "/fortnox/contacts", "contacts", contacts.create_or_update),
            Way("PUT", "/fortnox/contacts", "contacts", contacts.update),
            Way("GET", "/fortnox/contacts", "contacts", contacts.find),
            Way("POST", "/fortnox/batches", "batches", batches.start),
            Way("GET", "/fortnox/batches/{batch_id}", "batches", batches.show),
            Way("POST", "/fortnox/workflows", "workflows", runs.start),
            Way("GET", "/fortnox/workflows", "workflows", runs.find),
            Way("GET", "/fortnox/workflows/{workflow_id}", "workflows", runs.show),
            Way("DELETE", "/fortnox/workflows/{workflow_id}", "workflows", runs.cancel),
            Way("GET", "/status/{source}/{id}", "status", documents.show),
        )

    async def answer(self, asked: Asking) -> tuple[Answered, Refusal | None, str]:
        """The answer, why it is a refusal where it is one, and the client (empty where none proved itself)."""
        client = ""
        try:
            if asked.path == DESCRIPTION and asked.method == "GET":
                return Answered(200, document()), None, client
            caller = self.keys.client(asked.headers.get("authorization", ()))
            client = caller.name
            way, named = self._way(asked)
            if way.scope not in caller.scopes:
                raise Refusal(403, "scope_missing", f"this key lacks the scope {way.scope}")  # noqa: TRY301
            call = Call(caller, named, _query(asked.query), asked.headers, await asked.body())
            return await way.handler(call), None, client
        except Refusal as refusal:
            return refusal.answered(), refusal, client
        except StoreUnavailable:
            full = Refusal(503, "unavailable", "nothing can be stored now", retry_after=TRY_AGAIN_SECONDS)
            return full.answered(), full, client

    def _way(self, asked: Asking) -> tuple[Way, dict[str, str]]:
        parts = asked.path.split("/")
        matching = [(way, named) for way in self.ways if (named := _named(way.path.split("/"), parts)) is not None]
        if not matching:
            raise not_found()
        for way, named in matching:
            if way.method == asked.method:
                return way, named
        allowed = ", ".join(sorted(way.method for way, _ in matching))
        raise MethodRefused(allowed)


class MethodRefused(Refusal):
    """The path is there, the method is not; says which are."""

    def __init__(self, allowed: str) -> None:
        super().__init__(405, "method_not_allowed", f"only {allowed}")
        self.allowed = allowed

    def answered(self) -> Answered:
        """With the methods that there are."""
        plain = super().answered()
        return Answered(plain.status, plain.body, {**plain.headers, "Allow": self.allowed})


def encoded(answered: Answered) -> bytes:
    """The body as JSON."""
    return write_object(answered.body)


def _named(pattern: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    if len(pattern) != len(parts):
        return None
    named: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            text = unquote(part, errors="replace")
            if not text or len(text) > 200:
                return None
            named[wanted.strip("{}")] = text
        elif wanted != part:
            return None
    return named


def _query(text: str) -> dict[str, list[str]]:
    if len(text) > MOST_QUERY:
        raise Refusal(400, "bad_query", f"the query is longer than {MOST_QUERY} characters")
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=50, errors="replace")
    except ValueError:
        raise Refusal(400, "bad_query", "the query cannot be read") from None
