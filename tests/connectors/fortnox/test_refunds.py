"""Refunds at Fortnox: every step is found again after a lost answer, and rows go back as Fortnox writes them."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from connectors.base import Held, Settled, Task, UnknownEnd
from connectors.fortnox.credit_content import part_of, rows_of, sign_of
from connectors.fortnox.refund_checks import Refund, refuse_other_goods
from handlers.commands import BookInvoice, CreditContent, DocumentRow, EnsureCredit
from handlers.values import Ref, reference
from tests.connectors.fortnox.paperwork import invoiced, with_customer
from tests.connectors.fortnox.stand import INVOICE, Stand, booking, row, stand

FIRST = Ref(system="shop", kind="order_refund", id="R-1 of 1042")
SECOND = Ref(system="shop", kind="order_refund", id="R-2 of 1042")
DAY = date(2026, 11, 25)


def refund(thing: Ref = FIRST, *, net: str = "40.00", vat: str = "10.00", **fields: Any) -> EnsureCredit:
    """40 of the 100 kronor go back, with 10 of the 25 of VAT."""
    content: dict[str, Any] = {
        "number": "1042",
        "origin": "shop order 1042",
        "credit_date": DAY,
        "currency": "SEK",
        "rows": (row(quantity=Decimal(1), price=Decimal(net)),),
        "total_excluding_vat": Decimal(net),
        "total_vat": Decimal(vat),
        "total": Decimal(net) + Decimal(vat),
    }
    return EnsureCredit(thing=thing, invoice=INVOICE, content=CreditContent(**{**content, **fields}))


async def sold(here: Stand, **fields: Any) -> None:
    """The sale's invoice, booked."""
    await with_customer(here)
    await here.carry_out(invoiced(**fields))
    await here.carry_out(booking(round_off_account=3740))


async def carried(here: Stand, command: EnsureCredit, lost: set[str], fault: str) -> Settled:
    """Carry the command out as delivery does, losing the first answer of each operation in ``lost``."""
    while True:
        decided = await here.target.plan(here.task(command))
        settled = decided if isinstance(decided, Settled) else None
        if not isinstance(decided, Settled):
            if decided.operation in lost:
                lost.remove(decided.operation)
                await here.fault(fault, decided.method, f"/3{decided.path}$")
                with pytest.raises(UnknownEnd):
                    await here.target.perform(here.task(command), decided)
                seen = await here.target.look(here.task(command), decided.operation, decided.evidence)
                settled = seen.settled
                assert (settled is None) == (fault == "reset_before")
            else:
                settled = await here.target.perform(here.task(command), decided)
        if settled is None:
            continue
        if settled.link is not None:
            here.known[command.thing] = settled.link
        if not settled.again:
            return settled


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f51")
@pytest.mark.parametrize("fault", ["answer_lost", "reset_before"])
async def test_a_step_whose_answer_is_lost_is_done_once(fault: str) -> None:
    """Credit and content, of a first and of a second refund: found where it took effect, else done again."""
    async with stand() as here:
        await sold(here)
        for thing in (FIRST, SECOND):
            lost = {"credit_invoice", "update_invoice"}
            settled = await carried(here, refund(thing), lost, fault)
            assert (settled.question, lost) == (None, set())
            assert (await here.carry_out(BookInvoice(thing=thing))).question is None
            here.links.elsewhere.add(f"invoice:{here.known[thing].number}")
        first, *taken = await here.stored("invoices")
        assert [(one["Total"], one["Booked"], one["CreditInvoiceReference"]) for one in taken] == [(-50, True, "1")] * 2
        assert [one["ExternalInvoiceReference1"] for one in taken] == [
            reference(thing.thing("demo")) for thing in (FIRST, SECOND)
        ]
        assert first["CreditInvoiceReference"] == taken[-1]["DocumentNumber"]
        third = refund(Ref(system="shop", kind="order_refund", id="R-3"))
        with pytest.raises(Held, match="refunds_exceed"):
            await here.target.plan(here.task(third))


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_a_lost_cancelling_of_what_was_never_booked_is_proved_by_its_state() -> None:
    """All of an unbooked invoice went back: it is cancelled once, and there is nothing to book."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(invoiced())
        everything = refund(net="100.00", vat="25.00", rows=(row(),))
        settled = await carried(here, everything, {"cancel_invoice"}, "answer_lost")
        assert (settled.result, settled.link) == ("not_created", None)
        assert [one["Cancelled"] for one in await here.stored("invoices")] == [True]
        assert (await here.carry_out(everything)).result == "not_created"


@pytest.mark.asyncio
@pytest.mark.capability("f28")
async def test_what_somebody_does_to_a_credit_in_between_is_asked_about() -> None:
    """Booked before it had its rows, or other sums than were meant: it stays as it is."""
    async with stand() as here:
        await sold(here)
        write = await here.write_of(refund())
        settled = await here.target.perform(here.task(refund()), write)
        assert settled.link is not None
        here.known[FIRST] = settled.link
        await here.target.client.request("book_invoice", "2")
        settled = await here.carry_out(refund())
        assert "Net: meant -40, stored -100" in (settled.question or "")
        here.known[FIRST].state["booked"] = False
        with pytest.raises(Held, match="totals_differ"):
            await here.target.plan(here.task(BookInvoice(thing=FIRST)))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"currency": "EUR"}, "currency_differs"),
        ({"net": "140.00", "vat": "35.00"}, "refund_differs"),
        ({"whole": True}, "refund_differs"),
    ],
)
async def test_other_money_than_the_invoice_s_is_held(fields: dict[str, Any], reason: str) -> None:
    """Another currency, more than the invoice, and a whole that is not the whole."""
    async with stand() as here:
        await sold(here)
        with pytest.raises(Held, match=reason):
            await here.target.plan(here.task(refund(**fields)))


@pytest.mark.asyncio
@pytest.mark.capability("f28", "f38")
async def test_a_credit_has_the_rate_and_the_kind_of_prices_of_its_sale() -> None:
    """Euro at the sale's own rate, prices with VAT, a fee besides the rows."""
    euro = {"currency": "EUR", "currency_rate": Decimal("11.20"), "prices_include_vat": True}
    async with stand() as here:
        await sold(here, **euro, rows=(row(quantity=Decimal(1), price=Decimal("125.00")),))
        part = refund(currency="EUR", prices_include_vat=True, rows=(row(quantity=Decimal(1), price=Decimal("50.00")),))
        assert (await here.carry_out(part)).question is None
        assert (await here.carry_out(BookInvoice(thing=FIRST))).question is None
        _, credit = await here.stored("invoices")
        assert [Decimal(str(credit[name])) for name in ("CurrencyRate", "Net", "TotalVAT", "Total")] == [
            Decimal("11.2"),
            Decimal(-40),
            Decimal(-10),
            Decimal(-50),
        ]
        (claim,) = [one for one in (await here.stored("vouchers"))[-1]["VoucherRows"] if one["Account"] == 1510]
        assert Decimal(str(claim["Credit"])) == Decimal(560)


ROWS = (
    DocumentRow(description="Stol", quantity=Decimal(2), price=Decimal(80), vat=Decimal(25), account=3001),
    DocumentRow(
        description="Bok",
        quantity=Decimal(1),
        price=Decimal(50),
        vat=Decimal(6),
        account=3003,
        discount_amount=Decimal(5),
    ),
)


@pytest.mark.parametrize(
    ("made", "sign", "written"),
    [
        ({"DeliveredQuantity": "-3", "Price": 80}, "quantity", [("-2", 80, 0), ("-1", 50, -5)]),
        ({"DeliveredQuantity": "3", "Price": -80}, "price", [("2", -80, 0), ("1", -50, -5)]),
        ({"DeliveredQuantity": "3", "Price": 80}, "none", [("2", 80, 0), ("1", 50, 5)]),
    ],
)
def test_rows_go_back_as_fortnox_writes_them(made: dict[str, Any], sign: Any, written: list[Any]) -> None:
    """The facts do not say which of a row is turned around, so the credit invoice that Fortnox made says it."""
    content = refund(rows=ROWS).content
    assert content is not None
    assert sign_of([{"DeliveredQuantity": "0", "Price": 0}, {"DeliveredQuantity": "0", "Price": None}, made]) == sign
    rows = rows_of(content, sign, {})
    assert [(one["DeliveredQuantity"], one["Price"], one["Discount"]) for one in rows] == written


@pytest.mark.parametrize(("included", "total"), [(False, 100), (True, 125), ("true", "125.00")])
def test_what_a_row_leaves_to_take_back_is_known_by_its_total_alone(included: object, total: object) -> None:
    """Where a row of the invoice does not show what it is without VAT, a part still may go back of it, and no more."""
    line = {"AccountNumber": 3001, "VAT": 25, "Total": total}
    invoice = {"VATIncluded": included, "InvoiceRows": [line], "Net": 100, "TotalVAT": 25, "Total": 125, "RoundOff": 0}
    task = cast("Task", None)
    part, more = refund(), refund(net="101.00", vat="25.25")
    for command, allowed in ((part, True), (more, False)):
        assert command.content is not None
        one = Refund(task, command, command.content, "1", invoice)
        with nullcontext() if allowed else pytest.raises(Held, match="refund_of_other_goods"):
            refuse_other_goods(one, [])


def test_a_row_keeps_its_sale_s_cost_centre_and_no_other_s() -> None:
    """By the id of the row of the same goods; where nothing is alike, the first is written over and cleared."""
    content = refund(rows=ROWS[1:]).content
    assert content is not None
    rows = rows_of(content, "quantity", {})
    stored = [
        {"RowId": 7, "Description": "Stol", "VAT": 25, "AccountNumber": 3001, "CostCenter": "A"},
        {"RowId": 8, "Description": "Bok", "VAT": 6, "AccountNumber": 3003, "CostCenter": "B"},
    ]
    (sent,) = part_of(content, rows, stored)["InvoiceRows"]
    assert (sent["RowId"], "CostCenter" in sent) == (8, False)
    (sent,) = part_of(content, rows, stored[:1])["InvoiceRows"]
    assert (sent["RowId"], sent["CostCenter"], sent["Description"]) == (7, "API_BLANK", "Bok")
