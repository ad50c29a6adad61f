"""App callbacks: what triggers mean, their dedupe key, and the body as it may be stored (Upsales facts, section 3)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.base import Json
from connectors.json_body import write_object
from connectors.upsales import wire

SECRET_FIELDS = frozenset({"authenticationkey", "apikey", "callbackurl"})
"""Removed wherever they stand, in lower case: each lets its holder act as the app or as the customer."""

SHORTEST_SECRET = 8
REMOVED = "[removed]"
LONGEST_WORD = 100
API_USERS = "@api.upsales.com"

ORDER_TRIGGERS = frozenset({"orderinsert", "orderupdate", "orderedit", "orderdelete"})
ACCOUNT_TRIGGERS = frozenset({"clientinsert", "clientupdate"})
DELETED = "orderdelete"
KINDS = ("order", "client", "contact", "agreement", "activity", "appointment")
"""The beginnings of triggers that speak of a record: the entity types of dedupe keys."""

_WITHOUT_MEANING = {
    "clientdelete": "company_deletion_not_carried",
    "test": "settings_screen",
    "testfield": "settings_screen",
    "fieldvalues": "settings_screen",
    "external": "external_start",
}


@dataclass(frozen=True, slots=True)
class Callback:
    """A stored callback: ``trigger`` in lower case and ``entity`` stood in the address; ``body`` has no secrets."""

    trigger: str
    entity: str
    body: Json

    @property
    def meaningless(self) -> str | None:
        """Why there is nothing to do for it, as a plain reason; ``None`` where there is."""
        if "obj" in _data(self.body) or "apiPath" in self.body:
            return "validation_hook"
        if self.trigger in ORDER_TRIGGERS | ACCOUNT_TRIGGERS:
            return None
        kind = _kind(self.trigger)
        return _WITHOUT_MEANING.get(self.trigger) or (f"{kind}_not_carried" if kind else "unknown_trigger")

    @property
    def by_api(self) -> bool:
        """Whether an API key made the change: its user's e-mail is one of Upsales' own."""
        user = self.body.get("user")
        email = user.get("email") if isinstance(user, dict) else None
        return isinstance(email, str) and API_USERS in email.casefold()

    @property
    def record(self) -> Any:
        """The record after the change, unread."""
        return _data(self.body).get("object")

    @property
    def sent_at(self) -> datetime | None:
        """When Upsales sent it; ``None`` where that cannot be read."""
        return _moment(self.body.get("date"))


def address(rest: str) -> tuple[str, str]:
    """Trigger (lower case) and entity id of the path below the source's name, bounded and printable."""
    trigger, _, entity = rest.strip("/").partition("/")
    return _word(trigger).casefold(), _word(entity)


def identifier(value: object) -> str | None:
    """An id as text, written as number or text; ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip() if isinstance(value, str) or abs(value) < wire.LARGEST else ""
    return text if text.isascii() and text.isprintable() and 0 < len(text) <= LONGEST_WORD else None


def business_key(customer: str, kind: str, record: object, entity: str = "") -> str | None:
    """(customer, entity type, record id, modDate): the same for a callback and for a poll of one state of a record.

    ``kind`` is a trigger or an entity type. A deletion has a key of its own, because it may leave ``modDate`` as it
    was. ``None`` where one of the parts is missing.
    """
    fields = record if isinstance(record, dict) else {}
    number = identifier(fields.get("id")) or entity
    changed = _moment(fields.get("modDate"))
    named = "order_deletion" if kind == DELETED else _kind(kind)
    if named is None or not number or changed is None:
        return None
    return ":".join((customer, named, number, wire.stamp(changed)))


def delivery_key(customer: str, callback: Callback, stored: bytes) -> tuple[str, bool]:
    """The dedupe key of a callback, and whether it is only a digest of the body (no record that we carry has such)."""
    key = business_key(customer, callback.trigger, callback.record, callback.entity)
    return (hashlib.sha256(stored).hexdigest(), True) if key is None else (key, False)


def redacted(body: Json, known: Sequence[str]) -> Json:
    """The body without its secret fields, anywhere; other texts lose the ``known`` secrets and those fields' values."""
    secrets = [text for text in (*known, *_secrets(body)) if len(text) >= SHORTEST_SECRET]
    cleaned = _cleaned(body, sorted(secrets, key=len, reverse=True))
    assert isinstance(cleaned, dict)
    return cleaned


def stored_form(callback: Callback) -> bytes:
    """What is written to disk: the address's parts beside the body, because the path itself is not kept."""
    return write_object({"trigger": callback.trigger, "entity": callback.entity, "callback": callback.body})


def polled_form(kind: str, record: Mapping[str, Any]) -> bytes:
    """The body of an inbox row that polling makes: ``kind`` is ``order`` or ``client``."""
    return write_object({"polled": kind, "record": record})


def _kind(trigger: str) -> str | None:
    return next((kind for kind in KINDS if trigger.startswith(kind)), None)


def _data(body: Json) -> Json:
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def _moment(value: object) -> datetime | None:
    try:
        return wire.read_moment(value)
    except ValueError:
        return None


def _word(text: str) -> str:
    return "".join(character for character in text if character.isascii() and character.isprintable())[:LONGEST_WORD]


def _secrets(value: object) -> list[str]:
    """The texts that stand in secret fields, at any depth."""
    if isinstance(value, list):
        return [found for inner in value for found in _secrets(inner)]
    if not isinstance(value, dict):
        return []
    here = [held for name, held in value.items() if name.casefold() in SECRET_FIELDS and isinstance(held, str)]
    return here + [found for inner in value.values() for found in _secrets(inner)]


def _cleaned(value: object, secrets: Sequence[str]) -> object:
    if isinstance(value, dict):
        kept = {name: held for name, held in value.items() if name.casefold() not in SECRET_FIELDS}
        return {str(_cleaned(name, secrets)): _cleaned(held, secrets) for name, held in kept.items()}
    if isinstance(value, list):
        return [_cleaned(inner, secrets) for inner in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, REMOVED)
    return value
