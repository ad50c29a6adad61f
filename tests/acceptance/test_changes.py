"""A sale that changes after its documents stand in Fortnox: updated, or taken back and made anew, never twice."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from daemon.requests import Replay, Retry
from store.acting import NotPossible
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_bookkeeping_page import PAGE, shown
from tests.fakes.senders import COMPANY, Json, line, order


def plan(module: str, changed: str = "hold", **more: str) -> CompanyPlan:
    """A company with this module, that holds or makes anew what changed when it was too late."""
    keys = {"module": module, "changed_after_booking": changed} | more
    choices = "\n".join(f'{name} = "{value}"' for name, value in keys.items())
    return CompanyPlan(sections=f"[companies.demo.documents]\noffers_create_customers = true\n{choices}")


async def sent(stage: Scene, version: int, kind: str, **more: Any) -> None:
    """The order SO-1 as it is at its source now."""
    await stage.send(order("SO-1", kind, version=str(version), **more))
    await stage.settle()


async def booked_by_hand(stage: Scene, number: str) -> None:
    """A person books an invoice in Fortnox."""
    await stage.bridge.targets["demo"].client.request("book_invoice", number)  # type: ignore[attr-defined]


async def cancelled_by_hand(stage: Scene, kind: str, number: str) -> None:
    """A person cancels a document in Fortnox."""
    await stage.bridge.targets["demo"].client.request(f"cancel_{kind}", number)  # type: ignore[attr-defined]


def held(stage: Scene) -> list[tuple[int, str, str]]:
    """What is held: id, reason, question."""
    return stage.rows("SELECT id, reason, question FROM outbox WHERE state = 'held'")


def all_done(stage: Scene) -> bool:
    """Nothing was held, parked or left."""
    return {state for _, state, _ in stage.commands()} <= {"done", "superseded"}


async def counted(stage: Scene) -> list[tuple[str, Decimal]]:
    """The invoices that count in the end: neither cancelled, nor a credit, nor credited by a booked one."""
    invoices = (await stage.state())["invoices"]
    by_number = {invoice["DocumentNumber"]: invoice for invoice in invoices}
    return [
        (invoice["DocumentNumber"], Decimal(str(invoice["Net"])))
        for invoice in invoices
        if not invoice["Cancelled"]
        and invoice["Credit"] == "false"
        and not by_number.get(invoice["CreditInvoiceReference"], {}).get("Booked")
    ]


@pytest.mark.asyncio
@pytest.mark.capability("f44")
async def test_a_booked_invoice_that_changes_is_credited_and_made_anew_once_allowed(tmp_path: Path) -> None:
    """Held with what differs; once allowed the first is credited, and the second stands alone whatever comes late."""
    async with scene(tmp_path, plan("invoice")) as stage:
        await sent(stage, 1, "order.won")
        await booked_by_hand(stage, "1")
        await sent(stage, 3, "order.won", price="1200.00")
        ((outbox_id, reason, question),) = held(stage)
        assert reason == "invoice_booked"
        assert "row 1 Price: meant 1200, stored 1000" in question
        assert "--allow" in question
        assert await counted(stage) == [("1", Decimal(1000))]
        await stage.act(Retry(person="anna", id=f"out-{outbox_id}", allow=True))
        await stage.settle()
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        assert await counted(stage) == [("3", Decimal(1200))]
        page = PAGE.read_text(encoding="utf-8").partition("## A booked invoice whose sale changes")[2]
        books = re.sub(r"(Voucher B 2), .*", r"\1, the day of the credit", shown([], await stage.state()))
        assert books == page.partition("```text\n")[2].partition("```")[0]
        (credit,) = [one for one in (await stage.state())["invoices"] if one["Credit"] == "true"]
        assert (credit["Booked"], credit["Total"], credit["DocumentNumber"]) == (True, -1250, "2")
        calls = len(await stage.calls())
        await stage.act(Replay(person="anna", id="in-2"))
        with pytest.raises(NotPossible):
            await stage.act(Replay(person="anna", id="in-1"))
        await sent(stage, 2, "order.won", price="1100.00")
        assert len(await stage.calls()) == calls
        assert stage.rows("SELECT state FROM inbox") == [("handled",), ("handled",), ("stale",)]
        await sent(stage, 4, "order.won", price="1300.00")
        assert await counted(stage) == [("3", Decimal(1300))]
        told = (await asked(stage, "explain", "in-2")).output
        assert "generation 2 of its documents began" in told
        assert f"out-{outbox_id}: Invoice 1 is booked and can no longer be changed" in told
        await sent(stage, 5, "order.cancelled")
        assert await counted(stage) == []


@pytest.mark.asyncio
@pytest.mark.capability("f44", "f26", "f25")
@pytest.mark.parametrize("module", ["invoice", "order+offer"])
async def test_what_is_unbooked_follows_its_source(tmp_path: Path, module: str) -> None:
    """Rows added, changed and removed, another buyer, date, currency, freight: it is one document, as it shall be."""
    kind = {"invoice": "invoices", "order+offer": "offers"}[module]
    stages = {"invoice": "order.won", "order+offer": "order.offered"}
    freight: Json = {"freight": {"amount": "80.00", "vat_rate": "25"}} | {
        "total_excluding_vat": "1080.00", "total_vat": "270.00", "total": "1350.00"
    }  # fmt: skip
    changes: list[Json] = [
        {},
        {"lines": [line(), line("50.00", quantity="2", description="Frakt"), line("7.00")]},
        {"lines": [line("900.00"), line("7.00", vat="12")]},
        {"lines": [line("7.00", vat="12")]},
        {"buyer": COMPANY | {"external_id": "C-9", "organisation_number": "556000-4615", "email": "b@example.com"}},
        {"ordered_at": "2026-03-04T10:00:00Z", "due_date": "2026-05-06"},
        {"ordered_at": "2026-03-05T10:00:00Z", "due_date": "2026-05-07"},
        {"currency": "EUR", "currency_rate": "11.2"},
        freight,
        {},
    ]
    async with scene(tmp_path, plan(module)) as stage:
        for version, change in enumerate(changes, start=1):
            await sent(stage, version, stages[module], **change)
            assert all_done(stage), (version, held(stage))
            (document,) = (await stage.state())[kind]
            rows = change.get("lines", [line()])
            shown = document[f"{document_kind(kind)}Rows"]
            assert [(Decimal(str(row["Price"])), row["Description"]) for row in shown] == [
                (Decimal(row["unit_price"]), row["description"]) for row in rows
            ]
            assert document["CustomerNumber"] == ("2" if "buyer" in change else "1")
            assert document["Currency"] == change.get("currency", "SEK")
            assert Decimal(str(document["Freight"])) == (80 if "freight" in change else 0)
            if "ordered_at" in change:
                assert document[f"{document_kind(kind)}Date"] == change["ordered_at"][:10]
                assert document.get("DueDate", change["due_date"]) == change["due_date"]
        assert (await stage.state())["customers"][1]["OrganisationNumber"] == "556000-4615"


def document_kind(kind: str) -> str:
    """``Invoice`` for ``invoices``."""
    return kind.removesuffix("s").capitalize()


@pytest.mark.asyncio
@pytest.mark.capability("f44")
async def test_a_paid_invoice_that_changes_is_a_person_s(tmp_path: Path) -> None:
    """However the company chose: payments are not moved, and none is booked twice."""
    async with scene(tmp_path, plan("invoice", "reissue")) as stage:
        await sent(stage, 1, "order.paid")
        await sent(stage, 2, "order.paid", price="1200.00")
        ((outbox_id, reason, question),) = held(stage)
        assert reason == "invoice_paid"
        assert "Of invoice 1 of 1250, 0 is left to pay (payments 1)" in question
        await stage.act(Retry(person="anna", id=f"out-{outbox_id}", allow=True))
        await stage.settle()
        assert [reason for _, reason, _ in held(stage)] == ["invoice_paid"]
        state = await stage.state()
        assert (len(state["invoices"]), len(state["payments"])) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.capability("f44", "f25", "004-19")
@pytest.mark.parametrize(("module", "booked"), [("order", True), ("order+offer", False)])
async def test_an_order_that_was_invoiced_and_changes(tmp_path: Path, module: str, booked: bool) -> None:
    """Its invoice is cancelled, or credited where it is booked; a new order becomes the new invoice, which is paid."""
    async with scene(tmp_path, plan(module, "reissue")) as stage:
        await sent(stage, 1, "order.offered")
        await sent(stage, 2, "order.won", price="1100.00")
        await sent(stage, 3, "order.invoiced", price="1160.00")
        if booked:
            await booked_by_hand(stage, "1")
        await sent(stage, 4, "order.paid", price="1200.00")
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        state = await stage.state()
        assert await counted(stage) == [("3" if booked else "2", Decimal(1200))]
        assert [order["InvoiceReference"] for order in state["orders"]] == ["1", "3" if booked else "2"]
        assert len(state["offers"]) == int(module == "order+offer")
        (payment,) = state["payments"]
        assert (str(payment["InvoiceNumber"]), payment["Booked"]) == ("3" if booked else "2", True)


@pytest.mark.asyncio
@pytest.mark.capability("f44", "004-08", "000-15")
@pytest.mark.parametrize(("module", "booked"), [("invoice", True), ("order", False)])
async def test_called_off_and_won_again(tmp_path: Path, module: str, booked: bool) -> None:
    """After its documents were cancelled or credited the sale is asked about, and made anew once it is allowed."""
    async with scene(tmp_path, plan(module, credit_cancelled="credit")) as stage:
        await sent(stage, 1, "order.invoiced")
        if booked:
            await booked_by_hand(stage, "1")
        await sent(stage, 2, "order.cancelled")
        assert await counted(stage) == []
        await sent(stage, 3, "order.paid")
        while held(stage):
            ((outbox_id, reason, _),) = held(stage)
            assert reason in {"invoice_cancelled", "invoice_credited", "order_cancelled", "order_locked"}
            await stage.act(Retry(person="anna", id=f"out-{outbox_id}", allow=True))
            await stage.settle()
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        assert [net for _, net in await counted(stage)] == [Decimal(1000)]
        state = await stage.state()
        assert [payment["Booked"] for payment in state["payments"]] == [True]
        assert stage.rows("SELECT generation FROM generation") == [(2,)]


@pytest.mark.asyncio
@pytest.mark.capability("f44", "f25", "000-15")
@pytest.mark.parametrize("module", ["invoice", "order+offer"])
async def test_cancelled_in_fortnox_and_changed_at_the_source(tmp_path: Path, module: str) -> None:
    """A person cancelled the document: with ``reissue`` the next change makes it anew, in every later stage too."""
    kind = {"invoice": "invoice", "order": "order", "order+offer": "offer"}[module]
    first = "order.offered" if module == "order+offer" else "order.won"
    async with scene(tmp_path, plan(module, "reissue")) as stage:
        await sent(stage, 1, first)
        await cancelled_by_hand(stage, kind, "1")
        await sent(stage, 2, first, price="1200.00")
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        assert [one["Cancelled"] for one in (await stage.state())[f"{kind}s"]] == [True, False]
        await sent(stage, 3, "order.paid", price="1300.00")
        assert all_done(stage), stage.rows("SELECT kind, state, reason, question FROM outbox")
        assert [net for _, net in await counted(stage)] == [Decimal(1300)]
        assert len((await stage.state())["payments"]) == 1
