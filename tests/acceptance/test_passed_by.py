"""What a company does not want is recorded with its reason, and shown; nothing of it reaches Fortnox."""

from pathlib import Path

import pytest

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
