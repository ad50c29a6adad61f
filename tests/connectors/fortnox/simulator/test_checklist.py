"""The simulator checklist of Fortnox facts, section 11, items 1 to 5: each test bears the number of its item."""

import base64
import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import ROW, Caller, Reply, opened

pytestmark = [pytest.mark.asyncio, pytest.mark.capability("f99")]
BACK = "http://127.0.0.1:9/back"


async def _code(caller: Caller) -> str:
    asked = {"client_id": "simulator", "response_type": "code", "scope": "customer", "redirect_uri": BACK, "state": "s"}
    reply = await caller.send("GET", "/oauth-v1/auth", params=asked, allow_redirects=False)
    back = parse_qs(urlsplit(reply.headers["Location"]).query)
    assert back["state"] == ["s"]
    return back["code"][0]


async def _exchange(caller: Caller, code: str) -> Reply:
    return await caller.token_call({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK})


async def _refresh(caller: Caller, token: str) -> Reply:
    return await caller.token_call({"grant_type": "refresh_token", "refresh_token": token})


async def _with(caller: Caller, token: str, path: str = "/3/customers") -> Reply:
    caller.token = token
    return await caller.get(path)


async def test_11_1_a_code_works_once_for_ten_minutes() -> None:
    """The authorization-code grant: used again or too late, the code is `invalid_grant` (2.1, 2.6)."""
    async with opened() as caller:
        code = await _code(caller)
        first, again = await _exchange(caller, code), await _exchange(caller, code)
        assert (first.status, first.json["expires_in"], first.json["token_type"]) == (200, 3600, "bearer")
        assert (again.status, again.json["error"]) == (400, "invalid_grant")
        late = await _code(caller)
        caller.clock.move(600)
        assert (await _exchange(caller, late)).json["error"] == "invalid_grant"


async def test_11_1_refresh_tokens_rotate_and_revoke_kills_them() -> None:
    """Single use, in the recorded body and content type; after a revoke nothing refreshes, access tokens live (2.2)."""
    async with opened() as caller:
        pair = (await _exchange(caller, await _code(caller))).json
        second = (await _refresh(caller, pair["refresh_token"])).json
        used = await _refresh(caller, pair["refresh_token"])
        assert (used.status, used.headers["Content-Type"]) == (400, "text/html; charset=UTF-8")
        assert used.json == {"error": "invalid_grant", "error_description": "Invalid refresh token"}
        form = {"token_type_hint": "refresh_token", "token": second["refresh_token"]}
        assert (await caller.token_call(form, endpoint="revoke")).json == {"revoked": True}
        assert (await _refresh(caller, second["refresh_token"])).status == 400
        assert (await _with(caller, second["access_token"])).status == 200


async def test_11_1_client_credentials_give_a_jwt_with_the_tenant() -> None:
    """`TenantId` chooses the company; no refresh token; a wrong secret is 401 as `text/plain` (2.3, 2.4, 2.6)."""
    async with opened() as caller:
        reply = await caller.token_call({"grant_type": "client_credentials"}, tenant="1001")
        middle = reply.json["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        assert (claims["tenantId"], claims["exp"] - claims["iat"]) == (1001, 3600)
        assert "refresh_token" not in reply.json
        wrong = await caller.token_call({"grant_type": "client_credentials"}, secret="wrong", tenant="1001")
        assert (wrong.status, wrong.json["error"]) == (401, "invalid_client")
        assert wrong.headers["Content-Type"] == "text/plain;charset=UTF-8"


async def test_11_1_an_unknown_token_is_401_without_envelope_and_a_missing_scope_403() -> None:
    """`{"message":"unauthorized"}` and nothing else; 2000663 in the capitalised shape (2.6, 2.7)."""
    async with opened() as caller:
        own = (await _exchange(caller, await _code(caller))).json["access_token"]
        refused = await _with(caller, own, "/3/invoices")
        assert (refused.status, refused.json["ErrorInformation"]["Code"]) == (403, 2000663)
        unknown = await _with(caller, "unknown")
        assert (unknown.status, unknown.text) == (401, '{"message":"unauthorized"}')
        caller.clock.move(3600)
        assert (await _with(caller, own)).text == '{"message":"unauthorized"}'


@pytest.mark.parametrize("retry_after", [True, False])
async def test_11_2_the_window_slides_per_client_and_company(retry_after: bool) -> None:
    """25 calls in any 5 seconds; the 26th is 429, with `Retry-After` or without; another company has its own."""
    other = CompanySettings(tenant_id=2002)
    async with opened(CompanySettings(retry_after=retry_after), other) as caller:
        early = [(await caller.get("/3/customers")).status for _ in range(10)]
        caller.clock.move(3)
        later = [(await caller.get("/3/customers")).status for _ in range(15)]
        refused = await caller.get("/3/customers")
        assert early + later + [refused.status] == [200] * 25 + [429]
        assert refused.headers.get("Retry-After") == ("2" if retry_after else None)
        caller.clock.move(2)
        assert [(await caller.get("/3/customers")).status for _ in range(11)] == [200] * 10 + [429]
        await caller.log_in(2002)
        assert (await caller.get("/3/customers")).status == 200


async def test_11_3_envelopes_statuses_and_addresses() -> None:
    """201 with a bare `Location` word, 200, 204; `@url` percent-encoded; `MetaInformation` first; slashes escaped."""
    async with opened() as caller:
        made = await caller.call("POST", "/3/customers", {"Customer": {"Name": "Å/B", "CustomerNumber": "a/b"}})
        assert (made.status, made.headers["Location"]) == (201, "customers")
        assert made.one["@url"] == f"{caller.server.url}/3/customers/a%2Fb"
        assert '"Name":"\\u00c5\\/B"' in made.text
        listed = await caller.get("/3/customers")
        assert (listed.status, list(listed.json)) == (200, ["MetaInformation", "Customers"])
        assert (await caller.call("PUT", "/3/customers/a%2Fb", {"Customer": {"City": "Kil"}})).status == 200
        gone = await caller.call("DELETE", "/3/customers/a%2Fb")
        assert (gone.status, gone.text) == (204, "")
        empty = (await caller.get("/3/customers")).json
        assert empty["MetaInformation"] == {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1}


async def test_11_3_numbers_and_strings_are_as_irregular_as_on_the_wire() -> None:
    """Section 1.7: quantities and references are texts, prices numbers, `Credit` a text; lists differ from objects."""
    async with opened() as caller:
        await caller.customer(SalesAccount="3001", Phone1="1")
        await caller.article(ArticleNumber="A1")
        made = await caller.booked()
        paid = (await caller.post_payment(InvoiceNumber=1)).one
        row = made["InvoiceRows"][0]
        assert (row["DeliveredQuantity"], row["Price"], row["ContributionValue"]) == ("1", 100, "100")
        assert (made["Credit"], made["Booked"], made["OrderReference"]) == ("false", True, "0")
        assert (made["ContractReference"], made["CurrencyRate"]) == (0, 1)
        assert (paid["InvoiceNumber"], paid["Number"], paid["InvoiceTotal"]) == (1, "1", "125")
        assert (await caller.get("/3/invoices")).json["Invoices"][0]["CurrencyRate"] == "1"
        article = (await caller.get("/3/articles")).json["Articles"][0]
        assert (article["QuantityInStock"], article["VAT"]) == ("0", "25")
        card = (await caller.get("/3/customers/1")).one
        assert (card["SalesAccount"], (await caller.get("/3/customers")).json["Customers"][0]["Phone"]) == (3001, "1")


async def test_11_3_null_and_empty_text_are_the_recorded_defaults() -> None:
    """A customer of a name alone, and its bare invoice: which fields are null and which empty (6.2, 6.5)."""
    async with opened() as caller:
        card, made = await caller.customer(), await caller.invoice()
        nulls, empty = ("Address1", "City", "Phone1", "GLN", "SalesAccount"), ("Email", "VATNumber", "Project", "WWW")
        assert [card[name] for name in nulls] == [None] * 5
        assert [card[name] for name in empty] == [""] * 4
        assert [card[name] for name in ("Currency", "Type", "VATType", "PriceList")] == ["SEK", "COMPANY", "SEVAT", "A"]
        unset = ("DeliveryDate", "FinalPayDate", "TaxReduction", "VoucherNumber")
        assert [made[name] for name in unset] == [None] * 4
        assert [made[name] for name in ("Remarks", "InvoicePeriodStart", "Comments")] == [""] * 3
        assert (made["Labels"], made["Language"], made["WarehouseReady"], made["Reminders"]) == ([], "SV", True, 0)


async def _put(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("PUT", "/3/invoices/1", {"Invoice": fields})


async def test_11_4_put_is_partial_and_null_or_api_blank_clears() -> None:
    """What is absent stays, `""` changes nothing, `null` and `API_BLANK` clear (1.8)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(Comments="a\nb", DeliveryName="Lager", YourReference="Ada", Freight=95)
        kept = (await _put(caller, Comments="", OurReference="Bo")).one
        assert (kept["Comments"], kept["DeliveryName"], kept["OurReference"]) == ("a\nb", "Lager", "Bo")
        blank = (await _put(caller, DeliveryName=None, YourReference="API_BLANK", Freight="API_BLANK")).one
        assert (blank["DeliveryName"] or "", blank["YourReference"], blank["Freight"]) == ("", "", 0)
        assert (await _put(caller, InvoiceRows=[{"Unit": None}])).code == 2000699


async def test_11_4_an_unknown_field_is_named() -> None:
    """2001399 with the field in the text, on the header and on a row; nothing is stored (1.9)."""
    async with opened() as caller:
        await caller.customer()
        for fields in ({"VATType": "SEVAT"}, {"InvoiceRows": [{**ROW, "VATType": 1}]}):
            refused = await caller.post_invoice(**fields)
            assert refused.code == 2001399
            assert "(VATType)" in refused.json["ErrorInformation"]["message"]
        assert await caller.numbers("Invoices") == []


async def test_11_4_rows_match_by_place_or_by_row_id() -> None:
    """By place old values leak and a short list deletes; one `RowId` switches the mode; all ids are new (6.1)."""
    async with opened() as caller:
        await caller.customer()
        rows = [{**ROW, "Description": name, "Price": price} for name, price in (("a", 1), ("b", 2), ("c", 3))]
        await caller.invoice(InvoiceRows=rows)
        leaked = (await _put(caller, InvoiceRows=[{"Description": "b"}, {"Description": "c"}])).one["InvoiceRows"]
        assert [(row["Description"], row["Price"]) for row in leaked] == [("b", 1), ("c", 2)]
        last = leaked[1]["RowId"]
        by_id = (await _put(caller, InvoiceRows=[{"RowId": last}, {"Description": "ny"}])).one["InvoiceRows"]
        assert [(row["Description"], row["Price"]) for row in by_id] == [("c", 2), ("ny", 0)]
        assert last not in {row["RowId"] for row in by_id}


async def test_11_4_what_is_too_long_is_cut_refused_or_rounded() -> None:
    """Silent cuts, length errors, half-up rounding and the list of characters (1.6, 1.10)."""
    async with opened() as caller:
        await caller.customer()
        row = {"Description": "z" * 300, "DeliveredQuantity": "1.125", "Price": 1.125}
        made = await caller.invoice(YourOrderNumber="x" * 90, DeliveryAddress1="y" * 61, InvoiceRows=[row])
        assert [len(made[name]) for name in ("YourOrderNumber", "DeliveryAddress1")] == [30, 60]
        stored = made["InvoiceRows"][0]
        assert (len(stored["Description"]), stored["DeliveredQuantity"]) == (255, "1.13")
        assert stored["Price"] == Decimal("1.13")
        refusals = {
            "YourReference": ("x" * 51, 2001600),
            "Comments": ("x" * 1025, 2001896),
            "Remarks": ("a < b", 2000359),
        }
        for name, (value, code) in refusals.items():
            assert (await _put(caller, **{name: value})).code == code
        assert (await _put(caller, Remarks="em \u2014 dash")).code == 2000359


async def test_11_5_every_kind_of_document_has_its_own_series() -> None:
    """Customer, offer, order and invoice all begin at 1; a supplied number is used and stepped over (6.1)."""
    async with opened() as caller:
        numbers = [
            (await caller.customer())["CustomerNumber"],
            (await caller.offer())["DocumentNumber"],
            (await caller.order())["DocumentNumber"],
            (await caller.invoice())["DocumentNumber"],
        ]
        assert numbers == ["1"] * 4
        assert (await caller.invoice(DocumentNumber="2"))["DocumentNumber"] == "2"
        assert (await caller.invoice())["DocumentNumber"] == "3"


async def test_11_5_used_numbers_are_refused_and_the_last_deleted_comes_back() -> None:
    """2000637 and 2000013; a deleted customer's number is reserved, but the series gives the last one again (6.2)."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        assert (await caller.post_article(ArticleNumber="A1")).code == 2000013
        await caller.customer()
        await caller.customer()
        used = {"Customer": {"Name": "Ny", "CustomerNumber": "2"}}
        assert (await caller.call("POST", "/3/customers", used)).code == 2000637
        assert (await caller.call("DELETE", "/3/customers/2")).status == 204
        assert (await caller.call("POST", "/3/customers", used)).code == 2000637
        assert (await caller.customer())["CustomerNumber"] == "2"
