"""Sweeps: every register page by page, what changed more often, and no end where a page cannot be trusted."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Json, SecretReference
from connectors.fortnox import sweep
from connectors.fortnox.client import Client
from connectors.fortnox.register_entries import REGISTERED
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.sweep import Sweep
from connectors.fortnox.sweep_source import learned_from_page
from connectors.json_body import read_object
from connectors.sources import Learned, Page
from tests.connectors.fortnox.stand import Stand, stand

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SINCE = date(2026, 1, 1)


class Watch:
    """A clock that a test moves, for the far side and for us; each reading is a moment later than the one before."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> datetime:
        """The time now."""
        self.moment += timedelta(milliseconds=1)
        return self.moment


@pytest.fixture(autouse=True, scope="module")
def short_pages() -> Iterator[None]:
    """Five rows on a page, so that few objects fill several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "PAGE", 5)
        yield


def sweep_of(
    here: Stand, watch: Watch, doubts: dict[str, datetime] | None = None, followed: frozenset[str] = frozenset()
) -> Sweep:
    """The sweep of the stand's company."""

    async def doubted() -> dict[str, datetime]:
        return doubts or {}

    return Sweep(here.target.settings, here.target.client, watch, doubted, followed)


async def pages(polled: Sweep, cursor: Json | None = None, most: int = 200) -> tuple[list[Learned], Json]:
    """Poll until nothing more is due; what each page tells, and the cursor behind them."""
    told: list[Learned] = []
    for _ in range(most):
        page = await polled.poll(cursor, SINCE)
        if page is None:
            break
        told += learned(page)
        cursor = page.cursor
        if not page.more:
            break
    assert cursor is not None
    return told, cursor


def learned(page: Page) -> list[Learned]:
    """What a page tells, by way of its body on disk."""
    return [learned_from_page(read_object(found.body)) for found in page.found]


def entries(told: list[Learned], resource: str) -> dict[str, Any]:
    """What is known at the end: number -> fields."""
    return {entry.number: entry.fields for page in told for entry in page.entries if entry.resource == resource}


def ended(told: list[Learned]) -> dict[str, bool]:
    """The registers whose sweep ended, and whether it was a whole one."""
    return {page.swept.resource: page.swept.whole for page in told if page.swept is not None}


@pytest.mark.asyncio
async def test_the_first_sweep_reads_every_register_whole_and_then_nothing_is_due() -> None:
    """Nothing personal but what a party is found by is kept; whether a card is active is known all the same."""
    watch = Watch()
    async with stand(clock=watch) as here:
        await here.seed(
            customers=[{"Name": f"Nr {n}", "Email": f"n{n}@example.test"} for n in range(12)]
            + [{"Name": "Vilande", "OrganisationNumber": "5599042032", "Active": False}],
            articles=[{"ArticleNumber": "K-100", "Description": "Kaffe", "Unit": "st"}],
        )
        polled = sweep_of(here, watch)
        told, cursor = await pages(polled)
        assert ended(told) == dict.fromkeys(REGISTERED, True)
        assert len(entries(told, "customers")) == 13
        assert entries(told, "customers")["13"] == {"organisation_number": "5599042032", "active": False}
        assert entries(told, "customers")["1"] == {"organisation_number": ""}
        assert entries(told, "articles")["K-100"]["unit"] == "st"
        (year,) = entries(told, "financial_years")
        assert entries(told, "accounts")[f"{year}:3001"]["active"] is True
        assert {"SEK", "EUR"} <= set(entries(told, "currencies"))
        keys = [entry.keys for page in told for entry in page.entries if entry.number == "13"]
        assert keys[0] == ("organisation_number:559904-2032", "form:digits")
        assert "Nr 1" not in str(told)
        assert await polled.poll(cursor, SINCE) is None


@pytest.mark.asyncio
async def test_what_changed_is_swept_more_often_than_everything() -> None:
    """With an overlap, and only where a list can be asked for it."""
    watch = Watch()
    async with stand(clock=watch) as here:
        await here.seed(customers=[{"Name": "Ett"}, {"Name": "Två"}])
        watch.moment += timedelta(minutes=12)
        polled = sweep_of(here, watch)
        _, cursor = await pages(polled)
        watch.moment += timedelta(minutes=61)
        await here.target.client.request("update_customer", "2", body={"Customer": {"Email": "tva@example.test"}})
        watch.moment += timedelta(seconds=1)
        before = await here.spent()
        told, cursor = await pages(polled, cursor)
        assert ended(told) == dict.fromkeys(sweep.CHANGES, False)
        assert list(entries(told, "customers")) == ["2"]
        # Two lists of customers, two of articles, the accounts of one year, the projects.
        assert await here.spent() - before == 6
        watch.moment += timedelta(hours=12)
        assert ended((await pages(polled, cursor))[0]) == dict.fromkeys(REGISTERED, True)


@pytest.mark.asyncio
@pytest.mark.capability("000-15", "004-08")
async def test_what_is_followed_says_who_is_active_and_documents_are_asked_for_what_was_cancelled() -> None:
    """No more calls for the registers; of documents only numbers, from the first refusal on none is passed over."""
    watch = Watch()
    async with stand(clock=watch) as here:
        await here.seed(customers=[{"Name": "Ett"}, {"Name": "Två", "Active": False}])
        plain, whole = await here.spent(), sweep_of(here, watch)
        await pages(whole)
        plain = await here.spent() - plain
        said = {"ErrorInformation": {"error": 1, "message": "Behörighet saknas.", "code": 2000663}}
        await here.fault("status", "GET", "/3/invoices", status=403, body=json.dumps(said), times=1)
        polled = sweep_of(here, watch, followed=frozenset({"customers", "prices:A", "documents"}))
        before = await here.spent()
        told, cursor = await pages(polled)
        assert await here.spent() - before == plain + 3
        shown = entries(told, "customers")
        assert {number: fields["active"] for number, fields in shown.items()} == {"1": True, "2": False}
        assert all("name" in fields["seen"] for fields in shown.values())
        assert "Ett" not in str(told)
        first = datetime.fromisoformat(cursor["ended"]["invoices"]["last"])
        assert cursor["ended"]["invoices"]["refused"] == "scope_missing"
        for number in (1, 2):
            body = {"Order": {"CustomerNumber": "1", "OrderRows": []}}
            await here.target.client.request("create_order", body=body)
            if number == 1:
                await here.target.client.carry("cancel_order", "1")
        watch.moment += timedelta(hours=1, minutes=1)
        found, cursor = await documents(polled, cursor)
        assert found == [{"documents": "order", "numbers": ["1"]}]
        assert datetime.fromisoformat(cursor["ended"]["invoices"]["last"]) == first
        watch.moment += timedelta(hours=12)
        _, cursor = await documents(polled, cursor)
        assert datetime.fromisoformat(cursor["ended"]["invoices"]["last"]) > first


async def documents(polled: Sweep, cursor: Json) -> tuple[list[Json], Json]:
    """Poll until nothing more is due; what pages of documents say, and the cursor behind them."""
    said: list[Json] = []
    while (page := await polled.poll(cursor, SINCE)) is not None:
        said += [body for found in page.found if "documents" in (body := read_object(found.body))]
        cursor = page.cursor
        if not page.more:
            break
    return said, cursor


@pytest.mark.asyncio
async def test_rows_that_move_between_pages_begin_the_walk_again() -> None:
    """Whoever is deleted on a page that was read before would push another one past its edge, unseen."""
    watch = Watch()
    async with stand(clock=watch) as here:
        await here.seed(customers=[{"Name": f"Nr {n}"} for n in range(12)])
        polled = sweep_of(here, watch)
        first = await polled.poll(None, SINCE)
        assert first is not None
        await here.target.client.carry("delete_customer", "2")
        told, _ = await pages(polled, first.cursor)
        assert set(entries(told, "customers")) == {str(n) for n in range(1, 13)} - {"2"}
        assert ended(told)["customers"] is True


class RepeatsItself(Client):
    """A client whose lists give their first page for every one."""

    async def page(self, operation: str, keys: tuple[str, ...], params: Mapping[str, str]) -> tuple[list[Json], int]:
        """As projects and cost centers were seen to do."""
        return await super().page(operation, keys, {**params, "offset": "0"})


@pytest.mark.asyncio
async def test_a_list_that_repeats_its_first_page_has_no_end() -> None:
    """What cannot be read whole is left as it was and tried again later; the others are swept."""
    watch = Watch()
    async with stand(clock=watch) as here:
        for number in range(7):
            project = {"ProjectNumber": f"P{number}", "Description": "Bygge"}
            await here.target.client.request("create_project", body={"Project": project})
        client = here.target.client
        repeating = RepeatsItself(**{name: getattr(client, name) for name in client.__dataclass_fields__})
        polled = Sweep(here.target.settings, repeating, watch)
        told, cursor = await pages(polled)
        assert "projects" not in ended(told)
        assert len(entries(told, "projects")) == 5
        assert "cost_centers" in ended(told)
        assert await polled.poll(cursor, SINCE) is None


@pytest.mark.asyncio
async def test_a_register_that_the_consent_does_not_open_stops_no_other() -> None:
    """It is asked for again with the next whole sweep only."""
    watch = Watch()
    async with stand(clock=watch) as here:
        said = {"ErrorInformation": {"error": 1, "message": "Behörighet saknas.", "code": 2000663}}
        await here.fault("status", "GET", "/3/accounts", status=403, body=json.dumps(said), times=1)
        polled = sweep_of(here, watch)
        told, cursor = await pages(polled)
        assert "accounts" not in ended(told)
        assert "prices" in ended(told)
        assert cursor["ended"]["accounts"]["refused"] == "scope_missing"
        watch.moment += timedelta(minutes=61)
        told, cursor = await pages(polled, cursor)
        assert "accounts" not in ended(told)
        watch.moment += timedelta(hours=12)
        assert ended((await pages(polled, cursor))[0])["accounts"] is True


@pytest.mark.asyncio
async def test_a_doubt_asks_for_a_whole_sweep_at_once() -> None:
    """And the sweep that follows ends it."""
    watch = Watch()
    doubts: dict[str, datetime] = {}
    async with stand(clock=watch) as here:
        polled = sweep_of(here, watch, doubts)
        _, cursor = await pages(polled)
        doubts["currencies"] = watch()
        told, cursor = await pages(polled, cursor)
        assert ended(told) == {"currencies": True}
        assert await polled.poll(cursor, SINCE) is None


@pytest.mark.asyncio
async def test_a_register_that_is_switched_off_costs_nothing() -> None:
    """No call."""
    async with stand(register=False) as here:
        assert await sweep_of(here, Watch()).poll(None, SINCE) is None
        assert await here.spent() == 0


@dataclass
class Shelf:
    """A register that people change between two calls; fits what a sweep asks of a client."""

    numbers: list[str]
    changes: list[tuple[str, int]]
    throughout: set[str] = field(default_factory=set)

    def with_priority(self, priority: int) -> "Shelf":
        """The same."""
        return self

    async def page(self, operation: str, keys: tuple[str, ...], params: Mapping[str, str]) -> tuple[list[Json], int]:
        """One page; a walk that begins anew stands on what is there then."""
        if params.get("filter"):
            return [], 0
        start = int(params["offset"])
        if start == 0:
            self.throughout = set(self.numbers)
        shown, total = self.numbers[start : start + int(params["limit"])], len(self.numbers)
        self._change()
        return [{"CustomerNumber": number} for number in shown], total if shown else 0

    def _change(self) -> None:
        if not self.changes:
            return
        what, place = self.changes.pop()
        if what == "goes" and self.numbers:
            self.throughout.discard(self.numbers.pop(place % len(self.numbers)))
        elif what == "comes":
            self.numbers.insert(place % (len(self.numbers) + 1), f"new-{place}-{len(self.changes)}")


@given(
    count=st.integers(0, 40),
    changes=st.lists(st.tuples(st.sampled_from(["goes", "comes", "rests"]), st.integers(0, 60)), max_size=12),
)
@settings(max_examples=200, deadline=None)
def test_a_whole_sweep_shows_everything_that_was_there_throughout(count: int, changes: list[tuple[str, int]]) -> None:
    """Whatever comes and goes between its pages: what it does not show may be removed."""
    shelf = Shelf([str(number) for number in range(count)], list(changes))
    chosen = FortnoxSettings(client_id="c", client_secret=SecretReference("file:s"), tenant_id=1)
    polled = Sweep(chosen, cast("Client", shelf), Watch())
    told, ended_whole = asyncio.run(_customers(polled))
    if ended_whole:
        assert shelf.throughout <= told


async def _customers(polled: Sweep) -> tuple[set[str], bool]:
    """The numbers that the last walk over the customers told, and whether it came to its end."""
    cursor, told, begun = None, set[str](), None
    while True:
        page = await polled.poll(cursor, SINCE)
        assert page is not None
        cursor = page.cursor
        for found in page.found:
            body = read_object(found.body)
            if body["register"] != "customers":
                return told, False
            told = told if body["begun"] == begun else set()
            begun = body["begun"]
            told |= {row["CustomerNumber"] for row in body["rows"]}
            if body["last"]:
                return told, True
