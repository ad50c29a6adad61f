"""What a customer and an invoice at SubscriptionFlow shall say of Fortnox, beside what they say already. Pure."""

import hashlib
import re
from dataclasses import dataclass

from connectors.base import Json, Link, Park, Task
from connectors.subscriptionflow.loose import Record, is_identifier
from handlers.commands import SetSenderFields
from handlers.values import short_reference

MODULES = {"customer": "customers", "invoice": "invoices"}
"""Record -> its module in paths (SubscriptionFlow facts, section 2)."""
TELLS = {"customer": "customer_number", "invoice": "invoice_number"}
"""Record -> the one number that it can be told."""
CUSTOMER_FIELD = "accounting_resource_id"
"""The free place for the accounting system's number (SubscriptionFlow facts, section 4)."""
CHANGES_BY_ITSELF = frozenset({"updated_at"})


@dataclass(frozen=True, slots=True)
class Meant:
    """One number that one record shall show: as the whole ``field``, or with our ``mark`` in a line of it."""

    record: str
    id: str
    field: str
    number: str
    mark: str | None

    @property
    def path(self) -> str:
        """Below ``/api/v1``; an id of ours needs no escaping."""
        return f"/{MODULES[self.record]}/{self.id}"

    @property
    def far_object(self) -> str:
        """The record as turns and attempts name it."""
        return f"{self.record}:{self.id}"

    @property
    def link(self) -> Link:
        """What is kept once the record shows the number."""
        return Link(self.record, self.id, {"number": self.number})

    @property
    def line(self) -> str:
        """What a note says; it holds no line break and no sign that a rich text would escape."""
        return f"Fortnox invoice {self.number} #{self.mark}"

    def shown(self, text: str) -> str | None:
        """The number that the field's ``text`` shows by us or by anybody; ``None`` where it shows none."""
        if self.mark is None:
            return text.strip() or None
        found = self._ours().search(text)
        return None if found is None else found[1]

    def told(self, text: str) -> str:
        """The field's text with the number: all that stands there is kept, but an older number of ours is replaced."""
        if self.mark is None:
            return self.number
        if self.shown(text) is not None:
            return self._ours().sub(lambda _: self.line, text)
        kept = text.rstrip()
        return f"{kept}\n{self.line}" if kept else self.line

    def _ours(self) -> re.Pattern[str]:
        return re.compile(rf"Fortnox invoice (\S{{1,30}}) #{self.mark}(?![a-z2-7])")


def meant_by(task: Task, note_field: str, system: str) -> Meant:
    """What a command wants. Raises ``Park`` for one that SubscriptionFlow has no place for."""
    command = task.command
    if not isinstance(command, SetSenderFields) or command.fields or command.record not in TELLS:
        raise _no_place(task, system)
    if [field for field, _ in command.numbers] != [TELLS[command.record]] or not is_identifier(command.id):
        raise _no_place(task, system)
    [(_, ref)] = command.numbers
    invoice = command.record == "invoice"
    return Meant(
        command.record,
        command.id,
        note_field if invoice else CUSTOMER_FIELD,
        task.refs[ref].number,
        short_reference(task.thing) if invoice else None,
    )


def _no_place(task: Task, system: str) -> Park:
    return Park(
        "no_place",
        system=system,
        operation=task.command.kind,
        remedy="SubscriptionFlow is told the customer number of its customers and the invoice number of its invoices, "
        "and nothing else: discard the command.",
    )


def filled(record: Record) -> list[str]:
    """The names of the fields that hold something."""
    return sorted(name for name in record.raw if record.find(name)[1] is not None)


def emptied(record: Record, before: list[str]) -> list[str]:
    """Those of the fields that held something ``before`` which are there and hold nothing now."""
    held = {name for name in record.raw if record.find(name)[1] is None}
    return [name for name in before if name in held and name not in CHANGES_BY_ITSELF]


def digest(text: str) -> str:
    """A fingerprint of a text however its white space is stored: the text itself is other people's."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def evidence_of(meant: Meant, text: str, record: Record) -> Json:
    """What a later look and the comparison need; of what stands there only names and fingerprints."""
    return {
        "record": meant.record,
        "id": meant.id,
        "field": meant.field,
        "number": meant.number,
        "mark": meant.mark,
        "written_digest": digest(text),
        "filled": filled(record),
    }


def meant_then(evidence: Json) -> Meant:
    """What an earlier attempt meant, from its evidence."""
    return Meant(evidence["record"], evidence["id"], evidence["field"], evidence["number"], evidence["mark"])
