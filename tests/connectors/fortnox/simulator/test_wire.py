"""The wire as recorded: envelopes, escapes, strings and numbers, defaults, header checks (checklist 3)."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator.wire import encode
from tests.connectors.fortnox.simulator.caller import opened

_AMOUNTS = st.decimals(min_value=-(10**13), max_value=10**13, places=2)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | _AMOUNTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def _as_read(value: Any) -> Any:
    return json.loads(encode(value), parse_float=Decimal)


@given(_VALUES)
def test_whatever_is_written_reads_back_equal(value: Any) -> None:
    """Encoding loses nothing, decimals least of all, and stays plain ASCII."""
    assert _as_read(value) == value
    assert encode(value).isascii()


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1590.00", b"1590"), ("23.750", b"23.75"), ("-0.00", b"0"), ("12345678901234.56", b"12345678901234.56")],
)
def test_amounts_are_written_without_trailing_zeros(amount: str, text: bytes) -> None:
    """A whole amount is an integer on the wire, and no exponent ever appears."""
    assert encode(Decimal(amount)) == text


@pytest.mark.asyncio
async def test_created_object_answers_201_with_a_bare_location_word() -> None:
    """POST answers 201 with the whole object and a useless Location (1.4)."""
    async with opened() as caller:
        reply = await caller.call("POST", "/3/customers/", {"Customer": {"Name": "Exempel AB"}})
        assert (reply.status, reply.headers["Location"]) == (201, "customers")
        assert reply.headers["Server"] == "Fortnox"
        assert (await caller.post_invoice()).headers["Location"] == "invoices"


@pytest.mark.asyncio
async def test_slashes_and_letters_are_escaped() -> None:
    """Wire JSON is PHP style: escaped slashes, non-ASCII as escapes (1.3)."""
    async with opened() as caller:
        reply = await caller.call("POST", "/3/customers", {"Customer": {"Name": "Åre/Östersund"}})
        assert "\\u00c5re\\/\\u00d6stersund" in reply.text
        assert reply.one["Name"] == "Åre/Östersund"


@pytest.mark.asyncio
async def test_url_of_an_object_is_absolute_and_percent_encoded() -> None:
    """`@url` leads back to the object, whatever its number contains."""
    async with opened() as caller:
        made = await caller.customer(CustomerNumber="A/å-1")
        assert made["@url"] == f"{caller.server.url}/3/customers/A%2F%C3%A5-1"
        path = made["@url"].removeprefix(caller.server.url)
        assert (await caller.get(path)).one["CustomerNumber"] == "A/å-1"


@pytest.mark.asyncio
async def test_lists_begin_with_their_meta_information() -> None:
    """One published client depends on MetaInformation coming first."""
    async with opened() as caller:
        empty = await caller.get("/3/customers")
        assert list(empty.json) == ["MetaInformation", "Customers"]
        assert empty.json == {
            "MetaInformation": {"@TotalResources": 0, "@TotalPages": 0, "@CurrentPage": 1},
            "Customers": [],
        }


@pytest.mark.asyncio
async def test_new_customer_has_the_recorded_defaults() -> None:
    """Null and empty text are told apart exactly as recorded (6.2)."""
    async with opened() as caller:
        made = await caller.customer(Phone1="0700-000000", SalesAccount="3001")
        null = "Address1 Address2 City ZipCode Country CountryCode DeliveryName VisitingCity Phone2 Fax GLN GLNDelivery"
        null += " Comments CostCenter ExternalReference InvoiceAdministrationFee InvoiceDiscount InvoiceFreight"
        empty = "Email EmailInvoice EmailOrderBCC InvoiceRemark OrganisationNumber OurReference YourReference Project"
        empty += " TermsOfDelivery TermsOfPayment VATNumber WayOfDelivery WWW"
        assert {made[name] for name in null.split()} == {None}
        assert {made[name] for name in empty.split()} == {""}
        assert (made["Currency"], made["Active"], made["Type"], made["VATType"]) == ("SEK", True, "COMPANY", "SEVAT")
        assert (made["PriceList"], made["ShowPriceVATIncluded"]) == ("A", False)
        assert set(made["DefaultDeliveryTypes"].values()) == {"PRINT"}
        assert set(made["DefaultTemplates"].values()) == {"DEFAULTTEMPLATE"}
        assert (made["CustomerNumber"], made["SalesAccount"]) == ("1", 3001)
        item = (await caller.get("/3/customers")).json["Customers"][0]
        assert (item["Phone"], "Phone1" in item, "Type" in item) == ("0700-000000", False, False)


@pytest.mark.asyncio
async def test_new_invoice_has_the_recorded_defaults() -> None:
    """Strings, numbers, booleans, null and empty text as recorded for a new invoice (1.7 and 6.5)."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice(InvoiceRows=[])
        null = "DeliveryDate LastRemindDate FinalPayDate TaxReduction TimeBasisReference VoucherNumber VoucherSeries"
        assert {made[name] for name in (null + " VoucherYear").split()} == {None}
        empty = "InvoicePeriodStart InvoicePeriodEnd Comments Remarks YourReference ExternalInvoiceReference1"
        assert {made[name] for name in empty.split()} == {""}
        references = "InvoiceReference OfferReference OrderReference CreditInvoiceReference"
        assert {made[name] for name in references.split()} == {"0"}
        assert (made["Credit"], made["ContractReference"], made["Labels"], made["Reminders"]) == ("false", 0, [], 0)
        assert [made[name] for name in ("Booked", "Cancelled", "Sent", "VATIncluded")] == [False] * 4
        assert (made["Language"], made["PrintTemplate"], made["PriceList"]) == ("SV", "st", "A")
        assert (made["AccountingMethod"], made["WarehouseReady"], made["TaxReductionType"]) == ("ACCRUAL", True, "none")
        assert made["EDIInformation"]["EDIStatus"] == ""
        assert made["EmailInformation"]["EmailSubject"] == "Faktura {no} bifogas"
        assert (made["InvoiceDate"], made["DueDate"], made["OutboundDate"]) == (
            "2026-03-10",
            "2026-04-09",
            "2026-03-10",
        )
        item = (await caller.get("/3/invoices")).json["Invoices"][0]
        assert (made["CurrencyRate"], item["CurrencyRate"]) == (1, "1")
        assert "InvoiceRows" not in item


@pytest.mark.asyncio
async def test_row_quantities_are_strings_and_prices_numbers() -> None:
    """The irregularities of 1.7 within a row."""
    async with opened() as caller:
        await caller.customer()
        row = (await caller.invoice(InvoiceRows=[{"DeliveredQuantity": 2, "Price": "10.5"}]))["InvoiceRows"][0]
        assert (row["DeliveredQuantity"], row["Price"], row["Total"]) == ("2", Decimal("10.5"), 21)
        assert (row["ContributionValue"], row["ContributionPercent"]) == ("21", "100")
        assert (row["AccountNumber"], row["Discount"], row["DiscountType"]) == (3001, 0, "PERCENT")
        assert (row["HouseWork"], row["HouseWorkType"], row["HouseWorkHoursToReport"]) == (False, None, None)
        assert (row["Unit"], row["CostCenter"], row["Project"]) == ("", "", "")
        assert (row["VATCode"], row["StockPointCode"], isinstance(row["RowId"], int)) == (None, None, True)


@pytest.mark.capability("f99")
@pytest.mark.asyncio
async def test_validation_errors_are_lower_case_and_not_found_is_capitalised() -> None:
    """Error keys change case between 400 and 404 (4.1)."""
    async with opened() as caller:
        refused = await caller.call("POST", "/3/customers", {"Customer": {}})
        missing = await caller.get("/3/customers/99")
        assert list(refused.json["ErrorInformation"]) == ["error", "message", "code"]
        assert missing.json["ErrorInformation"] == {"Error": 1, "Message": "Kan inte hitta kunden.", "Code": 2000433}
        assert (await caller.get("/3/invoices/99")).json["ErrorInformation"]["Code"] == 2000434


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 2002115),
        (b'{"Customer": {"Name": NaN}}', 2002115),
        (b'{"Customer": {"Name": "\xff"}}', 2002115),
        (b"[" * 100_000, 2002115),
        (b" ", 2001392),
        (b"[]", 2001392),
        (b'{"Customer": []}', 2001392),
        (b'{"Kund": {"Name": "x"}}', 2001392),
        (b'{"Customer": {"Name": "x"}, "Extra": 1}', 2001399),
    ],
)
async def test_unusable_bodies_are_refused(body: bytes, code: int) -> None:
    """Syntax errors, empty bodies and wrong envelopes have codes of their own; nothing is created."""
    async with opened() as caller:
        reply = await caller.call("POST", "/3/customers", body)
        assert (reply.status, reply.code) == (400, code)
        assert await caller.names() == []


@pytest.mark.asyncio
async def test_content_type_and_accept_are_checked() -> None:
    """Another Content-Type is 1000031, another Accept 1000030; `*/*` passes (1.2)."""
    async with opened() as caller:
        body = {"Customer": {"Name": "x"}}
        assert (await caller.call("POST", "/3/customers", body, **{"Content-Type": "text/plain"})).code == 1000031
        assert (await caller.call("GET", "/3/customers", Accept="application/pdf")).code == 1000030
        assert (await caller.call("GET", "/3/customers", Accept="*/*")).status == 200
        utf8 = {"Content-Type": "application/json; charset=utf-8"}
        assert (await caller.call("POST", "/3/customers", body, **utf8)).status == 201


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/3/contacts"),
        ("GET", "/3/labels/1"),
        ("GET", "/3/settings"),
        ("GET", "/3/settings/company/1"),
        ("GET", "/3/"),
        ("GET", "/api/time/registrations-v2"),
        ("DELETE", "/3/invoices/1"),
        ("DELETE", "/3/termsofdeliveries/EXW"),
        ("PUT", "/3/offers/1/warehouseready"),
        ("PUT", "/3/invoices/1/email"),
        ("GET", "/3/orders/1/einvoice"),
        ("POST", "/3/companyinformation"),
    ],
)
async def test_everything_else_is_an_unknown_route(method: str, path: str) -> None:
    """What the simulator does not have answers 404 with 2000764."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        reply = await caller.call(method, path)
        assert (reply.status, reply.json["ErrorInformation"]["Code"]) == (404, 2000764)


@pytest.mark.asyncio
async def test_company_information_carries_the_tenant_id_as_a_number() -> None:
    """`DatabaseNumber` is an integer here (1.7)."""
    async with opened() as caller:
        card = (await caller.get("/3/companyinformation")).one
        assert (card["DatabaseNumber"], card["OrganizationNumber"]) == (1001, "555555-5555")
