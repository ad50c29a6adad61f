"""Three thousand old records at each sender, all changed after the company's start: no document, no flood of calls."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.acceptance.books import settled
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.connectors.highlevel import bodies as highlevel_bodies
from tests.connectors.subscriptionflow import bodies as flow_bodies
from tests.connectors.upsales import bodies as upsales_bodies
from tests.stand_ins import highlevel, subscriptionflow, upsales
from tests.stand_ins.serving import State, serving

OLD = 3000
POLLED_ONCE = "[scheduler]\npoll_seconds = 3600\n"
ROUND_OFF = "[companies.demo.bookkeeping]\nround_off_account = 3740"
OUTCOMES = "SELECT state, count(*) FROM inbox GROUP BY state"
FINISHED = "SELECT 1 FROM sender WHERE outcome = 'finished'"
Calls = list[dict[str, Any]]
pytestmark = pytest.mark.timeout(120)


def moments(day: str) -> Callable[[int], str]:
    """A moment for each number, a second apart, as senders write them."""
    first = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return lambda number: (first + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@asynccontextmanager
async def polled(folder: Path, app: web.Application, section: str) -> AsyncIterator[Scene]:
    """The daemon has polled once, all was read and understood, and what follows is done."""
    async with serving(app) as url:
        more = POLLED_ONCE + section.replace("{url}", url)
        async with scene(folder, CompanyPlan(sources=(), sections=ROUND_OFF), more=more) as stage:
            await stage.until(FINISHED, seconds=40.0)
            await settled(stage)
            yield stage


async def polled_again(stage: Scene, source: str) -> None:
    """The next poll finds nothing new."""
    assert await stage.bridge.readings[source].poll() == 0


async def only_the_new_one(stage: Scene, number: str, *, old: int = OLD) -> None:
    """The old ones are recorded and nothing else; the new one is the only document, and all calls are for it."""
    assert dict(stage.rows(OUTCOMES)) == {"before_start": old, "handled": 1}
    reasons = stage.rows("SELECT DISTINCT substr(reason, -26) FROM inbox WHERE state = 'before_start'")
    assert reasons == [("company's start 2026-01-01",)]
    [invoice] = (await stage.state())["invoices"]
    assert invoice["YourOrderNumber"] == number
    assert {state for _, state, _ in stage.commands()} == {"done"}
    assert stage.rows("SELECT count(DISTINCT inbox_id) FROM outbox") == [(1,)]
    calls = await stage.calls()
    assert len(calls) <= 8, Counter(call["path"] for call in calls)


def paths(calls: Calls) -> Counter[str]:
    """How often each path was asked for."""
    return Counter(call["path"] for call in calls)


@pytest.mark.asyncio
@pytest.mark.capability("f5", "f6")
async def test_a_history_at_upsales(tmp_path: Path) -> None:
    """By ``modDate`` 16 pages of 200; the new order is one of 501 that changed at one moment, as by an import."""
    state, at = upsales.State(), moments("2026-11-01")
    stages = ({"id": 12}, {"id": 10}, {"id": 7})
    for number in range(1, OLD + 1):
        state.put(
            "orders",
            upsales_bodies.order(
                id=number,
                date="2025-06-01",
                closeDate=None if number % 3 == 1 else "2025-06-30",
                stage=stages[number % 3],
                modDate=at(1500 if 1500 <= number < 2000 else number),
            ),
        )
    state.put("accounts", upsales_bodies.account())
    state.put("orders", upsales_bodies.order(id=9000, modDate=at(1500)))
    section = f"""[sources.crm]
type = "upsales"
company = "demo"
api_key = "plain:{state.token}"
customer_id = 55021
base_url = "{{url}}{upsales.BASE}"
won_stage = 12
offer_stage = 10
lost_stage = 7
vat_rate = 25
"""
    async with polled(tmp_path, upsales.application(state), section) as stage:
        await only_the_new_one(stage, "9000")
        asked = paths(state.calls)
        assert asked.pop(f"{upsales.BASE}/accounts/318") == 1
        assert set(asked) == {f"{upsales.BASE}/orders"}
        assert asked[f"{upsales.BASE}/orders"] <= 22, "3,001 records in pages of 200 are 16"
        await polled_again(stage, "crm")


@pytest.mark.asyncio
@pytest.mark.capability("003-07", "f5")
async def test_a_history_at_subscriptionflow(tmp_path: Path) -> None:
    """Paid and voided invoices of last year in 31 pages of 100; only the new one is read."""
    instance, at = subscriptionflow.Instance(State()), moments("2026-11-01")
    for number in range(1, OLD + 1):
        status = "Void" if number % 10 == 0 else "Paid"
        old = {"id": f"old-{number}", "invoice_date": "2025-06-01", "status": status, "updated_at": at(number)}
        instance.state.put("invoices", flow_bodies.invoice(**old))
    instance.state.put("invoices", flow_bodies.invoice(updated_at=at(1700)))
    instance.state.put("customers", flow_bodies.customer())
    instance.state.put("transactions", flow_bodies.transaction())
    section = f"""[sources.flow]
type = "subscriptionflow"
company = "demo"
path_token = "generated:flow-path"
base_url = "{{url}}"
client_id = "{subscriptionflow.CLIENT[0]}"
client_secret = "plain:{subscriptionflow.CLIENT[1]}"
window_seconds = 0.5
"""
    async with polled(tmp_path, subscriptionflow.served(instance), section) as stage:
        await only_the_new_one(stage, "INV-002318")
        asked = paths(instance.state.calls)
        new = f"/api/v1/invoices/{flow_bodies.INVOICE_ID}"
        singles = [new, f"{new}/link/transactions", f"/api/v1/customers/{flow_bodies.CUSTOMER_ID}", "/oauth/token"]
        assert [asked.pop(path) for path in singles] == [1, 1, 1, 1]
        assert asked == {"/api/v1/invoices": 31}
        await polled_again(stage, "flow")


@pytest.mark.asyncio
@pytest.mark.capability("000-48", "f5")
@pytest.mark.parametrize("filtered", [True, False], ids=["filtered by day", "listed all the same"])
async def test_a_history_at_highlevel(tmp_path: Path, filtered: bool) -> None:
    """Orders made last year are not even listed (its filter is the day of creation), invoices dated last year are; and
    where a list disregards the days, its orders are recorded without being read."""
    state, at = highlevel.State(filters=filtered), moments("2026-11-01")
    for number in range(1, OLD // 2 + 1):
        changed = {"updatedAt": at(number), "timestamp": at(number)}
        made = {"_id": f"order-{number}", "createdAt": "2025-06-01T10:00:00.000Z", **changed}
        state.add("orders", highlevel_bodies.order(**made))
        dated = {"_id": f"invoice-{number}", "invoiceNumber": f"old-{number}", "issueDate": "2025-06-01"}
        status = "void" if number % 10 == 0 else "paid"
        state.add("invoices", highlevel_bodies.invoice(status, **dated, createdAt=at(number), **changed))
    state.add("orders", highlevel_bodies.order(_id="order-new", createdAt=at(700)))
    state.add("contacts", highlevel_bodies.contact())
    section = f"""[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "{highlevel.LOCATION}"
organisation_number_field = "4jEDCN7RpB0fWeo4NjQr"
[sources.ghl.api]
base_url = "{{url}}"
token = "plain:{highlevel.TOKEN}"
"""
    async with polled(tmp_path, highlevel.application(state), section) as stage:
        old = OLD // 2 if filtered else OLD
        await only_the_new_one(stage, "order-new", old=old)
        asked = paths(state.calls)
        assert asked.pop("/payments/orders/order-new") == 1
        assert asked.pop(f"/contacts/{highlevel_bodies.CONTACT}") == 1
        assert asked == {
            "/surveys/submissions": 1,
            "/payments/orders": 1 if filtered else 16,
            "/invoices/": 15,
        }
        await polled_again(stage, "ghl")
