"""Notes: one marked line of ours appended to a customer's comments, other people's text untouched."""

import hashlib

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.note_text import Note, appended, has_mark, lines_of, replaced, standing
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.text import COMMENTS_LIMIT, one_line
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureNote
from handlers.values import short_reference

KIND = "note"


def _digest(comments: str) -> str:
    """A fingerprint of the comments: the text itself is other people's and stays at Fortnox."""
    return hashlib.sha256(comments.replace("\r\n", "\n").rstrip("\n").encode()).hexdigest()


class Notes:
    """``EnsureNote`` at Fortnox: there is no resource for notes, so it is a line in ``Comments`` (facts, 6.0).

    A line that was written is linked with a fingerprint of what it says. One that says something else now takes its
    place, on the card where it stands; where somebody took it out, it stays out.
    """

    def far_object(self, task: Task) -> str | None:
        """The customer's card."""
        return f"customer:{_card(task)}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Read the comments, and append our line where its mark is not there yet, or replace what it said before."""
        command = command_of(task, EnsureNote)
        if task.link is not None and task.link.state.get("says") in {None, _says(command)}:
            return Settled(task.link, "unchanged")
        number = _card(task)
        note = _note(task, command)
        comments = text_of((await client.read("read_customer", number)).get("Comments"))
        proof: Json = {"read": f"customer:{number}", "lines": len(lines_of(comments))}
        stands = has_mark(comments, note.mark)
        link = Link(KIND, number, {"says": _says(command)})
        if stands and (task.link is None or standing(comments, note.mark) == note.line(COMMENTS_LIMIT)):
            return Settled(link, "unchanged", proof=proof)
        if not stands and (task.link is not None or command.only_replaces):
            return Settled(task.link and link, "unchanged", proof=proof | {"because": "no line of ours stands there"})
        whole = replaced(comments, note) if stands else appended(comments, note)
        if whole is None:
            raise held(
                "no_room",
                f"The comments of customer {number} are full of other text: shorten them in Fortnox, then retry.",
            )
        return _write(command, number, note, comments, whole, proof)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Write the comments and see that exactly this text is stored."""
        card = await client.request(write.operation, path=write.path, body=write.body)
        number = write.evidence["number"]
        same = _digest(text_of(card.get("Comments"))) == write.evidence["written_digest"]
        question = (
            None if same else f"Customer {number}: Fortnox stored other comments than were sent; read them there."
        )
        return Settled(_written(write.evidence), "changed", question=question)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Our mark stands in the comments, at the end of the line that was sent where it stood there before."""
        card = await client.read("read_customer", evidence["number"])
        line = standing(text_of(card.get("Comments")), evidence["mark"])
        meant = evidence.get("line_digest")
        present = line is not None and (meant is None or _digest(line) == meant)
        proof: Json = {"read": f"customer:{evidence['number']}", "mark": evidence["mark"], "present": present}
        if not present:
            return Sighting(None, proof)
        return Sighting(Settled(_written(evidence), "changed", proof=proof), proof)


def _card(task: Task) -> str:
    """The customer whose card has the line, or shall have it."""
    command = command_of(task, EnsureNote)
    return task.link.number if task.link is not None else linked(task.refs.get(command.customer)).number


def _says(command: EnsureNote) -> str:
    """A fingerprint of what the line says."""
    return _digest("\n".join((command.dated.isoformat(), command.core, command.detail)))


def _note(task: Task, command: EnsureNote) -> Note:
    core, detail = one_line(command.core), one_line(command.detail)
    return Note(command.dated.isoformat(), core.value, detail.value, short_reference(task.thing))


def _write(command: EnsureNote, number: str, note: Note, comments: str, whole: tuple[str, int], proof: Json) -> Write:
    """The whole comments with our line; a line that stood there before is known again by all that it says."""
    text, touched = whole
    operation = OPERATIONS["append_note"]
    evidence = {"number": number, "mark": note.mark, "written_digest": _digest(text), "says": _says(command)}
    if has_mark(comments, note.mark):
        evidence["line_digest"] = _digest(standing(text, note.mark) or "")
    fitted = (("core", command.core, one_line(command.core)), ("detail", command.detail, one_line(command.detail)))
    return Write(
        operation.name,
        operation.method,
        operation.at(number),
        {"Customer": {"Comments": text}},
        creates=False,
        far_object=f"customer:{number}",
        stands_on={"comments_digest": _digest(comments)},
        evidence=evidence,
        altered=tuple((name, before, text.value) for name, before, text in fitted if text.altered),
        proof=proof | {"older_lines_trimmed": touched},
    )


def _written(evidence: Json) -> Link:
    """The link of a line that stands there; an attempt of an older program did not keep what it said."""
    says = evidence.get("says")
    return Link(KIND, evidence["number"], {} if says is None else {"says": says})
