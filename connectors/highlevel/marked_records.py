"""Notes and tasks of a contact that carry our mark: found by it, exactly, and by nothing else."""

from urllib.parse import quote

from connectors.base import Json, Link, Park, Settled, Sighting, Task, UnknownEnd, Unprovable
from connectors.highlevel.budget import SYSTEM
from connectors.highlevel.calls import Calls
from connectors.highlevel.marks import has_mark
from connectors.highlevel.records import Record, number

Kind = str
"""``note`` or ``task``: HighLevel calls their lists by the plural."""


def path_of(contact: str, kind: Kind) -> str:
    """Where the notes or tasks of a contact are."""
    return f"/contacts/{quote(contact, safe='')}/{kind}s"


async def looked_for(calls: Calls, task: Task, kind: Kind, operation: str, evidence: Json) -> Sighting:
    """Whether a note or task with the mark stands on the contact.

    Raises :class:`Unprovable` where they cannot be read whole: then nothing proves that something is not there. The
    last look behind a create whose own answer was complete is content with that answer.
    """
    found, why = await _standing(calls, evidence["contact"], kind, task.priority)
    if found is not None:
        return _sighting(found, kind, evidence["mark"])
    # A link that is known for sure may be that of an earlier note: it says nothing about this one.
    if task.link is not None and not task.link.verified:
        proof: Json = {"read": f"{kind}s", "unreadable": why}
        return Sighting(Settled(task.link, "found", proof=proof), proof)
    raise Unprovable(
        f"{kind}_unprovable",
        system=SYSTEM,
        operation=operation,
        remedy=f"no complete answer came when the {kind} was left on its contact, and whether it stands there cannot "
        f"be read: {why}. Look at the contact in HighLevel: if the {kind} with our mark is there, discard the command; "
        f"if it is not, retry it with --absent",
        about=f"{kind}s",
    )


async def _standing(calls: Calls, contact: str, kind: Kind, priority: int) -> tuple[list[Record] | None, str]:
    """All of a contact's notes or tasks; ``None`` where they cannot be read whole, and why."""
    try:
        answer = await calls.record(f"read {kind}s", path_of(contact, kind), priority=priority)
    except Park as error:
        return None, f"HighLevel refuses to list them (status {error.status})"
    if answer is None:
        return None, "HighLevel says that there is no such contact, or lists none"
    found = answer.get(f"{kind}s")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found) or _more(answer, len(found)):
        return None, "the list has another form than we know, or is not whole"
    return [Record(one, f"{kind}s.") for one in found], ""


def _sighting(found: list[Record], kind: Kind, mark: str) -> Sighting:
    """What a look makes of all notes or tasks of the contact: one with our mark is it, two are a question."""
    hits = [one for one in found if has_mark(_text(one), mark)]
    proof: Json = {"read": f"{kind}s", "mark": mark, "of": len(found), "hits": len(hits)}
    if not hits:
        return Sighting(None, proof)
    question = f"{len(hits)} {kind}s carry the mark {mark}: delete all but one in HighLevel" if hits[1:] else None
    return Sighting(Settled(link_of(hits[0], kind), "found", question=question, proof=proof), proof)


def made(answer: Json, kind: Kind, mark: str, operation: str) -> Settled:
    """What HighLevel answered to a create. Raises ``UnknownEnd`` where that is not what was meant."""
    inner = answer.get(kind)
    record = Record(inner if isinstance(inner, dict) else answer)
    if record.text("id", "_id") is None or not has_mark(_text(record), mark):
        raise UnknownEnd("answer_is_not_what_was_meant", system=SYSTEM, operation=operation)
    return Settled(link_of(record, kind), "created")


def link_of(record: Record, kind: Kind) -> Link:
    """The link of a note or task; of a task also whether it is completed."""
    state: Json = {"completed": record.raw.get("completed") is True} if kind == "task" else {}
    return Link(kind, record.text("id", "_id") or "", state)


def _text(record: Record) -> str:
    return record.text("body", "bodyText") or ""


def _more(answer: Json, shown: int) -> bool:
    """Whether the answer says that there is more than it shows; the published form of these lists has no pages."""
    meta = answer.get("meta")
    places = (meta if isinstance(meta, dict) else {}, answer)
    totals = [place.get("total") for place in places]
    following = [place.get("nextPage") for place in places]
    counts = [number(total) for total in totals if total is not None]
    # A count that cannot be read may be of more than is shown.
    return any(following) or any(count is None or count > shown for count in counts)
