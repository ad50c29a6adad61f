"""Currencies from the webhook to Fortnox: whose rate it is and of which day, and a new one where settings allow it."""

from pathlib import Path

import pytest

from daemon.cli.story_text import decision_lines
from daemon.explain import Explainer
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, order

SECTIONS = '[companies.demo.bookkeeping]\ncreate_currencies = ["GBP"]'


async def invoices_explained(stage: Scene) -> list[Json]:
    """What explain tells of each invoice's command."""
    explainer = Explainer(stage.bridge.store.database.read, kinds={"demo": "simulator"}, unseal=None)
    stories = [story for named in ("in-1", "in-2") for story in await explainer.stories(named)]
    return [told for story in stories for told in story["commands"] if told["command"] == "ensure_invoice"]


@pytest.mark.asyncio
@pytest.mark.capability("003-02")
@pytest.mark.capability("f38")
async def test_whose_rate_it_is_and_of_which_day_is_told(tmp_path: Path) -> None:
    """The sender's with its day; without one the register's, with the day that Fortnox says."""
    async with scene(tmp_path) as stage:
        await stage.send(
            order("SO-1", currency="EUR", currency_rate="11.40", currency_rate_date="2026-11-12"),
            order("SO-2", currency="EUR"),
        )
        await stage.settle()
        stated, registered = await invoices_explained(stage)
        assert decision_lines(stated["decisions"])[1] == "currency EUR at 11.40 of 2026-11-12, from the sender"
        assert "rate" not in stated["read_before"]
        assert decision_lines(registered["decisions"])[1].startswith("currency EUR, from Fortnox's register")
        rate = registered["read_before"]["rate"]
        assert (rate["rate"], rate["unit"], rate["source"]) == ("11.25", 1, "register")
        registered_on = stage.simulator.companies[1001].currencies["EUR"].data["Date"]
        assert rate["date"] == registered_on


@pytest.mark.asyncio
@pytest.mark.capability("003-02")
@pytest.mark.capability("f39")
async def test_a_new_currency_is_registered_only_where_settings_name_it(tmp_path: Path) -> None:
    """Pounds are named: registered once, before the first of two invoices. Francs are not: a person is asked."""
    async with scene(tmp_path, CompanyPlan(sections=SECTIONS)) as stage:
        pounds: Json = {"currency": "GBP", "currency_rate": "13.10"}
        await stage.send(order("SO-1", **pounds), order("SO-2", **pounds), order("SO-3", currency="CHF"))
        await stage.settle()
        made = (await stage.state())["invoices"]
        assert [(invoice["Currency"], str(invoice["CurrencyRate"])) for invoice in made] == [("GBP", "13.1")] * 2
        posted = [call for call in await stage.calls() if call["method"] == "POST" and "currencies" in call["path"]]
        assert len(posted) == 1
        assert stage.rows("SELECT kind, state, reason FROM outbox WHERE state <> 'done'") == [
            ("ensure_invoice", "held", "currency_missing")
        ]
