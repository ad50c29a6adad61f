"""What was written once and never answered is looked for, and never simply sent again."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from daemon.opening import database_path
from daemon.requests import Discard
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, order, survey

LONG = 30.0
NAMELESS: Json = {"name": "Kund utan nyckel"}


def sent(calls: list[Json], method: str, ending: str) -> int:
    """How many calls of a method arrived at paths with this ending."""
    return sum(call["method"] == method and call["path"].partition("?")[0].endswith(ending) for call in calls)


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
async def test_a_put_with_the_connection_reset_arrives_once(tmp_path: Path, fault: str) -> None:
    """``PUT …/bookkeep`` on a connection that dies is one call at the server: one attempt on disk, one place used."""
    async with scene(tmp_path, settle_seconds=LONG, retry_steps=(LONG,)) as stage:
        stage.fault(fault, method="PUT", path=r"/3/invoices/\d+/bookkeep")
        await stage.send(order("SO-1", "order.paid"))
        await stage.until("SELECT 1 FROM attempt WHERE operation = 'book_invoice' AND end = 'unknown'")
        await asyncio.sleep(0.2)
        assert sent(await stage.calls(), "PUT", "/bookkeep") == 1
        assert stage.rows("SELECT count(*) FROM attempt WHERE operation = 'book_invoice'") == [(1,)]


@pytest.mark.asyncio
@pytest.mark.capability("f50")
async def test_a_get_with_the_connection_reset_arrives_once(tmp_path: Path) -> None:
    """A search whose connection dies is one call at the server, and stops the create that it was made for."""
    async with scene(tmp_path, retry_steps=(LONG,)) as stage:
        stage.fault("reset_before", method="GET", path="/3/customers")
        await stage.send(order("SO-1"))
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_customer' AND attempts = 1")
        await asyncio.sleep(0.2)
        assert [(call["method"], call["path"].partition("?")[0]) for call in await stage.calls()] == [
            ("GET", "/3/customers")
        ]


def forget_links(stage: Scene) -> None:
    """A table that was lost: nothing of what was made is known any more."""
    connection = sqlite3.connect(database_path(stage.data))
    with connection:
        connection.execute("DELETE FROM link")
        connection.execute("DELETE FROM party_key")
    connection.close()


@pytest.mark.asyncio
@pytest.mark.capability("f53")
@pytest.mark.capability("f49")
async def test_an_emptied_link_table_makes_nothing_twice(tmp_path: Path) -> None:
    """While the company is looking, everything is found again by its mark: buyers with and without keys as well."""
    bodies = [
        order("SO-1", "order.paid"),
        order("SO-2", "order.paid", buyer=NAMELESS),
        survey("resp-1", {"name": "Par Lindh", "email": "par.lindh@example.com"}),
    ]
    async with scene(tmp_path, CompanyPlan(proof=None), run=False) as stage:
        async with stage.running():
            await stage.send(*bodies)
            await stage.settle()
        before = await stage.state()
        assert (len(before["customers"]), len(before["invoices"]), len(before["payments"])) == (3, 2, 2)
        forget_links(stage)
        async with stage.running():
            await stage.send(*bodies)
            await stage.settle()
            assert {state for _, state, _ in stage.commands()} == {"done"}
        after = await stage.state()
        for kind in ("customers", "invoices", "payments", "vouchers"):
            assert after[kind] == before[kind]


@pytest.mark.asyncio
@pytest.mark.capability("f60")
@pytest.mark.capability("f51")
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before", "late_effect"])
async def test_a_discard_after_an_unknown_end_leaves_no_second_document(tmp_path: Path, fault: str) -> None:
    """Whoever discards a command in doubt closes no attempt: the next one of the same order looks first."""
    async with scene(tmp_path) as stage:
        more = {"seconds": 0.2} if fault == "late_effect" else {}
        stage.fault(fault, method="POST", path="/3/invoices", **more)
        await stage.send(order("SO-1"))
        await stage.until("SELECT 1 FROM attempt WHERE operation = 'create_invoice' AND end = 'unknown'")
        ((number,),) = stage.rows("SELECT id FROM outbox WHERE kind = 'ensure_invoice'")
        await stage.act(Discard(person="anna", id=f"out-{number}", reason="by mistake"))
        await stage.send(order("SO-1", timestamp="2026-11-13T10:16:00Z"))
        await stage.settle()
        state = await stage.state()
        assert len(state["invoices"]) == 1
        assert stage.rows("SELECT state FROM outbox WHERE kind = 'ensure_invoice' ORDER BY id") == [
            ("discarded",),
            ("done",),
        ]


@pytest.mark.asyncio
@pytest.mark.capability("f61")
async def test_what_a_stopped_process_left_is_taken_over(tmp_path: Path) -> None:
    """A process that is gone left an answer unread: the next one looks, finds and goes on with what follows."""
    async with scene(tmp_path, run=False, timeout_seconds=30) as stage:
        async with stage.running() as bridge:
            stage.fault("hang_after", method="POST", path="/3/invoices", seconds=30)
            await stage.send(order("SO-1", "order.paid"))
            await stage.until("SELECT 1 FROM attempt WHERE operation = 'create_invoice' AND end = 'in_flight'")
            bridge.hurry()
        async with stage.running():
            await stage.settle()
            state = await stage.state()
            assert (len(state["invoices"]), len(state["payments"])) == (1, 1)
            assert {state for _, state, _ in stage.commands()} == {"done"}
