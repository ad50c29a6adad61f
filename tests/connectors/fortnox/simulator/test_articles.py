"""Articles: numbers, defaults, lists, changes, and what they fill into a row (Fortnox facts, 5, 6.1 and 6.4)."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened


async def _put(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("PUT", "/3/articles/A1", {"Article": fields})


@pytest.mark.asyncio
async def test_new_article_has_the_recorded_defaults() -> None:
    """Type, accounts, VAT, stock and null as recorded (6.4); numbers are numbers in the article itself (1.7)."""
    async with opened() as caller:
        reply = await caller.post_article()
        made = reply.one
        assert (reply.status, reply.headers["Location"], made["ArticleNumber"]) == (201, "articles", "1")
        assert made["@url"] == f"{caller.server.url}/3/articles/1"
        assert (made["Type"], made["Active"], made["VAT"], made["Expired"]) == ("STOCK", True, 25, False)
        accounts = {
            "SalesAccount": 3001,
            "PurchaseAccount": 4000,
            "EUAccount": 3108,
            "EUVATAccount": 3106,
            "ExportAccount": 3105,
            "ConstructionAccount": 0,
        }
        assert {name: made[name] for name in accounts} == accounts
        assert [made[name] for name in ("Depth", "Width", "Height", "Weight", "QuantityInStock")] == [0] * 5
        null = "SalesPrice Unit Manufacturer StockPlace StockWarning StockAccount DirectCost SupplierNumber"
        assert {made[name] for name in null.split()} == {None}
        assert {made[name] for name in ("EAN", "Note", "ManufacturerArticleNumber", "CommodityCode")} == {""}


@pytest.mark.asyncio
async def test_the_list_is_thin_and_shows_numbers_as_texts() -> None:
    """No Note, no accounts; amounts and VAT are strings in the list only (1.7 and 5)."""
    async with opened() as caller:
        await caller.article(
            ArticleNumber="A1", Note="Anteckning", QuantityInStock=2.5, PurchasePrice="10.10", StockGoods=True
        )
        item = (await caller.get("/3/articles")).json["Articles"][0]
        amounts = ("QuantityInStock", "DisposableQuantity", "PurchasePrice", "ReservedQuantity", "StockValue", "VAT")
        assert [item[name] for name in amounts] == ["2.5", "2.5", "10.1", "0", "25.25", "25"]
        assert {"Note", "SalesAccount", "Type", "Active"} & set(item) == set()
        assert (item["SalesPrice"], item["Unit"]) == (None, "")
        await caller.post_price(Price=99.5)
        assert (await caller.get("/3/articles")).json["Articles"][0]["SalesPrice"] == "99.5"
        assert (await caller.get("/3/articles/A1")).one["SalesPrice"] == Decimal("99.5")


@pytest.mark.asyncio
async def test_numbers_are_supplied_or_next_in_series() -> None:
    """A used number is 2000013, an illegal one 2000166; the series steps over what is taken (6.4)."""
    async with opened(CompanySettings(rate_limit=0, first_article_number=7)) as caller:
        assert (await caller.article(ArticleNumber="8"))["ArticleNumber"] == "8"
        assert (await caller.article(ArticleNumber="Å-1_b/c+2"))["ArticleNumber"] == "Å-1_b/c+2"
        assert [(await caller.article())["ArticleNumber"] for _ in range(2)] == ["7", "9"]
        assert (await caller.post_article(ArticleNumber=8)).code == 2000013
        for number in ("A 1", "A.1", "A&1", 1.5):
            assert (await caller.post_article(ArticleNumber=number)).code == 2000166
        assert (await caller.post_article(ArticleNumber="x" * 51)).code == 2000107
        await caller.control("POST", "settings", {"first_article_number": 500})
        assert (await caller.article())["ArticleNumber"] == "500"
        assert (await caller.get("/3/articles/%C3%85-1_b%2Fc+2")).status == 200


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Description": ""}, 2000204),
        ({"Description": "x" * 201}, 2000107),
        ({"Description": "a|b"}, 2000359),
        ({"Type": "VARA"}, 2999016),
        ({"SalesPrice": 100}, 2001399),
        ({"DisposableQuantity": 1}, 2001399),
        ({"Price": 100}, 2001399),
        ({"SalesAccount": 9999}, 2000423),
        ({"VAT": 7}, 2999002),
        ({"Unit": "låda"}, 2000432),
        ({"EAN": "1" * 31}, 2000107),
    ],
)
async def test_refused_articles_are_not_stored(fields: dict[str, Any], code: int) -> None:
    """Required, read-only, unknown and unusable values each have their code."""
    async with opened() as caller:
        reply = await caller.post_article(**fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["articles"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(("account", "vat"), [(3001, 25), (3002, 12), (3003, 6), (3004, 0), (1930, 0), (3051, 25)])
async def test_vat_follows_the_sales_account_unless_sent(account: int, vat: int) -> None:
    """The rate of the sales account, 0 for an account without VAT, else 25; a sent rate wins (6.4)."""
    async with opened(CompanySettings(rate_limit=0, extra_accounts=(3051,))) as caller:
        assert (await caller.article(ArticleNumber="A1", SalesAccount=account))["VAT"] == vat
        assert (await caller.article(SalesAccount=account, VAT=6))["VAT"] == 6
        await _put(caller, SalesAccount=3001)
        assert (await _put(caller, SalesAccount=account)).one["VAT"] == vat


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_changing_and_deactivating() -> None:
    """Partial PUT; the number stays; an unchanged object can be put back whole (1.8)."""
    async with opened() as caller:
        made = await caller.article(ArticleNumber="A1", Unit="h", Note="kvar")
        assert (await caller.call("PUT", "/3/articles/A1", {"Article": made})).one == made
        changed = (await _put(caller, Active=False, Unit=None)).one
        assert (changed["Active"], changed["Unit"], changed["Note"]) == (False, None, "kvar")
        assert (await _put(caller, ArticleNumber="A2")).code == 2001399
        assert (await _put(caller, SalesPrice=1)).code == 2001399
        assert (await caller.call("PUT", "/3/articles/A9", {"Article": {}})).json["ErrorInformation"] == {
            "Error": 1,
            "Message": "Kan inte hitta artikeln.",
            "Code": 2000428,
        }


@pytest.mark.asyncio
async def test_a_defaulted_account_outside_the_chart_fails_at_the_next_change() -> None:
    """The trap of 6.4: the refusal names an account that nobody sent."""
    async with opened(CompanySettings(rate_limit=0, missing_accounts=(4000,))) as caller:
        await caller.article(ArticleNumber="A1")
        refused = await _put(caller, Description="Ny")
        assert (refused.code, "4000" in refused.text) == (2000423, True)
        assert (await _put(caller, Description="Ny", PurchaseAccount=0)).one["Description"] == "Ny"


@pytest.mark.asyncio
async def test_an_article_in_use_cannot_be_deleted() -> None:
    """204 and gone with its prices, or an invented code while a document holds it (6.4)."""
    async with opened() as caller:
        await caller.customer()
        for number in ("A1", "A2"):
            await caller.article(ArticleNumber=number)
            await caller.post_price(ArticleNumber=number, Price=5)
        await caller.invoice(InvoiceRows=[{"ArticleNumber": "A1"}])
        assert (await caller.call("DELETE", "/3/articles/A1")).code == 2999026
        deleted = await caller.call("DELETE", "/3/articles/A2")
        assert (deleted.status, deleted.text) == (204, "")
        gone = await caller.get("/3/articles/A2")
        assert (gone.status, gone.code) == (404, 2000428)
        assert [one["ArticleNumber"] for one in (await caller.state())["prices"]] == ["A1"]
        assert (await caller.article(ArticleNumber="A2"))["SalesPrice"] is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["2", "10", "B1"]),
        ({"articlenumber": "1"}, ["10", "B1"]),
        ({"description": "SKRUV"}, ["10", "2"]),
        ({"ean": "7350"}, ["2"]),
        ({"manufacturer": "verk"}, ["B1"]),
        ({"ManufacturerArticleNumber": "m-7"}, ["B1"]),
        ({"suppliernumber": "L1"}, ["2"]),
        ({"webshop": "true"}, ["B1"]),
        ({"filter": "active"}, ["2", "B1"]),
        ({"filter": "inactive"}, ["10"]),
        ({"sortby": "quantityinstock", "sortorder": "descending"}, ["2", "B1", "10"]),
        ({"sortby": "stockvalue"}, ["10", "2", "B1"]),
    ],
)
async def test_article_search(query: dict[str, str], found: list[str]) -> None:
    """The search parameters, filters and orders of section 5."""
    async with opened() as caller:
        await caller.article(ArticleNumber="10", Description="Träskruv", Active=False)
        await caller.article(
            ArticleNumber="2", Description="skruvdragare", EAN="7350000", SupplierNumber="L1", QuantityInStock=5
        )
        await caller.article(
            ArticleNumber="B1",
            Description="Borr",
            Manufacturer="Verktyg AB",
            ManufacturerArticleNumber="M-7",
            WebshopArticle=True,
            QuantityInStock=1,
            PurchasePrice=3,
        )
        assert sorted(await caller.numbers("Articles", "ArticleNumber", **query)) == sorted(found)
        if "sortby" in query or not query:
            assert await caller.numbers("Articles", "ArticleNumber", **query) == found


@pytest.mark.asyncio
async def test_bad_article_queries_are_refused() -> None:
    """Unknown filter 2000587, unknown parameter 2000588."""
    async with opened() as caller:
        assert (await caller.get("/3/articles?filter=expired")).code == 2000587
        assert (await caller.get("/3/articles?note=x")).code == 2000588
        assert (await caller.get("/3/articles?webshop=1")).code == 2000588


@pytest.mark.asyncio
async def test_an_article_fills_its_row_and_what_is_sent_wins() -> None:
    """Description, unit, price, account and VAT come from the article; `""` for the unit does not stop it (6.1)."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1", Unit="h", SalesAccount=3003)
        await caller.post_price(Price=950)
        row = {"ArticleNumber": "A1", "DeliveredQuantity": 2}
        own = {"Description": "Eget", "Unit": "st", "Price": 900, "AccountNumber": 3001, "VAT": 25}
        zero = {"Price": 0, "Description": None}
        made = await caller.invoice(InvoiceRows=[{**row, "Unit": ""}, {**row, **own}, {**row, **zero}])
        names = ("Description", "Unit", "Price", "AccountNumber", "VAT", "Total")
        assert [tuple(one[name] for name in names) for one in made["InvoiceRows"]] == [
            ("Timme", "h", 950, 3003, 6, 1900),
            ("Eget", "st", 900, 3001, 25, 1800),
            ("", "h", 0, 3003, 6, 0),
        ]


@pytest.mark.asyncio
async def test_only_stock_goods_can_be_disposed_of() -> None:
    """The stock of an article without that flag is kept, but none of it counts as at hand."""
    async with opened() as caller:
        plain = await caller.article(QuantityInStock=3)
        goods = await caller.article(QuantityInStock=3, StockGoods=True)
        assert [(one["QuantityInStock"], one["DisposableQuantity"]) for one in (plain, goods)] == [(3, 0), (3, 3)]


@pytest.mark.asyncio
async def test_unknown_and_inactive_articles_are_refused_in_rows() -> None:
    """2001302, and an invented code for an inactive one (simulator choice); rows that stand keep theirs."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1")
        await caller.invoice(InvoiceRows=[{"ArticleNumber": "A1"}])
        await _put(caller, Active=False)
        assert (await caller.post_invoice(InvoiceRows=[{"ArticleNumber": "A9"}])).code == 2001302
        assert (await caller.post_invoice(InvoiceRows=[{"ArticleNumber": "A1"}])).code == 2999027
        rows = {"Invoice": {"InvoiceRows": [{"ArticleNumber": "A1", "DeliveredQuantity": 3}]}}
        assert (await caller.call("PUT", "/3/invoices/1", rows)).status == 200


@pytest.mark.asyncio
async def test_another_article_in_an_old_row_fills_it_again() -> None:
    """A changed number brings its own values, the same number changes nothing, null takes it away (1.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.article(ArticleNumber="A1")
        await caller.article(ArticleNumber="A2", Description="Resa", SalesAccount=3002)
        await caller.invoice(InvoiceRows=[{"ArticleNumber": "A1", "Price": 5}])

        async def changed(**row: Any) -> tuple[Any, ...]:
            body = {"Invoice": {"InvoiceRows": [row]}}
            (after,) = (await caller.call("PUT", "/3/invoices/1", body)).one["InvoiceRows"]
            return tuple(after[name] for name in ("ArticleNumber", "Description", "Price", "VAT"))

        assert await changed(ArticleNumber="A1", Description="") == ("A1", "Timme", 5, 25)
        assert await changed(ArticleNumber="A2") == ("A2", "Resa", 0, 12)
        assert await changed(ArticleNumber="") == ("A2", "Resa", 0, 12)
        assert await changed(ArticleNumber=None) == ("", "Resa", 0, 12)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("vat_type", "account", "vat"),
    [
        ("SEVAT", 3002, 12),
        ("EUVAT", 3106, 12),
        ("EUREVERSEDVAT", 3108, 0),
        ("EXPORT", 3105, 0),
        ("SEREVERSEDVAT", 3231, 0),
    ],
)
async def test_the_regime_chooses_among_the_articles_accounts(vat_type: str, account: int, vat: int) -> None:
    """Account and rate follow the document's regime; without an account of the article's the regime's own (6.1)."""
    async with opened() as caller:
        await caller.customer(VATType=vat_type)
        await caller.article(ArticleNumber="A1", SalesAccount=3002)
        row = (await caller.invoice(InvoiceRows=[{"ArticleNumber": "A1"}]))["InvoiceRows"][0]
        assert (row["AccountNumber"], row["VAT"]) == (account, vat)


@pytest.mark.asyncio
async def test_articles_need_their_scope() -> None:
    """`article` opens articles, `price` prices and lists, `settings` the registers (2.7)."""
    async with opened(CompanySettings(rate_limit=0, scopes=("article",))) as caller:
        assert (await caller.get("/3/articles")).status == 200
        for path in ("prices/sublist/A", "pricelists", "units", "termsofpayments"):
            refused = await caller.get(f"/3/{path}")
            assert (refused.status, refused.code) == (403, 2000663)


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_an_article_answer_can_be_lost() -> None:
    """A fault strikes the new paths as the old ones: the article stands although its answer never came."""
    async with opened() as caller:
        await caller.fault("status", path="/3/articles", status=503, effect="after")
        assert (await caller.post_article(ArticleNumber="A1")).status == 503
        assert (await caller.post_article(ArticleNumber="A1")).code == 2000013
