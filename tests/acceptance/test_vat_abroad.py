"""Sales abroad: the card must fit the treatment, and what is not configured is held before any call."""

from pathlib import Path

import pytest

from daemon.requests import Replay, Retry
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import Json, line, order

GERMAN: Json = {"name": "Nordhafen GmbH", "customer_number": "77", "vat_number": "DE136695976", "country": "DE"}
SECTIONS = "[companies.demo.vat]\nreverse_charge_account = 3108"


def sold(number: str) -> Json:
    """1,000.00 without VAT."""
    return order(number, buyer=GERMAN, lines=[line(vat="0")])


@pytest.mark.asyncio
@pytest.mark.capability("f33")
async def test_a_card_of_another_regime_is_held_until_it_is_corrected(tmp_path: Path) -> None:
    """Customer 77 stands there as a Swedish one: its documents would say so, so nothing is made before it is right."""
    async with scene(tmp_path, CompanyPlan(sections=SECTIONS)) as stage:
        company = stage.simulator.companies[1001]
        await stage.send(order("SO-1", buyer={"name": "Nordhafen GmbH", "customer_number": "77", "country": "SE"}))
        await stage.settle()
        await stage.send(sold("SO-2"))
        await stage.settle()
        [(number, reason, question)] = stage.rows("SELECT id, reason, question FROM outbox WHERE state = 'held'")
        assert reason == "vat_type_differs"
        assert "Customer 77 has VATType SEVAT in Fortnox, this sale needs EUREVERSEDVAT" in question
        assert len((await stage.state())["invoices"]) == 1
        company.customers["77"].data["VATType"] = "EUREVERSEDVAT"
        await stage.act(Retry(person="anna", id=f"out-{number}"))
        await stage.settle()
        made = (await stage.state())["invoices"][1]
        assert [(row["VAT"], row["AccountNumber"]) for row in made["InvoiceRows"]] == [(0, 3108)]


@pytest.mark.asyncio
@pytest.mark.capability("f33")
async def test_a_sale_abroad_is_held_until_it_is_configured(tmp_path: Path) -> None:
    """Fortnox is not asked anything; replaying the delivery after the setting was made does it."""
    async with scene(tmp_path, run=False) as stage:
        async with stage.running():
            await stage.send(sold("SO-1"))
            await stage.settle()
            assert await stage.calls() == []
            [(state, question)] = stage.rows("SELECT state, question FROM inbox")
            assert state == "held"
            assert "`vat.reverse_charge_account`" in question
        stage.plans = [CompanyPlan(sections=SECTIONS)]
        async with stage.running():
            await stage.act(Replay(person="anna", id="in-1"))
            await stage.settle()
            state = await stage.state()
            assert [card["VATType"] for card in state["customers"]] == ["EUREVERSEDVAT"]
            assert len(state["invoices"]) == 1
