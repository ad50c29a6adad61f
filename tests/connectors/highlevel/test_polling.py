"""Polling at HighLevel: every page of every kind, days as cursor, nothing skipped and nothing told apart wrongly."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Later
from connectors.highlevel.polling import Progress, Sweep, advanced, begun
from connectors.highlevel.settings import Api
from connectors.json_body import read_object
from connectors.sources import Needs, Stored
from handlers.events import InvoiceChanged, OrderChanged
from tests.connectors.highlevel.bodies import app_source, invoice, order, signed
from tests.connectors.highlevel.reading import SINCE, bodies, reading, submission
from tests.stand_ins.highlevel import LOCATION, State

LABEL = {"id": "UhAtFfsTcm4FwSWzQiUB", "name": "Hur nöjd är du med leveransen (0-10)?"}


def with_submissions(count: int, state: State | None = None) -> State:
    """An account with submissions of one and the same moment."""
    account = state or State()
    account.add("submissions", *(submission(f"4ddc74c8-{number:04}") for number in range(count)))
    account.add("customFields", LABEL)
    return account


@pytest.mark.asyncio
@pytest.mark.capability("000-19", "f5", "f6")
@pytest.mark.parametrize(("size", "leave_out"), [(100, False), (100, True), (40, False), (40, True)])
async def test_every_page_of_submissions_is_read(size: int, leave_out: bool) -> None:
    """250 of one moment, in no order, on pages of our size or smaller: each exactly once, with labels from one call."""
    state = with_submissions(250)
    state.page_size, state.leave_out_next_page = size, leave_out
    async with reading(state=state, poll=["surveys"]) as place:
        found, cursor = await place.round()
    keys = [each.key for each in found]
    assert sorted(keys) == [f"submission:4ddc74c8-{number:04}" for number in range(250)]
    assert bodies(found)[0]["labels"] == {LABEL["id"]: LABEL["name"]}
    assert len(place.asked(f"/locations/{LOCATION}/customFields")) == 1
    asked = place.asked("/surveys/submissions")
    assert asked[0] == {
        "locationId": LOCATION,
        "page": "1",
        "startAt": "2026-10-01",
        "endAt": "2026-11-13",
        "limit": "100",
    }
    assert cursor == {"done": {"surveys": "2026-11-13"}, "sweep": None}
    assert json.loads(json.dumps(cursor)) == cursor


@pytest.mark.asyncio
@pytest.mark.capability("f5", "f6")
async def test_the_cursor_is_a_day_and_the_last_two_are_asked_for_again() -> None:
    """One that comes late, with the same time as others or an earlier one, is found; the others keep their keys."""
    async with reading(state=with_submissions(3), poll=["surveys"]) as place:
        first, cursor = await place.round()
        place.state.add("submissions", submission("late", "2026-11-12T10:00:00.000Z"))
        second, cursor = await place.round(cursor)
        assert {each.key for each in second} - {each.key for each in first} == {"submission:late"}
        place.clock.move(5 * 86400)
        third, cursor = await place.round(cursor)
        assert {each.key for each in third} == {each.key for each in second}
        fourth, _ = await place.round(cursor)
    assert fourth == []
    days = [(call["startAt"], call["endAt"]) for call in place.asked("/surveys/submissions")]
    assert days == [
        ("2026-10-01", "2026-11-13"),
        ("2026-11-12", "2026-11-13"),
        ("2026-11-12", "2026-11-18"),
        ("2026-11-17", "2026-11-18"),
    ]


@pytest.mark.asyncio
@pytest.mark.capability("f5")
async def test_orders_and_invoices_are_polled_with_the_keys_of_their_webhooks() -> None:
    """Lists by offset, orders without their lines; the key is that of a webhook without an id of its own."""
    state = State()
    state.page_size = 2
    for number in range(5):
        state.add("orders", order(_id=f"80b21ead{number}"))
        state.add("invoices", invoice(_id=f"bd6b0165{number}"))
    async with reading(state=state) as place:
        found, cursor = await place.round()
        assert cursor["done"] == dict.fromkeys(("surveys", "orders", "invoices"), "2026-11-13")
        place.clock.move(86400)
        await place.round(cursor)
        keys = [each.key for each in found]
        assert len(keys) == len(set(keys)) == 10
        sample = order(_id="80b21ead3", webhookId=None, timestamp=None)
        assert app_source().verify(signed(sample), place.clock.wall).key in keys
        read = bodies(found)[0]
        assert (read["polled"], read["record"]["_id"][:8], "items" in read["record"]) == ("order", "80b21ead", False)
    asked = place.asked("/payments/orders")
    assert asked[0] == {
        "altId": LOCATION,
        "altType": "location",
        "offset": "0",
        "startAt": "2026-10-01",
        "endAt": "2026-11-13",
        "limit": "100",
    }
    assert [call["offset"] for call in asked] == ["0", "2", "4"] * 2
    assert asked[-1]["startAt"] == "2026-10-14"


@pytest.mark.asyncio
async def test_a_polled_record_becomes_its_event() -> None:
    """From the reader's body, with what the source asks to be read, to the same event as by webhook."""
    state = State()
    state.add("orders", order())
    state.add("invoices", invoice())
    async with reading(state=state, poll=["orders", "invoices"]) as place:
        found, _ = await place.round()
        source = app_source()
        events: list[Any] = []
        for each in found:
            stored = Stored(1, each.key, place.clock.wall, {}, each.body, "poll")
            answer = source.events(stored)
            if isinstance(answer, Needs):
                reads = {wanted.name: await place.reader.read(wanted) for wanted in answer.wanted}
                answer = source.events(Stored(1, each.key, place.clock.wall, {}, each.body, "poll", reads))
            assert isinstance(answer, tuple)
            events += answer
    kinds = {type(event): f"{event.document.total:.2f}" for event in events}
    assert kinds == {OrderChanged: "2487.50", InvoiceChanged: "12500.00"}


@pytest.mark.asyncio
async def test_decimals_keep_their_digits_on_the_way() -> None:
    """A list's number with a fraction is stored as it came: no binary float comes in between."""
    state = State()
    state.add("invoices", invoice(total=12500.1, note=1e-7))
    async with reading(state=state, poll=["invoices"]) as place:
        [found], _ = await place.round()
    record = read_object(found.body)["record"]
    assert (record["total"], record["note"]) == (Decimal("12500.1"), Decimal("1E-7"))


@pytest.mark.asyncio
async def test_new_labels_are_fetched_and_known_ones_kept() -> None:
    """A field that we have not seen asks again, but not more than every five minutes; else once in an hour."""
    async with reading(state=with_submissions(1), poll=["surveys"]) as place:
        _, cursor = await place.round()
        new = {"id": "En0GbG5UaEB5uAPP9Dga", "name": "Vad kan vi göra bättre?"}
        place.state.add("customFields", new)
        place.state.add("submissions", submission("s2", others={new["id"]: "Allt"}))
        found, cursor = await place.round(cursor)
        assert all(new["id"] not in body["labels"] for body in bodies(found))
        place.clock.move(301)
        found, cursor = await place.round(cursor)
        assert {new["id"]: new["name"]} in [body["labels"] for body in bodies(found)]
        path = f"/locations/{LOCATION}/customFields"
        assert len(place.asked(path)) == 2
        place.clock.move(3601)
        await place.round(cursor)
        assert len(place.asked(path)) == 3


@pytest.mark.asyncio
@pytest.mark.capability("f6")
async def test_a_deletion_during_a_sweep_makes_it_begin_again() -> None:
    """A record that is deleted moves others to pages behind us; the sweep is read once more, and all are found."""
    state = with_submissions(150)
    async with reading(state=state, poll=["surveys"]) as place:
        page = await place.reader.poll(None, SINCE)
        assert page is not None
        keys = {each.key for each in page.found}
        for each in bodies(list(page.found))[:10]:
            del state.records["submissions"][each["record"]["id"]]
        rest, _ = await place.round(page.cursor)
    keys |= {each.key for each in rest}
    assert {f"submission:{number}" for number in state.records["submissions"]} <= keys


@pytest.mark.asyncio
async def test_an_answer_without_a_list_is_no_end() -> None:
    """Neither an object of another shape nor a 404 moves the cursor on."""
    async with reading(state=with_submissions(1), poll=["surveys"]) as place:
        for answer in ((200, {"message": "maintenance"}), (404, {}), (200, {"submissions": ["x"]}), (500, {})):
            place.state.will_answer = [answer]
            with pytest.raises(Later):
                await place.reader.poll(None, SINCE)


@pytest.mark.asyncio
async def test_what_is_not_to_be_polled_is_not() -> None:
    """An empty list of kinds means reading by id only; a start in the future asks for nothing yet."""
    async with reading(poll=[]) as place:
        assert await place.reader.poll(None, SINCE) is None
    async with reading() as place:
        page = await place.reader.poll(None, date(2030, 1, 1))
        assert page is not None
        assert (page.found, page.more, place.state.calls) == ((), False, [])


@pytest.mark.asyncio
async def test_a_sweep_goes_on_where_it_was() -> None:
    """A cursor in mid-sweep is good for another process; a kind that is no longer polled is left."""
    state = with_submissions(150)
    async with reading(state=state, poll=["surveys"]) as place:
        page = await place.reader.poll(None, SINCE)
        assert page is not None
        assert page.more
    async with reading(state=state, poll=["surveys"]) as again:
        rest, _ = await again.round(page.cursor)
        assert len(rest) == 50
    async with reading(state=state, poll=["invoices"]) as other:
        _, cursor = await other.round(page.cursor)
        assert cursor["done"] == {"invoices": "2026-11-13"}


@settings(max_examples=200, deadline=None)
@given(
    counts=st.lists(st.integers(0, 100), min_size=1, max_size=8),
    shape=st.sampled_from(["next", "total", "neither"]),
    day=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)
def test_a_sweep_ends_and_leaves_its_last_day(counts: list[int], shape: str, day: date) -> None:
    """Whatever the pages hold and however their end is told, the sweep ends, and the next begins the day before."""
    api = Api.model_validate({"token": "generated:t", "poll": ["surveys"]})
    progress = begun(Progress({}, None), api, day, date(2026, 1, 1))
    total = sum(counts)
    for count in counts:
        assert progress.sweep is not None
        seen = progress.sweep.seen + count
        answer: dict[str, Any] = {"meta": {"nextPage": 2 if seen < total else None}} if shape == "next" else {}
        if shape == "total":
            answer = {"total": total}
        progress = advanced(progress, progress.sweep, answer, count, api, day, date(2026, 1, 1))
        progress = Progress.read(json.loads(json.dumps(progress.written())))
        if progress.sweep is None:
            break
    else:
        assert shape == "neither"
        return
    assert progress.done == {"surveys": day.isoformat()}
    again = begun(progress, api, day, date(2026, 1, 1)).sweep
    assert again == Sweep("surveys", max(date(2026, 1, 1), day - timedelta(days=1)).isoformat(), day.isoformat())
