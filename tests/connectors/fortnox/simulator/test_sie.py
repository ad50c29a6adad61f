"""SIE files of types 1 to 4: what they hold, their code page and their headers (Fortnox facts, 1.2 and 6.13)."""

import re
from decimal import Decimal

import aiohttp
import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, opened
from tests.connectors.fortnox.simulator.ledger import post, post_voucher, put, put_in

_TRANSACTION = re.compile(r"#TRANS (\d+) \{.*?\} (-?[\d.]+)")


async def _read(caller: Caller, kind: int, query: str = "") -> tuple[aiohttp.ClientResponse, list[str]]:
    headers = {"Authorization": f"Bearer {caller.token}"}
    async with caller.session.get(f"{caller.server.url}/3/sie/{kind}{query}", headers=headers) as response:
        return response, (await response.read()).decode("cp437").split("\r\n")


async def _project(caller: Caller) -> None:
    """Book something on an account with a name that only the right code page reads."""
    await post(caller, "accounts", "Account", {"Number": 3055, "Description": 'Löner "åäö"', "SRU": 7410})
    rows = [{"Account": 1910, "Debit": "99.50"}, {"Account": 3055, "Credit": "99.50"}]
    reply = await post_voucher(caller, Description="Växel å", VoucherRows=rows)
    assert reply.status == 201, reply.text


@pytest.mark.asyncio
@pytest.mark.capability("001-14")
async def test_type_four_holds_accounts_balances_and_balanced_vouchers() -> None:
    """Every transaction of the year is in the file, each voucher adds up to 0, letters survive the code page."""
    async with opened() as caller:
        await put(caller, "accounts/1930", "Account", {"BalanceBroughtForward": "500.25"})
        await post_voucher(caller)
        await _project(caller)
        await post_voucher(caller, TransactionDate="2025-12-31")
        response, lines = await _read(caller, 4)
        assert response.headers["Content-Transfer-Encoding"] == "binary"
        assert response.headers["Content-Disposition"] == "attachment; filename=sie4.se"
        assert lines[:7] == [
            "#FLAGGA 0", '#PROGRAM "Fortnox" "simulator"', "#FORMAT PC8", "#GEN 20260310", "#SIETYP 4",
            "#ORGNR 555555-5555", '#FNAMN "Simulatorbolaget AB"',
        ]  # fmt: skip
        assert {"#RAR 0 20260101 20261231", "#RAR -1 20250101 20251231", "#SRU 3055 7410"} <= set(lines)
        assert '#KONTO 3055 "Löner \\"åäö\\""' in lines
        assert {"#IB 0 1930 500.25", "#UB 0 1930 500.25", "#UB 0 1910 1349.5", "#RES 0 3001 -1000"} <= set(lines)
        assert {"#UB -1 1910 1250", "#RES -1 3001 -1000"} <= set(lines)
        assert [line for line in lines if line.startswith("#VER")] == [
            '#VER "A" 1 20260310 "Dagskassa"', '#VER "A" 2 20260310 "Växel å"',
        ]  # fmt: skip
        moved = [(int(number), Decimal(amount)) for number, amount in _TRANSACTION.findall("\n".join(lines))]
        assert moved[:3] == [(1910, Decimal(1250)), (3001, Decimal(-1000)), (2611, Decimal(-250))]
        assert sum(amount for _number, amount in moved) == 0


@pytest.mark.asyncio
async def test_each_type_holds_what_it_is_for() -> None:
    """Type 1 has balances, 2 adds months, 3 objects, 4 vouchers; the year follows the query."""
    async with opened() as caller:
        await post_voucher(caller)
        files = {kind: "\n".join((await _read(caller, kind))[1]) for kind in (1, 2, 3, 4)}
        assert {kind for kind, text in files.items() if "#UB 0 1910 1250" in text} == {1, 2, 3, 4}
        assert {kind for kind, text in files.items() if "#PSALDO 0 202603 1910 {} 1250" in text} == {2, 3}
        assert {kind for kind, text in files.items() if '#DIM 1 "Kostnadsställe"' in text} == {3, 4}
        assert {kind for kind, text in files.items() if "#VER" in text} == {4}
        await post_voucher(caller, TransactionDate="2025-05-05")
        assert '#VER "A" 1 20250505 "Dagskassa"' in (await _read(caller, 4, "?financialYear=25"))[1]


@pytest.mark.asyncio
async def test_other_types_years_and_tokens_are_refused() -> None:
    """There is no type 5, no year without an end, and no file without the scope."""
    async with opened() as caller:
        assert (await caller.get("/3/sie/5")).status == 404
        assert (await caller.get("/3/sie/4?financialyear=99")).code == 2999150
        assert (await caller.call("POST", "/3/sie/4", {"SIE": {}})).status == 404
    async with opened(CompanySettings(rate_limit=0, scopes=("invoice",))) as caller:
        assert (await caller.get("/3/sie/4")).status == 403


@pytest.mark.asyncio
async def test_cost_centers_are_objects_of_dimension_one() -> None:
    """They stand in the register, on the transactions and, per month, in type 3."""
    async with opened() as caller:
        put_in(caller, "cost_centers", "NORD", Code="NORD", Description="Norra", Active=True)
        await post_voucher(caller, CostCenter="NORD")
        lines = (await _read(caller, 4))[1]
        assert {'#OBJEKT 1 "NORD" "Norra"', '#TRANS 1910 {1 "NORD"} 1250 20260310 ""'} <= set(lines)
        periods = (await _read(caller, 3))[1]
        assert {"#PSALDO 0 202603 1910 {} 1250", '#PSALDO 0 202603 1910 {1 "NORD"} 1250'} <= set(periods)
