"""One row of an invoice, order or offer, read and changed by its RowId; no other row is touched (facts, 6.1)."""

from typing import Any

from connectors.base import Json, Settled, Sighting, Task, Write
from connectors.fortnox.client import Client
from connectors.fortnox.record_fields import body_of, differing
from connectors.fortnox.record_names import far_object
from connectors.fortnox.record_reads import find, path_of
from connectors.fortnox.resource import held
from connectors.fortnox.table import OPERATIONS, Resource
from connectors.fortnox.table.fields import fields_of
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureRecord

ROW_ID = "RowId"
ENTERED = (
    "ArticleNumber", "Description", "Price", "VAT", "AccountNumber", "Discount", "Quantity", "OrderedQuantity",
    "DeliveredQuantity",
)  # fmt: skip
"""What people enter in a row, unlike its id and what Fortnox reckons."""

Row = dict[str, Any]


def rows_name(resource: Resource) -> str:
    """The field that holds the rows: ``InvoiceRows``. Raises ``Held`` for a resource whose rows have no id."""
    for name, field in fields_of(resource).items():
        if field.kind == "rows" and name.endswith("Rows"):
            return name
    raise held("no_rows", f"{resource.name} have no rows that can be named: discard this command.")


def row_of(resource: Resource, stored: Json, row_id: str) -> tuple[int, Row] | None:
    """The place of a row (from 0) and the row; ``None`` where no row has the id (each update gives new ids)."""
    for place, row in enumerate(stored.get(rows_name(resource)) or []):
        if text_of(row.get(ROW_ID)) == row_id:
            return place, row
    return None


class RecordRows:
    """The part of ``EnsureRecord`` that has a ``row``.

    All ids are new after each update, so a change is proved by its place and by the other rows being as they were.
    """

    async def plan(
        self, task: Task, command: EnsureRecord, resource: Resource, number: str, client: Client
    ) -> Write | Settled:
        """The row is read; where it differs, it is sent with its id, and all others with nothing but theirs."""
        row_id, named = command.row or "", far_object(resource, number)
        stored = await find(resource, number, client) if number else None
        found = None if stored is None else row_of(resource, stored, row_id)
        if stored is None or found is None:
            raise held(
                "row_missing",
                f"{named} has no row {row_id} (each change gives the rows new ids): name the row anew in a new "
                "command, and discard this one.",
            )
        place, row = found
        wrong = differing(_schema(resource), command.fields, row)
        proof: Json = {"read": named, "row": row_id, "place": place + 1, "fields_to_change": wrong}
        if not wrong:
            return Settled(task.link, "unchanged", proof=proof)
        change = {name: command.fields[name] for name in wrong}
        evidence: Json = {"carrier": command.kind, "resource": resource.name, "number": number, "row": row_id}
        return _write(resource, stored, evidence | {"place": place, "fields": change}, proof)

    async def look(self, task: Task, resource: Resource, evidence: Json, client: Client) -> Sighting:
        """The row in its place is as meant, or it still has its old id and nothing took effect."""
        named = far_object(resource, evidence["number"])
        stored = await find(resource, evidence["number"], client)
        if stored is None:
            raise held("record_missing", f"There is no {named} in Fortnox any more: discard the command.")
        proof: Json = {"read": named, "place": evidence["place"] + 1}
        if self._wrong(resource, stored, evidence):
            if row_of(resource, stored, evidence["row"]) is not None:
                return Sighting(None, proof | {"row": f"{evidence['row']} is there as before"})
            raise held("row_unclear", f"The rows of {named} were changed by others: compare them, then discard this.")
        return Sighting(self.settled(task, resource, stored, evidence, "changed", proof), proof)

    def settled(
        self, task: Task, resource: Resource, stored: Json, evidence: Json, result: str, proof: Json
    ) -> Settled:
        """The document after the change, and a question where that row or another is not as meant."""
        named = far_object(resource, evidence["number"])
        wrong = self._wrong(resource, stored, evidence)
        question = f"{named} is not as meant after the change of a row: {', '.join(wrong)}." if wrong else None
        return Settled(task.link, result, question=question, proof=proof | {"object": named})

    def _wrong(self, resource: Resource, stored: Json, evidence: Json) -> list[str]:
        rows, place = stored.get(rows_name(resource)) or [], evidence["place"]
        if len(rows) != len(evidence["others"]) + 1:
            return ["its number of rows"]
        changed = differing(_schema(resource), evidence["fields"], rows[place])
        return changed + (["another row"] if _others(resource, rows, place) != evidence["others"] else [])


def _write(resource: Resource, stored: Json, evidence: Json, proof: Json) -> Write:
    """The row with its id and what changes of it, and every other row with nothing but its id."""
    rows: list[Row] = stored[rows_name(resource)]
    place, change, number = evidence["place"], evidence["fields"], evidence["number"]
    sent = [{ROW_ID: row[ROW_ID]} for row in rows]
    sent[place] |= body_of(_schema(resource), change)
    operation = OPERATIONS[f"update_{resource.one}"]
    return Write(
        operation.name,
        operation.method,
        path_of(operation.name, resource, number),
        {operation.envelope: {rows_name(resource): sent}},
        creates=False,
        far_object=far_object(resource, number),
        stands_on={name: text_of(rows[place].get(name)) for name in change},
        evidence=evidence | {"others": _others(resource, rows, place)},
        proof=proof,
    )


def _schema(resource: Resource) -> str:
    return fields_of(resource)[rows_name(resource)].of


def _others(resource: Resource, rows: list[Row], place: int) -> list[list[str]]:
    """What the other rows say: what people entered."""
    others = [row for at, row in enumerate(rows) if at != place]
    return [[text_of(row.get(name)) for name in ENTERED] for row in others]
