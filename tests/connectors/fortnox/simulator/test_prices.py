"""Prices, price lists, units and terms of payment (Fortnox facts, 6.4 and 6.15)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened


async def _list(caller: Caller, code: str) -> Reply:
    return await caller.call("POST", "/3/pricelists", {"PriceList": {"Code": code, "Description": f"Lista {code}"}})


async def _sublist(caller: Caller, path: str) -> list[tuple[Any, ...]]:
    reply = await caller.get(f"/3/prices/sublist/{path}")
    assert reply.status == 200, reply.text
    return [(one["ArticleNumber"], one["FromQuantity"], one["Price"]) for one in reply.json["Prices"]]


@pytest.mark.asyncio
async def test_a_base_row_appears_with_the_first_price() -> None:
    """FromQuantity 0 is there by itself; numbers are numbers; the address has three parts (6.4)."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A/1")
        reply = await caller.post_price(ArticleNumber="A/1", FromQuantity=10, Price=80.5)
        made = reply.one
        assert (reply.status, reply.headers["Location"]) == (201, "prices")
        assert made["@url"] == f"{caller.server.url}/3/prices/A/A%2F1/10"
        assert made["Date"] == "2026-03-10 13:00:00"
        assert await _sublist(caller, "A") == [("A/1", 0, 0), ("A/1", 10, made["Price"])]
        assert (await caller.get("/3/prices/A/A%2F1")).one["Price"] == 0
        assert (await caller.get("/3/prices/A/A%2F1/10.0")).one == made
        item = (await caller.get("/3/prices/sublist/A/A%2F1")).json["Prices"][0]
        assert set(item) == {"@url", "ArticleNumber", "FromQuantity", "Price", "PriceList"}


@pytest.mark.asyncio
async def test_an_existing_price_is_put_not_posted() -> None:
    """POST of a key that exists is 2000762, PUT without quantity means the base row, a missing one is 2000430."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        missing = await caller.call("PUT", "/3/prices/A/A1", {"Price": {"Price": 5}})
        assert (missing.status, missing.code) == (404, 2000430)
        assert (await caller.post_price(Price=100)).status == 201
        assert (await caller.post_price(Price=200)).code == 2000762
        assert (await caller.post_price(FromQuantity="0.00", Price=200)).code == 2000762
        changed = await caller.call("PUT", "/3/prices/A/A1", {"Price": {"Price": 120, "FromQuantity": 0}})
        assert (changed.status, changed.one["Price"]) == (200, 120)
        moved = await caller.call("PUT", "/3/prices/A/A1/0", {"Price": {"FromQuantity": 5}})
        assert moved.code == 2001399
        assert (await caller.get("/3/articles/A1")).one["SalesPrice"] == 120


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ArticleNumber": ""}, 2001846),
        ({"PriceList": ""}, 2000204),
        ({"PriceList": "B"}, 2000431),
        ({"ArticleNumber": "A9"}, 2000762),
        ({"Price": -1}, 2000108),
        ({"FromQuantity": "x"}, 2000108),
        ({"Date": "2026-01-01"}, 2001399),
        ({"Currency": "SEK"}, 2001399),
    ],
)
async def test_refused_prices_are_not_stored(fields: dict[str, Any], code: int) -> None:
    """Missing, unknown and unusable values; an unknown article has the code of 4.3."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        assert (await caller.post_price(**fields)).code == code
        assert (await caller.state())["prices"] == []


@pytest.mark.asyncio
async def test_deleting_a_price_takes_all_three_parts() -> None:
    """The base row's end is the end of SalesPrice; paths of another length are unknown."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        await caller.post_price(Price=100)
        assert (await caller.call("DELETE", "/3/prices/A/A1/0")).status == 204
        assert (await caller.get("/3/articles/A1")).one["SalesPrice"] is None
        assert (await caller.get("/3/prices/A/A1/0")).code == 2000430
        assert (await caller.get("/3/prices/A/A1/x")).code == 2000108
        for path in ("A", "A/A1/0/1", "sublist", "sublist/A/A1/0"):
            assert (await caller.get(f"/3/prices/{path}")).code == 2000764
        assert (await caller.call("POST", "/3/prices/sublist/A", {"Price": {}})).code == 2000764


@pytest.mark.asyncio
async def test_the_sublist_is_paged() -> None:
    """A hundred rows a page, in order of article and quantity, each list for itself."""
    async with opened() as caller:
        await _list(caller, "B")
        for number in ("10", "9"):
            await caller.article(ArticleNumber=number)
            await caller.post_price(ArticleNumber=number, FromQuantity=5, Price=1)
            await caller.post_price(ArticleNumber=number, PriceList="B", Price=2)
        assert await _sublist(caller, "A?limit=3") == [("9", 0, 0), ("9", 5, 1), ("10", 0, 0)]
        assert await _sublist(caller, "A?limit=3&page=2") == [("10", 5, 1)]
        assert await _sublist(caller, "B") == [("9", 0, 2), ("10", 0, 2)]
        assert await _sublist(caller, "B/10") == [("10", 0, 2)]
        assert await _sublist(caller, "C") == []


@pytest.mark.asyncio
@pytest.mark.capability("f30", "001-13")
async def test_a_row_takes_the_price_of_the_documents_list_and_quantity() -> None:
    """Steps by quantity, the customer's list or the document's own, list A where that has nothing (6.4)."""
    async with opened() as caller:
        await _list(caller, "B")
        await caller.article(ArticleNumber="A1")
        await caller.article(ArticleNumber="A2")
        await caller.post_price(Price=100)
        await caller.post_price(FromQuantity=10, Price=90)
        await caller.post_price(PriceList="B", Price=70)
        await caller.post_price(ArticleNumber="A2", Price=5)
        await caller.customer(PriceList="B")

        async def prices(**header: Any) -> list[Any]:
            rows = [
                {"ArticleNumber": number, "DeliveredQuantity": quantity}
                for number, quantity in (("A1", 9.99), ("A1", 10), ("A2", 1))
            ]
            return [row["Price"] for row in (await caller.invoice(InvoiceRows=rows, **header))["InvoiceRows"]]

        assert await prices() == [70, 70, 5]
        assert await prices(PriceList="A") == [100, 90, 5]
        assert (await caller.post_invoice(PriceList="C")).code == 2000431


@pytest.mark.asyncio
async def test_a_new_article_can_have_its_base_price_at_once() -> None:
    """The other reading of the base row, by a switch: then a POST of the first price is refused."""
    async with opened(CompanySettings(rate_limit=0, base_price_with_article=True)) as caller:
        await caller.article(ArticleNumber="A1")
        assert (await caller.post_price(Price=100)).code == 2000762
        assert (await caller.call("PUT", "/3/prices/A/A1", {"Price": {"Price": 100}})).status == 200


@pytest.mark.asyncio
async def test_a_price_touches_last_modified_of_its_article() -> None:
    """A changed SalesPrice shows up in a sweep of the articles."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        caller.clock.move(600)
        since = "/3/articles?lastmodified=2026-03-10%2013:05"
        assert (await caller.get(since)).json["Articles"] == []
        await caller.post_price(Price=1)
        assert len((await caller.get(since)).json["Articles"]) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f30", "001-13")
async def test_price_lists() -> None:
    """A is there; code and description are required; no DELETE; at most 250 (6.4)."""
    async with opened() as caller:
        (first,) = (await caller.get("/3/pricelists")).json["PriceLists"]
        assert (first["Code"], first["PreSelected"]) == ("A", True)
        assert (await _list(caller, "B")).status == 201
        assert (await _list(caller, "B")).code == 2999028
        assert (await caller.call("POST", "/3/pricelists", {"PriceList": {"Code": "C"}})).code == 2000204
        changed = await caller.call("PUT", "/3/pricelists/B", {"PriceList": {"Comments": "egen"}})
        assert (changed.one["Comments"], changed.one["Description"]) == ("egen", "Lista B")
        missing = await caller.get("/3/pricelists/X")
        assert (missing.status, missing.code) == (404, 2000431)
        assert (await caller.call("DELETE", "/3/pricelists/B")).code == 2000764
        seeds = [{"Code": f"L{number}", "Description": "Lista"} for number in range(248)]
        await caller.control("POST", "seed", {"price_lists": seeds})
        assert (await _list(caller, "Z")).code == 2999029


@pytest.mark.asyncio
async def test_units() -> None:
    """The recorded codes; created, changed, deleted; the recorded address of a unit with a letter (1.3 and 6.15)."""
    async with opened() as caller:
        listed = (await caller.get("/3/units")).json["Units"]
        assert {one["Code"] for one in listed} == {"st", "h", "km", "förp", "utl"}
        assert f"{caller.server.url}/3/units/f%C3%B6rp" in {one["@url"] for one in listed}
        created = await caller.call("POST", "/3/units", {"Unit": {"Code": "låda", "Description": "Låda"}})
        assert (created.status, created.headers["Location"], created.one["CodeEnglish"]) == (201, "units", "")
        assert (await caller.article(Unit="låda"))["Unit"] == "låda"
        again = await caller.call("POST", "/3/units", {"Unit": {"Code": "låda", "Description": "Låda"}})
        assert again.code == 2999030
        changed = await caller.call("PUT", "/3/units/st", {"Unit": {"CodeEnglish": "piece"}})
        assert changed.one["CodeEnglish"] == "piece"
        assert (await caller.call("DELETE", "/3/units/l%C3%A5da")).status == 204
        missing = await caller.get("/3/units/l%C3%A5da")
        assert (missing.status, missing.code) == (404, 2000432)
        assert (await caller.call("POST", "/3/units", {"Unit": {"Code": "x" * 21, "Description": "x"}})).code == 2000107


@pytest.mark.asyncio
async def test_terms_of_payment() -> None:
    """The recorded codes; a numeric code is days; one that is gone fails where it is named (6.15)."""
    async with opened() as caller:
        codes = [one["Code"] for one in (await caller.get("/3/termsofpayments")).json["TermsOfPayments"]]
        assert codes == ["0", "10", "15", "20", "30", "AG", "K", "PF"]
        terms = {"TermsOfPayment": {"Code": "45", "Description": "45 dagar"}}
        created = await caller.call("POST", "/3/termsofpayments", terms)
        assert (created.status, created.headers["Location"]) == (201, "paymentterms")
        assert (await caller.call("POST", "/3/termsofpayments", terms)).code == 2999031
        await caller.customer(TermsOfPayment="45")
        assert (await caller.invoice())["DueDate"] == "2026-04-24"
        assert (await caller.call("DELETE", "/3/termsofpayments/45")).status == 204
        assert (await caller.post_invoice()).code == 2000429
        missing = await caller.get("/3/termsofpayments/45")
        assert (missing.status, missing.code) == (404, 2000429)


@pytest.mark.asyncio
async def test_terms_of_any_length_give_a_date() -> None:
    """A code of 25 digits is no reason to fall over."""
    async with opened() as caller:
        terms = {"TermsOfPayment": {"Code": "9" * 25, "Description": "länge"}}
        assert (await caller.call("POST", "/3/termsofpayments", terms)).status == 201
        await caller.customer(TermsOfPayment="9" * 25)
        assert (await caller.invoice())["DueDate"] == "2036-03-07"


@pytest.mark.asyncio
async def test_seeded_articles_have_their_sales_price() -> None:
    """The control plane puts articles and prices in, and shows what is stored."""
    async with opened() as caller:
        order = {
            "price_lists": [{"Code": "B", "Description": "Lista B"}],
            "articles": [{"ArticleNumber": "A1", "Description": "Timme", "SalesPrice": "950.50"}],
            "prices": [{"ArticleNumber": "A1", "PriceList": "B", "Price": 900}],
        }
        await caller.control("POST", "seed", order)
        state = await caller.state()
        assert [str(one["SalesPrice"]) for one in state["articles"]] == ["950.5"]
        assert [(one["PriceList"], str(one["Price"])) for one in state["prices"]] == [("A", "950.5"), ("B", "900")]
        assert [len(state[name]) for name in ("price_lists", "units", "terms_of_payment")] == [2, 5, 8]
        await caller.control("POST", "reset")
        assert [len((await caller.state())[name]) for name in ("articles", "prices", "price_lists")] == [0, 0, 1]
