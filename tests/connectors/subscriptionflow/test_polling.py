"""Polling against the stand-in: what is found, by which key, and that no record is skipped."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Json, Park
from connectors.sources import Found
from connectors.subscriptionflow.polling import Polling, Walk
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from tests.connectors.subscriptionflow.bodies import INVOICE_ID, callback, delivered, form, invoice, outcome, section
from tests.connectors.subscriptionflow.stand import SINCE, stand
from tests.fakes.clock import START
from tests.fakes.examples import example

LIST = "/api/v1/invoices"
FIRST = "2026-10-31T23:00:00.000000Z"
"""Midnight of 1 November 2026 in Stockholm."""


def at(minutes: int, **more: Any) -> Json:
    """An invoice that changed so many minutes before the clock's start."""
    changed = START - timedelta(minutes=minutes)
    return invoice(updated_at=changed.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), **more)


def ids(found: list[Found]) -> list[str]:
    """The ids of the records found."""
    return [json.loads(one.body)["record"]["id"] for one in found]


@pytest.mark.capability("f5")
@pytest.mark.asyncio
async def test_the_first_poll_begins_where_the_company_begins() -> None:
    """From midnight in Stockholm; what changed before is not asked for."""
    async with stand() as here:
        here.instance.state.put("invoices", invoice(id="old", updated_at="2026-10-31T22:59:59.000000Z"))
        found, cursor = await here.poll_all()
        assert ids(found) == [INVOICE_ID]
        assert here.queries(LIST) == [
            {"filter[updated_at][$gte]": FIRST, "page": "1", "per_page": "100", "limit": "100"}
        ]
        assert cursor == {"mark": "2026-11-02T09:15:44+00:00"}


@pytest.mark.capability("f5")
@pytest.mark.capability("f7")
@pytest.mark.asyncio
async def test_what_is_found_has_the_callback_s_key() -> None:
    """A paid invoice is one delivery, whichever way it comes first; voided ones are found too, open ones are not."""
    async with stand() as here:
        changes = {"due": "DUE", "part": "Partially Paid", "late": "Overdue", "planned": "projected", "void": "Void"}
        here.instance.state.put("invoices", *(invoice(id=name, status=status) for name, status in changes.items()))
        found, _ = await here.poll_all()
        keys = {json.loads(one.body)["record"]["id"]: one.key for one in found}
        voided = callback(id="void", event="void", status="Void")
        assert keys == {
            INVOICE_ID: delivered(form(callback())).key,
            "void": delivered(form(voided)).key,
        }
        [body] = [one.body for one in found if one.key.endswith(":paid")]
        assert outcome(body, polled=True) == outcome(form(callback()))


@pytest.mark.capability("f5")
@pytest.mark.asyncio
async def test_a_callback_that_was_lost_is_found() -> None:
    """Nobody is known to repeat a callback: the next poll finds what the receiver never got."""
    async with stand() as here:
        here.instance.state.put("invoices", at(30, id="unpaid", status="DUE", closing_balance="4975.00"))
        here.instance.callback = {"url": "http://127.0.0.1:9/hooks/flow/x"}
        _, cursor = await here.poll_all()
        here.clock.move(600)
        assert await here.instance.pay("unpaid", now=here.clock.wall) is None
        found, _ = await here.poll_all(cursor)
        assert "invoice:unpaid:paid" in {one.key for one in found}


@pytest.mark.capability("f6")
@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.asyncio
async def test_records_of_one_moment_are_not_split(size: int) -> None:
    """Seven invoices of the same second over several pages, and an eighth that comes to them later."""
    async with stand(page_size=size) as here:
        here.instance.state.records["invoices"].clear()
        here.instance.state.put("invoices", *(at(120, id=f"i{number}") for number in range(7)))
        found, cursor = await here.poll_all()
        assert sorted(ids(found)) == [f"i{number}" for number in range(7)]
        here.instance.state.put("invoices", at(120, id="i7"))
        again, _ = await here.poll_all(cursor)
        assert "i7" in ids(again)


@pytest.mark.capability("f6")
@pytest.mark.asyncio
async def test_a_record_that_moves_during_a_walk_hides_no_other() -> None:
    """The list is in order of change; one that changes after its page was read pushes the next across the edge."""
    async with stand(page_size=2) as here:
        here.instance.state.records["invoices"].clear()
        here.instance.state.put("invoices", *(at(600 - number, id=f"i{number}") for number in range(5)))
        first = await here.reader.poll(None, SINCE)
        assert first is not None
        assert first.more
        here.instance.state.put("invoices", at(0, id="i0"))
        found, cursor = await here.poll_all(first.cursor)
        assert {*ids(list(first.found)), *ids(found)} == {f"i{number}" for number in range(5)}
        assert cursor == {"mark": START.isoformat()}


@pytest.mark.asyncio
async def test_a_list_that_never_rests_is_not_walked_for_ever() -> None:
    """Three times at most; the overlap stands behind it."""
    async with stand(page_size=1) as here:
        here.instance.state.put("invoices", at(0, id="a"), at(0, id="b"))
        await here.poll_all()
        assert len(here.queries(LIST)) == 3 * 3


@pytest.mark.asyncio
async def test_a_record_that_vanishes_during_a_walk_hides_no_other() -> None:
    """Fewer records than a page before: the walk is made again."""
    async with stand(page_size=2) as here:
        here.instance.state.records["invoices"].clear()
        here.instance.state.put("invoices", *(at(600 - number, id=f"i{number}") for number in range(5)))
        first = await here.reader.poll(None, SINCE)
        assert first is not None
        del here.instance.state.records["invoices"]["i0"]
        found, _ = await here.poll_all(first.cursor)
        assert set(ids(found)) == {"i1", "i2", "i3", "i4"}


@pytest.mark.asyncio
async def test_the_next_poll_goes_back_by_the_overlap_and_never_before_the_start() -> None:
    """The mark is the newest change seen, at most the begin of the walk."""
    async with stand(poll_overlap_seconds=600) as here:
        here.instance.state.put("invoices", at(-5, id="from a clock that is ahead"))
        _, cursor = await here.poll_all()
        assert cursor == {"mark": START.isoformat()}
        await here.poll_all(cursor)
        assert here.queries(LIST)[-1]["filter[updated_at][$gte]"] == "2026-11-13T10:05:00.000000Z"
        await here.poll_all({"mark": "2026-10-31T23:05:00+00:00"})
        assert here.queries(LIST)[-1]["filter[updated_at][$gte]"] == FIRST


@pytest.mark.asyncio
async def test_a_quiet_instance_keeps_its_mark() -> None:
    """Nothing found moves nothing."""
    async with stand() as here:
        here.instance.state.records["invoices"].clear()
        found, cursor = await here.poll_all({"mark": "2026-11-05T10:00:00+00:00"})
        assert (found, cursor) == ([], {"mark": "2026-11-05T10:00:00+00:00"})


@pytest.mark.asyncio
async def test_an_instance_without_the_filter_lists_older_ones_in_vain() -> None:
    """They are left out here."""
    async with stand() as here:
        here.instance.filters = False
        here.instance.state.put("invoices", invoice(id="old", updated_at="2026-10-01T10:00:00.000000Z"))
        found, _ = await here.poll_all()
        assert ids(found) == [INVOICE_ID]


@pytest.mark.asyncio
@pytest.mark.capability("003-03")
async def test_polling_can_be_switched_off() -> None:
    """No call is made."""
    async with stand(poll=False) as here:
        assert await here.reader.poll(None, SINCE) is None
        assert here.asked == []


@pytest.mark.asyncio
async def test_a_record_that_cannot_be_named_is_kept_for_a_person() -> None:
    """Its key is its own digest; a time that cannot be read moves no mark."""
    async with stand() as here:
        here.instance.state.records["invoices"].clear()
        here.instance.filters = False
        here.instance.state.put("invoices", invoice(id="a/b", updated_at="N/A"))
        found, cursor = await here.poll_all()
        assert [one.key.partition(":unnamed:")[0] for one in found] == ["invoice"]
        assert cursor == {"mark": "2026-10-31T23:00:00+00:00"}


@pytest.mark.asyncio
@pytest.mark.capability("f5")
async def test_an_instance_that_turns_pages_by_offset_hides_no_invoice() -> None:
    """It gives its first page again when asked for the second; the filter's own words bring what follows."""
    async with stand(page_size=2) as here:
        here.instance.turns = "offset"
        here.instance.state.put("invoices", *(at(number * 10, id=f"i{number}") for number in range(1, 5)))
        found, _ = await here.poll_all()
        assert sorted(ids(found)) == sorted([INVOICE_ID, "i1", "i2", "i3", "i4"])
        assert [query.get("filter[$offset]") for query in here.queries(LIST)] == [None, None, "2", None, "4"]


@pytest.mark.asyncio
async def test_a_list_that_never_turns_its_page_moves_no_mark() -> None:
    """What stands on the other pages cannot be seen: that is said, and the next poll begins where this one stands."""
    async with stand(page_size=2) as here:
        here.instance.turns = "nothing"
        here.instance.state.put("invoices", at(1, id="i1"), at(2, id="i2"))
        first = await here.reader.poll(None, SINCE)
        assert first is not None
        assert "mark" in first.cursor
        with pytest.raises(Park) as raised:
            await here.reader.poll(first.cursor, SINCE)
        assert raised.value.reason == "pages_repeat"


def polling(**more: Any) -> Polling:
    """Polling without a network."""
    return Polling(SubscriptionFlowSettings.model_validate(section(**more)), lambda: START)


def test_the_example_of_a_list() -> None:
    """One page, one paid invoice, and the mark at its change."""
    made = polling()
    answer = json.loads(example("subscriptionflow/api-invoices-list.json"))
    page = made.page(made.begin(None, SINCE), answer["data"], answer)
    assert [one.key for one in page.found] == [f"invoice:{INVOICE_ID}:paid"]
    assert (page.more, page.cursor) == (False, {"mark": "2026-11-02T09:15:44+00:00"})


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ({"meta": {"last_page": 2}}, True),
        ({"meta": {"last_page": "2"}}, True),
        ({"meta": {"last_page": 1}, "links": {"next": "x"}}, False),
        ({"links": {"next": "x"}, "data": [{}]}, True),
        ({"links": {"next": "x"}, "data": []}, False),
        ({"links": {"next": None}, "data": [{}, {}]}, False),
        ({"data": [{}, {}]}, True),
        ({"data": [{}]}, False),
        ({"meta": {"last_page": "N/A"}, "data": "x"}, False),
        ({}, False),
    ],
)
def test_how_the_last_page_is_told(answer: Json, more: bool) -> None:
    """By the last page's number, else by a link to the next, else by a full page."""
    assert polling(page_size=2).has_more(answer, 1) is more


@settings(deadline=None)
@given(
    moments=st.lists(st.integers(min_value=0, max_value=600), min_size=1, max_size=20),
    size=st.integers(min_value=1, max_value=5),
    order=st.randoms(use_true_random=False),
)
@pytest.mark.capability("f6")
def test_in_whatever_order_the_list_comes_nothing_is_skipped(moments: list[int], size: int, order: Any) -> None:
    """Every record is found, the cursor survives being written down, and the mark is the newest change."""
    records = [at(minute + 60, id=f"i{number}") for number, minute in enumerate(moments)]
    order.shuffle(records)
    made, found = polling(page_size=size), list[Found]()
    cursor: Json | None = None
    for _ in range(len(records) + 1):
        walk = made.begin(cursor, SINCE)
        shown = records[(walk.page - 1) * size : walk.page * size]
        pages = -(-len(records) // size)
        page = made.page(walk, shown, {"data": shown, "meta": {"last_page": pages, "total": len(records)}})
        found += page.found
        cursor = json.loads(json.dumps(page.cursor))
        if not page.more:
            break
    assert sorted(ids(found)) == sorted(str(record["id"]) for record in records)
    assert cursor == {"mark": (START - timedelta(minutes=min(moments) + 60)).isoformat()}


def test_a_walk_goes_on_where_it_stopped() -> None:
    """The cursor between pages holds all of the walk, also over a restart hours later."""
    made = polling()
    walk = made.begin(None, SINCE)
    page = made.page(walk, [at(5)], {"meta": {"last_page": 3, "total": 3}})
    again = polling().begin(json.loads(json.dumps(page.cursor)), SINCE)
    assert again == Walk(
        mark="2026-10-31T23:00:00+00:00",
        start="2026-10-31T23:00:00+00:00",
        began=datetime(2026, 11, 13, 10, 15, tzinfo=UTC).isoformat(),
        page=2,
        highest="2026-11-13T10:10:00.000000+00:00",
        total=3,
        seen=1,
        first=again.first,
        size=100,
    )
    anew = polling(page_size=7).begin(page.cursor, SINCE)
    assert (anew.page, anew.mark, anew.start) == (1, walk.mark, walk.start)
    assert made.repeats(again, [at(5)])
    assert not made.repeats(again, [at(6)], {"meta": {"current_page": 2}})
    assert made.repeats(again, [at(6)], {"meta": {"current_page": "1"}})
