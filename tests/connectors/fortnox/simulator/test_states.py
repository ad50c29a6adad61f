"""Invoices through their states: numbers, booking, cancelling, locked periods, vouchers (checklist 5 and 7)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import ROW, Caller, Reply, opened


async def _act(caller: Caller, action: str, number: str = "1") -> Reply:
    return await caller.call("PUT", f"/3/invoices/{number}/{action}")


@pytest.mark.asyncio
async def test_a_missing_or_unknown_customer_is_refused() -> None:
    """An invoice needs an existing customer (2000204)."""
    async with opened() as caller:
        for number in (None, "", "99"):
            assert (await caller.post_invoice(CustomerNumber=number)).code == 2000204
        assert (await caller.state())["invoices"] == []


@pytest.mark.asyncio
async def test_supplied_document_numbers_are_used_once() -> None:
    """A supplied number may be beyond 2^32; a used one has an invented code; the series steps over it."""
    async with opened() as caller:
        await caller.customer()
        large = await caller.invoice(DocumentNumber="5000000001")
        assert (large["DocumentNumber"], large["OCR"]) == ("5000000001", "500000000124")
        await caller.invoice(DocumentNumber=2)
        assert (await caller.post_invoice(DocumentNumber="2")).code == 2999001
        assert [(await caller.invoice())["DocumentNumber"] for _ in range(2)] == ["1", "3"]
        assert (await caller.post_invoice(DocumentNumber="A1")).code == 2000108


@pytest.mark.asyncio
async def test_a_refused_create_takes_no_number() -> None:
    """Numbers are only given to what is stored."""
    async with opened() as caller:
        await caller.customer()
        assert (await caller.post_invoice(Currency="GBP")).status == 400
        assert (await caller.invoice())["DocumentNumber"] == "1"


@pytest.mark.asyncio
async def test_booking_writes_a_voucher_in_series_b() -> None:
    """Booked, voucher series, number and year are set, and the voucher holds the amounts."""
    async with opened() as caller:
        await caller.customer()
        made = await caller.invoice(InvoiceRows=[{**ROW, "Price": "99.99"}], Freight=10)
        booked = (await _act(caller, "bookkeep")).one
        assert (booked["Booked"], booked["VoucherSeries"], booked["VoucherNumber"]) == (True, "B", 1)
        assert (booked["VoucherYear"], booked["Balance"], booked["FinalPayDate"]) == (26, made["Total"], None)
        (voucher,) = (await caller.state())["vouchers"]
        rows = {row["Account"]: row["Debit"] - row["Credit"] for row in voucher["VoucherRows"]}
        assert {account: str(amount) for account, amount in rows.items()} == {
            1510: "137",
            3001: "-99.99",
            3520: "-10",
            2611: "-27.5",
            3740: "0.49",
        }
        assert (voucher["ReferenceType"], voucher["ReferenceNumber"]) == ("INVOICE", "1")


@pytest.mark.asyncio
async def test_booking_twice_is_refused_and_writes_nothing() -> None:
    """The second bookkeep gets an invented code; there is one voucher."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        assert (await _act(caller, "bookkeep")).code == 2999003
        assert len((await caller.state())["vouchers"]) == 1


@pytest.mark.asyncio
async def test_a_booked_invoice_can_be_neither_changed_nor_cancelled() -> None:
    """After booking only payments move it."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        change = await caller.call("PUT", "/3/invoices/1", {"Invoice": {"Comments": "x"}})
        assert (change.code, (await _act(caller, "cancel")).code) == (2999004, 2999005)


@pytest.mark.asyncio
async def test_cancelling_zeroes_the_balance_and_locks() -> None:
    """Cancelled and Balance 0; again, book and change are refused; it is still there."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(ExternalInvoiceReference1="mark")
        cancelled = (await _act(caller, "cancel")).one
        assert (cancelled["Cancelled"], cancelled["Balance"]) == (True, 0)
        assert (await _act(caller, "cancel")).code == 2999006
        assert (await _act(caller, "bookkeep")).code == 2999007
        assert (await caller.call("PUT", "/3/invoices/1", {"Invoice": {"Comments": "x"}})).code == 2999007
        found = (await caller.get("/3/invoices?externalinvoicereference1=mark")).json["Invoices"]
        assert [one["Cancelled"] for one in found] == [True]


@pytest.mark.asyncio
async def test_a_locked_period_stops_booking() -> None:
    """An invoice dated on or before the lock date cannot be booked (2002141), a later one can."""
    async with opened() as caller:
        await caller.customer()
        await caller.control("POST", "settings", {"locked_until": "2026-02-28"})
        await caller.invoice(InvoiceDate="2026-02-28")
        await caller.invoice(InvoiceDate="2026-03-01")
        assert (await _act(caller, "bookkeep")).code == 2002141
        assert (await _act(caller, "bookkeep", "2")).status == 200


@pytest.mark.asyncio
async def test_a_missing_financial_year_stops_booking() -> None:
    """January before anybody made the new year (gotcha 16)."""
    async with opened(CompanySettings(rate_limit=0, financial_years=(2025,))) as caller:
        await caller.customer()
        await caller.invoice()
        assert (await _act(caller, "bookkeep")).code == 2999018


@pytest.mark.asyncio
async def test_goods_without_description_cannot_be_booked() -> None:
    """A row with a quantity needs a description or an article (2003977)."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice(InvoiceRows=[{"DeliveredQuantity": "1", "Price": 1}])
        assert (await _act(caller, "bookkeep")).code == 2003977


@pytest.mark.asyncio
async def test_a_booked_zero_total_is_paid_at_once() -> None:
    """FinalPayDate is set by booking when nothing is to be paid."""
    async with opened() as caller:
        await caller.customer()
        booked = await caller.booked(InvoiceRows=[{"Description": "gratis"}], InvoiceDate="2026-03-02")
        assert (booked["Total"], booked["FinalPayDate"]) == (0, "2026-03-02")


@pytest.mark.asyncio
async def test_voucher_numbers_run_per_series_and_year() -> None:
    """Another year starts at 1 again."""
    async with opened() as caller:
        await caller.customer()
        days = ("2025-12-30", "2025-12-31", "2026-01-01")
        booked = [await caller.booked(InvoiceDate=day) for day in days]
        assert [(one["VoucherYear"], one["VoucherNumber"]) for one in booked] == [(25, 1), (25, 2), (26, 1)]


@pytest.mark.asyncio
@pytest.mark.parametrize("action", ["bookkeep", "cancel"])
async def test_actions_on_a_missing_invoice_are_404(action: str) -> None:
    """The action of something that is not there answers as the thing itself."""
    async with opened() as caller:
        reply = await _act(caller, action)
        assert (reply.status, reply.code) == (404, 2000434)


@pytest.mark.asyncio
async def test_changing_the_customer_takes_the_new_card() -> None:
    """An unbooked invoice moved to another customer gets that customer's data, except what is sent."""
    async with opened() as caller:
        await caller.customer(Address1="Gatan 1", YourReference="A")
        await caller.customer(Name="Andra AB")
        await caller.invoice()
        body: dict[str, Any] = {"Invoice": {"CustomerNumber": "2", "YourReference": "B"}}
        moved = (await caller.call("PUT", "/3/invoices/1", body)).one
        assert [moved[name] for name in ("CustomerNumber", "CustomerName", "Address1", "YourReference")] == [
            "2",
            "Andra AB",
            "",
            "B",
        ]


@pytest.mark.asyncio
async def test_external_print_only_marks_as_sent() -> None:
    """`Sent` is set, whatever the state, and nothing else (6.1)."""
    async with opened() as caller:
        await caller.customer()
        booked = await caller.booked()
        assert (await _act(caller, "externalprint")).one == booked | {"Sent": True}
        assert await caller.numbers("Invoices", sent="true") == ["1"]
