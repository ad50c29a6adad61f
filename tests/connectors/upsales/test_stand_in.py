"""The stand-in of Upsales does what its page of facts says, and runs as a process that others can fill."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connectors.registry import SOURCES
from daemon.listener import Hook
from tests.connectors.upsales.bodies import SECRETS, SECTION, order
from tests.fakes.doorway import doorway
from tests.stand_ins import upsales
from tests.stand_ins.serving import serving

ROOT = Path(__file__).resolve().parents[3]


@asynccontextmanager
async def standing(state: upsales.State) -> AsyncIterator[Any]:
    """A function that asks the stand-in: path and query, to status, headers and body."""
    async with serving(upsales.application(state)) as url, aiohttp.ClientSession() as session:

        async def ask(path: str, *query: tuple[str, str], token: str = state.token) -> tuple[int, Any, Any]:
            async with session.get(f"{url}/api/v2/{path}", params=[("token", token), *query]) as answer:
                return answer.status, answer.headers, await answer.json()

        yield ask


def history() -> upsales.State:
    """Five orders, two of them changed at one time."""
    state = upsales.State()
    for number in range(1, 6):
        client = {"id": 318 if number % 2 else 400}
        custom = [{"fieldId": 3, "value": f"PO-{number}"}]
        state.put("orders", order(id=number, client=client, custom=custom, modDate=f"2026-11-0{number}T00:00:00.000Z"))
    state.change("orders", 4, "2026-11-05T00:00:00.000Z")
    return state


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ([("id", "gt:3")], {4, 5}),
        ([("id", "gte:3"), ("id", "lt:5")], {3, 4}),
        ([("id", "ne:3"), ("id", "lte:3")], {1, 2}),
        ([("modDate", "gte:2026-11-05T00:00:00.000Z")], {4, 5}),
        ([("modDate", "eq:2026-11-05T00:00:00.000Z"), ("id", "gt:4")], {5}),
        ([("client.id", "eq:400")], {2, 4}),
        ([("custom", "eq:3:PO-2")], {2}),
        ([("closeDate", "eq:2026-11-10")], {1, 2, 3, 4, 5}),
        ([("nothing", "eq:1")], set()),
    ],
)
async def test_filters(query: list[tuple[str, str]], found: set[int]) -> None:
    """Operators compare numbers, times and texts; repeated ones are combined with AND."""
    async with standing(history()) as ask:
        status, _, body = await ask("orders", *query)
        assert (status, {one["id"] for one in body["data"]}, body["error"]) == (200, found, None)
        assert body["metadata"] == {"total": len(found), "limit": 1000, "offset": 0}


@pytest.mark.asyncio
async def test_pages_sorting_and_what_is_not_there() -> None:
    """Lists are cut by limit and offset, at most 2000; among equals no order can be relied on."""
    async with standing(history()) as ask:
        _, _, body = await ask("Orders", ("sort", "-id"), ("limit", "2"), ("offset", "1"))
        assert [one["id"] for one in body["data"]] == [4, 3]
        orders = set()
        for _ in range(8):
            _, _, body = await ask("orders", ("sort", "modDate"), ("limit", "5000"))
            orders.add(tuple(one["id"] for one in body["data"]))
            assert body["metadata"]["limit"] == 2000
        assert orders == {(1, 2, 3, 4, 5), (1, 2, 3, 5, 4)}
        assert (await ask("orders/3"))[2]["data"]["id"] == 3
        assert "metadata" not in (await ask("currencies"))[2]
        assert [(await ask(path))[0] for path in ("orders/9", "nothing")] == [404, 404]
        assert (await ask("orders", token="other"))[0] == 401
        assert (await ask("orders", ("id", "like:3")))[0] == 400


@pytest.mark.asyncio
async def test_the_201st_call_in_ten_seconds_is_refused() -> None:
    """With the headers that say how many are left and when the window opens."""
    seconds = [0.0]
    state = history()
    state.monotonic = lambda: seconds[0]
    async with standing(state) as ask:
        status, headers, _ = await ask("orders/1")
        assert (status, headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == (200, "200", "199")
        for _ in range(199):
            assert (await ask("orders/1"))[0] == 200
        status, headers, body = await ask("orders/1")
        assert (status, body["error"]["code"], headers["X-RateLimit-Remaining"]) == (429, 429, "0")
        assert 9 <= int(headers["X-RateLimit-Reset"]) <= 11
        seconds[0] = 10.0
        assert (await ask("orders/1"))[0] == 200


@pytest.mark.asyncio
@pytest.mark.capability("f7")
async def test_it_sends_callbacks_that_the_door_takes() -> None:
    """Once each, whatever comes back; what the door keeps has no key, and a second one of the same save is known."""
    kind = SOURCES["upsales"]
    settings = kind.settings.model_validate(SECTION)
    hook = Hook(kind.make("crm", settings, SECRETS), settings.company_for)
    async with doorway(hooks={"crm": hook}) as door:
        address = f"http://127.0.0.1:{door.port}/hooks/crm"
        state = upsales.State()
        for trigger in ("orderinsert", "orderedit"):
            assert await upsales.send_callback(state, address, trigger, order()) == 200
        [accepted] = door.inbox.rows
        assert (accepted.company, accepted.delivery.key) == ("demo", "55021:order:4711:2026-11-10T14:32:05.000Z")
        assert accepted.delivery.body is not None
        assert state.authentication_key.encode() not in accepted.delivery.body
        wrong = upsales.State(authentication_key="wrong")
        assert await upsales.send_callback(wrong, address, "orderinsert", order(id=4712)) == 401
        assert await upsales.send_callback(state, address, "orderinsert", order(id=4712), sent_at="x") == 200
        assert len(door.inbox.rows) == 2


@pytest.mark.asyncio
async def test_it_runs_as_a_process_that_others_fill() -> None:
    """Its first line is its address; records are put and calls are read through the control plane."""
    command = [sys.executable, "-m", "tests.stand_ins", "upsales", "--port", "0"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        url = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{url}/_stand_in/records/orders/4711", data=json.dumps(order())) as answer:
                assert await answer.json() == {"kind": "orders", "id": "4711"}
            asked = {"token": upsales.State().token}
            async with session.get(f"{url}/api/v2/orders/4711", params=asked) as answer:
                assert (await answer.json())["data"] == order()
            async with session.get(f"{url}/_stand_in/calls") as answer:
                [call] = await answer.json()
                assert (call["method"], call["path"]) == ("GET", "/api/v2/orders/4711")
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0


@pytest.mark.asyncio
async def test_a_change_keeps_what_it_does_not_send_and_replaces_the_lists_that_it_sends() -> None:
    """Texts lose their outer blanks, every change is newer, and a stage carries its probability."""
    state = upsales.State()
    state.put("orders", order(custom=[{"fieldId": 3, "value": "PO-1"}], modDate="2099-01-01T00:00:00.000Z"))
    state.put("orderstages", {"id": 7, "name": "Förlorad", "probability": 0})
    async with serving(upsales.application(state)) as url, aiohttp.ClientSession() as session:

        async def send(method: str, path: str, body: object, token: str = state.token) -> tuple[int, Any]:
            address = f"{url}/api/v2/{path}"
            async with session.request(method, address, params={"token": token}, json=body) as answer:
                return answer.status, (await answer.json())["data"]

        sent = {"notes": " Ring innan. ", "stage": {"id": 7}, "custom": [{"fieldId": 5, "value": "x"}], "notify": False}
        status, changed = await send("PUT", "orders/4711", sent)
        assert (status, changed["notes"], changed["probability"]) == (200, "Ring innan.", 0)
        assert (changed["modDate"], changed["value"]) == ("2099-01-01T00:00:00.001Z", 100)
        assert [entry["fieldId"] for entry in changed["custom"]] == [5]
        assert "notify" not in changed
        status, made = await send("POST", "products", {"name": "Bottenmålning", "articleNo": "BM-20"})
        assert (status, state.records["products"][str(made["id"])]) == (200, made)
        refused: list[tuple[str, str, object, int]] = [
            ("POST", "products", {"name": "En till", "articleNo": "BM-20"}, 400),
            ("POST", "accounts", {"phone": "1"}, 400),
            ("PUT", "accounts/318", {"name": "x"}, 404),
            ("PUT", "orderstages/7", {"name": "x"}, 403),
            ("PUT", "orders/4711", {"custom": "x"}, 400),
            ("PUT", "orders/4711", [], 400),
        ]
        for method, path, body, expected in refused:
            assert (await send(method, path, body))[0] == expected, (method, path)
        assert (await send("PUT", "orders/4711", sent, token="other"))[0] == 401
        state.calls_allowed = 1
        assert (await send("PUT", "orders/4711", sent))[0] == 429
