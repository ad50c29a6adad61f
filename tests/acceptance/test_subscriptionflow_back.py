"""From a paid invoice to Fortnox and back: the instance's customer and invoice say which they are there, once."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from daemon.requests import Approve, Discard, LinkThing, Pause, Resume, Retry
from handlers.values import Ref, short_reference
from store.acting import NotPossible
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_subscriptionflow import SECTION, due, point, secrets, settled
from tests.connectors.subscriptionflow.bodies import CUSTOMER_ID, charge, customer, item
from tests.fakes.clients import call, section
from tests.fakes.senders import Json
from tests.stand_ins.serving import State, serving
from tests.stand_ins.subscriptionflow import Instance, served

BACK = "[sources.flow.write_back]\ncustomer_number = true\ninvoice_note = true\n"
MARK = short_reference(Ref(system="flow", kind="invoice_told", id="inv-1").thing("demo"))
LINE = f"Fortnox invoice 1 #{MARK}"


@asynccontextmanager
async def connected(folder: Path, **plan: Any) -> AsyncIterator[tuple[Scene, Instance]]:
    """A daemon that writes back, a simulated Fortnox, and an instance that tells of each change of an invoice."""
    instance = Instance(State(), tells_updates=True)
    instance.state.put("customers", customer())
    instance.state.put("invoices", due("inv-1", note="Ring före tolv"))
    async with serving(served(instance)) as address:
        more = SECTION.format(address=address) + BACK + section()
        async with scene(folder, CompanyPlan(sources=(), **plan), more=more, run=False) as stage:
            yield stage, instance


async def paid(stage: Scene, instance: Instance, name: str = "inv-1", payload: str = "default") -> None:
    """The button is pressed, and all that follows has come to rest."""
    point(stage, instance, payload)
    assert await instance.pay(name, day="2026-11-02") == 200
    await settled(stage, 1)


def changes(instance: Instance) -> list[str]:
    """The changes that the instance was asked for."""
    return [call["path"].removeprefix("/api/v1/") for call in instance.state.calls if call["method"] == "PUT"]


async def shown(stage: Scene, *words: str) -> Any:
    """What a command answers as JSON."""
    return json.loads((await asked(stage, *words, "--json")).stdout)


@pytest.mark.asyncio
@pytest.mark.capability("003-09")
async def test_a_paid_invoice_says_in_the_instance_which_one_it_is(tmp_path: Path) -> None:
    """Customer number and line, once each: what comes back as a change of the invoice books and writes nothing."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        await paid(stage, instance)
        assert instance.of("customers")[CUSTOMER_ID]["accounting_resource_id"] == "1"
        assert instance.of("invoices")["inv-1"]["note"] == f"Ring före tolv\n{LINE}"
        before = await stage.calls()
        assert await instance.call_back("inv-1", "paid") == 200
        instance.of("invoices")["inv-1"]["updated_at"] = "2099-01-01T00:00:00.000000Z"
        stage.bridge.readings["flow"].nudge()
        polls = len([call for call in instance.state.calls if call["path"] == "/api/v1/invoices"])
        await stage.until(
            lambda: len([call for call in instance.state.calls if call["path"] == "/api/v1/invoices"]) > polls
        )
        await settled(stage, 1)
        assert sorted(changes(instance)) == [f"customers/{CUSTOMER_ID}", "invoices/inv-1"]
        assert await stage.calls() == before
        assert stage.rows("SELECT count(*) FROM inbox WHERE state = 'handled'") == [(1,)]
        state = await stage.state()
        assert [len(state[kind]) for kind in ("customers", "invoices", "payments")] == [1, 1, 1]
        await _is_shown(stage)


async def _is_shown(stage: Scene) -> None:
    """By ``explain``, ``/status``, ``outbox`` and ``status``, with the sender's name where Fortnox does not stand."""
    [story] = await shown(stage, "explain", "INV-1")
    told = {one["tells"]["record"]: one for one in story["commands"] if one["tells"]}
    assert told["invoice"]["tells"] == {
        "source": "flow",
        "record": "invoice",
        "id": "inv-1",
        "fields": ["invoice_number"],
    }
    assert (told["invoice"]["state"], told["invoice"]["link"]["state"]) == ("done", {"number": "1"})
    text = (await asked(stage, "explain", "INV-1")).stdout
    assert 'what stands there: {"wrote": "invoice:inv-1", "field": "note", "shown": "1"}' in text
    assert "set_sender_fields  (rule tell_invoice)  at flow, invoice inv-1: invoice number" in text
    assert f"stands at flow, customer {CUSTOMER_ID}: customer number" in text
    only = await shown(stage, "explain", told["invoice"]["id"], "--company", "to:flow")
    assert [one["id"] for one in only[0]["commands"]] == [told["invoice"]["id"]]
    assert {one["company"] for one in await shown(stage, "outbox", "--company", "to:flow")} == {"to:flow"}
    status, answer = await call(stage, "GET", "/status/flow/INV-1")
    assert (status, answer["status"], answer["fortnox"]) == (200, "done", ["customer:1", "invoice:1", "payment:1"])
    records = [f"customer:{CUSTOMER_ID}", "invoice:inv-1"]
    expected = {"status": "done", "records": records, "waits_for": None, "reason": None, "question": None}
    assert answer["told"] == expected
    assert {one["at"] for one in answer["deliveries"][0]["commands"]} == {"fortnox", "flow"}
    [source] = (await shown(stage, "status"))["sources"]
    assert (source["back"]["name"], source["back"]["delivered"]) == ("to:flow", 2)


@pytest.mark.asyncio
@pytest.mark.capability("003-09")
async def test_a_callback_of_our_own_change_changes_nothing(tmp_path: Path) -> None:
    """One that only says *updated*, and not that the invoice is paid, is another delivery: it finds all as meant."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        await paid(stage, instance, payload="custom")
        await settled(stage, 2)
        assert stage.rows("SELECT count(*) FROM inbox WHERE dedupe_key LIKE 'invoice:inv-1:updated:%'") == [(1,)]
        assert sorted(changes(instance)) == [f"customers/{CUSTOMER_ID}", "invoices/inv-1"]
        assert instance.of("invoices")["inv-1"]["note"] == f"Ring före tolv\n{LINE}"
        results = stage.rows("SELECT DISTINCT result FROM outbox WHERE inbox_id = 2")
        assert results == [("unchanged",)]
        state = await stage.state()
        assert [len(state[kind]) for kind in ("customers", "invoices", "payments")] == [1, 1, 1]


@pytest.mark.asyncio
@pytest.mark.capability("003-09", "f51")
async def test_a_lost_answer_makes_no_second_line(tmp_path: Path) -> None:
    """Both changes took effect and were answered with an error: they are looked for, found, and not sent again."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        instance.loses_answers = 2
        await paid(stage, instance)
        assert sorted(changes(instance)) == [f"customers/{CUSTOMER_ID}", "invoices/inv-1"]
        assert instance.of("invoices")["inv-1"]["note"] == f"Ring före tolv\n{LINE}"
        ends = stage.rows("SELECT end FROM attempt WHERE company = 'to:flow'")
        assert ends == [("found",), ("found",)]
        assert stage.rows("SELECT count(*) FROM outbox WHERE company = 'to:flow' AND state = 'done'") == [(2,)]


@pytest.mark.asyncio
async def test_an_invoice_that_is_held_tells_nothing_yet(tmp_path: Path) -> None:
    """Neither does one that is not paid: there is no number to tell."""
    mixed: list[Json] = [item(charge("1000.00", "1"), charge("1000.00", "1"))]
    sums = {"sub_total": "2000.00", "total_tax": "310.00", "total_amount": "2310.00"}
    async with connected(tmp_path) as (stage, instance), stage.running():
        instance.state.put("invoices", due("inv-2", items=mixed, **sums))
        await paid(stage, instance, "inv-2")
        assert await instance.call_back("inv-1", "created") == 200
        await settled(stage, 2)
        assert changes(instance) == []
        assert stage.rows("SELECT count(*) FROM outbox") == [(0,)]


@pytest.mark.asyncio
@pytest.mark.capability("f48")
async def test_a_person_ends_what_a_sender_refuses(tmp_path: Path) -> None:
    """Pause, held list, retry by id and by company, link refused, discard: by the sender's name, as for a company."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        await stage.act(Pause(person="anna", name="to:flow", reason="until Monday"))
        await paid_until_waiting(stage, instance)
        answer = (await call(stage, "GET", "/status/flow/INV-1"))[1]
        assert (answer["status"], answer["told"]["status"], answer["told"]["records"]) == ("done", "running", [])
        assert "PAUSED by a person: until Monday" in (await asked(stage, "status")).stdout
        instance.refuses_changes = 422
        await stage.act(Resume(person="anna", name="to:flow"))
        await stage.until("SELECT 1 FROM outbox WHERE (SELECT count(*) FROM outbox WHERE state = 'parked') = 2")
        listed = await shown(stage, "held", "to:flow")
        assert {one["company"] for one in listed["questions"]} == {"to:flow"}
        assert "refuses to change" in (await asked(stage, "held")).stdout
        for question in listed["questions"]:
            assert "again" in (await asked(stage, "held", "show", question["id"])).stdout
        answer = (await call(stage, "GET", "/status/flow/INV-1"))[1]
        assert (answer["status"], answer["told"]["status"], answer["told"]["reason"]) == ("done", "parked", "refused")
        [(first,), (second,)] = stage.rows("SELECT 'out-' || id FROM outbox WHERE state = 'parked' ORDER BY id")
        with pytest.raises(NotPossible, match="not linked by hand"):
            await stage.act(LinkThing(person="anna", id=first, kind="invoice", number="1"))
        again = await stage.act(Retry(person="anna", company="to:flow"))
        assert [one["id"] for one in again["commands"]] == [first, second]
        await stage.until("SELECT 1 FROM outbox WHERE (SELECT count(*) FROM outbox WHERE state = 'parked') = 2")
        await stage.act(Discard(person="anna", id=first, reason="told by hand"))
        instance.refuses_changes = None
        await stage.act(Retry(person="anna", id=second))
        await settled(stage, 1)
        states = stage.rows("SELECT state FROM outbox WHERE company = 'to:flow' ORDER BY id")
        assert states == [("discarded",), ("done",)]


async def paid_until_waiting(stage: Scene, instance: Instance) -> None:
    """The invoice stands in Fortnox, and what the sender is told lies in the outbox."""
    point(stage, instance, "default")
    assert await instance.pay("inv-1", day="2026-11-02") == 200
    await stage.until("SELECT 1 FROM outbox WHERE kind = 'book_payment' AND state = 'done'")


@pytest.mark.asyncio
async def test_what_a_company_approves_first_is_approved_for_its_senders_too(tmp_path: Path) -> None:
    """The rule by its name; the question names operation and record, and a person's word lets it leave."""
    async with connected(tmp_path, more='approve = ["tell_invoice"]') as (stage, instance), stage.running():
        await paid(stage, instance)
        assert changes(instance) == []
        rows = stage.rows("SELECT 'out-' || id, question FROM outbox WHERE state = 'held' ORDER BY id")
        assert ["tell_customer" in rows[0][1], "PUT /invoices/inv-1" in rows[1][1]] == [True, True]
        for number, _ in rows:
            await stage.act(Approve(person="anna", ids=(number,)))
        await settled(stage, 1)
        assert instance.of("invoices")["inv-1"]["note"] == f"Ring före tolv\n{LINE}"
        assert secrets(stage)


@pytest.mark.asyncio
async def test_a_dry_run_shows_what_would_be_told(tmp_path: Path) -> None:
    """The record is read, nothing is written; offline it is said that nobody may read there."""
    async with connected(tmp_path) as (stage, instance), stage.running():
        await stage.act(Pause(person="anna", name="to:flow", reason="not yet"))
        await paid_until_waiting(stage, instance)
        ran = (await asked(stage, "dry-run", "in-1")).stdout
        assert f'PUT /customers/{CUSTOMER_ID} at flow\n    accounting_resource_id: "1"' in ran
        assert f'PUT /invoices/inv-1 at flow\n    note: "Ring före tolv\\n{LINE}"' in ran
        assert "sender_not_read" in (await asked(stage, "dry-run", "in-1", "--offline")).stdout
        assert changes(instance) == []
