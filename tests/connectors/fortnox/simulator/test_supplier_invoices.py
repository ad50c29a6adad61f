"""Supplier invoices: rows and their balance, the way to the books, credits (Fortnox facts, 6.10)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.company import Company, Moment, Record, open_company
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.supplier_invoice_actions import bookkeep, credit
from connectors.fortnox.simulator.supplier_invoices import create, supplier_invoices
from connectors.fortnox.simulator.wire import decimal_text
from tests.connectors.fortnox.simulator.caller import Caller, opened
from tests.connectors.fortnox.simulator.ledger import account, put
from tests.connectors.fortnox.simulator.purchases import BILL, booked_bill, post_bill, with_supplier

_NOW = Moment(datetime(2026, 3, 10, 12, tzinfo=UTC))
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "Account": st.sampled_from([4000, 6570, 6991]),
            "DebitCurrency": st.decimals(min_value="0.01", max_value=10**8, places=2),
        }
    ),
    min_size=1,
    max_size=6,
)


def _company() -> Company:
    company = open_company(CompanySettings(), _NOW.now)
    company.records_of("suppliers")["1"] = Record({"SupplierNumber": "1", "Name": "Grossist AB"}, _NOW.now)
    return company


@given(
    rows=_ROWS,
    vat=st.decimals(min_value="0.01", max_value=10**6, places=2),
    off=st.decimals(min_value="-5", max_value="5", places=2),
    currency=st.sampled_from(["SEK", "EUR", "NOK"]),
)
def test_a_supplier_invoice_is_the_sum_of_its_rows_or_is_refused(
    rows: list[dict[str, Any]], vat: Decimal, off: Decimal, currency: str
) -> None:
    """Total, VAT and debt fit the rows to the öre, booked and credited they balance; a Total beside them is refused."""
    company, total = _company(), sum((row["DebitCurrency"] for row in rows), vat)
    coded = [*rows, {"Account": 2641, "Code": "VAT", "DebitCurrency": vat}]
    sent = {"SupplierNumber": "1", "SupplierInvoiceRows": coded, "Total": str(total + off), "Currency": currency}
    if off:
        with pytest.raises(ApiError) as refused:
            create(company, sent, _NOW)
        assert refused.value.code == 2000755
        assert not supplier_invoices(company)
        return
    record = create(company, sent, _NOW)
    assert (record.data["Total"], record.data["VAT"]) == (decimal_text(total), decimal_text(vat))
    bookkeep(company, record, _NOW)
    credit(company, record, _NOW)
    turned = supplier_invoices(company)["2"]
    bookkeep(company, turned, _NOW)
    assert (record.data["Balance"], turned.data["Balance"]) == ("0", "0")
    for voucher in company.vouchers.values():
        sides = [sum(row[side] for row in voucher.data["VoucherRows"]) for side in ("Debit", "Credit")]
        assert sides[0] == sides[1] > 0
    assert {one.data["BalanceCarriedForward"] for one in company.chart(26).values()} == {Decimal(0)}


@pytest.mark.asyncio
@pytest.mark.capability("001-06")
async def test_the_server_adds_the_debt_row_and_money_is_text() -> None:
    """Two rows sent, three returned; number and dates are the server's; amounts come as texts (1.7)."""
    async with with_supplier() as caller:
        made = (await post_bill(caller)).one
        assert (made["GivenNumber"], made["SupplierName"], made["InvoiceNumber"]) == ("1", "Grossist AB", "2026-4471")
        assert [(row["Code"], row["Account"], row["Debit"], row["Credit"]) for row in made["SupplierInvoiceRows"]] == [
            ("TOT", 2440, 0, 1250), ("", 4000, 1000, 0), ("VAT", 2641, 250, 0),
        ]  # fmt: skip
        assert [made[name] for name in ("Total", "VAT", "Balance", "CurrencyRate")] == ["1250", "250", "1250", "1"]
        assert (made["InvoiceDate"], made["DueDate"]) == ("2026-03-10", "2026-04-09")
        assert (made["Booked"], made["Credit"], made["CreditReference"], made["Vouchers"]) == (False, False, 0, [])
        assert made["SupplierInvoiceRows"][2]["AccountDescription"] == "Debiterad ingående moms"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"SupplierNumber": None}, 2000204),
        ({"SupplierNumber": "9"}, 2999168),
        ({"Total": "1251"}, 2000755),
        ({"VAT": "200"}, 2000755),
        (
            {"SupplierInvoiceRows": [{"Account": 2440, "Code": "TOT", "Credit": 1250}, {"Account": 4000, "Debit": 1}]},
            2000755,
        ),
        ({"SupplierInvoiceRows": [{"Account": 4444, "Debit": 1250}]}, 2000423),
        ({"SupplierInvoiceRows": [{"Account": 4000, "Debit": 1250, "Credit": 3}]}, 2999166),
        ({"SupplierInvoiceRows": [{"ArticleNumber": "A1", "Quantity": 1, "Price": 2}]}, 2001302),
        ({"SupplierInvoiceRows": [{"Account": 4000, "Debit": 1250, "Code": "XXX"}]}, 2999016),
        ({"SupplierInvoiceRows": [{"Account": 4000, "Debit": 1250, "RowId": 1}]}, 2001399),
        ({"SupplierInvoiceRows": "x"}, 2001392),
        ({"Currency": "XXX"}, 2000427),
        ({"CurrencyRate": "0"}, 2000108),
        ({"InvoiceNumber": "x" * 65}, 2000107),
        ({"GivenNumber": "7"}, 2001399),
        ({"Vouchers": [{"Number": 1}]}, 2001399),
        ({"Balance": "1"}, 2001399),
        ({"VATType": "OTHER"}, 2999016),
    ],
)
async def test_refused_supplier_invoices(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code and records nothing."""
    async with with_supplier() as caller:
        reply = await post_bill(caller, **fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["supplier_invoices"] == []


@pytest.mark.asyncio
async def test_reverse_charge_needs_codes_on_its_vat_rows() -> None:
    """Without `Code` 2003115; with it the two VAT rows cancel each other out."""
    async with with_supplier() as caller:
        rows: list[dict[str, Any]] = [
            {"Account": 4000, "Debit": 1000}, {"Account": 2614, "Credit": 250}, {"Account": 2647, "Debit": 250},
        ]  # fmt: skip
        reverse = {"VATType": "REVERSE", "Total": "1000", "VAT": "0"}
        assert (await post_bill(caller, SupplierInvoiceRows=rows, **reverse)).code == 2003115
        coded = [rows[0], *({**row, "Code": "VAT"} for row in rows[1:])]
        made = await post_bill(caller, SupplierInvoiceRows=coded, **reverse)
        assert (made.status, made.one["VAT"], made.one["Total"]) == (201, "0", "1000")


@pytest.mark.asyncio
async def test_rows_by_article_and_an_invoice_without_rows() -> None:
    """Quantity times price is the debit on the article's purchase account; without rows cost and VAT are made."""
    async with with_supplier() as caller:
        await caller.article(ArticleNumber="A1", Unit="st")
        bought = {"ArticleNumber": "A1", "Quantity": 3, "Price": "33.35"}
        made = (await post_bill(caller, SupplierInvoiceRows=[bought], Total=None, VAT=None)).one
        row = made["SupplierInvoiceRows"][1]
        assert (row["Account"], str(row["Debit"]), row["Unit"], str(row["Total"])) == (4000, "100.05", "st", "100.05")
        assert made["Total"] == "100.05"
        plain = (await post_bill(caller, SupplierInvoiceRows=None)).one
        assert [(row["Code"], row["Debit"] - row["Credit"]) for row in plain["SupplierInvoiceRows"]] == [
            ("TOT", -1250), ("", 1000), ("VAT", 250),
        ]  # fmt: skip


@pytest.mark.asyncio
async def test_foreign_amounts_are_kept_in_both_currencies() -> None:
    """The total is in the invoice's currency, debit and credit in kronor at its rate and unit."""
    async with with_supplier() as caller:
        rows = [{"Account": 4000, "DebitCurrency": 100}]
        made = (await post_bill(caller, Currency="NOK", Total="100", VAT=None, SupplierInvoiceRows=rows)).one
        assert (made["Total"], made["CurrencyRate"], made["CurrencyUnit"]) == ("100", "96.5", 100)
        debt = made["SupplierInvoiceRows"][0]
        assert (str(debt["Credit"]), debt["CreditCurrency"]) == ("96.5", 100)
        changed = (await put(caller, "supplierinvoices/1", "SupplierInvoice", {"CurrencyRate": "97"})).one
        assert [row["Debit"] for row in changed["SupplierInvoiceRows"]] == [0, 97]


async def _act(caller: Caller, action: str, number: str = "1") -> Any:
    return await caller.act("supplierinvoices", action, number)


@pytest.mark.asyncio
@pytest.mark.capability("001-06")
async def test_the_way_to_the_books() -> None:
    """Approved, booked with a voucher of its own in D, approved for payment; then neither changed nor cancelled."""
    async with with_supplier() as caller:
        await post_bill(caller)
        changed = (await put(caller, "supplierinvoices/1", "SupplierInvoice", {"Comments": "Levererat"})).one
        assert (changed["Comments"], len(changed["SupplierInvoiceRows"]), changed["Total"]) == ("Levererat", 3, "1250")
        assert (await put(caller, "supplierinvoices/1", "SupplierInvoice", {"Total": "1300"})).code == 2000755
        assert (await _act(caller, "approvalpayment")).code == 2999172
        approved = await _act(caller, "approvalbookkeep")
        assert (approved.status, "AuthorizerName" in approved.one) == (200, False)
        assert (await caller.get("/3/supplierinvoices")).json["SupplierInvoices"][0]["AuthorizerName"] == "Simulator"
        assert (await _act(caller, "approvalbookkeep")).code == 2999173
        booked = (await _act(caller, "bookkeep")).one
        assert (booked["Booked"], booked["VoucherSeries"], booked["VoucherNumber"]) == (True, "D", 1)
        assert booked["Vouchers"] == [{"Number": 1, "ReferenceType": "SUPPLIERINVOICE", "Series": "D", "Year": 26}]
        voucher = (await caller.get("/3/vouchers/D/1?financialyear=26")).one
        assert (voucher["ReferenceType"], voucher["ReferenceNumber"]) == ("SUPPLIERINVOICE", "1")
        assert [(row["Account"], row["Debit"] - row["Credit"]) for row in voucher["VoucherRows"]] == [
            (2440, -1250), (4000, 1000), (2641, 250),
        ]  # fmt: skip
        assert (await _act(caller, "approvalpayment")).one["PaymentPending"] is True
        for refused in (await _act(caller, "bookkeep"), await _act(caller, "cancel")):
            assert (refused.status, refused.code) == (400, 2999170)
        assert (await put(caller, "supplierinvoices/1", "SupplierInvoice", {"Comments": "x"})).code == 2999170
        assert (await caller.call("DELETE", "/3/supplierinvoices/1")).status == 404


@pytest.mark.asyncio
async def test_approval_can_be_made_a_condition() -> None:
    """With the switch an invoice is booked only after its approval."""
    async with with_supplier(CompanySettings(rate_limit=0, supplier_invoices_need_approval=True)) as caller:
        await post_bill(caller)
        assert (await _act(caller, "bookkeep")).code == 2999174
        await _act(caller, "approvalbookkeep")
        assert (await _act(caller, "bookkeep")).status == 200


@pytest.mark.asyncio
async def test_a_locked_period_or_a_missing_year_stops_the_booking() -> None:
    """2000401 and the invented code; nothing is written."""
    async with with_supplier() as caller:
        await post_bill(caller)
        await caller.control("POST", "settings", {"locked_until": "2026-03-31"})
        assert (await _act(caller, "bookkeep")).code == 2000401
        await caller.control("POST", "settings", {"locked_until": None, "financial_years": [2025]})
        assert (await _act(caller, "bookkeep")).code == 2999018
        assert (await caller.state())["vouchers"] == []


@pytest.mark.asyncio
async def test_a_cancelled_one_owes_nothing_and_stays() -> None:
    """`Cancelled`, balance 0, found by its filter; it is neither booked nor cancelled again."""
    async with with_supplier() as caller:
        await post_bill(caller)
        cancelled = (await _act(caller, "cancel")).one
        assert (cancelled["Cancelled"], cancelled["Balance"]) == (True, "0")
        for action in ("cancel", "bookkeep", "approvalbookkeep"):
            assert (await _act(caller, action)).code == 2999171
        (item,) = (await caller.get("/3/supplierinvoices?filter=cancelled")).json["SupplierInvoices"]
        assert (item["Cancel"], "SupplierInvoiceRows" in item) == (True, False)


@pytest.mark.asyncio
@pytest.mark.capability("001-20")
async def test_a_credit_answers_with_the_original() -> None:
    """`CreditReference` of the original names the new one, which is unbooked, negative and turned around."""
    async with with_supplier() as caller:
        await post_bill(caller)
        assert (await _act(caller, "credit")).code == 2999172
        await _act(caller, "bookkeep")
        original = (await _act(caller, "credit")).one
        assert (original["GivenNumber"], original["CreditReference"], original["Balance"]) == ("1", 2, "1250")
        made = (await caller.get("/3/supplierinvoices/2")).one
        assert (made["Credit"], made["CreditReference"], made["Booked"]) == (True, 1, False)
        assert (made["Total"], made["VAT"], made["Balance"]) == ("-1250", "-250", "-1250")
        assert [row["Debit"] - row["Credit"] for row in made["SupplierInvoiceRows"]] == [1250, -1000, -250]
        assert (await _act(caller, "bookkeep", "2")).one["FinalPayDate"] == "2026-03-10"
        assert (await caller.get("/3/supplierinvoices/1")).one["Balance"] == "0"
        assert (await account(caller, 2440))["BalanceCarriedForward"] == 0
        assert (await _act(caller, "credit", "2")).code == 2999175
        assert (await _act(caller, "credit")).one["CreditReference"] == 3
        await caller.control("POST", "settings", {"allow_second_credit": False})
        assert (await _act(caller, "credit")).code == 2999176


@pytest.mark.asyncio
async def test_supplier_invoices_are_found_by_supplier_and_filter() -> None:
    """`suppliernumber` is exact; each filter shows its own."""
    async with with_supplier("1", "11") as caller:
        await booked_bill(caller)
        await post_bill(caller, SupplierNumber="11", DueDate="2026-03-01")
        await post_bill(caller, InvoiceDate="2026-01-01")

        async def found(query: str) -> list[str]:
            listed = (await caller.get(f"/3/supplierinvoices?{query}")).json["SupplierInvoices"]
            return [one["GivenNumber"] for one in listed]

        assert await found("suppliernumber=1") == ["1", "3"]
        assert await found("filter=unbooked") == await found("filter=authorizepending") == ["2", "3"]
        assert await found("filter=unpaid") == ["1"]
        assert await found("filter=unpaidoverdue") == await found("filter=fullypaid") == []
        await _act(caller, "bookkeep", "3")
        await _act(caller, "approvalpayment", "3")
        assert await found("filter=unpaidoverdue") == await found("filter=pendingpayment") == ["3"]
        assert (await caller.get("/3/supplierinvoices?filter=other")).code == 2000587


@pytest.mark.asyncio
async def test_supplier_invoices_need_their_scope() -> None:
    """403 without it."""
    async with opened(CompanySettings(rate_limit=0, scopes=("invoice",))) as caller:
        assert (await caller.call("POST", "/3/supplierinvoices", {"SupplierInvoice": BILL})).status == 403
