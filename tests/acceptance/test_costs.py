"""What a document costs, by counting the calls that arrived at the simulated Fortnox."""

from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json, order

BY_EMAIL: Json = {"name": "Lagunda Kaffe & Te AB", "email": "inkop@example.com"}
BY_NUMBER: Json = BY_EMAIL | {"organisation_number": "559904-2032"}


@pytest.mark.asyncio
@pytest.mark.capability("f57")
@pytest.mark.parametrize(
    ("buyer", "fortnox", "cost"),
    [
        (BY_EMAIL, "", 3),
        (BY_NUMBER, "", 4),
        (BY_NUMBER, 'organisation_numbers = "hyphen"', 3),
        (BY_NUMBER, 'organisation_numbers = "digits"', 3),
        (BY_NUMBER, 'further_rungs = ["email"]', 5),
        (BY_NUMBER, 'organisation_numbers = "hyphen"\nfurther_rungs = ["email"]', 4),
        (BY_EMAIL, 'further_rungs = ["email"]', 3),
    ],
)
async def test_calls_for_a_first_and_a_second_order(tmp_path: Path, buyer: Json, fortnox: str, cost: int) -> None:
    """An unknown buyer costs as many calls as the settings say; the next order of the same buyer costs one."""
    async with scene(tmp_path, CompanyPlan(fortnox=fortnox)) as stage:
        await stage.send(order("SO-1", buyer=buyer))
        await stage.settle()
        calls = await stage.calls()
        assert len(calls) == cost, calls
        await stage.send(order("SO-2", buyer=buyer))
        await stage.settle()
        (call,) = (await stage.calls())[cost:]
        assert (call["method"], call["path"]) == ("POST", "/3/invoices")


@pytest.mark.asyncio
async def test_a_paid_order_costs_four_calls_more(tmp_path: Path) -> None:
    """The invoice that stood a while is compared once more; booking, payment and its booking are one call each."""
    async with scene(tmp_path) as stage:
        await stage.send(order("SO-1", buyer=BY_EMAIL))
        await stage.settle()
        before = len(await stage.calls())
        await stage.send(order("SO-1", "order.paid", buyer=BY_EMAIL))
        await stage.settle()
        assert [(call["method"], call["path"]) for call in (await stage.calls())[before:]] == [
            ("GET", "/3/invoices/1"),
            ("PUT", "/3/invoices/1/bookkeep"),
            ("POST", "/3/invoicepayments"),
            ("PUT", "/3/invoicepayments/1/bookkeep"),
        ]
