"""Labels: found by their exact text, and made where the company allows it."""

from collections.abc import Mapping

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.resource import command_of, held, linked
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.text import reference_or_park
from connectors.fortnox.wire import text_of
from handlers.commands import DocumentCommand, EnsureLabel
from handlers.values import Ref

KIND = "label"
TEXT_LIMIT = 25
"""Characters of a label (Fortnox facts, section 1.10)."""


def labels_of(command: DocumentCommand, refs: Mapping[Ref, Link]) -> Json:
    """The labels of a new document by their ids; nothing where it gets none (Fortnox facts, section 6.1)."""
    numbers = [linked(refs.get(label)).number for label in command.labels]
    return {"Labels": [{"Id": int(number)} for number in numbers]} if numbers else {}


def labels_with(command: DocumentCommand, refs: Mapping[Ref, Link], stored: Json) -> Json:
    """The document's labels with those of the command that it lacks: all at once, as Fortnox takes them.

    Nothing where none is lacking; what people put there stays.
    """
    there = [{"Id": label["Id"]} for label in stored.get("Labels") or () if isinstance(label, dict) and "Id" in label]
    lacking = [label for label in labels_of(command, refs).get("Labels", ()) if label not in there]
    return {"Labels": [*there, *lacking]} if lacking else {}


class Labels:
    """``EnsureLabel`` at Fortnox (facts, section 6.15): nothing but the text tells labels apart."""

    def far_object(self, task: Task) -> str | None:
        """The label's text, also before it exists: several documents may ask for the same new one."""
        return f"label:{command_of(task, EnsureLabel).text}"

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked label costs no call; another is looked for in the whole list, and made or asked about."""
        command = command_of(task, EnsureLabel)
        if task.link is not None:
            return Settled(task.link, "unchanged")
        text = reference_or_park("Description", command.text, TEXT_LIMIT)
        numbers, proof = await _found(text, client)
        if len(numbers) > 1:
            raise held(
                "several_labels",
                f"Labels {', '.join(numbers)} in Fortnox have the same text: link the right one to this command "
                f"(`label:{numbers[0]}`).",
            )
        if numbers:
            return Settled(Link(KIND, numbers[0], {}), "found", proof=proof)
        if not command.create:
            raise held(
                "label_missing",
                f"There is no label `{text}` in Fortnox: add it there and retry, or let missing ones be made "
                "(`create_labels`).",
            )
        operation = OPERATIONS["create_label"]
        return Write(
            operation.name,
            operation.method,
            operation.at(),
            {"Label": {"Description": text}},
            creates=True,
            far_object=self.far_object(task),
            evidence={"text": text},
            proof=proof,
        )

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Make it, and see that its text was kept."""
        stored = await client.request(write.operation, path=write.path, body=write.body)
        number = text_of(stored.get("Id"))
        kept = text_of(stored.get("Description")) == write.evidence["text"]
        question = None if kept else f"Label {number} was made, but Fortnox did not keep its text: correct it there."
        return Settled(Link(KIND, number, {}), "created", question=question)

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """A label of this text is there, or none is; several are a question."""
        numbers, proof = await _found(evidence["text"], client)
        if not numbers:
            return Sighting(None, proof)
        question = None
        if len(numbers) > 1:
            question = f"Labels {', '.join(numbers)} have the same text: keep one, then link it (`label:{numbers[0]}`)."
        return Sighting(Settled(Link(KIND, numbers[0], {}), "created", question=question, proof=proof), proof)


async def _found(text: str, client: Client) -> tuple[list[str], Json]:
    rows = await client.search("list_labels", {})
    numbers = [text_of(row.get("Id")) for row in rows if text_of(row.get("Description")).strip() == text]
    return numbers, {"searched_by": "the whole list", "rows": len(rows), "matched": numbers}
