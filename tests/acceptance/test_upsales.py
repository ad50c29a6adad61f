"""Orders of a stand-in for Upsales on their way into the simulated Fortnox: found by polling, told by callbacks."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.connectors.upsales.bodies import account, order, row
from tests.stand_ins import upsales
from tests.stand_ins.serving import serving

TOKEN, KEY = "canary-token-of-upsales", "canary-key-of-the-app"
COMPANY, CONTACT, MAIL = "Kanariebåtar AB", "Canarina Kanariefågel", "canarina@canary.example.com"

SECTION = """
[scheduler]
poll_seconds = 1
[sources.crm]
type = "upsales"
company = "demo"
authentication_key = "plain:{key}"
app_id = 9001
customer_id = 55021
api_key = "plain:{token}"
base_url = "{url}{base}"
won_stage = 12
offer_stage = 10
lost_stage = 7
vat_rate = 25
"""


def sale(number: int, **fields: Any) -> dict[str, Any]:
    """An order of the example's rows: 1 x 9500 and 2 x 1800 less 10 %, in all 12,740."""
    rows = [row(9500), row(1620, 2, listPrice=1800)]
    contact = {"id": 902, "name": CONTACT, "email": MAIL}
    client = {"id": 318, "name": COMPANY}
    return order(**{"id": number, "orderRow": rows, "value": 12740, "client": client, "contact": contact, **fields})


@asynccontextmanager
async def selling(
    folder: Path, *records: dict[str, Any], first: Sequence[int] = ()
) -> AsyncIterator[tuple[Scene, upsales.State]]:
    """The stand-in with an account and some orders, and the daemon that reads it; ``first`` it answers with these."""
    state = upsales.State(token=TOKEN, authentication_key=KEY)
    state.put("accounts", account(name=COMPANY))
    state.put("orders", *records)
    state.answers.extend((status, json.dumps({"error": {"key": f"x {TOKEN}"}}), {}) for status in first)
    async with serving(upsales.application(state)) as url:
        more = SECTION.format(key=KEY, token=TOKEN, url=url, base=upsales.BASE)
        async with scene(folder, CompanyPlan(sources=()), more=more) as stage:
            yield stage, state


async def told(stage: Scene, state: upsales.State, trigger: str, record: dict[str, Any], **more: Any) -> int:
    """One callback to the daemon's door."""
    return await upsales.send_callback(state, f"{stage.bridge.url}/hooks/crm", trigger, record, **more)


def deliveries(stage: Scene) -> list[tuple[Any, ...]]:
    """State and reason of every delivery, in order."""
    return stage.rows("SELECT state, reason FROM inbox ORDER BY id")


@pytest.mark.asyncio
@pytest.mark.capability("f5")
@pytest.mark.capability("f7")
@pytest.mark.capability("004-07")
async def test_one_sale_by_poll_and_by_callback_is_one_invoice(tmp_path: Path) -> None:
    """Polling finds the order; its callbacks are the same delivery; a second order comes by callback first."""
    async with selling(tmp_path, sale(4711), sale(4713, stage={"id": 14})) as (stage, state):
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        for trigger in ("orderupdate", "OrderEdit", "orderinsert"):
            assert await told(stage, state, trigger, sale(4711)) == 200
        hint = sale(4712, modDate="2026-11-10T15:00:00.000Z")
        state.put("orders", {**hint, "notes": "the newest state", "modDate": "2026-11-10T15:00:01.000Z"})
        assert await told(stage, state, "orderinsert", hint) == 200
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done' LIMIT 1 OFFSET 1")
        await stage.until("SELECT 1 FROM inbox LIMIT 1 OFFSET 3")
        await stage.settle()
        invoices = stage.simulator.companies[1001].invoices.values()
        assert [(str(one.data["Total"]), one.data["YourOrderNumber"]) for one in invoices] == [
            ("15925", "4711"),
            ("15925", "4712"),
        ]
        assert len(stage.simulator.companies[1001].customers) == 1
        assert deliveries(stage).count(("ignored", "stage_not_mapped")) == 1


@pytest.mark.asyncio
async def test_the_door_keeps_nothing_of_a_stranger_and_parks_another_account(tmp_path: Path) -> None:
    """A wrong key is refused; the right key for another customer's account is stored and never guessed."""
    async with selling(tmp_path) as (stage, state):
        stranger = upsales.State(token=TOKEN, authentication_key="canary-of-a-stranger")
        assert await told(stage, stranger, "orderinsert", sale(4711)) == 401
        assert deliveries(stage) == []
        other = upsales.State(token=TOKEN, authentication_key=KEY, customer={"id": 55022})
        assert await told(stage, other, "orderinsert", sale(4711)) == 200
        robot = {"id": 99, "email": "integration-9001@api.upsales.com"}
        assert await told(stage, state, "orderinsert", sale(4712), user=robot) == 200
        await stage.settle()
        assert deliveries(stage) == [("parked", "unknown_account"), ("ignored", "own_write")]
        assert stage.commands() == []


@pytest.mark.asyncio
@pytest.mark.capability("004-08", "004-13")
async def test_what_is_deleted_at_the_source_deletes_nothing_in_fortnox(tmp_path: Path) -> None:
    """A deleted order is cancelled, a deleted company changes nothing, and no call deletes."""
    async with selling(tmp_path) as (stage, state):
        for record in (sale(4711), sale(4712)):
            state.put("orders", record)
            assert await told(stage, state, "orderinsert", record) == 200
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done' LIMIT 1 OFFSET 1")
        later = {"sent_at": "2026-11-28T10:00:00.000Z"}
        assert await told(stage, state, "orderdelete", sale(4711), **later) == 200
        assert await told(stage, state, "clientdelete", account(name=COMPANY), **later) == 200
        await stage.until("SELECT 1 FROM inbox WHERE reason = 'company_deletion_not_carried'")
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_cancelled' AND state = 'done'")
        await stage.settle()
        fortnox = await stage.state()
        assert {one["YourOrderNumber"]: one["Cancelled"] for one in fortnox["invoices"]} == {
            "4711": True,
            "4712": False,
        }
        assert len(fortnox["invoices"]) == 2
        assert [card["Name"] for card in fortnox["customers"]] == [COMPANY]
        assert "DELETE" not in {call["method"] for call in await stage.calls()}


@pytest.mark.asyncio
@pytest.mark.capability("004-16")
async def test_a_company_that_is_linked_follows_its_source_and_one_that_is_not_makes_nothing(tmp_path: Path) -> None:
    """Before its first sale a change makes no customer; afterwards it fills what the card lacks."""
    bare = account(name=COMPANY, phone=None)
    async with selling(tmp_path) as (stage, state):
        state.put("accounts", bare)
        assert await told(stage, state, "clientupdate", bare) == 200
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 1")
        await stage.settle()
        assert (await stage.state())["customers"] == []
        state.put("orders", sale(4711))
        assert await told(stage, state, "orderinsert", sale(4711)) == 200
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        known = account(name=COMPANY, phone="+46846500410", modDate="2026-11-12T09:00:00.000Z")
        state.put("accounts", known)
        assert await told(stage, state, "clientupdate", known) == 200
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 3")
        await stage.settle()
        assert [(card["Name"], card["Phone1"]) for card in (await stage.state())["customers"]] == [
            (COMPANY, "+46846500410")
        ]


@pytest.mark.asyncio
@pytest.mark.capability("f17")
@pytest.mark.capability("000-02")
async def test_no_secret_of_upsales_is_on_disk_or_in_a_log_line(tmp_path: Path, log_lines: Lines) -> None:
    """Neither the app's key nor the API key nor the address for answers; personal data in no log line."""
    async with selling(tmp_path, sale(4711), first=(401, 400, 500)) as (stage, state):
        await stage.until(lambda: not state.answers)
        state.put("orders", sale(4712), sale(4714, value=1))
        for record in (sale(4712), sale(4714, value=1), sale(4715)):
            assert await told(stage, state, "orderinsert", record) == 200
        assert await told(stage, state, "clientupdate", account(name=COMPANY)) == 200
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        await stage.settle()
        assert [state for state, _ in deliveries(stage)].count("held") == 2
        files = [path for path in stage.data.iterdir() if path.is_file()]
        on_disk = b"".join(path.read_bytes() for path in files)
        assert COMPANY.encode() in on_disk
        for secret in (TOKEN, KEY, "appCallback"):
            assert secret.encode() not in on_disk, secret
    seen = b"".join(log_lines.raw).decode()
    assert {line["event"] for line in log_lines} >= {"source.refused", "source.poll_failed", "source.answers"}
    for canary in (TOKEN, KEY, "appCallback", COMPANY, CONTACT, MAIL, "5599021085", "+46846500410"):
        assert canary not in seen, canary
