"""Articles of ours follow their source in name, unit and price; what somebody else changed is left alone."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held
from tests.connectors.fortnox.paperwork import ARTICLE, article
from tests.connectors.fortnox.stand import Stand, stand

NEW: dict[str, Any] = {"create": True, "update": True}


async def register(here: Stand) -> list[tuple[str, str, str, str]]:
    """Number, name, unit and price of each article."""
    return [
        (one["ArticleNumber"], one["Description"], one["Unit"], str(one["SalesPrice"]))
        for one in await here.stored("articles")
    ]


async def again(here: Stand, **fields: Any) -> str:
    """Carry it out until nothing is left to do; the last result."""
    for _ in range(4):
        settled = await here.carry_out(article(**fields))
        if not settled.again:
            return settled.result
    raise AssertionError("it never comes to an end")


@pytest.mark.asyncio
@pytest.mark.capability("f30", "004-10")
async def test_an_article_of_ours_follows_its_source() -> None:
    """Made with its price, told once more at no call, then changed in all that the source changed."""
    async with stand() as here:
        await again(here, **NEW, price=Decimal("12.50"))
        assert await register(here) == [("K-100", "Kaffe", "st", "12.5")]
        spent = await here.spent()
        assert await again(here, **NEW, price=Decimal("12.5")) == "unchanged"
        assert await here.spent() == spent
        await again(here, **NEW, description="Kaffe, mald", unit="km", price=Decimal(14))
        assert await register(here) == [("K-100", "Kaffe, mald", "km", "14")]


@pytest.mark.asyncio
@pytest.mark.capability("f30")
async def test_each_price_list_has_its_own_price() -> None:
    """A policy that only creates gives each list one price, and changes none."""
    async with stand() as here:
        await here.seed(price_lists=[{"Code": "B", "Description": "Butik"}])
        for listed, price in (("A", 10), ("B", 8), ("B", 7)):
            await again(here, create=True, price=Decimal(price), price_list=listed)
        prices = {(one["PriceList"], str(one["Price"])) for one in await here.stored("prices")}
        assert prices == {("A", "10"), ("B", "8")}


@pytest.mark.asyncio
@pytest.mark.capability("f30")
async def test_what_somebody_else_changed_is_theirs() -> None:
    """A name that was rewritten in Fortnox stays, at each further change; what stood there before is never ours."""
    async with stand() as here:
        await again(here, **NEW)
        await here.target.client.request("update_article", "K-100", body={"Article": {"Description": "Vårt kaffe"}})
        await again(here, **NEW, description="Kaffe 2")
        await again(here, **NEW, description="Kaffe 3")
        assert (await register(here))[0][1] == "Vårt kaffe"
    async with stand() as here:
        await here.seed(articles=[{"ArticleNumber": "K-100", "Description": "Deras", "SalesAccount": 3001, "VAT": 25}])
        await again(here, **NEW)
        await again(here, **NEW, description="Annat", price=Decimal(5))
        assert [one[1] for one in await register(here)] == ["Deras"]


@pytest.mark.asyncio
@pytest.mark.capability("f30")
async def test_another_article_stands_for_a_missing_one() -> None:
    """Until it is there; without either a person is asked."""
    async with stand() as here:
        with pytest.raises(Held, match="article_missing"):
            await here.carry_out(article(instead="DIV"))
        kept = {"SalesAccount": 3001, "VAT": 25}
        await here.seed(articles=[{"ArticleNumber": "DIV", "Description": "Diverse"} | kept])
        await here.carry_out(article(instead="DIV"))
        assert here.known[ARTICLE].number == "DIV"
        await here.seed(articles=[{"ArticleNumber": "K-100", "Description": "Kaffe"} | kept])
        await here.carry_out(article(instead="DIV"))
        assert here.known[ARTICLE].number == "K-100"
