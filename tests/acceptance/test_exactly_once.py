"""Nothing is made twice and nothing is lost, whatever becomes of the answers."""

import asyncio
import itertools
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import COMPANY, invoice_paid, order, survey


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.capability("f24")
async def test_fifty_first_orders_of_one_buyer_make_one_customer(tmp_path: Path) -> None:
    """50 concurrent first orders of one buyer from two sources, with lost answers: one customer, 50 invoices."""
    async with scene(tmp_path) as stage:
        stage.fault("answer_lost", method="POST", path="/3/customers", times=2)
        stage.fault("answer_lost", method="POST", path="/3/invoices", times=None, probability=0.2, seed=7)
        senders = [stage.sender("shop"), stage.sender("web")]
        buyer = {name: value for name, value in COMPANY.items() if name != "external_id"}
        bodies = [
            order(f"SO-{number}", buyer=buyer | ({"external_id": "C-9"} if number % 3 else {})) for number in range(50)
        ]
        replies = await asyncio.gather(*(senders[place % 2].send(body) for place, body in enumerate(bodies)))
        assert {reply.status for reply in replies} == {200}
        await stage.settle()
        state = await stage.state()
        assert len(state["customers"]) == 1
        assert sorted(invoice["YourOrderNumber"] for invoice in state["invoices"]) == sorted(
            f"SO-{n}" for n in range(50)
        )
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.capability("f49")
async def test_an_effect_within_the_settle_time_makes_one_invoice(tmp_path: Path) -> None:
    """The invoice comes into being after its answer was lost, but before the first look: it is found and linked."""
    async with scene(tmp_path, settle_seconds=0.8) as stage:
        stage.fault("late_effect", method="POST", path="/3/invoices", seconds=0.2)
        await stage.send(order("SO-1"))
        await stage.settle()
        state = await stage.state()
        assert len(state["invoices"]) == 1
        assert stage.commands()[1] == ("ensure_invoice", "done", None)
        assert [call["method"] for call in await stage.calls() if call["path"] == "/3/invoices"] == ["POST"]


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_an_effect_beyond_the_settle_time_is_reported_and_held(tmp_path: Path) -> None:
    """The first create takes effect only after the second was sent: both are named, held, and none is booked."""
    async with scene(tmp_path, settle_seconds=1.0) as stage:
        stage.fault("late_effect", method="POST", path="/3/invoices", seconds=1.6)
        await stage.send(order("SO-1", "order.paid"))
        await stage.settle()
        state = await stage.state()
        assert len(state["invoices"]) == 2
        assert [invoice["Booked"] for invoice in state["invoices"]] == [False, False]
        assert state["payments"] == []
        kind, reached, reason = stage.commands()[1]
        assert (kind, reached, reason) == ("ensure_invoice", "held", "question")
        ((question,),) = stage.rows("SELECT question FROM outbox WHERE state = 'held'")
        assert all(invoice["DocumentNumber"] in question for invoice in state["invoices"])


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.capability("000-14")
async def test_twenty_notes_on_one_card_are_twenty_lines(tmp_path: Path) -> None:
    """20 surveys of 20 respondents of one customer, with lost answers: 20 lines, each once."""
    async with scene(tmp_path) as stage:
        stage.fault("answer_lost", method="PUT", path=r"/3/customers/\d+", times=None, probability=0.25, seed=3)
        bodies = [
            survey(
                f"resp-{number}",
                {"company": COMPANY["name"], "name": f"P{number}", "organisation_number": "559904-2032"},
                word=f"svar{number:02}",
            )
            for number in range(20)
        ]
        await asyncio.gather(*(stage.sender().send(body) for body in bodies))
        await stage.settle()
        (card,) = (await stage.state())["customers"]
        lines = card["Comments"].splitlines()
        assert len(lines) == 20
        assert len({entry.rsplit("#", 1)[1] for entry in lines}) == 20
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_two_companies_sharing_one_address_have_two_customers(tmp_path: Path) -> None:
    """What is known of a buyer in one company says nothing in another, even if both books lie at one Fortnox."""
    plans = (CompanyPlan("north", 1001, ("shop",)), CompanyPlan("south", 1002, ("web",)))
    buyer = {"name": "Lagunda Kaffe & Te AB", "email": "inkop@example.com"}
    async with scene(tmp_path, *plans) as stage:
        await stage.send(order("SO-1", buyer=buyer), source="shop")
        await stage.send(order("SO-1", buyer=buyer), source="web")
        await stage.settle()
        for tenant in (1001, 1002):
            state = await stage.state(tenant)
            assert [card["Email"] for card in state["customers"]] == ["inkop@example.com"]
            assert len(state["invoices"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f26")
@pytest.mark.capability("003-07")
@pytest.mark.parametrize("kinds", [("order.won", "order.paid"), ("order.paid", "order.won")], ids=" then ".join)
@pytest.mark.parametrize("together", [True, False], ids=["at once", "one after another"])
async def test_won_and_paid_of_one_order_are_one_invoice(
    tmp_path: Path, kinds: tuple[str, str], together: bool
) -> None:
    """In both orders of arrival, at once or far apart: one invoice, one payment, both booked."""
    async with scene(tmp_path) as stage:
        for kind in kinds:
            await stage.send(order("SO-1", kind))
            if not together:
                await stage.settle()
        await stage.settle()
        state = await stage.state()
        assert len(state["customers"]) == 1
        ((invoice,), (payment,)) = (state["invoices"], state["payments"])
        assert (invoice["Booked"], payment["Booked"]) == (True, True)
        assert Decimal(str(invoice["Balance"])) == 0


@pytest.mark.asyncio
@pytest.mark.capability("003-07")
async def test_an_invoice_paid_with_its_order_is_the_same_sale(tmp_path: Path) -> None:
    """``invoice.paid`` that names its order means the same as ``order.paid``: nothing is made twice."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1"), order("SO-1", "order.paid"), invoice_paid("F-7", order_id="SO-1"))
        await stage.settle()
        state = await stage.state()
        assert (len(state["invoices"]), len(state["payments"])) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.capability("f26")
@pytest.mark.parametrize("paused", [True, False], ids=["all unsent", "in mid-work"])
async def test_changes_of_one_order_end_as_the_last_one_says(tmp_path: Path, paused: bool) -> None:
    """Won and paid in every order, with a buyer that changes: nothing waits for ever, and the newest version stands.

    Where an older version was booked already, the change is held with its question instead.
    """
    other = {"name": "Lagunda Kaffe & Te AB", "email": "kaffe@example.com"}
    kinds, buyers = ("order.won", "order.paid"), (COMPANY, other)
    ways = list(itertools.product(kinds, buyers, kinds, buyers))
    async with scene(tmp_path, CompanyPlan(fortnox="window_calls = 0"), simulator={"rate_limit": 0}) as stage:
        gate = stage.bridge.deliveries["demo"].gate
        gate.pause("to be resumed" if paused else None)
        for turn, (first, one, second, two) in enumerate(ways):
            await stage.send(
                order(f"SO-{turn}", first, buyer=one, version="1"), order(f"SO-{turn}", second, buyer=two, version="2")
            )
        await stage.until(f"SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = {2 * len(ways)}")
        gate.pause(None)
        await stage.settle()
        state = await stage.state()
        assert len(state["customers"]) == 2
        names = {card["CustomerNumber"]: card["Name"] for card in state["customers"]}
        invoices = {invoice["YourOrderNumber"]: invoice for invoice in state["invoices"]}
        assert len(invoices) == len(state["invoices"]) == len(ways)
        held = {row[0] for row in stage.rows("SELECT DISTINCT lane FROM outbox WHERE state = 'held'")}
        for turn, (first, one, second, two) in enumerate(ways):
            if f"shop:order:SO-{turn}" in held:
                assert not paused
                assert one != two
                continue
            invoice = invoices[f"SO-{turn}"]
            assert names[invoice["CustomerNumber"]] == two["name"]
            assert invoice["Booked"] == ("order.paid" in {first, second})
        assert not stage.rows("SELECT 1 FROM outbox WHERE state NOT IN ('done', 'held', 'superseded', 'ready')")
