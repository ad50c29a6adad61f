"""A company whose consent covers the computed scopes and nothing else does all its work."""

from pathlib import Path
from typing import Any

import pytest

from connectors.fortnox.scopes import needed
from daemon.config import load_config
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.senders import line, order, survey

STAGES = ("order.offered", "order.won", "order.invoiced", "order.paid")
BUYER = {"name": "Granskogen AB", "organisation_number": "559904-2032", "email": "info@granskogen.example"}


def plan(module: str, policy: str) -> CompanyPlan:
    """A company with these choices, which looks before every create: that takes the most calls."""
    sections = (
        f'[companies.demo.documents]\nmodule = "{module}"\noffers_create_customers = true\n'
        f'[companies.demo.articles]\npolicy = "{policy}"'
    )
    return CompanyPlan(sections=sections, proof="looking")


@pytest.mark.asyncio
@pytest.mark.capability("000-49", "002-03")
@pytest.mark.parametrize(
    ("module", "policy"), [("invoice", "text"), ("order", "text"), ("order+offer", "create"), ("invoice", "create")]
)
async def test_the_computed_scopes_are_enough(tmp_path: Path, module: str, policy: str) -> None:
    """A sale through all its stages, one in another currency, one called off, and a survey: Fortnox refuses nothing."""
    async with scene(tmp_path, plan(module, policy), run=False) as here:
        settings = load_config(here.write_configuration()).companies["demo"].settings
        scopes = list(needed(settings))
        await here.control("settings", {"company": 1001, "scopes": scopes})
        async with here.running():
            lines: dict[str, Any] = {"lines": [line(sku="K-100", unit="st")]}
            for stage in STAGES:
                await here.send(order("SO-1", stage, **lines))
                await here.settle()
            await here.send(order("SO-2", **lines), order("SO-3", currency="EUR", **lines))
            await here.settle()
            await here.send(order("SO-2", "order.cancelled", **lines), survey("R-1", BUYER))
            await here.settle()
            assert {call["status"] for call in await here.calls()} <= {200, 201, 404}
            held = {reason for _, state, reason in here.commands() if state in {"parked", "held"}}
            assert held <= {"currency_without_rate"}
            assert len(here.commands()) > 6


@pytest.mark.asyncio
@pytest.mark.capability("000-49")
async def test_one_scope_less_is_one_too_few(tmp_path: Path) -> None:
    """So that the test above can fail: without the scope for payments the payment is refused."""
    async with scene(tmp_path, plan("invoice", "text"), run=False) as here:
        settings = load_config(here.write_configuration()).companies["demo"].settings
        scopes = [scope for scope in needed(settings) if scope != "payment"]
        await here.control("settings", {"company": 1001, "scopes": scopes})
        async with here.running():
            await here.send(order("SO-1", "order.paid"))
            await here.settle()
            assert 403 in {call["status"] for call in await here.calls()}
