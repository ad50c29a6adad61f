"""What a company does not want is recorded with its reason, and shown; nothing of it reaches Fortnox."""

from pathlib import Path

import pytest

from daemon.explain import Explainer
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json, order

RULE = """[companies.demo.rules.book_order]
skip_zero = true
"""


@pytest.mark.asyncio
async def test_a_sale_that_is_passed_by_is_told_with_its_reason(tmp_path: Path) -> None:
    """No value; an offer without a module for it; a source that begins later. The next version is heard as ever."""
    nothing: Json = {"total_excluding_vat": "0", "total_vat": "0", "total": "0"}
    plan = CompanyPlan(sections=RULE, sources=("shop",))
    late = '[sources.web]\ntype = "standard"\ncompany = "demo"\nsecret = "generated:web"\nstart = 2026-11-14'
    async with scene(tmp_path, plan, more=late) as stage:
        await stage.send(order("SO-1", version="2", **nothing), order("SO-2", "order.offered"))
        await stage.send(order("SO-3"), source="web")
        await stage.settle()
        assert stage.rows("SELECT state, reason FROM inbox ORDER BY id") == [
            ("handled", "book_order: no rows or no value (skip_zero)"),
            ("handled", "book_order: an offer, and documents.module has none"),
            ("before_start", "dated 2026-11-13, before its source's start 2026-11-14"),
        ]
        assert (stage.commands(), await stage.calls()) == ([], [])
        await stage.send(order("SO-1", version="1"))
        await stage.send(order("SO-3", timestamp="2026-11-14T08:00:00Z"), source="web")
        await stage.settle()
        assert stage.rows("SELECT state FROM inbox ORDER BY id DESC LIMIT 2") == [("handled",), ("stale",)]
        assert len((await stage.state())["invoices"]) == 1


METHODS = """[companies.demo.rules.book_order]
skip_payment_methods = ["gift card"]
"""


def refunded(number: str, **more: Json) -> Json:
    """All of the order, as its sender tells it."""
    back: Json = {"total_excluding_vat": "-1000.00", "total_vat": "-250.00", "total": "-1250.00"}
    lines = [{"description": "Konsulttid", "quantity": "-1", "unit_price": "1000.00", "vat_rate": "25"}]
    body = order(number, "order.refunded", timestamp="2026-11-14T09:00:00Z", refund_id="R-1", **back)
    body["data"] |= {"lines": lines, **more}
    return body


@pytest.mark.asyncio
@pytest.mark.capability("f28")
@pytest.mark.parametrize("first", ["the sale", "the refund"])
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "at once"])
async def test_a_refund_of_what_was_passed_by_is_passed_by_too(tmp_path: Path, first: str, together: bool) -> None:
    """Whichever is told first: nothing of the sale is in Fortnox, so nobody is asked; explain says why."""
    told = [order("SO-1", "order.paid", payment_method="Gift card"), refunded("SO-1")]
    async with scene(tmp_path, CompanyPlan(sections=METHODS)) as stage:
        for body in told if first == "the sale" else reversed(told):
            await stage.send(body)
            if not together:
                await stage.settle()
        await stage.settle()
        reason = "paid by gift card (skip_payment_methods)"
        assert sorted(stage.rows("SELECT kind, state, reason FROM inbox")) == [
            ("order_changed", "handled", f"book_order: {reason}"),
            ("refunded", "handled", f"book_refund: its sale was passed by: {reason}"),
        ]
        assert {state for _, state, _ in stage.commands()} <= {"superseded"}
        assert (stage.rows("SELECT * FROM hold"), await stage.calls()) == ([], [])
        explainer = Explainer(stage.bridge.store.database.read, kinds={"demo": "simulator"}, unseal=None)
        (story,) = await explainer.stories(f"in-{2 if first == 'the sale' else 1}")
        assert story["reason"] == f"book_refund: its sale was passed by: {reason}"


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_a_refund_of_a_sale_that_is_unknown_or_made_is_none_of_those(tmp_path: Path) -> None:
    """An offer that no module takes, a sale that nobody told, one that was made before its method changed."""
    async with scene(tmp_path, CompanyPlan(sections=METHODS)) as stage:
        await stage.send(order("SO-1", "order.offered"), refunded("SO-1"), refunded("SO-2"))
        await stage.settle()
        await stage.send(order("SO-3"))
        await stage.settle()
        await stage.send(order("SO-3", timestamp="2026-11-13T12:00:00Z", payment_method="gift card"), refunded("SO-3"))
        await stage.settle()
        held = stage.rows("SELECT reason FROM outbox WHERE kind = 'ensure_credit' AND state = 'held'")
        assert held == [("refund_before_sale",), ("refund_before_sale",)]
        (invoice,) = (await stage.state())["invoices"]
        assert invoice["Cancelled"], "it was made, and all of it was refunded"
