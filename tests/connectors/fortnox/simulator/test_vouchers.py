"""Vouchers over REST: written, found, refused, and those of documents (Fortnox facts, 6.13)."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.company import Moment, Record, open_company
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.manual_vouchers import create
from connectors.fortnox.simulator.money import to_ore
from connectors.fortnox.simulator.settings import SCOPES
from tests.connectors.fortnox.simulator.caller import Caller, opened
from tests.connectors.fortnox.simulator.ledger import CASH, account, post, post_voucher, put

_NOW = Moment(datetime(2026, 3, 10, 12, tzinfo=UTC))
_ROWS = st.lists(
    st.tuples(
        st.sampled_from([1910, 1930, 3001, 2611, 4000]),
        st.sampled_from(["Debit", "Credit"]),
        st.decimals(min_value=0, max_value=10**9, places=3),
    ),
    min_size=1,
    max_size=6,
)


@given(rows=_ROWS, balances=st.booleans())
def test_a_voucher_is_written_exactly_when_it_balances(rows: list[tuple[int, str, Decimal]], balances: bool) -> None:
    """Debit equals credit in every voucher kept, to the öre, and the accounts together carry nothing."""
    company = open_company(CompanySettings(), _NOW.now)
    sent: list[dict[str, Any]] = [{"Account": number, side: amount} for number, side, amount in rows]
    if balances:
        sent += [{"Account": number, {"Debit": "Credit", "Credit": "Debit"}[side]: one} for number, side, one in rows]
    moved = sum(to_ore(amount) * (1 if side == "Debit" else -1) for _number, side, amount in rows)
    if moved and not balances:
        with pytest.raises(ApiError) as refused:
            create(company, {**CASH, "VoucherRows": sent}, _NOW)
        assert refused.value.code == 2999161
        assert company.vouchers == {}
        return
    record = create(company, {**CASH, "VoucherRows": sent}, _NOW)
    sums = [sum(row[side] for row in record.data["VoucherRows"]) for side in ("Debit", "Credit")]
    assert sums[0] == sums[1]
    assert sum(one.data["BalanceCarriedForward"] for one in company.chart(26).values()) == 0


@pytest.mark.asyncio
@pytest.mark.capability("001-14")
async def test_a_voucher_is_written_and_read_by_series_number_and_year() -> None:
    """The number is the next of series and year; the year follows from the date, whatever the query says."""
    async with opened() as caller:
        made = (await post_voucher(caller, Comments="Kassa 1")).one
        assert (made["VoucherSeries"], made["VoucherNumber"], made["Year"]) == ("A", 1, 26)
        assert (made["ReferenceType"], made["ReferenceNumber"], made["ApprovalState"]) == ("MANUAL", "", 0)
        assert (await post_voucher(caller)).one["VoucherNumber"] == 2
        old = await caller.call(
            "POST", "/3/vouchers?financialyear=26", {"Voucher": {**CASH, "TransactionDate": "2020-05-05"}}
        )
        assert (old.one["Year"], old.one["VoucherNumber"]) == (20, 1)
        read = (await caller.get("/3/vouchers/A/1?financialyear=26")).one
        assert [(row["Account"], row["Debit"], row["Credit"]) for row in read["VoucherRows"]] == [
            (1910, 1250, 0), (3001, 0, 1000), (2611, 0, 250),
        ]  # fmt: skip
        assert read["VoucherRows"][0]["Removed"] is False
        assert (await caller.get("/3/vouchers/A/1")).one["TransactionDate"] == "2026-03-10"
        assert (await caller.get("/3/vouchers/A/1?financialyear=20")).one["TransactionDate"] == "2020-05-05"
        missing = await caller.get("/3/vouchers/A/2?financialyear=20")
        assert (missing.status, missing.code) == (404, 2999165)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Description": None}, 2000204),
        ({"TransactionDate": None}, 2000204),
        ({"VoucherSeries": None}, 2000204),
        ({"VoucherRows": []}, 2000204),
        ({"VoucherRows": {}}, 2000204),
        ({"VoucherRows": "x"}, 2001392),
        ({"VoucherRows": [{"Account": 1910, "Debit": 1}]}, 2999161),
        ({"VoucherRows": [{"Account": 1910, "Debit": 1, "Credit": 1}]}, 2999166),
        ({"VoucherRows": [{"Account": 1910, "Debit": -1}, {"Account": 1930, "Credit": -1}]}, 2999166),
        ({"VoucherRows": [{"Account": 1911, "Debit": 1}, {"Account": 1930, "Credit": 1}]}, 2000423),
        ({"VoucherRows": [{"Account": 1910, "Debit": 1, "VAT": 25}]}, 2001399),
        ({"VoucherRows": [{"Account": 1910, "Debit": 10**14}]}, 2000107),
        ({"VoucherSeries": "B"}, 2999162),
        ({"VoucherSeries": "X"}, 2999163),
        ({"TransactionDate": "2026-01-31"}, 2000401),
        ({"Year": 25}, 2001399),
        ({"VoucherNumber": 7}, 2001399),
        ({"Project": "P1"}, 2001161),
        ({"CostCenter": "NORD"}, 2999156),
    ],
)
async def test_refused_vouchers(fields: dict[str, Any], code: int) -> None:
    """Each refusal has its code, writes nothing and takes no number."""
    async with opened() as caller:
        await caller.control("POST", "settings", {"locked_until": "2026-01-31"})
        reply = await post_voucher(caller, **fields)
        assert (reply.status, reply.code) == (400, code)
        assert (await caller.state())["vouchers"] == []
        assert (await caller.get("/3/voucherseries/A")).one["NextVoucherNumber"] == 1


def _put_cost_center(company_records: dict[str, Record], code: str, active: bool) -> None:
    company_records[code] = Record({"Code": code, "Description": code, "Active": active}, _NOW.now)


def test_cost_centers_follow_the_accounts_rules() -> None:
    """Mandatory 2000946, inactive 2000947, not allowed an invented code; a row takes the voucher's."""
    company = open_company(CompanySettings(), _NOW.now)
    _put_cost_center(company.records_of("cost_centers"), "NORD", active=True)
    _put_cost_center(company.records_of("cost_centers"), "VAST", active=False)
    cash = company.chart(26)["1910"]
    cash.data = cash.data | {"CostCenterSettings": "MANDATORY"}
    for sent, code in (({}, 2000946), ({"CostCenter": "VAST"}, 2000947)):
        with pytest.raises(ApiError) as refused:
            create(company, {**CASH, **sent}, _NOW)
        assert refused.value.code == code
    made = create(company, {**CASH, "CostCenter": "NORD"}, _NOW)
    assert {row["CostCenter"] for row in made.data["VoucherRows"]} == {"NORD"}
    cash.data = cash.data | {"CostCenterSettings": "NOTALLOWED"}
    with pytest.raises(ApiError) as refused:
        create(company, {**CASH, "CostCenter": "NORD"}, _NOW)
    assert refused.value.code == 2999155


@pytest.mark.asyncio
async def test_an_inactive_account_refuses_the_voucher() -> None:
    """2000550."""
    async with opened() as caller:
        await put(caller, "accounts/1910", "Account", {"Active": False})
        assert (await post_voucher(caller)).code == 2000550


async def _found(caller: Caller, query: str, path: str = "vouchers") -> list[str]:
    reply = await caller.get(f"/3/{path}{query}")
    assert reply.status == 200, reply.text
    return [f"{one['VoucherSeries']}{one['VoucherNumber']}" for one in reply.json["Vouchers"]]


@pytest.mark.asyncio
@pytest.mark.capability("001-14")
async def test_vouchers_are_found_by_series_date_change_and_year() -> None:
    """Lists are thin: they lack the rows. Without a year today's is meant."""
    async with opened() as caller:
        await post(caller, "voucherseries", "VoucherSeries", {"Code": "X", "Description": "Bryggan", "Manual": True})
        for series, day in (("A", "2026-03-01"), ("X", "2026-03-05"), ("A", "2026-03-09"), ("A", "2025-03-01")):
            assert (await post_voucher(caller, VoucherSeries=series, TransactionDate=day)).status == 201
        assert await _found(caller, "") == ["A1", "A2", "X1"]
        assert await _found(caller, "?financialyear=25") == ["A1"]
        assert await _found(caller, "?voucherseries=X") == ["X1"]
        assert await _found(caller, "?fromdate=2026-03-02&todate=2026-03-08") == ["X1"]
        assert await _found(caller, "", "vouchers/sublist") == ["A1", "A2", "X1"]
        assert await _found(caller, "", "vouchers/sublist/A") == ["A1", "A2"]
        caller.clock.move(120)
        await post_voucher(caller)
        assert await _found(caller, "?lastmodified=2026-03-10+13:02") == ["A3"]
        (item, *_) = (await caller.get("/3/vouchers?voucherseries=X")).json["Vouchers"]
        assert "VoucherRows" not in item
        assert (await caller.call("POST", "/3/vouchers/sublist", {"Voucher": CASH})).status == 404


@pytest.mark.asyncio
@pytest.mark.capability("001-19")
async def test_what_booking_writes_is_a_voucher_like_any_other() -> None:
    """Invoice and payment have their vouchers in B and C, readable by the keys that the documents hold."""
    async with opened() as caller:
        await caller.customer()
        invoice = await caller.booked()
        await caller.post_payment(InvoiceNumber=1, AmountCurrency=125)
        payment = (await caller.call("PUT", "/3/invoicepayments/1/bookkeep")).one
        for document, kind in ((invoice, "INVOICE"), (payment, "INVOICEPAYMENT")):
            path = f"/3/vouchers/{document['VoucherSeries']}/{document['VoucherNumber']}"
            voucher = (await caller.get(f"{path}?financialyear={document['VoucherYear']}")).one
            assert (voucher["ReferenceType"], voucher["ReferenceNumber"]) == (kind, "1")
            assert sum(row["Debit"] - row["Credit"] for row in voucher["VoucherRows"]) == 0
        assert (await account(caller, 1930))["BalanceCarriedForward"] == 125
        assert (await account(caller, 1510))["BalanceCarriedForward"] == 0


@pytest.mark.asyncio
async def test_series_show_their_next_number_per_year() -> None:
    """Next number and year follow the query; only a manual series takes vouchers from outside."""
    async with opened() as caller:
        await post_voucher(caller)
        assert (await caller.get("/3/voucherseries/A")).one["NextVoucherNumber"] == 2
        await caller.get("/3/financialyears?date=2025-01-01")
        await post_voucher(caller, TransactionDate="2025-01-01")
        await post_voucher(caller, TransactionDate="2025-01-02")
        other = (await caller.get("/3/voucherseries/A?financialyear=25")).one
        assert (other["NextVoucherNumber"], other["Year"]) == (3, 25)
        listed = (await caller.get("/3/voucherseries")).json["VoucherSeriesCollection"]
        assert [(one["Code"], one["Manual"]) for one in listed][:2] == [("A", True), ("B", False)]
        assert (await put(caller, "voucherseries/B", "VoucherSeries", {"Manual": True})).one["Manual"] is True
        assert (await post_voucher(caller, VoucherSeries="B")).status == 201
        assert (await put(caller, "voucherseries/B", "VoucherSeries", {"Code": "Z"})).code == 2001399
        again = await caller.call("POST", "/3/voucherseries", {"VoucherSeries": {"Code": "B", "Description": "x"}})
        assert again.code == 2999164


@pytest.mark.asyncio
async def test_vouchers_are_deleted_only_with_the_scope_of_old() -> None:
    """Without `deletevoucher` 403; with it the accounts move back and the number is not given again."""
    async with opened() as caller:
        await post_voucher(caller)
        refused = await caller.call("DELETE", "/3/vouchers/A/1?financialyear=26")
        assert (refused.status, refused.code) == (403, 2000663)
    async with opened(CompanySettings(rate_limit=0, scopes=(*SCOPES, "deletevoucher"))) as caller:
        await post_voucher(caller)
        await caller.customer()
        await caller.booked()
        assert (await caller.call("DELETE", "/3/vouchers/A/1?financialyear=26")).status == 204
        assert (await account(caller, 1910))["BalanceCarriedForward"] == 0
        assert (await post_voucher(caller)).one["VoucherNumber"] == 2
        assert (await caller.call("DELETE", "/3/vouchers/B/1?financialyear=26")).code == 2999167
        assert (await put(caller, "vouchers/A/2", "Voucher", {"Description": "x"})).status == 404


@pytest.mark.asyncio
async def test_numbers_have_no_gaps_when_vouchers_come_at_once() -> None:
    """Twenty at the same time are numbered 1 to 20."""
    async with opened() as caller:
        made = await asyncio.gather(*(post_voucher(caller) for _ in range(20)))
        assert sorted(one.one["VoucherNumber"] for one in made) == list(range(1, 21))
