"""Whose card a sale gets, end to end: one for all private persons, and one for two senders that know a VAT number."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, order

SHARED = '[companies.demo.customers]\ndefault_consumer = "9999"'
LADDER = """[companies.demo.customers]
match = ["organisation_number", "vat_number", "email"]
update = "fill"
never_update = ["city"]
"""


async def card(stage: Scene, **fields: Any) -> None:
    """A customer that stands in Fortnox before anything comes."""
    client: Any = stage.bridge.targets["demo"].client  # type: ignore[attr-defined]
    await client.request("create_customer", body={"Customer": fields})


@pytest.mark.asyncio
@pytest.mark.capability("f45")
async def test_one_customer_stands_for_all_private_persons(tmp_path: Path) -> None:
    """Asked about while it is missing; then none waits for another, equal sums are many sales, and no word is sent."""
    async with scene(tmp_path, CompanyPlan(sections=SHARED)) as stage:
        buyers: list[Json] = [{"name": f"Kim Ek {n}", "email": f"kim{n}@example.com"} for n in range(6)]
        await stage.send(order("SO-0", buyer=buyers[0]))
        await stage.settle()
        assert stage.commands()[0] == ("ensure_customer", "held", "customer_missing")
        await card(stage, CustomerNumber="9999", Name="Kontantkund")
        await stage.send(*(order(f"SO-{n}", buyer=buyer, comments="Ring Kim") for n, buyer in enumerate(buyers, 1)))
        await stage.settle()
        state = await stage.state()
        assert [one["CustomerNumber"] for one in state["invoices"]] == ["9999"] * 6
        assert "Kim" not in str([state["customers"], state["invoices"]])
        written = [
            call for call in await stage.calls() if call["path"].startswith("/3/customers") and call["method"] != "GET"
        ]
        assert len(written) == 1, "only the test's own"


@pytest.mark.asyncio
@pytest.mark.capability("f45", "f47")
async def test_two_senders_that_know_a_vat_number_make_one_customer(tmp_path: Path) -> None:
    """At once, without an organisation number; the second fills what is empty, but not what is never changed."""
    known = {"name": "Tallbacken AB", "vat_number": "SE 559904203201"}
    async with scene(tmp_path, CompanyPlan(sections=LADDER)) as stage:
        stage.bridge.deliveries["demo"].gate.pause("to be resumed")
        await stage.send(order("A-1", buyer=known | {"external_id": "1"}))
        other = known | {"vat_number": "se559904203201", "email": "inkop@example.com", "address": {"city": "Umeå"}}
        await stage.send(order("B-1", buyer=other, price="700.00"), source="web")
        await stage.until("SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = 2")
        stage.bridge.deliveries["demo"].gate.pause(None)
        await stage.settle()
        state = await stage.state()
        (made,) = state["customers"]
        assert (made["VATNumber"], made["Type"], made["Email"]) == ("SE559904203201", "COMPANY", "inkop@example.com")
        assert (made["City"], len(state["invoices"])) == (None, 2)
