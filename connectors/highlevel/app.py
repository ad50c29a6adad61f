"""Webhooks of a marketplace app: which record they carry, whose it is, what tells them apart, and their events."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Json
from connectors.highlevel.marks import is_ours, mark_in
from connectors.highlevel.money import NOTHING
from connectors.highlevel.parties import contact_party, is_named
from connectors.highlevel.records import LONGEST_ID, Record, seconds
from connectors.highlevel.sales import Sales
from connectors.highlevel.settings import HighLevelSettings
from connectors.sources import Ignored, Needs, Refused, Stored, Wanted
from handlers.events import Event, NoteAdded, PartyChanged, TaskCompleted
from handlers.values import Ref, stockholm_date

KEY, RECORD_KEY = "app:", "record:"
"""How the keys of deliveries begin that a signature proved, or that we read ourselves."""

OLDEST, NEWEST = timedelta(hours=24), timedelta(minutes=5)
"""How far the signed time may lie from ours: wide, because a repeated delivery may carry its first time."""

ORDERS = frozenset({"OrderCreate", "OrderStatusUpdate", "OrderUpdate"})
CONTACTS = frozenset({"ContactCreate", "ContactUpdate"})
NOT_USED = frozenset(
    {
        "ContactDelete", "ContactDndUpdate", "ContactTagUpdate", "NoteUpdate", "NoteDelete", "TaskCreate",
        "TaskDelete", "OpportunityDelete", "ProductCreate", "ProductUpdate", "ProductDelete",
        "PriceCreate", "PriceUpdate", "PriceDelete",
    }
)  # fmt: skip
LIFE_CYCLE: Mapping[str, str] = {
    "INSTALL": "app_installed",
    "UNINSTALL": "app_uninstalled_polling_will_be_refused",
    "PLAN_CHANGE": "app_plan_changed",
}


def unwrapped(body: dict[str, Any]) -> Record:
    """The record of a body: at top level, or under ``data`` where its id is missing at top level."""
    data = body.get("data")
    if not isinstance(data, dict) or any(body.get(key) not in (None, "") for key in ("_id", "id")):
        return Record(body)
    envelope = {key: value for key, value in body.items() if key != "data" and value not in (None, "")}
    return Record({**data, **envelope})


def is_app_key(key: str) -> bool:
    """Whether a stored delivery was proved by a signature."""
    return key.startswith((KEY, RECORD_KEY))


def kind_of(record: Record) -> str:
    """``order``, ``invoice``, else the event's type; without one, a number and a status mark an invoice."""
    kind = record.text("type") or ""
    if kind in ORDERS:
        return "order"
    if kind.startswith("Invoice") or (not kind and record.has("invoiceNumber") and record.has("status")):
        return "invoice"
    return kind


def record_key(kind: str, record: Record) -> str | None:
    """What tells states of a record apart without an id of the delivery (HighLevel facts, section 9).

    Kind, id, status and time of change for what is sold, kind, id and time for the rest; ``None`` where these are
    missing.
    """
    own, at = _safe(record, "_id", "id"), _safe(record, "updatedAt")
    status = _safe(record, "status") if kind in {"order", "invoice"} else ""
    if kind not in {"order", "invoice"}:
        at = at or _safe(record, "timestamp")
    if not own or not (status or at):
        return None
    return f"{RECORD_KEY}{kind}:{own}:{status}:{at}"


def delivery_key(record: Record, raw: bytes) -> tuple[str, bool]:
    """The key of an app's delivery, and whether it is only a digest of its body."""
    webhook = _safe(record, "webhookId")
    known = f"{KEY}{webhook}" if webhook else record_key(kind_of(record), record)
    return (known, False) if known else (f"{KEY}digest:{hashlib.sha256(raw).hexdigest()}", True)


def check_age(record: Record, now: datetime) -> None:
    """A second check beside the key. Raises :class:`Refused` (``stale``) for a signed time that is far from ours."""
    at = record.moment("timestamp")
    if at is not None and not now - OLDEST <= at <= now + NEWEST:
        raise Refused("stale")


class AppEvents:
    """What an app's webhooks mean; pure."""

    def __init__(self, name: str, settings: HighLevelSettings) -> None:
        """``name`` is the source's own."""
        self._name = name
        self._settings = settings
        self._sales = Sales(name, settings)

    def account(self, record: Record) -> str | None:
        """The location that a webhook speaks of, or the agency where it names none and the settings know that one.

        Where agency or app is not the one of the settings, it is named instead, so that it is nobody's.
        """
        settings = self._settings
        agency, app = _safe(record, "companyId"), _safe(record, "appId")
        if settings.agency_id is not None and agency not in {"", settings.agency_id}:
            return f"agency {agency}"
        if settings.app_id is not None and app not in {"", settings.app_id}:
            return f"app {app}"
        location = _safe(record, "locationId") or _safe(record, "altId")
        if location or not agency:
            return location or None
        return settings.location_id if agency == settings.agency_id and settings.location_id else agency

    def events(self, record: Record, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        """The events of one webhook; what we do not use is ignored with a plain reason.

        Raises ``Unreadable`` naming the field, or ``Question``.
        """
        kind = kind_of(record)
        if kind in {"order", "invoice"}:
            return self.sale(kind, record, stored.reads, stored.received_at)
        if kind in CONTACTS:
            return self._contact(record, stored.received_at)
        if kind == "TaskComplete":
            return self._task(record, stored.received_at)
        if kind == "NoteCreate":
            return self._note(record, stored.reads, stored.received_at)
        if kind in LIFE_CYCLE:
            return Ignored(LIFE_CYCLE[kind])
        if kind in NOT_USED:
            return Ignored("event_not_used")
        if kind.startswith("Opportunity"):
            return self._sales.opportunity(record, stored.reads, stored.received_at)
        return Ignored("unknown_type")

    def sale(
        self, kind: str, record: Record, reads: Mapping[str, Json | None], received_at: datetime
    ) -> Sequence[Event] | Ignored | Needs:
        """An order or an invoice, from a webhook or from polling."""
        reading = self._sales.order if kind == "order" else self._sales.invoice
        return reading(record, reads, received_at)

    def _contact(self, record: Record, received_at: datetime) -> tuple[PartyChanged] | Ignored:
        if not is_named(record):
            return Ignored("contact_without_name")
        at = record.moment("dateUpdated", "timestamp", "dateAdded")
        occurred_at = at or received_at
        return (
            PartyChanged(
                thing=Ref(system=self._name, kind="customer", id=record.required("id", "_id")),
                version=seconds(at) if at else NOTHING,
                occurred_at=occurred_at,
                dated=stockholm_date(occurred_at),
                party=contact_party(record, self._settings.organisation_number_field),
            ),
        )

    def _task(self, record: Record, received_at: datetime) -> tuple[TaskCompleted] | Ignored:
        """Only a task that we left is ours to hear of."""
        mark = mark_in(record.text("body") or "")
        if mark is None:
            return Ignored("not_our_task")
        occurred_at = record.moment("timestamp") or received_at
        return (
            TaskCompleted(
                thing=Ref(system=self._name, kind="task", id=record.required("id", "_id")),
                version=seconds(occurred_at),
                occurred_at=occurred_at,
                dated=stockholm_date(occurred_at),
                mark=mark,
            ),
        )

    def _note(
        self, record: Record, reads: Mapping[str, Json | None], received_at: datetime
    ) -> tuple[NoteAdded] | Ignored | Needs:
        text = record.text("body")
        if text is None:
            return Ignored("empty_note")
        if is_ours(text):
            return Ignored("our_own_note")
        occurred_at = record.moment("dateAdded", "timestamp") or received_at
        dated = stockholm_date(occurred_at)
        contact = record.required("contactId")
        if "contact" not in reads:
            return Needs((Wanted("contact", "contact", contact),), dated)
        found = reads["contact"]
        if found is None:
            return Ignored("gone_at_the_sender")
        if not is_named(Record(found)):
            return Ignored("contact_without_name")
        return (
            NoteAdded(
                thing=Ref(system=self._name, kind="note", id=record.required("id", "_id")),
                version=seconds(record.moment("timestamp") or occurred_at),
                occurred_at=occurred_at,
                dated=dated,
                about=contact_party(Record(found, "contact."), self._settings.organisation_number_field),
                text=text,
            ),
        )


def _safe(record: Record, *keys: str) -> str:
    """A short printable text, or an empty one: nothing at the door may fail."""
    found = record.text(*keys) or ""
    return found if found.isprintable() and len(found) <= LONGEST_ID else ""
