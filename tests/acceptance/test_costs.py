"""What a document costs, by counting the calls that arrived at the simulated Fortnox."""

from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json, line, order

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


LEAST: dict[str, tuple[str, dict[str, int]]] = {
    "invoice": ("invoice", {"order.won": 1, "order.invoiced": 0, "order.cancelled": 2}),
    "order": ("order", {"order.won": 1, "order.invoiced": 1}),
    "offer": ("order+offer", {"order.offered": 1, "order.won": 2, "order.invoiced": 1}),
    "lost order": ("order", {"order.won": 1, "order.cancelled": 2}),
    "lost offer": ("order+offer", {"order.offered": 1, "order.cancelled": 2}),
}
"""Per way of a sale: the module, and the least calls that each event can cost for a known buyer and known articles.

One write per document; an order from an offer is two, because ``createorder`` takes no reference of ours; the way back
reads the state before it cancels.
"""


@pytest.mark.asyncio
@pytest.mark.capability("f57", "f26", "f25")
@pytest.mark.parametrize("way", LEAST)
async def test_known_buyers_and_articles_cost_the_least_possible(tmp_path: Path, way: str) -> None:
    """Counts every call of a sale and prints it as a ratio of the least possible; it must be 1."""
    module, least = LEAST[way]
    sections = f'[companies.demo.documents]\nmodule = "{module}"\n[companies.demo.articles]\npolicy = "create"'
    rows: Json = {"lines": [line(sku="K-100", unit="st"), line("250.00", sku="K-200", vat="12")], "buyer": BY_EMAIL}
    async with scene(tmp_path, CompanyPlan(sections=sections)) as stage:
        await stage.send(order("SO-0", **rows))
        await stage.settle()
        for kind, fewest in least.items():
            before = len(await stage.calls())
            await stage.send(order("SO-1", kind, **rows))
            await stage.settle()
            spent = len(await stage.calls()) - before
            ratio = spent / fewest if fewest else 1 + spent
            print(f"{way}: {kind} {spent} calls, ratio {ratio:.2f} of the least")  # noqa: T201 - what was counted
            assert spent == fewest, (await stage.calls())[before:]
