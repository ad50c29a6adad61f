"""Every example of the table: what it makes, changes and deletes is told where a topic exists, and can be stored."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from connectors.fortnox.simulator import Simulator
from connectors.fortnox.simulator.resources import NAMED
from connectors.fortnox.simulator.stored_values import restored, stored
from connectors.fortnox.simulator.topics import CHANGED, CREATED, Kind
from connectors.fortnox.table import RESOURCES, Resource
from tests.connectors.fortnox.simulator.caller import Caller, opened

HELD = sorted(CREATED.keys() & NAMED.keys())
UNTOLD = {"customer_references", "price_lists", "units"}
"""Some without a topic, to see that they stay untold."""


async def _kinds(caller: Caller) -> list[tuple[Kind, str]]:
    events = (await caller.control("GET", "events"))["events"]
    return [(Kind(event["topic"], event["type"]), event["entityId"]) for event in events]


def _key(row: Resource, made: dict[str, Any]) -> str:
    if row.name == "vouchers":
        return "-".join(str(made[name]) for name in ("Year", "VoucherSeries", "VoucherNumber"))
    return str(made[row.list_key or row.keys[-1]])


async def _make(caller: Caller, row: Resource) -> dict[str, Any] | None:
    """Create the table's example, where the simulator takes it as things stand."""
    reply = await caller.call("POST", f"/3{row.path}", {row.single: dict(row.example)})
    return reply.one if reply.status == 201 else None


async def _made_of_all(caller: Caller) -> dict[str, dict[str, Any]]:
    rows = [row for row in RESOURCES.values() if row.sends == "envelope" and row.example and "create" in row.verbs]
    made = {row.name: await _make(caller, row) for row in rows}
    return {name: one for name, one in made.items() if one is not None}


@pytest.mark.asyncio
async def test_every_new_object_with_a_topic_is_told() -> None:
    """Its id is that of the answer; what has no topic makes no event."""
    async with opened() as caller:
        made = await _made_of_all(caller)
        assert made.keys() >= {*HELD, *UNTOLD}
        told = await _kinds(caller)
        expected = [(CREATED[name], _key(RESOURCES[name], one)) for name, one in made.items() if name in CREATED]
        assert [one for one in expected if told.count(one) != 1] == []
        assert {kind for kind, _ in told} <= set(CREATED.values())


@pytest.mark.parametrize("name", HELD)
@pytest.mark.asyncio
async def test_every_change_and_deletion_with_a_topic_is_told(name: str) -> None:
    """The change of the table's example, then its deletion where it is not in use by another."""
    row = RESOURCES[name]
    async with opened() as caller:
        one = (await _made_of_all(caller))[name]
        path = f"/3{row.path}/{quote(_key(row, one), safe='')}"
        if row.change:
            assert (await caller.call("PUT", path, {row.single: dict(row.change)})).status == 200
            assert (await _kinds(caller)).count((CHANGED[f"update_{row.one}"], _key(row, one))) == 1
        deleted = (await caller.call("DELETE", path)).status == 204
        if f"delete_{row.one}" in CHANGED:
            assert (await _kinds(caller)).count((CHANGED[f"delete_{row.one}"], _key(row, one))) == deleted


@pytest.mark.asyncio
async def test_whatever_is_stored_can_be_kept_in_a_file() -> None:
    """One company with an example of everything comes back equal."""
    async with opened() as caller:
        made = await _made_of_all(caller)
        assert len(made) > 20
        simulator = caller.server.simulator
        again = Simulator(simulator.settings)
        again.restore(restored(json.loads(json.dumps(stored(simulator.saved())))))
        assert again.companies == simulator.companies
