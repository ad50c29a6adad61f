"""What a write names in the company's registers: found in its body, judged by the copy, asked once before a hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Held, Write
from connectors.fortnox.prechecks import NAMED, Fault, Reference, check, fault_of, references_of
from connectors.fortnox.register_entries import months_of
from connectors.fortnox.table import RESOURCES
from connectors.reasons import SET_ELSEWHERE
from connectors.register import Fields, NothingKept
from tests.connectors.fortnox.stand import Stand, stand

INVOICE = {
    "Invoice": {
        "CustomerNumber": "7",
        "InvoiceDate": "2026-11-20",
        "Currency": "EUR",
        "PriceList": "A",
        "InvoiceRows": [
            {"AccountNumber": 3001, "VAT": 25, "CostCenter": "STHLM"},
            {"AccountNumber": 3001, "Project": "P1", "Price": 1},
        ],
    }
}
JUST_SO: list[tuple[Reference, Fields, str | None]] = [
    (Reference("accounts", "3001", "2026-11-20"), {"active": True}, None),
    (Reference("accounts", "3001", "2026-11-20"), {"active": False}, "account_inactive"),
    (Reference("cost_centers", "STHLM"), {"active": False}, "cost_center_inactive"),
    (Reference("projects", "P1"), {"status": "COMPLETED"}, "project_completed"),
    (Reference("projects", "P1"), {"status": "ONGOING"}, None),
    (Reference("voucher_series", "A"), {"manual": False}, "voucher_series_not_manual"),
    (Reference("currencies", "EUR"), {"rate": "11.25"}, None),
]


@dataclass
class Kept(NothingKept):
    """A fresh copy: register -> number -> fields; ``stale`` names registers that are not fresh."""

    held: Mapping[str, Mapping[str, Fields]] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()

    async def knows(self, resource: str) -> bool:
        """Unless the test says that it is stale."""
        return resource not in self.stale

    async def read(self, resource: str, number: str) -> Fields | None:
        """What the test put in."""
        return self.held.get(resource, {}).get(number)

    async def found_by(self, resource: str, key: str) -> Mapping[str, Fields]:
        """The financial years of a month."""
        return {
            number: fields
            for number, fields in self.held.get(resource, {}).items()
            if key.removeprefix("month:") in months_of(fields["from"], fields["to"])
        }


def test_everything_that_a_body_names_is_found_once() -> None:
    """In the document and in its rows; the krona, and what clears a field, name nothing."""
    assert references_of(INVOICE) == (
        Reference("currencies", "EUR"),
        Reference("price_lists", "A"),
        Reference("accounts", "3001", "2026-11-20"),
        Reference("cost_centers", "STHLM"),
        Reference("projects", "P1"),
    )
    assert references_of({"Order": {"Currency": "SEK", "CostCenter": "API_BLANK", "Project": None}}) == ()
    assert references_of(None) == ()
    voucher = {"Voucher": {"TransactionDate": "2031-01-01", "VoucherSeries": "A", "VoucherRows": [{"Account": 1930}]}}
    assert references_of(voucher)[0] == Reference("financial_years", "2031-01-01", "2031-01-01")


@given(st.recursive(
    st.none() | st.integers() | st.text("aB0-", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMED, "Rows"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_any_body_is_read(body: object) -> None:
    """Whatever a task's body holds."""
    for reference in references_of({"Thing": body}):
        assert reference.number


@pytest.mark.parametrize(("reference", "fields", "reason"), JUST_SO)
def test_what_is_kept_says_why_it_cannot_be_used(reference: Reference, fields: Fields, reason: str | None) -> None:
    """A field that is not known is no fault."""
    fault = fault_of(reference, fields)
    assert (None if fault is None else fault.reason) == reason
    assert isinstance(fault_of(reference, None), Fault)
    assert fault_of(reference, {}) is None


async def written(here: Stand, kept: Kept, body: dict[str, Any]) -> str | None:
    """The reason for which a write is held, ``None`` where it is not."""
    write = Write("create_invoice", "POST", "/invoices", body, creates=True)
    try:
        await check(write, kept, here.target.client)
    except Held as error:
        return error.reason
    return None


@pytest.mark.asyncio
@pytest.mark.capability("f36")
async def test_a_write_is_held_before_it_leaves_and_after_one_read() -> None:
    """A fault of the copy alone holds nothing, nor does a stale copy; what is in order costs no call."""
    async with stand() as here:
        years = {"3": {"from": "2026-01-01", "to": "2026-12-31"}}
        good = Kept(
            {
                "financial_years": years,
                "accounts": {"3:3001": {"active": True}},
                "currencies": {"EUR": {}},
                "price_lists": {"A": {}},
                "cost_centers": {"STHLM": {"active": True}},
                "projects": {"P1": {"status": "ONGOING"}},
            }
        )
        assert await written(here, good, INVOICE) is None
        assert await here.spent() == 0
        assert await written(here, Kept(dict(good.held) | {"cost_centers": {}}), INVOICE) == "cost_center_missing"
        assert await here.calls() == ["GET /3/costcenters/STHLM"]
        assert await written(here, Kept(dict(good.held) | {"currencies": {}}), INVOICE) is None
        assert await here.calls() == ["GET /3/costcenters/STHLM", "GET /3/currencies/EUR"]
        assert await written(here, Kept({}, frozenset(NAMED.values()) | {"financial_years"}), INVOICE) is None
        assert await here.spent() == 2


@pytest.mark.asyncio
@pytest.mark.capability("f36")
async def test_an_account_is_judged_in_the_year_of_the_document() -> None:
    """Inactive there, asked with the year's id; a year that is not kept is left to Fortnox, but for a voucher."""
    async with stand() as here:
        (year,) = await here.target.client.search("list_financial_years", {})
        number = str(year["Id"])
        kept = Kept({"financial_years": {number: {"from": year["FromDate"], "to": year["ToDate"]}}})
        body = {"Invoice": {"InvoiceDate": year["FromDate"], "InvoiceRows": [{"AccountNumber": 3001}]}}
        await here.target.client.carry(
            "update_account", "3001", params={"financialyear": number}, body={"Active": False}
        )
        assert await written(here, kept, body) == "account_inactive"
        assert await written(here, kept, {"Invoice": body["Invoice"] | {"InvoiceDate": "2001-01-01"}}) is None
        voucher = {"Voucher": {"TransactionDate": "2001-01-01", "VoucherRows": [{"Account": 3001}]}}
        assert await written(here, kept, voucher) == "financial_year_missing"


def test_whatever_may_be_unusable_can_be_freed_by_a_setting() -> None:
    """A command that names it carries the setting, so its rules run again first; a financial year is no setting."""
    named = {RESOURCES[register].one for register in NAMED.values()}
    assert {f"{one}_missing" for one in named} <= SET_ELSEWHERE
