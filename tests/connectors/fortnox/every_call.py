"""Operations of the table carried out by the product's client, each answer held to the form that the table states."""

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.base import Json, Park
from connectors.fortnox.client import Client
from connectors.fortnox.outcomes import BareOutcome, File, FileOutcome, ListOutcome, NothingOutcome, ObjectOutcome
from connectors.fortnox.outcomes import Outcome as Came
from connectors.fortnox.record_fields import body_of, differing
from connectors.fortnox.table import OPERATIONS, RESOURCES, Operation, Resource
from connectors.fortnox.table.described import told
from connectors.fortnox.wire import text_of

HOUSEWORK = {
    "Description": "Montering",
    "DeliveredQuantity": "2",
    "Price": 950,
    "VAT": 25,
    "AccountNumber": 3001,
    "HouseWork": True,
    "HouseWorkType": "CONSTRUCTION",
    "HouseWorkHoursToReport": 2,
}
"""A row of work that allows a tax reduction of the type rot."""

PDF = File("kvitto.pdf", "application/pdf", b"%PDF-1.4\r\n%%EOF")


def example_of(operation: Operation) -> Any:
    """What the table gives as an example of a body, as ``carry`` takes it: decimals exact, any file for a file."""
    body = told(operation).body
    if operation.sends == "envelope":
        return body_of(RESOURCES[operation.resource].schema, body[operation.envelope])
    return PDF if operation.sends == "file" else body


def shown_by(operation: Operation, outcome: Came) -> Any:
    """What came, of the form that the table states: objects and rows name themselves, nothing is empty."""
    match outcome:
        case ObjectOutcome(envelope, fields):
            assert operation.answers == "object", operation.name
            assert envelope in (operation.envelope, *operation.other_envelopes)
            assert fields
            assert not operation.key or text_of(fields.get(operation.key)), operation.name
            return fields
        case ListOutcome(rows):
            assert operation.answers == "list", operation.name
            assert rows, operation.name
            assert [row for row in rows if operation.key and not text_of(row.get(operation.key))] == []
            return rows
        case BareOutcome(value):
            assert operation.answers == "bare", operation.name
            assert isinstance(value, dict | list), operation.name
            return value
        case FileOutcome(file):
            assert operation.answers == "bytes", operation.name
            assert file.content
            return file
        case NothingOutcome():
            assert operation.answers == "nothing", operation.name
            return None


def keys_of(resource: Resource, stored: Json) -> tuple[str, ...]:
    """The keys of an object in the order of its path."""
    names = resource.keys if len(resource.keys) > 1 else (resource.list_key or resource.keys[0],)
    return tuple(text_of(stored[name]) for name in names)


class Calls:
    """Calls by the name of their operation; ``called`` are those that were answered as the table says."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.called: set[str] = set()

    async def __call__(
        self, name: str, *keys: object, params: Mapping[str, str] | None = None, body: Any = None, **fields: Any
    ) -> Any:
        """Carry out an operation with the table's example, or with other ``fields`` in it, or another ``body``."""
        operation = OPERATIONS[name]
        sent = example_of(operation) if body is None else body
        if fields:
            sent = {**sent, **fields}
        outcome = await self._client.carry(name, *map(text_of, keys), params=params, body=sent)
        shown = shown_by(operation, outcome)
        self.called.add(name)
        return shown

    async def made(self, name: str, **fields: Any) -> Json:
        """Create the example of a resource, find it in the list, change it and read it, as far as it has these."""
        resource = RESOURCES[name]
        made: Json = await self(f"create_{resource.one}", **fields)
        keys = keys_of(resource, made)
        sent = {**resource.example, **fields}
        assert differing(resource.schema, {name: sent[name] for name in sent if name in made}, made) == []
        if "list" in resource.verbs:
            own, key = text_of(made[resource.list_key or resource.keys[-1]]), OPERATIONS[f"list_{name}"].key
            assert own in [text_of(row[key]) for row in await self(f"list_{name}")]
        if "update" in resource.verbs:
            made = await self(f"update_{resource.one}", *keys)
            assert differing(resource.schema, resource.change, made) == []
        if "read" in resource.verbs:
            assert await self(f"read_{resource.one}", *keys) == made
        return made

    async def gone(self, name: str, *keys: object) -> None:
        """Delete an object; where it can be read, Fortnox's own word says that it is gone."""
        resource = RESOURCES[name]
        await self(f"delete_{resource.one}", *keys)
        if "read" in resource.verbs:
            with pytest.raises(Park) as refused:
                await self(f"read_{resource.one}", *keys)
            assert refused.value.status == 404
