"""Notes: one marked line of ours appended to a customer's comments, other people's text untouched."""

import hashlib

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.note_text import Note, appended, has_mark, lines_of
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.text import one_line
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureNote
from handlers.values import short_reference

KIND = "note"


def _digest(comments: str) -> str:
    """A fingerprint of the comments: the text itself is other people's and stays at Fortnox."""
    return hashlib.sha256(comments.replace("\r\n", "\n").rstrip("\n").encode()).hexdigest()


class Notes:
    """``EnsureNote`` at Fortnox: there is no resource for notes, so it is a line in ``Comments`` (facts, 6.0)."""

    def far_object(self, task: Task) -> str | None:
        """The customer's card."""
        command = command_of(task, EnsureNote)
        return f"customer:{linked(task.refs.get(command.customer)).number}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """Read the comments, and append our line where its mark is not there yet."""
        command = command_of(task, EnsureNote)
        if task.link is not None:
            return Settled(task.link, "unchanged")
        number = linked(task.refs.get(command.customer)).number
        core, detail = one_line(command.core), one_line(command.detail)
        note = Note(command.dated.isoformat(), core.value, detail.value, short_reference(task.thing))
        comments = text_of((await client.read("read_customer", number)).get("Comments"))
        proof: Json = {"read": f"customer:{number}", "lines": len(lines_of(comments))}
        if has_mark(comments, note.mark):
            return Settled(Link(KIND, number, {}), "unchanged", proof=proof)
        whole = appended(comments, note)
        if whole is None:
            raise held(
                "no_room",
                f"The comments of customer {number} are full of other text: shorten them in Fortnox, then retry.",
            )
        text, touched = whole
        operation = OPERATIONS["append_note"]
        return Write(
            operation.name,
            operation.method,
            operation.at(number),
            {"Customer": {"Comments": text}},
            creates=False,
            far_object=f"customer:{number}",
            stands_on={"comments_digest": _digest(comments)},
            evidence={"number": number, "mark": note.mark, "written_digest": _digest(text)},
            altered=tuple(
                (name, before, fitted.value)
                for name, before, fitted in (("core", command.core, core), ("detail", command.detail, detail))
                if fitted.altered
            ),
            proof=proof | {"older_lines_trimmed": touched},
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Write the comments and see that exactly this text is stored."""
        card = await client.request(write.operation, path=write.path, body=write.body)
        number = write.evidence["number"]
        same = _digest(text_of(card.get("Comments"))) == write.evidence["written_digest"]
        question = (
            None if same else f"Customer {number}: Fortnox stored other comments than were sent; read them there."
        )
        return Settled(Link(KIND, number, {}), "changed", question=question)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """Our mark stands in the comments, or it does not."""
        card = await client.read("read_customer", evidence["number"])
        present = has_mark(text_of(card.get("Comments")), evidence["mark"])
        proof: Json = {"read": f"customer:{evidence['number']}", "mark": evidence["mark"], "present": present}
        if not present:
            return Sighting(None, proof)
        return Sighting(Settled(Link(KIND, evidence["number"], {}), "changed", proof=proof), proof)
