"""How the stand-in of Upsales takes changes: the safe reading of what is unconfirmed (Upsales facts, sections 2 and 5).

A PUT changes the fields that it sends; a list that it sends replaces the whole list, custom fields included. Texts lose
their outer blanks, and every change has a new ``modDate``.
"""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tests.stand_ins.serving import Record

Fault = Literal["lost", "broken", "refused", "ignored", "bare"]
"""What befalls a change: stored and the connection reset, stored and answered 500, refused, answered and not stored
(PUT), stored and answered with the id alone."""
Faults = deque[Fault]

REQUIRED = {
    "accounts": ("name",),
    "orders": ("description", "date", "user", "client", "stage"),
    "products": ("name",),
}
UNIQUE = {"products": "articleNo"}
WRITE_ONLY = ("notify",)


class Refusal(Exception):
    """A change is refused with this status and word."""

    def __init__(self, status: int, key: str) -> None:
        """``key`` is the word in the envelope's ``error``."""
        super().__init__(key)
        self.status = status
        self.key = key


def store(resource: str, held: dict[str, Record], number: str | None, body: object, now: datetime) -> Record:
    """Make a record, or change the one of this ``number``; gives it as it then stands. Raises :class:`Refusal`."""
    if resource not in REQUIRED:
        raise Refusal(403, "NotWritable")
    if not isinstance(body, dict):
        raise Refusal(400, "InvalidJson")
    if number is not None and number not in held:
        raise Refusal(404, "NotFound")
    sent = {name: _trimmed(value) for name, value in body.items() if name not in WRITE_ONLY}
    if number is None and not all(sent.get(name) for name in REQUIRED[resource]):
        raise Refusal(400, "MissingAttributes")
    _check_unique(resource, held, number, sent)
    if "custom" in sent:
        sent["custom"] = _custom(sent["custom"])
    record = held[number] if number is not None else _new(held, now)
    record.update(sent, modDate=_after(record.get("modDate"), now))
    return record


def stored_order(record: Record, stages: Mapping[str, Record]) -> None:
    """A stage carries its name and its probability."""
    stage = stages.get(str(record.get("stage", {}).get("id")))
    if stage is not None:
        record["stage"] = {"id": stage["id"], "name": stage.get("name")}
        record["probability"] = stage.get("probability", record.get("probability"))


def _check_unique(resource: str, held: Mapping[str, Record], number: str | None, sent: Record) -> None:
    field = UNIQUE.get(resource, "")
    wanted = sent.get(field)
    if wanted and any(one.get(field) == wanted for other, one in held.items() if other != number):
        raise Refusal(400, "NotUnique")


def _new(held: dict[str, Record], now: datetime) -> Record:
    number = max((int(other) for other in held), default=9000) + 1
    held[str(number)] = {"id": number, "custom": [], "regDate": _stamp(now)}
    return held[str(number)]


def _custom(entries: object) -> list[Record]:
    """Fields that hold nothing are not listed; the others get their values in every form."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "fieldId" in entry for entry in entries):
        raise Refusal(400, "InvalidCustom")
    filled = [entry for entry in entries if str(entry.get("value") or "").strip()]
    return [{**entry, "value": str(entry["value"]), "valueArray": [str(entry["value"])]} for entry in filled]


def _trimmed(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(inner) for inner in value]
    return {name: _trimmed(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _after(last: object, now: datetime) -> str:
    """The time of a change, later than the one before it."""
    before = datetime.fromisoformat(last) if isinstance(last, str) else None
    return _stamp(now if before is None else max(now, before + timedelta(milliseconds=1)))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
