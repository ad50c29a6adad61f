"""The state in a file and the seeds, in one process: what survives, when it is written, what is refused."""

import asyncio
import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from connectors.fortnox.simulator import (
    CompanySettings,
    SeedError,
    Simulator,
    SimulatorSettings,
    StateError,
    kept,
    plant,
    read_state,
    serving,
)
from tests.connectors.fortnox.simulator.caller import UNLIMITED, Caller, Clock, opened
from tests.connectors.fortnox.simulator.listener import connected

LIMIT = 30.0


def _simulator(clock: Clock, *companies: CompanySettings) -> Simulator:
    return Simulator(
        SimulatorSettings(companies=companies or (UNLIMITED,)),
        clock=lambda: clock.now,
        monotonic=lambda: clock.ticks,
        random=Random(2),
    )


def _holds(path: Path, text: str) -> bool:
    return path.exists() and text in path.read_text(encoding="utf-8")


def _is_alone(path: Path) -> bool:
    return list(path.parent.iterdir()) == [path]


async def _wait_for(path: Path, text: str) -> None:
    async with asyncio.timeout(LIMIT):
        while not _holds(path, text):  # noqa: ASYNC110 - a file tells nobody that it has changed
            await asyncio.sleep(0.02)


async def _sell(caller: Caller) -> None:
    await caller.customer()
    await caller.invoice(InvoiceRows=[{"Description": "Tio öre", "DeliveredQuantity": "1.50", "Price": "0.10"}])
    await caller.invoice()
    await caller.act("invoices", "bookkeep", "2")
    await caller.post_payment(InvoiceNumber=2, Amount="1.10", AmountCurrency="1.10")


@pytest.mark.asyncio
async def test_everything_stored_survives(tmp_path: Path) -> None:
    """Objects, numbers, switches, tokens, events and offsets, to the last digit, after a restart from the file."""
    path, clock = tmp_path / "state.json", Clock()
    async with aiohttp.ClientSession() as session:
        first = _simulator(clock)
        async with kept(first, path), serving(first) as server:
            caller = Caller(session, server, clock)
            pair = await caller.control("POST", "consent", {})
            caller.token = pair["access_token"]
            await _sell(caller)
            await caller.control("POST", "settings", {"locked_until": "2026-01-31", "vat_rounding": "rate"})
            before, events = await caller.state(), (await caller.control("GET", "events"))["events"]
        second = _simulator(clock)
        assert read_state(path, second)
        assert second.companies[1001] == first.companies[1001]
        async with kept(second, path), serving(second) as server:
            again = Caller(session, server, clock, caller.token)
            assert await again.state() == before
            assert (await again.control("GET", "events"))["events"] == events
            assert (await again.get("/3/invoices/2")).status == 200
            assert (await again.invoice())["DocumentNumber"] == "3"
            refreshed = await again.token_call({"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]})
            assert refreshed.status == 200
            last = next(event["offset"] for event in events if event["entityId"] == "2")
            async with connected(again, invoices=last) as listener:
                assert (await listener.types(2))[-1] == ("invoice-created-v1", "3")


@pytest.mark.asyncio
async def test_a_write_is_on_disk_while_the_simulator_runs(tmp_path: Path) -> None:
    """Within the half second, whole, and only for its owner; no other file is left beside it."""
    path = tmp_path / "state.json"
    async with opened() as caller, kept(caller.server.simulator, path):
        await _wait_for(path, '"version":1')
        await caller.customer(Name="På skivan AB")
        await _wait_for(path, json.dumps("På skivan AB")[1:-1])
        assert path.stat().st_mode & 0o777 == 0o600
        assert _is_alone(path)


@pytest.mark.asyncio
async def test_reading_writes_nothing(tmp_path: Path) -> None:
    """A file that is up to date is left alone, at the end too."""
    path = tmp_path / "state.json"
    async with opened() as caller:
        await caller.customer()
        async with kept(caller.server.simulator, path):
            await _wait_for(path, '"version":1')
        written = path.stat().st_mtime_ns
        async with kept(caller.server.simulator, path):
            await caller.get("/3/customers")
            await caller.state()
        assert path.stat().st_mtime_ns == written


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_written_ends_the_block(tmp_path: Path) -> None:
    """One line that names it; what was going on is cancelled."""
    async with opened() as caller:
        with pytest.raises(StateError, match=r"state\.json cannot be written: No such file"):
            async with kept(caller.server.simulator, tmp_path / "missing" / "state.json"):
                await asyncio.sleep(LIMIT)


@pytest.mark.asyncio
async def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new content never replaces the old by halves."""
    path = tmp_path / "state.json"
    async with opened() as caller:
        async with kept(caller.server.simulator, path):
            await caller.customer()
        content = path.read_bytes()

        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        await caller.customer()
        with suppress(StateError):
            async with kept(caller.server.simulator, path):
                await caller.customer()
        assert path.read_bytes() == content
        assert _is_alone(path)


def test_without_a_file_nothing_is_read(tmp_path: Path) -> None:
    """The simulator starts as configured."""
    simulator = _simulator(Clock())
    assert not read_state(tmp_path / "state.json", simulator)
    assert list(simulator.companies) == [1001]


def test_a_company_named_anew_is_opened_beside_the_stored_ones(tmp_path: Path) -> None:
    """Stored companies stay, configured ones that are not stored are empty."""
    path, clock = tmp_path / "state.json", Clock()
    first = _simulator(clock)
    plant(first, "small")

    async def store() -> None:
        async with kept(first, path):
            return

    asyncio.run(store())
    second = _simulator(clock, CompanySettings(tenant_id=2002))
    assert read_state(path, second)
    assert {tenant: len(company.customers) for tenant, company in second.companies.items()} == {2002: 0, 1001: 3}


_KNOWN = "fortnox-bridge simulator state"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is not a simulator's state"),
        ("[", "is not a simulator's state"),
        ("[]", "is not a simulator's state"),
        ('{"Customer": {}}', "is not a simulator's state"),
        (json.dumps({"format": _KNOWN, "version": 2}), "version 2; this program has version 1"),
        (json.dumps({"format": _KNOWN, "version": 1}), "another version or changed by hand"),
        (json.dumps({"format": _KNOWN, "version": 1, "state": {"companies": {"1": 2}}}), "changed by hand"),
        (json.dumps({"format": _KNOWN, "version": 1, "state": {"$": "os.system", "value": []}}), "changed by hand"),
        ("[" * 100_000, "is not a simulator's state"),
    ],
)
def test_a_file_that_is_no_state_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    """One line with the file's name and why, and the file stays as it is."""
    path = tmp_path / "state.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StateError) as refused:
        read_state(path, _simulator(Clock()))
    assert reason in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert path.read_text(encoding="utf-8") == content


# --- seeds -----------------------------------------------------------------------------------------------------------


def test_the_small_seed_has_customers_and_priced_articles() -> None:
    """And no documents."""
    simulator = _simulator(Clock())
    plant(simulator, "small")
    company = simulator.companies[1001]
    assert (len(company.customers), len(company.articles), len(company.prices)) == (3, 4, 4)
    assert company.prices
    assert not company.invoices


@pytest.mark.parametrize("first", [1, 5000])
def test_the_shop_has_documents_in_every_state(first: int) -> None:
    """Paid, part paid, open, credited and cancelled invoices; prices by list; balances that agree with the payments."""
    simulator = _simulator(Clock(), CompanySettings(first_invoice_number=first, first_customer_number=first))
    plant(simulator, "shop")
    company = simulator.companies[1001]
    invoices = [record.data for record in company.invoices.values()]
    booked = [invoice for invoice in invoices if invoice["Booked"]]
    paid = [payment.data for payment in company.payments.values() if payment.data["Booked"]]
    totals = sum((invoice["Total"] - invoice["Balance"] for invoice in booked), Decimal(0))
    assert totals == sum((payment["Amount"] for payment in paid), Decimal(0)) > 0
    assert [invoice["DocumentNumber"] for invoice in invoices] == [str(first + place) for place in range(9)]
    assert {bool(invoice["FinalPayDate"]) for invoice in booked} == {True, False}
    assert any(invoice["Credit"] == "true" for invoice in invoices)
    assert any(invoice["Cancelled"] for invoice in invoices)
    assert any(order.data["YourOrderNumber"] == "B-2207" for order in company.orders.values())
    resale = next(order.data["OrderRows"] for order in company.orders.values() if order.data["YourOrderNumber"])
    assert [row["Price"] for row in resale] == [Decimal("3596.25"), Decimal("53.40")]
    days = [date.fromisoformat(invoice["InvoiceDate"]) for invoice in invoices]
    assert max(days) == date(2026, 3, 10)
    assert min(days) < date(2026, 2, 10)


def test_a_file_is_a_seed(tmp_path: Path) -> None:
    """As the body of `/_sim/seed`, for the company that it names, with exact numbers."""
    path = tmp_path / "seed.json"
    content = '{"company": 2002, "articles": [{"ArticleNumber": "A", "Description": "A", "SalesPrice": 0.10}]}'
    path.write_text(content, encoding="utf-8")
    simulator = _simulator(Clock(), UNLIMITED, CompanySettings(tenant_id=2002))
    assert plant(simulator, str(path))["articles"] == 1
    assert not simulator.companies[1001].articles
    (price,) = simulator.companies[2002].prices.values()
    assert str(price.data["Price"]) == "0.10"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read: No such file"),
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"", "is not JSON"),
        (b"[]", "must hold one JSON object"),
        (b'{"company": 7}', '"company" must be one of 1001'),
        (b'{"people": []}', "not people"),
        (b'{"customers": {}}', "must be a list of objects"),
        (b'{"customers": [{"Colour": 1}]}', r"customers\[0\] was refused: 2001399"),
    ],
)
def test_a_bad_seed_is_refused(tmp_path: Path, content: Any, reason: str) -> None:
    """One line that says why."""
    path = tmp_path / "seed.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SeedError, match=reason) as refused:
        plant(_simulator(Clock()), str(path))
    assert "\n" not in str(refused.value)
