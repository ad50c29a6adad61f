"""A document that is linked already: left alone, brought to its newest content, or held with what differs."""

from dataclasses import dataclass, replace

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox import document_state as far
from connectors.fortnox.brakes import check_amount
from connectors.fortnox.client import Client
from connectors.fortnox.document_content import (
    Content,
    evidence_of_extra,
    header,
    schema_of,
    texts_digest,
    unlike_extra,
    updated_rows,
)
from connectors.fortnox.document_questions import Questions
from connectors.fortnox.forms import Form, reference_of
from connectors.fortnox.labels import labels_with
from connectors.fortnox.open_days import invoice_on_open_day
from connectors.fortnox.record_fields import differing
from connectors.fortnox.registers import rate_of
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import is_true, text_of
from handlers.commands import DocumentCommand, EnsureInvoice
from handlers.values import reference, short_reference

COMPARED = (
    "ExternalInvoiceReference1", "OurReference", "YourReference", "Comments", "DeliveryDate", "InvoiceDate", "DueDate"
)  # fmt: skip
"""Fields outside the rows that tell whether an update of unknown end took effect: none of them is cut silently."""


@dataclass(frozen=True, slots=True)
class Case:
    """One command that meets its linked document; ``moved``: its own date is closed, and it has the next open day."""

    task: Task
    command: DocumentCommand
    link: Link
    content: Content
    client: Client
    moved: bool = False

    @property
    def to_be_booked(self) -> bool:
        """Whether a booking follows, so that the document must be seen as it now is."""
        return isinstance(self.command, EnsureInvoice) and self.command.to_be_booked


class Updates:
    """Plans and settles changes of one kind of document."""

    def __init__(self, form: Form, ask: Questions) -> None:
        self._form = form
        self._ask = ask

    async def plan(
        self, task: Task, command: DocumentCommand, link: Link, content: Content, client: Client
    ) -> Write | Settled:
        """The same content needs no call; another is an update while Fortnox takes changes, else a question."""
        self._ask.about_credited(task, command)
        case = Case(task, command, link, content, client)
        state = link.state
        if self._is_known(case):
            return Settled(link, "unchanged")
        if state.get("adopted") and state.get("same") and not command.labels:
            return await self._write(case, None, rows=False)
        stored = await client.read(f"read_{self._form.kind}", link.number)
        if is_true(stored.get("Cancelled")):
            self._ask.cancelled(link.number)
        if isinstance(command, EnsureInvoice) and not self._form.locked(stored):
            command, moved = await invoice_on_open_day(command, client)
            case = replace(case, command=command, moved=bool(moved))
        wrong = far.differences(self._form, content.meant, stored)
        if state.get("adopted"):
            return await self._adopted(case, stored, wrong)
        if state.get("unseen"):
            return await self._first_seen(case, stored, wrong)
        return await self._changed(case, stored, wrong)

    def _is_known(self, case: Case) -> bool:
        """Whether nothing has to be read: the content is the one that was seen, and nothing new hangs on it."""
        state, ours = case.link.state, case.content.meant
        if state.get("meant") != ours["digest"] or state.get("mismatch") or state.get("cancelled"):
            return False
        if state.get("booked"):
            return True
        return not case.to_be_booked and not state.get("unseen") and _same_head(state, ours)

    async def _adopted(self, case: Case, stored: Json, wrong: list[str]) -> Write | Settled:
        """A document that Fortnox made from the earlier stage gets our mark, our texts, and the newest content."""
        if self._form.locked(stored):
            if wrong:
                self._ask.locked(case.link.number, wrong, stored)
            return self._as_it_stands(case, stored, "created")
        same_texts = texts_digest(far.stored_rows(self._form, stored)) == case.content.meant["texts"]
        return await self._write(case, stored, rows=bool(wrong) or not same_texts)

    async def _first_seen(self, case: Case, stored: Json, wrong: list[str]) -> Write | Settled:
        """An invoice that was just made from its order: compared, and given the dates that Fortnox chose by itself."""
        if wrong:
            state = far.state_of(self._form, stored, case.content.meant, mismatch=True)
            question = self._ask.unlike(case.link.number, wrong)
            return Settled(Link(case.link.kind, case.link.number, state), "created", question=question)
        incomplete = differing(schema_of(self._form), case.command.extra, stored)
        lacking = incomplete or labels_with(case.command, case.task.refs, stored)
        if (_misdated(case, stored) or lacking) and not self._form.locked(stored):
            return await self._write(case, stored, rows=False)
        return self._as_it_stands(case, stored, "created")

    async def _changed(self, case: Case, stored: Json, wrong: list[str]) -> Write | Settled:
        known, ours, number = case.link.state.get("meant"), case.content.meant, case.link.number
        same_head = _same_head(case.link.state, ours)
        locked = self._form.locked(stored)
        well_dated = locked or not _misdated(case, stored)
        if not wrong and known in {None, ours["digest"]} and (same_head or locked) and well_dated:
            return self._as_it_stands(case, stored, "unchanged")
        if locked:
            self._ask.locked(number, wrong, stored)
        if known == ours["digest"] and wrong:
            self._ask.differs(number, wrong)
        rows = known != ours["digest"]
        if rows and self._form.kind == "invoice" and reference_of(stored, "OrderReference"):
            self._ask.rows_of_order(number, wrong)
        return await self._write(case, stored, rows=rows)

    def _as_it_stands(self, case: Case, stored: Json, result: str) -> Settled:
        state = far.state_of(self._form, stored, case.content.meant, mismatch=False)
        proof: Json = {"read": f"{self._form.kind}:{case.link.number}"}
        return Settled(Link(self._form.kind, case.link.number, state), result, proof=proof)

    async def _write(self, case: Case, stored: Json | None, *, rows: bool) -> Write:
        """``stored`` is the document as it was read, ``None`` where that was not needed; without ``rows`` they stay."""
        command, link, ours = case.command, case.link, case.content.meant
        rate = await rate_of(command.currency, command.currency_rate, case.client, day=command.dated)
        if rows:
            check_amount(command, rate)
        mark = reference(case.task.thing) if self._form.marked else short_reference(case.task.thing)
        fields, altered = header(self._form, command, ours["customer"], mark, rate)
        stands_on: Json = {}
        if stored is not None:
            fields = _own_dates(case, stored, fields) | labels_with(command, case.task.refs, stored)
            theirs = far.stored_rows(self._form, stored)
            stands_on = {"locked": False, "Cancelled": False, "RowIds": [row.get("RowId") for row in theirs]}
        body: Json = dict(fields)
        if stored is not None and rows:
            body[self._form.rows] = updated_rows(self._form, case.content.rows, theirs)
        operation = OPERATIONS[f"update_{self._form.kind}"]
        return Write(
            operation.name,
            operation.method,
            operation.at(link.number),
            {self._form.envelope: body},
            creates=False,
            far_object=f"{self._form.kind}:{link.number}",
            stands_on=stands_on,
            evidence={
                "mark": mark,
                "number": link.number,
                "meant": ours,
                "sent": {self._form.number: fields[self._form.number]},
                "fields": {name: text_of(fields[name]) for name in COMPARED if name in fields},
                **evidence_of_extra(command),
                "made": bool(link.state.get("adopted") or link.state.get("unseen")),
                "unread": stored is None,
            },
            altered=case.content.altered + altered,
            proof={} if stored is None else {"read": f"{self._form.kind}:{link.number}"},
        )

    def settled(self, stored: Json, evidence: Json, proof: Json | None = None) -> Settled:
        """The changed document compared; rows that nobody had read yet are changed in a second pass if they differ."""
        ours, number = evidence["meant"], far.number_of(stored)
        wrong = far.differences(self._form, ours, stored)
        if wrong and evidence.get("unread"):
            state: Json = {"adopted": True, "same": False}
            return Settled(Link(self._form.kind, number, state), "changed", again=True)
        question = self._ask.about_stored(number, stored, ours, wrong, [])
        state = far.state_of(self._form, stored, ours, mismatch=question is not None)
        shown: Json = dict(proof or {}) | {
            "Total": text_of(stored.get("Total")),
            "RoundOff": text_of(stored.get("RoundOff")),
            "cut": far.cut_texts(evidence.get("sent", {}), stored),
            **unlike_extra(self._form, evidence, stored),
        }
        result = "created" if evidence.get("made") else "changed"
        return Settled(Link(self._form.kind, number, state), result, question=question, proof=shown)

    async def look(self, evidence: Json, client: Client) -> Sighting:
        """An update took effect where rows, totals, texts and header are what was sent."""
        stored = await client.read(f"read_{self._form.kind}", evidence["number"])
        proof: Json = {"read": f"{self._form.kind}:{evidence['number']}"}
        ours = evidence["meant"]
        fields = all(text_of(stored.get(name)) == text for name, text in evidence.get("fields", {}).items())
        fields = fields and not unlike_extra(self._form, evidence, stored)
        same_texts = texts_digest(far.stored_rows(self._form, stored)) == ours["texts"]
        rows = same_texts and not far.differences(self._form, ours, stored)
        if not fields or not (rows or evidence.get("unread")):
            return Sighting(None, proof)
        return Sighting(self.settled(stored, evidence, proof), proof)


def _same_head(state: Json, ours: Json) -> bool:
    """Whether what stands around the rows is what was seen; older programs remembered it without the days."""
    return state.get("head") in {None, ours["head"], ours["words"]}


def _dates(case: Case) -> dict[str, str]:
    """The dates that an invoice shall have which Fortnox made from an order by itself, dated that day.

    Both where it is booked now; else only a due date that the source states: the day of invoicing is right.
    """
    command = case.command
    if not isinstance(command, EnsureInvoice):
        return {}
    due = {"DueDate": command.due_date.isoformat()}
    if command.to_be_booked:
        return {"InvoiceDate": command.invoice_date.isoformat(), **due}
    return due if command.due_stated else {}


def _misdated(case: Case, stored: Json) -> bool:
    """Whether an invoice that Fortnox made from an order must get other dates.

    One that stood a while keeps its own, unless it is dated after the sale that is now paid (Fortnox takes no payment
    before its invoice) and was not sent to anybody; or its day was closed meanwhile, and it is to be booked.
    """
    dates = _dates(case)
    if case.moved and text_of(stored.get("InvoiceDate")) < dates.get("InvoiceDate", ""):
        return True
    if case.link.state.get("unseen"):
        return any(text_of(stored.get(name)) != date for name, date in dates.items())
    later = text_of(stored.get("InvoiceDate")) > dates.get("InvoiceDate", "9")
    return later and bool(reference_of(stored, "OrderReference")) and not is_true(stored.get("Sent"))


def _own_dates(case: Case, stored: Json, fields: Json) -> Json:
    """The header without the dates that an invoice made from an order keeps: somebody may have got it already."""
    if not reference_of(stored, "OrderReference"):
        return fields
    given = _dates(case) if _misdated(case, stored) else {}
    return {name: value for name, value in fields.items() if name not in {"InvoiceDate", "DueDate"} or name in given}
