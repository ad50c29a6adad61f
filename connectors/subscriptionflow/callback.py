"""Reads a callback, however its instance writes it: a form with brackets, JSON text in one field, or a JSON body."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connectors.base import Json
from connectors.json_body import BodyFault, read_object
from connectors.sources import Unreadable
from connectors.subscriptionflow.form import read_form
from connectors.subscriptionflow.loose import Paths, Record, flat, is_identifier, read_moment, small
from connectors.subscriptionflow.settings import CallbackFields

WRAPPERS = ("payload", "data", "record", "invoice", "body", "json")
"""Fields that may hold the record itself, beside the event."""
INVOICE_WORDS = frozenset({"", "invoice", "invoices"})
VOID = frozenset({"void", "voided"})
POLLED = CallbackFields(invoice_id=("id",))
"""Where the same stands in a record of the list of invoices."""
LONGEST_WORD = 60
REMOVED = "***"


@dataclass(frozen=True, slots=True)
class Hint:
    """What a callback or a polled record says; nothing of it is believed before the invoice was read.

    ``record`` is the id where it is one. Words are in small letters; ``changed`` is ``updated_at`` in one form, empty
    where there is none. ``invoice_date`` is ``None`` where it is not stated or no day.
    """

    record: str | None
    event: str = ""
    module: str = ""
    status: str = ""
    changed: str = ""
    invoice_date: date | None = None

    @property
    def about_invoice(self) -> bool:
        """Whether it speaks of an invoice; a payload that names no module does."""
        return self.module in INVOICE_WORDS

    @property
    def paid(self) -> bool:
        """Whether it says that an invoice was paid."""
        return self.about_invoice and "paid" in {self.event, self.status}

    @property
    def key(self) -> str | None:
        """The business key (SubscriptionFlow facts, section 3); ``None`` where no record is named."""
        if self.record is None:
            return None
        if self.paid:
            return f"invoice:{self.record}:paid"
        kind = "invoice" if self.about_invoice else self.module
        event = "void" if self.about_invoice and VOID & {self.event, self.status} else self.event
        return f"{kind}:{self.record}:{event}:{self.changed}"


def read_body(body: bytes) -> Json:
    """The fields of a callback as they were sent. Raises :class:`BodyFault`, whatever the bytes are.

    The content type plays no part: some senders name a form and send JSON.
    """
    return read_object(body) if body.lstrip()[:1] == b"{" else read_form(body)


def hint_of(found: Json, fields: CallbackFields) -> Hint:
    """What a callback says; odd values count as absent."""
    layers = _layers(found)
    record = _word(layers, fields.invoice_id)
    day = read_moment(_word(layers, fields.invoice_date))
    return Hint(
        record=record if is_identifier(record) else None,
        event=small(_word(layers, fields.event))[:LONGEST_WORD],
        module=small(_word(layers, fields.module))[:LONGEST_WORD],
        status=small(_word(layers, fields.status))[:LONGEST_WORD],
        changed=canonical(_word(layers, fields.updated_at)),
        invoice_date=None if day is None else day.date(),
    )


def polled_hint(record: Json) -> Hint:
    """What a record of the list of invoices says; its status stands in for the event."""
    found = hint_of(flat(record), POLLED)
    return replace(found, event=found.status, module="invoices")


def canonical(moment: str) -> str:
    """A time in one form, so that equal times make equal keys; what is no time stays, cut short."""
    read = read_moment(moment)
    return moment[:LONGEST_WORD] if read is None else read.isoformat()


def tokens_in(found: Json, field: str) -> list[str]:
    """Every value of the parameter ``field``, beside the record or within it."""
    values = (layer[field] for layer in _layers(found) if field in layer)
    return [value for value in values if isinstance(value, str)]


def without_secrets(found: Json, field: str, secrets: Sequence[str]) -> Json:
    """The same fields without the parameter ``field``, and with each of ``secrets`` struck out wherever it stands."""
    kept: Json = _struck(found, field, secrets)
    for name, value in kept.items():
        inner = _json_text(value)
        if inner is not None:
            kept[name] = json.dumps(_struck(inner, field, secrets), default=str)
    return kept


def _struck(held: Any, field: str, secrets: Sequence[str]) -> Any:
    if isinstance(held, dict):
        return {
            _struck(name, field, secrets): _struck(value, field, secrets)
            for name, value in held.items()
            if name != field
        }
    if isinstance(held, list):
        return [_struck(value, field, secrets) for value in held]
    if isinstance(held, str):
        for secret in secrets:
            held = held.replace(secret, REMOVED)
    return held


def _layers(found: Json) -> list[Json]:
    """Where fields are looked for, in order: at top level, then in the record that one of the fields may hold."""
    wrapped = [found[name] for name in WRAPPERS if name in found]
    inner = [held for held in map(_object, wrapped) if held is not None]
    if not inner:
        texts = [held for held in map(_json_text, found.values()) if held is not None]
        inner = texts if len(texts) == 1 else []
    return [flat(layer) for layer in (found, *inner)]


def _object(value: Any) -> Json | None:
    return value if isinstance(value, dict) else _json_text(value)


def _json_text(value: Any) -> Json | None:
    """The object that a text holds as JSON; ``None`` for everything else."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        return read_object(value.encode("utf-8", "replace"))
    except BodyFault:
        return None


def _word(layers: Sequence[Json], paths: Paths) -> str:
    return next(_words(layers, paths), "")


def _words(layers: Sequence[Json], paths: Paths) -> Iterator[str]:
    for layer in layers:
        try:
            found = Record("callback", layer).text(*paths)
        except Unreadable:
            continue  # an odd value in a hint says nothing, and the invoice itself is read
        if found is not None:
            yield found
