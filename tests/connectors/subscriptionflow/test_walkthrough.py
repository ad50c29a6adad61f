"""The test procedure of the manual, with a stand-in and a listener: process a payment, and the invoice is paid here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from connectors.base import Json
from connectors.registry import SOURCES
from connectors.sources import Ignored, Learned, Needs, Stored
from daemon.listener import Hook
from handlers.events import InvoiceChanged
from tests.connectors.subscriptionflow.bodies import CUSTOMER_ID, HOOK, PATH, invoice, section
from tests.connectors.subscriptionflow.stand import Stand, stand
from tests.fakes.doorway import Doorway, doorway
from tests.fakes.inbox import Row

TEST_INVOICE = "0f0e0d0c-0b0a-4909-8807-060504030201"


def unpaid() -> Json:
    """The invoice that somebody makes to try the connection."""
    balance = {"status": "DUE", "received_payment": "0.00", "closing_balance": "4975.00"}
    return invoice(id=TEST_INVOICE, name="INV-TEST-1", **balance)


@asynccontextmanager
async def connected(payload: str) -> AsyncIterator[tuple[Stand, Doorway, Hook]]:
    """An instance whose callbacks go to a listener."""
    kind = SOURCES["subscriptionflow"]
    settings = kind.settings.model_validate(section())
    hook = Hook(kind.make("flow", settings, {"path_token": PATH, "hook_token": HOOK}), settings.company_for)
    async with stand() as there, doorway(hooks={"flow": hook}) as here:
        there.instance.state.put("invoices", unpaid())
        there.instance.callback = {
            "url": f"http://127.0.0.1:{here.port}/hooks/flow/{PATH}",
            "payload": payload,
            "parameters": {"hook_token": HOOK},
        }
        yield there, here, hook


async def becomes(there: Stand, hook: Hook, row: Row) -> Ignored | tuple[InvoiceChanged, ...]:
    """Read what the stored delivery asks for until it is understood."""
    found: dict[str, Json | None] = {}
    body = row.delivery.body or row.body
    while isinstance(
        told := hook.source.events(Stored(1, row.delivery.key, row.received_at, {}, body, reads=found)), Needs
    ):
        for wanted in told.wanted:
            found[wanted.name] = await there.reader.read(wanted)
    assert not isinstance(told, Learned)
    if isinstance(told, Ignored):
        return told
    return tuple(event for event in told if isinstance(event, InvoiceChanged))


@pytest.mark.capability("003-08")
@pytest.mark.capability("003-10")
@pytest.mark.capability("f17")
@pytest.mark.asyncio
@pytest.mark.parametrize("payload", ["default", "custom", "text", "json"])
async def test_processing_a_payment_on_a_test_invoice(payload: str) -> None:
    """DUE means nothing; "process payment" makes it PAID, its callback is taken, and reading gives the event."""
    async with connected(payload) as (there, here, hook):
        assert await there.instance.call_back(TEST_INVOICE, "created") == 200
        assert await becomes(there, hook, here.inbox.rows[0]) == Ignored("invoice_is_due", forget=True)
        there.clock.move(60)
        assert await there.instance.pay(TEST_INVOICE, day="2026-11-12", now=there.clock.wall) == 200
        events = await becomes(there, hook, here.inbox.rows[1])
        assert isinstance(events, tuple)
        [event] = events
        assert (event.status, event.thing.id, event.occurred_at) == ("paid", TEST_INVOICE, there.clock.wall)
        assert (event.document.number, str(event.document.paid)) == ("INV-TEST-1", "2026-11-12")
        assert event.document.customer.source_id == CUSTOMER_ID
        for row in here.inbox.rows:
            assert row.delivery.body is not None
            assert not any(token in row.delivery.body.decode() for token in (HOOK, PATH))
        assert not any(token in str(here.log.lines) for token in (HOOK, PATH))


@pytest.mark.capability("f5")
@pytest.mark.capability("f7")
@pytest.mark.asyncio
async def test_a_paid_invoice_is_one_delivery_however_often_it_is_told() -> None:
    """By several callbacks with different events, and by polling afterwards: one key."""
    async with connected("default") as (there, here, _):
        await there.instance.pay(TEST_INVOICE, now=there.clock.wall)
        for event in ("paid", "updated", "paid"):
            there.clock.move(1)
            there.instance.state.records["invoices"][TEST_INVOICE]["updated_at"] = there.clock.wall.isoformat()
            assert await there.instance.call_back(TEST_INVOICE, event) == 200
        assert len(here.inbox.rows) == 1
        there.clock.move(timedelta(minutes=15).total_seconds())
        found, _cursor = await there.poll_all()
        assert here.inbox.rows[0].delivery.key in {one.key for one in found}


@pytest.mark.asyncio
async def test_a_callback_with_a_wrong_token_is_refused_at_the_door() -> None:
    """By whichever of the two is wrong; nothing is stored."""
    async with connected("custom") as (there, here, _):
        good = dict(there.instance.callback)
        wrongs: list[Json] = [
            {"url": good["url"] + "x"},
            {"parameters": {"hook_token": "guessed-by-nobody"}},
            {"parameters": {}},
        ]
        for wrong in wrongs:
            there.instance.callback = good | wrong
            assert await there.instance.pay(TEST_INVOICE, now=there.clock.wall) == 401
        assert here.inbox.rows == []
