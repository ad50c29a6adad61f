"""Polling the stand-in of Upsales: whole histories, equal times, changes between pages, and lists that stop it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Json, Later, OutsideError, Park
from connectors.sources import Found, Stored
from tests.connectors.upsales.bodies import READING, account, callback, delivered, only, order, source
from tests.connectors.upsales.stand import SINCE, standing


def moment(minutes: float) -> str:
    """A time of the history, as Upsales writes it."""
    at = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=minutes)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def states(found: list[Found]) -> list[tuple[int, str]]:
    """Id and change of each record that polling gave."""
    records = [json.loads(one.body)["record"] for one in found]
    return [(record["id"], record["modDate"]) for record in records]


@pytest.mark.asyncio
@pytest.mark.capability("f5")
@pytest.mark.capability("f6")
@pytest.mark.capability("f7")
async def test_a_history_of_equal_times_is_polled_whole() -> None:
    """450 orders of one import at one time, others around; each is given once, with the key that its callback has."""
    async with standing() as stand:
        stand.state.put("orders", order(id=1, modDate="2026-10-31T22:59:59.999Z"))
        stand.state.put("orders", *(order(id=number, modDate=moment(0)) for number in range(100, 550)))
        stand.state.put("orders", *(order(id=number, modDate=moment(number)) for number in range(10, 40)))
        found, cursor = await stand.all_found()
        expected = [(one["id"], one["modDate"]) for one in stand.state.records["orders"].values() if one["id"] > 1]
        assert sorted(states(found)) == sorted(expected)
        for one in found[:3]:
            record = json.loads(one.body)["record"]
            assert one.key == delivered(callback(record), f"orderedit/{record['id']}").key
        assert (await stand.all_found(cursor))[0] == []
        assert not any("offset" in dict(call["query"]) for call in stand.state.calls)


@pytest.mark.asyncio
@pytest.mark.capability("f5")
@pytest.mark.capability("f6")
async def test_records_that_change_while_paging_are_not_skipped() -> None:
    """Between pages orders move to the end and new ones come: their last states are all given."""
    async with standing() as stand:
        stand.state.put("orders", *(order(id=number, modDate=moment(number // 150)) for number in range(1, 601)))

        def change(call: int) -> None:
            if call <= 12:
                stand.state.change("orders", call * 37, moment(10 + call // 3), value=100 + call, orderRow=[])
                stand.state.put("orders", order(id=1000 + call, modDate=moment(10 + call // 3)))

        stand.state.before = change
        found, cursor = await stand.all_found()
        late, _ = await stand.all_found(cursor)
        expected = {(one["id"], one["modDate"]) for one in stand.state.records["orders"].values()}
        assert expected <= set(states(found + late))
        assert len({one.key for one in found + late}) == len(found + late)


@pytest.mark.asyncio
@pytest.mark.capability("f5")
async def test_what_polling_gives_becomes_the_same_event_as_a_callback() -> None:
    """The body carries the whole record: nothing is read again but the company."""
    async with standing() as stand:
        stand.state.put(
            "orders", order(value=100.10, orderRow=[{"quantity": 1, "price": 100.10, "product": {"name": "x"}}])
        )
        [found], _ = await stand.all_found()
        reads: dict[str, Json | None] = {"account": account()}
        stored = Stored(1, found.key, stand.clock.wall, {}, found.body, origin="poll", reads=reads)
        event = only(source(**READING).events(stored))
        assert (event.origin, event.status, str(event.document.total_excluding_vat)) == ("poll", "won", "100.10")


@pytest.mark.asyncio
@pytest.mark.capability("f5")
async def test_companies_are_polled_where_the_settings_say_so() -> None:
    """One list after the other, each with its own place; and nothing at all where none is named."""
    async with standing(poll=["orders", "accounts"]) as stand:
        stand.state.put("orders", *(order(id=number, modDate=moment(number)) for number in range(1, 251)))
        stand.state.put("accounts", *(account(id=number, modDate=moment(number)) for number in range(1, 4)))
        found, cursor = await stand.all_found()
        assert [json.loads(one.body)["polled"] for one in found] == ["order"] * 250 + ["client"] * 3
        assert found[-1].key == f"55021:client:3:{moment(3)}"
        assert (await stand.all_found(cursor))[0] == []
        stand.state.change("accounts", 2, moment(9))
        assert states((await stand.all_found(cursor))[0]) == [(2, moment(9))]
    async with standing(poll=[]) as stand:
        assert await stand.reader.poll(None, SINCE) is None
        assert stand.state.calls == []


@pytest.mark.asyncio
async def test_a_page_too_large_to_take_is_asked_for_in_smaller_ones() -> None:
    """Rows of orders have no bound: 3 orders of 4 MB each come one by one, and none is lost."""
    async with standing() as stand:
        stand.state.put("orders", *(order(id=n, modDate=moment(n), notes="x" * 4_000_000) for n in range(1, 4)))
        found, _ = await stand.all_found()
        assert sorted(set(states(found))) == [(n, moment(n)) for n in range(1, 4)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ([order(id=1, modDate=moment(2)), order(id=2, modDate=moment(1))], Park),
        ([order(modDate="2026-10-01T00:00:00.000Z")], Park),
        ([{"id": 1}], Later),
        ({"id": 1}, Later),
    ],
)
async def test_a_list_that_cannot_be_walked_stops_polling_in_place(data: object, kind: type[OutsideError]) -> None:
    """No cursor comes back, so the next poll asks for the same again."""
    async with standing() as stand:
        stand.failing(200, {"error": None, "metadata": {}, "data": data})
        with pytest.raises(kind) as raised:
            await stand.reader.poll(None, SINCE)
        assert raised.value.operation == "poll_orders"
