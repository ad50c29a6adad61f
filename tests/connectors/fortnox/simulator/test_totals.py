"""Totals, VAT per row or per rate, round-off, fees, currency and OCR (checklist 6 and 11)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.company import Moment, open_company
from connectors.fortnox.simulator.customers import create as create_customer
from connectors.fortnox.simulator.invoice_actions import bookkeep
from connectors.fortnox.simulator.invoices import INVOICE
from connectors.fortnox.simulator.ocr import ocr_number
from tests.connectors.fortnox.simulator.caller import UNLIMITED, opened

_NOW = Moment(datetime(2026, 3, 10, 12, tzinfo=UTC))
_MONEY = st.decimals(min_value=-100_000, max_value=100_000, places=2)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Description": st.just("Vara"),
            "DeliveredQuantity": st.decimals(min_value=-50, max_value=50, places=2).map(str),
            "Price": _MONEY,
            "VAT": st.sampled_from([25, 12, 6, 0]),
            "Discount": st.decimals(min_value=0, max_value=100, places=2),
            "DiscountType": st.sampled_from(["PERCENT", "AMOUNT"]),
        }
    ),
    max_size=6,
)


def _amounts(invoice: dict[str, Any], *names: str) -> list[Decimal]:
    return [Decimal(invoice[name]) for name in names]


@given(
    rows=_ROWS,
    freight=_MONEY,
    included=st.booleans(),
    rounding=st.sampled_from(["row", "rate"]),
    currency=st.sampled_from(["SEK", "EUR", "NOK"]),
    regime=st.sampled_from(["SEVAT", "SEREVERSEDVAT", "EXPORT"]),
)
def test_every_invoice_adds_up_and_its_voucher_balances(
    rows: list[dict[str, Any]],
    freight: Decimal,
    included: bool,
    rounding: Literal["row", "rate"],
    currency: str,
    regime: str,
) -> None:
    """Net, fees, VAT and round-off make the total to the öre, whatever the rows; debit equals credit."""
    company = open_company(CompanySettings(vat_rounding=rounding), _NOW.now)
    create_customer(company, {"Name": "Exempel AB", "VATType": regime}, _NOW)
    sent = {"CustomerNumber": "1", "VATIncluded": included, "Freight": freight, "Currency": currency}
    record = INVOICE.create(company, {**sent, "InvoiceRows": rows}, _NOW)
    net, fee, extra, vat, total, round_off = _amounts(
        record.data, "Net", "Freight", "AdministrationFee", "TotalVAT", "Total", "RoundOff"
    )
    assert net + fee + extra + vat + round_off == total
    assert abs(round_off) <= (Decimal("0.5") if currency == "SEK" else 0)
    bookkeep(company, record, _NOW)
    (voucher,) = (record.data for record in company.vouchers.values())
    debit, credit = (sum(row[side] for row in voucher["VoucherRows"]) for side in ("Debit", "Credit"))
    assert debit == credit


@given(rows=_ROWS)
def test_vat_per_row_and_per_rate_differ_by_less_than_an_ore_per_row(rows: list[dict[str, Any]]) -> None:
    """The switch moves rounding, never more."""
    totals = []
    for rounding in ("row", "rate"):
        company = open_company(CompanySettings(vat_rounding=rounding), _NOW.now)
        create_customer(company, {"Name": "Exempel AB"}, _NOW)
        totals.append(INVOICE.create(company, {"CustomerNumber": "1", "InvoiceRows": rows}, _NOW).data["TotalVAT"])
    assert abs(totals[0] - totals[1]) <= Decimal("0.01") * len(rows)


@pytest.mark.asyncio
async def test_the_documented_example_comes_out_to_the_ore() -> None:
    """Example 1 of 6.1: 10 x 159, VAT 25 %, freight 95."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice(Freight=95, InvoiceRows=[{"DeliveredQuantity": "10", "Price": 159, "VAT": 25}])
        names = ("Net", "FreightVAT", "TotalVAT", "Total", "RoundOff", "TotalToPay", "Balance", "Gross")
        expected = ["1590", "23.75", "421.25", "2106", "-0.25", "2106", "2106", "1590"]
        assert _amounts(made, *names) == [Decimal(amount) for amount in expected]


@pytest.mark.asyncio
async def test_vat_is_rounded_per_row_or_per_rate() -> None:
    """Three rows of 0.33 at 25 %: 3 x 0.08 per row, 0.25 per rate (item 11)."""
    rows = [{"DeliveredQuantity": 1, "Price": "0.33", "VAT": 25}] * 3
    async with opened() as caller:
        await caller.customer()
        per_row = await caller.invoice(InvoiceRows=rows)
        await caller.control("POST", "settings", {"vat_rounding": "rate"})
        per_rate = await caller.invoice(InvoiceRows=rows)
        assert _amounts(per_row, "TotalVAT") == [Decimal("0.24")]
        assert _amounts(per_rate, "TotalVAT") == [Decimal("0.25")]


@pytest.mark.asyncio
async def test_prices_including_vat() -> None:
    """With VATIncluded the row total holds VAT, and the net amounts are always net."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice(
            VATIncluded=True, InvoiceRows=[{"DeliveredQuantity": "3", "Price": 99, "VAT": 25}, {"Price": 0, "VAT": 6}]
        )
        row = made["InvoiceRows"][0]
        assert _amounts(row, "Total", "TotalExcludingVAT", "PriceExcludingVAT") == [
            Decimal("297"),
            Decimal("237.6"),
            Decimal("79.2"),
        ]
        assert _amounts(made, "Net", "TotalVAT", "Total") == [Decimal("237.6"), Decimal("59.4"), 297]


@pytest.mark.asyncio
async def test_a_discount_without_type_is_kronor() -> None:
    """`Discount` alone means AMOUNT on a new row; PERCENT must be said (gotcha 7)."""
    async with opened() as caller:
        await caller.customer()
        row = {"DeliveredQuantity": "2", "Price": 100, "VAT": 0}
        made = await caller.invoice(
            InvoiceRows=[{**row, "Discount": 10}, {**row, "Discount": 10, "DiscountType": "PERCENT"}, row]
        )
        rows = [(one["DiscountType"], one["Total"]) for one in made["InvoiceRows"]]
        assert rows == [("AMOUNT", 190), ("PERCENT", 180), ("PERCENT", 200)]
        assert _amounts(made, "Net", "Gross") == [570, 600]


@pytest.mark.asyncio
async def test_rounding_to_whole_kronor_is_a_company_setting_and_only_for_sek() -> None:
    """Half kronor round up; switched off, or in euro, nothing is rounded."""
    rows = [{"DeliveredQuantity": 1, "Price": "10.50", "VAT": 0}]
    async with opened() as caller:
        await caller.customer()
        rounded = await caller.invoice(InvoiceRows=rows)
        euro = await caller.invoice(InvoiceRows=rows, Currency="EUR")
        await caller.control("POST", "settings", {"round_to_whole_kronor": False})
        exact = await caller.invoice(InvoiceRows=rows)
        assert _amounts(rounded, "Total", "RoundOff") == [11, Decimal("0.5")]
        assert _amounts(euro, "Total", "RoundOff") == [Decimal("10.5"), 0]
        assert _amounts(exact, "Total", "RoundOff") == [Decimal("10.5"), 0]


@pytest.mark.asyncio
async def test_currency_takes_rate_and_unit_from_the_register() -> None:
    """The register's rate is the default, a sent one wins, and another currency brings its own."""
    async with opened() as caller:
        await caller.customer(Currency="NOK")
        card = await caller.invoice()
        sent = await caller.invoice(Currency="EUR", CurrencyRate=11.5)
        assert (card["Currency"], card["CurrencyRate"], card["CurrencyUnit"]) == ("NOK", Decimal("96.5"), 100)
        assert (sent["CurrencyRate"], sent["CurrencyUnit"]) == (Decimal("11.5"), 1)
        changed = await caller.call("PUT", "/3/invoices/2", {"Invoice": {"Currency": "SEK"}})
        assert (changed.one["CurrencyRate"], changed.one["CurrencyUnit"]) == (1, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("vat_type", "vat", "account"),
    [
        ("SEVAT", 25, 3001),
        ("SEREVERSEDVAT", 0, 3231),
        ("EUREVERSEDVAT", 0, 3108),
        ("EUVAT", 25, 3106),
        ("EXPORT", 0, 3105),
    ],
)
async def test_regime_of_the_card_gives_account_and_rate(vat_type: str, vat: int, account: int) -> None:
    """A silent row follows the customer's VAT type (6.1)."""
    async with opened() as caller:
        await caller.customer(VATType=vat_type)
        row = (await caller.invoice(InvoiceRows=[{"Price": 1, "DeliveredQuantity": 1}]))["InvoiceRows"][0]
        assert (row["VAT"], row["AccountNumber"]) == (vat, account)


@pytest.mark.asyncio
async def test_sent_account_and_rate_win_over_the_regime() -> None:
    """Row percentage and regime are independent; a rate alone picks its account, an account alone its rate."""
    async with opened() as caller:
        await caller.customer(VATType="SEREVERSEDVAT")
        await caller.customer()
        odd = await caller.invoice(InvoiceRows=[{"VAT": 25, "AccountNumber": 3001}])
        own = await caller.invoice(CustomerNumber="2", InvoiceRows=[{"VAT": 12}, {"AccountNumber": 3003}])
        zero = await caller.invoice(CustomerNumber="2", InvoiceRows=[{"AccountNumber": None, "VAT": 25}])
        pairs = [(row["VAT"], row["AccountNumber"]) for row in odd["InvoiceRows"] + own["InvoiceRows"]]
        assert pairs == [(25, 3001), (12, 3002), (6, 3003)]
        assert zero["InvoiceRows"][0]["AccountNumber"] == 0


@pytest.mark.asyncio
async def test_document_keeps_its_regime_while_new_rows_follow_the_live_card() -> None:
    """A later change of the card reaches only rows that a PUT adds (6.1)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(Freight=100, InvoiceRows=[{"Price": 1}])
        await caller.call("PUT", "/3/customers/1", {"Customer": {"VATType": "SEREVERSEDVAT"}})
        changed = await caller.call("PUT", "/3/invoices/1", {"Invoice": {"InvoiceRows": [{}, {"Price": 1}]}})
        assert [row["AccountNumber"] for row in changed.one["InvoiceRows"]] == [3001, 3231]
        assert changed.one["FreightVAT"] == 25


@pytest.mark.asyncio
async def test_invoice_copies_the_card_as_it_is_then() -> None:
    """Name, address, terms, references, freight and VATIncluded come from the card unless sent."""
    async with opened() as caller:
        await caller.customer(
            Address1="Gatan 1",
            OrganisationNumber="556677-8899",
            CountryCode="SE",
            TermsOfPayment="10",
            YourReference="Inköp",
            ShowPriceVATIncluded=True,
            InvoiceFreight="49",
            EmailInvoice="faktura@example.com",
        )
        made = await caller.invoice()
        copied = ("CustomerName", "Address1", "OrganisationNumber", "Country", "TermsOfPayment", "YourReference")
        assert [made[name] for name in copied] == [
            "Exempel AB",
            "Gatan 1",
            "556677-8899",
            "Sverige",
            "10",
            "Inköp",
        ]
        assert (made["VATIncluded"], made["Freight"], made["DueDate"]) == (True, 49, "2026-03-20")
        assert made["EmailInformation"]["EmailAddressTo"] == "faktura@example.com"
        explicit = await caller.invoice(VATIncluded=False, Freight=0, DueDate="2026-05-01", Country="Norway")
        assert (explicit["VATIncluded"], explicit["Freight"]) == (False, 0)
        assert (explicit["DueDate"], explicit["Country"]) == ("2026-05-01", "Norway")


@pytest.mark.parametrize(("number", "ocr"), [("1", "133"), ("18", "1842"), ("30", "3046"), ("203", "20354")])
def test_ocr_is_number_length_digit_and_check_digit(number: str, ocr: str) -> None:
    """The four checked numbers of 6.5."""
    assert ocr_number(number) == ocr


@pytest.mark.asyncio
async def test_today_is_the_day_in_stockholm() -> None:
    """Half past eleven at night in UTC is already tomorrow in Sweden."""
    async with opened(UNLIMITED) as caller:
        caller.clock.move(11.5 * 3600)
        await caller.log_in()
        await caller.customer()
        assert (await caller.invoice())["InvoiceDate"] == "2026-03-11"


@pytest.mark.asyncio
async def test_a_seeded_article_fills_a_row() -> None:
    """Description, unit, price, account and rate come from the article; what is sent overrides."""
    async with opened() as caller:
        await caller.customer()
        article = {"ArticleNumber": "A1", "Description": "Timme", "SalesPrice": 950, "Unit": "h", "VAT": 6}
        await caller.control("POST", "seed", {"articles": [{**article, "SalesAccount": 3003}]})
        made = await caller.invoice(InvoiceRows=[{"ArticleNumber": "A1", "DeliveredQuantity": 2, "Price": 900}])
        row = made["InvoiceRows"][0]
        assert (row["Description"], row["Unit"], row["Price"]) == ("Timme", "h", 900)
        assert (row["AccountNumber"], row["VAT"], row["Total"]) == (3003, 6, 1800)
