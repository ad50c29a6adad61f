"""How far a rule lets an invoice go: a draft, booked, sent exactly once; orders and offers that are sent."""

from pathlib import Path
from typing import Any

import pytest

from daemon.requests import Discard
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import order

STAGES = ("order.won", "order.invoiced", "order.paid")
HELD = "SELECT id, kind, reason FROM outbox WHERE state = 'held'"


def plan(*options: str, module: str = "invoice", more: str = "") -> CompanyPlan:
    """A company whose rule for orders has these options."""
    lines = ["[companies.demo.rules.book_order]", *options, "[companies.demo.documents]", f'module = "{module}"', more]
    return CompanyPlan(sections="\n".join(lines))


async def sent(stage: Scene, *kinds: str) -> None:
    """One order through these stages, each settled; its buyer is found by number at no further call."""
    for place, kind in enumerate(kinds):
        await stage.send(order("SO-1", kind, version=str(place)))
        await stage.settle()


async def standing(stage: Scene) -> tuple[list[bool], int, list[tuple[str, str]]]:
    """Which invoices are booked, how many payments there are, and what left the house: kind of document and way."""
    state = await stage.state()
    left = [(sending["resource"], sending["way"]) for sending in state["sendings"]]
    return [invoice["Booked"] for invoice in state["invoices"]], len(state["payments"]), left


@pytest.mark.asyncio
@pytest.mark.capability("f40", "f41")
@pytest.mark.parametrize(
    ("finish", "after_won", "after_paid"),
    [
        ("draft", ([False], 0, []), ([False], 0, [])),
        ("booked", ([True], 0, []), ([True], 1, [])),
        ("sent", ([True], 0, [("invoices", "email")]), ([True], 1, [("invoices", "email")])),
    ],
)
async def test_how_far_an_invoice_goes(tmp_path: Path, finish: str, after_won: Any, after_paid: Any) -> None:
    """At a won order and at a paid one, each told twice: sent once however often it is heard of."""
    async with scene(tmp_path, plan(f'finish = "{finish}"')) as stage:
        await sent(stage, "order.won", "order.won")
        assert await standing(stage) == after_won
        await sent(stage, *STAGES, "order.paid")
        assert await standing(stage) == after_paid
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f41")
async def test_a_lost_answer_sends_nothing_twice(tmp_path: Path) -> None:
    """Whether the mail went shows on the invoice."""
    async with scene(tmp_path, plan('finish = "sent"')) as stage:
        stage.fault("answer_lost", method="GET", path=r"/3/invoices/\d+/email")
        await sent(stage, "order.paid")
        assert await standing(stage) == ([True], 1, [("invoices", "email")])


@pytest.mark.asyncio
@pytest.mark.capability("f41")
async def test_what_is_not_booked_is_not_sent(tmp_path: Path) -> None:
    """Fortnox rounded it and no account says where to: its booking is held; given up, the sending is asked about."""
    async with scene(tmp_path, plan('finish = "sent"')) as stage:
        await stage.send(order("SO-1", price="100.30"))
        await stage.settle()
        ((number, kind, reason),) = stage.rows(HELD)
        assert (kind, reason) == ("book_invoice", "round_off")
        await stage.act(Discard(person="anna", id=f"out-{number}", reason="settled by hand"))
        await stage.settle()
        assert [(kind, reason) for _, kind, reason in stage.rows(HELD)] == [("send_document", "not_booked")]
        assert await standing(stage) == ([False], 0, [])


@pytest.mark.asyncio
@pytest.mark.capability("f41")
async def test_orders_and_offers_are_sent_too(tmp_path: Path) -> None:
    """Printed as the rule says, once each."""
    options = ('finish = "sent"', 'send_by = "print"', 'also_send = ["order", "offer"]')
    async with scene(tmp_path, plan(*options, module="order+offer", more="offers_create_customers = true")) as stage:
        await sent(stage, "order.offered")
        await sent(stage, *STAGES)
        _, payments, left = await standing(stage)
        assert (payments, left) == (1, [("offers", "print"), ("orders", "print"), ("invoices", "print")])
        assert {state for _, state, _ in stage.commands()} == {"done"}
