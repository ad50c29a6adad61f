"""Currencies: one that is registered is left alone, a missing one is made once, also where an answer was lost."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held
from handlers.commands import EnsureCurrency
from handlers.values import Ref
from tests.connectors.fortnox.paperwork import found, lose
from tests.connectors.fortnox.stand import customer, invoice, stand


def pounds(**fields: Any) -> EnsureCurrency:
    """Pounds sterling at 13.10 kronor."""
    given: dict[str, Any] = {"code": "GBP", "rate": Decimal("13.10")} | fields
    return EnsureCurrency(thing=Ref(system="key", kind="currency", id=given["code"]), **given)


@pytest.mark.asyncio
@pytest.mark.capability("f38")
async def test_a_missing_currency_is_made_with_the_sources_rate_and_once() -> None:
    """What was made is known from then on and costs no call."""
    async with stand() as here:
        made = await here.carry_out(pounds())
        assert (made.result, made.question) == ("created", None)
        stored = await here.target.client.read("read_currency", "GBP")
        assert [Decimal(str(stored[name])) for name in ("BuyRate", "SellRate")] == [Decimal("13.10")] * 2
        before = await here.calls()
        assert (await here.carry_out(pounds())).result == "unchanged"
        assert await here.calls() == before


@pytest.mark.asyncio
async def test_a_registered_currency_keeps_its_own_rate() -> None:
    """The register belongs to the company; documents carry the source's rate themselves."""
    async with stand() as here:
        found_there = await here.carry_out(pounds(code="EUR", rate=Decimal("9.99")))
        assert found_there.result == "found"
        assert (await here.target.client.read("read_currency", "EUR"))["SellRate"] == Decimal("11.25")


@pytest.mark.asyncio
@pytest.mark.capability("f39")
async def test_a_missing_currency_without_a_rate_is_asked_about() -> None:
    """No rate is invented."""
    async with stand() as here:
        with pytest.raises(Held, match="currency_missing"):
            await here.carry_out(pounds(rate=None))


@pytest.mark.asyncio
@pytest.mark.capability("f39")
async def test_a_register_that_says_one_is_no_rate() -> None:
    """A euro of one krona is a register that nobody has filled in."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.target.client.request("update_currency", "EUR", body={"Currency": {"SellRate": 1}})
        with pytest.raises(Held, match="currency_rate_of_one"):
            await here.carry_out(invoice(currency="EUR"))


@pytest.mark.asyncio
async def test_a_lost_answer_is_found_by_the_code() -> None:
    """The currency stands there, with the rate that was meant."""
    async with stand() as here:
        write = await lose(here, pounds())
        settled = await found(here, pounds(), write)
        assert (settled.result, settled.link.number) == ("created", "GBP")
