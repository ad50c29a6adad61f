"""From SubscriptionFlow's button "process payment" to a booked, paid invoice in Fortnox: once, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from daemon.explain import Explainer
from store.db import open_reader
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.connectors.subscriptionflow.bodies import CUSTOMER_ID, charge, customer, invoice, item
from tests.fakes.senders import Json
from tests.stand_ins.serving import State, serving
from tests.stand_ins.subscriptionflow import CLIENT, Instance, served

SECTION = """[scheduler]
poll_seconds = 3600
[sources.flow]
type = "subscriptionflow"
company = "demo"
path_token = "generated:flow-path"
hook_token = "generated:flow-hook"
base_url = "{address}"
client_id = "made-up-client"
client_secret = "plain:made-up-client-secret"
"""
READ = "SELECT 1 FROM inbox WHERE state IN ('waiting', 'reading')"


def due(name: str, **more: str | list[Json]) -> Json:
    """An invoice that waits for its payment."""
    return invoice(id=name, name=name.upper(), status="DUE", closing_balance="4975.00", **more)


@asynccontextmanager
async def connected(folder: Path) -> AsyncIterator[tuple[Scene, Instance]]:
    """A daemon, a simulated Fortnox, and an instance whose callbacks go to the daemon."""
    instance = Instance(State())
    instance.state.put("customers", customer())
    plan = CompanyPlan(sources=())
    async with (
        serving(served(instance)) as address,
        scene(folder, plan, more=SECTION.format(address=address), run=False) as stage,
    ):
        yield stage, instance


def secrets(stage: Scene) -> dict[str, str]:
    """The two tokens that were generated."""
    return {name: (stage.data / "secrets" / f"flow-{name}").read_text().strip() for name in ("path", "hook")}


def point(stage: Scene, instance: Instance, payload: str) -> None:
    """Set the callback up, as a person does in the instance's administration."""
    tokens = secrets(stage)
    instance.callback = {
        "url": f"{stage.bridge.url}/hooks/flow/{tokens['path']}",
        "payload": payload,
        "parameters": {"hook_token": tokens["hook"]},
    }


async def settled(stage: Scene, rows: int) -> None:
    """Wait until so many deliveries are there, all are read and understood, and all commands are done."""
    await stage.until(lambda: stage.rows("SELECT count(*) FROM inbox")[0][0] >= rows and not stage.rows(READ))
    await stage.settle()


@pytest.mark.asyncio
@pytest.mark.capability("003-01")
@pytest.mark.capability("003-07")
@pytest.mark.capability("003-08")
@pytest.mark.capability("003-10")
@pytest.mark.parametrize("payload", ["default", "custom", "text", "json"])
async def test_processing_a_payment_books_the_invoice_once(tmp_path: Path, payload: str) -> None:
    """DUE is only recorded; PAID makes customer, invoice and payment, also when it is told three times."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        point(stage, instance, payload)
        instance.state.put("invoices", due("inv-1"))
        assert await instance.call_back("inv-1", "created") == 200
        await settled(stage, 1)
        assert stage.rows("SELECT state, reason FROM inbox") == [("ignored", "invoice_is_due")]
        assert await instance.pay("inv-1", day="2026-11-02") == 200
        assert [await instance.call_back("inv-1", event) for event in ("paid", "updated")] == [200, 200]
        await settled(stage, 2)
        state = await stage.state()
        [booked], [payment], [card] = state["invoices"], state["payments"], state["customers"]
        assert (booked["Total"], booked["Balance"], booked["Booked"]) == (4975, 0, True)
        assert (booked["InvoiceDate"], booked["YourOrderNumber"]) == ("2026-11-01", "INV-1")
        assert (payment["PaymentDate"], payment["Booked"]) == ("2026-11-02", True)
        assert (card["OrganisationNumber"], card["Name"]) == ("559903-1068", "Blåklint Design AB")


@pytest.mark.asyncio
@pytest.mark.capability("f5")
@pytest.mark.capability("f7")
async def test_what_was_paid_while_we_were_away_is_found_at_start(tmp_path: Path) -> None:
    """No callback came; the poll at start finds it, and the callback that comes after all is the same delivery."""
    async with connected(tmp_path) as (stage, instance):
        async with stage.running():
            point(stage, instance, "custom")
            instance.state.put("invoices", due("inv-1"), due("old", invoice_date="2025-12-31"))
        assert await instance.pay("inv-1", day="2026-11-02") is None
        assert await instance.pay("old") is None
        async with stage.running():
            await settled(stage, 2)
            point(stage, instance, "custom")
            assert await instance.call_back("inv-1", "paid") == 200
            await settled(stage, 2)
            assert len((await stage.state())["invoices"]) == 1
        told = dict(stage.rows("SELECT dedupe_key, state FROM inbox"))
        assert told == {"invoice:inv-1:paid": "handled", "invoice:old:paid": "before_start"}
        assert not [call for call in instance.state.calls if call["path"].startswith("/api/v1/invoices/old")]


@pytest.mark.asyncio
@pytest.mark.capability("003-02")
async def test_an_invoice_in_euro_is_booked_in_euro(tmp_path: Path) -> None:
    """The instance names no rate, so that of Fortnox's register is taken."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        point(stage, instance, "default")
        instance.state.put("invoices", due("inv-1", currency="eur"))
        assert await instance.pay("inv-1", day="2026-11-02") == 200
        await settled(stage, 1)
        [booked] = (await stage.state())["invoices"]
        assert (booked["Currency"], str(booked["CurrencyRate"]), booked["Balance"]) == ("EUR", "11.25", 0)


@pytest.mark.asyncio
@pytest.mark.capability("f37")
async def test_an_invoice_with_two_rates_is_held(tmp_path: Path) -> None:
    """One amount of VAT for both: a person must look, and nothing reaches Fortnox."""
    mixed: list[Json] = [item(charge("1000.00", "1"), charge("1000.00", "1"))]
    sums = {"sub_total": "2000.00", "total_tax": "310.00", "total_amount": "2310.00"}
    async with connected(tmp_path) as (stage, instance), stage.running():
        point(stage, instance, "default")
        instance.state.put("invoices", due("inv-1", items=mixed, **sums))
        assert await instance.pay("inv-1") == 200
        await settled(stage, 1)
        [(state, question)] = stage.rows("SELECT state, question FROM inbox")
        assert state == "held"
        assert "15.50 % of 2000.00, which is none of the rates 25, 12, 6, 0" in question
        assert await stage.calls() == []


@pytest.mark.asyncio
@pytest.mark.capability("003-08", "003-09")
async def test_each_invoice_says_whether_it_is_in_fortnox(tmp_path: Path) -> None:
    """Explain, from the disk beside the daemon: booked as which document, not paid yet, or what a person is asked."""
    mixed: list[Json] = [item(charge("1000.00", "1"), charge("1000.00", "1"))]
    sums = {"sub_total": "2000.00", "total_tax": "310.00", "total_amount": "2310.00"}
    async with connected(tmp_path) as (stage, instance), stage.running():
        point(stage, instance, "default")
        instance.state.put("invoices", due("inv-1"), due("inv-2"), due("inv-3", items=mixed, **sums))
        assert await instance.call_back("inv-2", "created") == 200
        assert [await instance.pay(number, day="2026-11-02") for number in ("inv-1", "inv-3")] == [200, 200]
        await settled(stage, 3)
        async with open_reader(stage.data / "bridge.db") as read:
            explainer = Explainer(read, kinds={"demo": "simulator"}, unseal=None, body=False)
            due_one, booked, held = [(await explainer.stories(f"in-{number}"))[0] for number in (1, 2, 3)]
            assert await explainer.stories("INV-1") == [booked]
            assert [story["id"] for story in await explainer.stories("invoice:1")] == [booked["id"]]
    assert (due_one["state"], due_one["reason"], due_one["commands"]) == ("ignored", "invoice_is_due", [])
    assert (booked["state"], booked["number"]) == ("handled", "INV-1")
    assert [(one["command"], one["state"], one["link"]["document"]) for one in booked["commands"]] == [
        ("ensure_customer", "done", "customer:1"),
        ("ensure_invoice", "done", "invoice:1"),
        ("book_invoice", "done", "invoice:1"),
        ("ensure_payment", "done", "payment:1"),
        ("book_payment", "done", "payment:1"),
    ]
    assert (held["state"], held["commands"]) == ("held", [])
    assert "none of the rates 25, 12, 6, 0" in held["question"]


@pytest.mark.asyncio
@pytest.mark.capability("f17")
@pytest.mark.capability("000-02")
@pytest.mark.parametrize("payload", ["default", "custom", "text", "json"])
async def test_no_secret_reaches_the_log_or_the_database(tmp_path: Path, log_lines: Lines, payload: str) -> None:
    """Tokens of callbacks, the client's secret and access tokens, through refusals and renewals."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        point(stage, instance, payload)
        await stage.until("SELECT 1 FROM sender WHERE source = 'flow' AND outcome = 'finished'")
        instance.state.put("invoices", due("inv-1"))
        right = instance.callback
        instance.callback = right | {"parameters": {"hook_token": secrets(stage)["hook"][:-1] + "x"}}
        assert await instance.call_back("inv-1", "paid") == 401
        instance.callback = right
        instance.refuse_all_tokens()
        assert await instance.pay("inv-1", day="2026-11-02") == 200
        await settled(stage, 1)
        planted = {*secrets(stage).values(), CLIENT[1], *instance.tokens}
        assert len(instance.tokens) > 1
        seen = b"".join(log_lines.raw).decode()
        disk = b"".join(path.read_bytes() for path in stage.data.glob("bridge.db*"))
        assert CUSTOMER_ID.encode() in disk
        for canary in planted | {quote(text, safe="") for text in planted}:
            assert canary not in seen
            assert canary.encode() not in disk
        assert "ekonomi.blaklint" not in seen
