"""Each payment of a sale is booked by its own method, once, whichever way and in whichever order it is told."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import Json, line, order

METHODS = CompanyPlan(
    sections="""[companies.demo.bookkeeping]
round_off_account = 3740
[companies.demo.payments.methods.Klarna]
account = 1580
[companies.demo.payments.methods."gift card"]
account = 2421
[companies.demo.payments.methods.bank]
pays = false
"""
)
FORTNOX: Json = {"extra_accounts": [2421]}


def received(payment: str, sale: str, method: str, amount: str, **more: object) -> Json:
    """A payment that is told by itself."""
    data: Json = {"payment_id": payment, "order_id": sale, "method": method, "amount": amount, "currency": "SEK"}
    return {"type": "payment.received", "timestamp": "2026-11-14T09:00:00Z", "data": data | more}


def amount(value: object) -> str:
    """With two decimals."""
    return f"{Decimal(str(value)):.2f}"


async def paid(stage: Scene) -> list[tuple[int, str, int, bool]]:
    """Invoice, amount, account and whether it is booked, of each payment."""
    return [
        (one["InvoiceNumber"], amount(one["Amount"]), one["ModeOfPaymentAccount"], one["Booked"])
        for one in (await stage.state())["payments"]
    ]


async def balances(stage: Scene) -> list[tuple[bool, str]]:
    """Whether each invoice is booked, and what is open of it."""
    return [(one["Booked"], amount(one["Balance"])) for one in (await stage.state())["invoices"]]


def stopped(stage: Scene) -> list[tuple[str, str]]:
    """Commands and deliveries that wait for a person."""
    found = stage.rows("SELECT kind, reason FROM outbox WHERE state IN ('held', 'parked')")
    return [*found, *stage.rows("SELECT kind, question FROM inbox WHERE state IN ('held', 'parked')")]


@pytest.mark.asyncio
@pytest.mark.capability("f27")
async def test_each_sale_is_paid_by_its_own_method(tmp_path: Path) -> None:
    """An account of its own, whatever the case; the bank's books no payment; an unknown word is asked about."""
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        await stage.send(
            order("SO-1", "order.paid", payment_method="KLARNA"),
            order("SO-2", "order.paid", payment_method="Bank"),
            order("SO-3", "order.paid", payment_method="swish"),
            order("SO-4", "order.paid"),
        )
        await stage.settle()
        assert sorted(one[1:] for one in await paid(stage)) == [("1250.00", 1580, True), ("1250.00", 1930, True)]
        assert sorted(await balances(stage)) == [(True, "0.00"), (True, "0.00"), (True, "1250.00")]
        [(kind, question)] = stopped(stage)
        assert kind == "order_changed"
        assert question.startswith(
            "it was paid by swish, and the methods of payment that are set are Klarna, bank, gift card:"
        )
        vouchers = [one for one in (await stage.state())["vouchers"] if one["VoucherSeries"] == "C"]
        used = sorted(row["Account"] for voucher in vouchers for row in voucher["VoucherRows"])
        assert used == [1510, 1510, 1580, 1930]


@pytest.mark.asyncio
@pytest.mark.capability("f27", "003-08")
async def test_payments_told_one_by_one_come_to_the_invoice_once(tmp_path: Path) -> None:
    """Before their sale, between and again with it: 1,250.30 by a gift card of 250.30 and Klarna for the rest."""
    sold: Json = {
        "lines": [line("1000.24")],
        "total_excluding_vat": "1000.24",
        "total_vat": "250.06",
        "total": "1250.30",
    }
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        await stage.send(received("p1", "SO-1", "gift card", "250.30"))
        await stage.settle()
        [(state, reason)] = stage.rows("SELECT state, reason FROM outbox WHERE kind = 'book_invoice'")
        assert (state, reason) == ("waiting", "its sale has not been told yet")
        await stage.send(order("SO-1", "order.won", **sold))
        await stage.settle()
        assert await balances(stage) == [(True, "999.70")]
        both = [
            {"payment_id": "p1", "method": "gift card", "amount": "250.30", "paid_at": "2026-11-14T09:00:00Z"},
            {"payment_id": "p2", "method": "klarna", "amount": "1000.00", "paid_at": "2026-11-15T09:00:00Z"},
        ]
        await stage.send(
            order("SO-1", "order.paid", payments=both, paid_at="2026-11-15T09:00:00Z", **sold),
            received("p2", "SO-1", "klarna", "1000.00", paid_at="2026-11-15T09:00:00Z"),
            received("p1", "SO-1", "gift card", "250.30"),
        )
        await stage.settle()
        assert await paid(stage) == [(1, "250.30", 2421, True), (1, "1000.00", 1580, True)]
        assert await balances(stage) == [(True, "0.00")]
        assert stopped(stage) == []
        assert [one["WriteOffs"] != [] for one in (await stage.state())["payments"]] == [False, True]


@pytest.mark.asyncio
@pytest.mark.capability("f27")
async def test_what_would_be_paid_twice_is_held(tmp_path: Path) -> None:
    """A sale that is said to be paid in parts and as a whole; more than is open; parts that are not the total."""
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        await stage.send(order("SO-1"), received("a", "SO-1", "klarna", "1000"), received("b", "SO-1", "klarna", "250"))
        await stage.settle()
        await stage.send(
            order("SO-1", "order.paid", version=9_999_999_999),
            received("c", "SO-1", "klarna", "1"),
            order("SO-2"),
            received("d", "SO-2", "klarna", "1250.01"),
            received("e", "SO-2", "klarna", "1000"),
        )
        await stage.settle()
        assert await paid(stage) == [(1, "1000.00", 1580, True), (1, "250.00", 1580, True), (2, "1000.00", 1580, True)]
        assert stopped(stage) == [("ensure_payment", "more_than_open")] * 2
        part = [{"method": "klarna", "amount": "1000.00"}, {"method": "bank", "amount": "249.99"}]
        await stage.send(order("SO-2", "order.paid"), order("SO-3", "order.paid", payments=part))
        await stage.settle()
        assert len(await paid(stage)) == 3
        assert stopped(stage)[2:] == [
            ("ensure_payment", "paid_in_parts"),
            ("order_changed", "its payments come to 1249.99, its total is 1250.00 (difference -0.01)"),
        ]


def day(number: int) -> str:
    """A moment in November."""
    return f"2026-11-{number}T09:00:00Z"


FIRST: Json = {"payment_id": "p1", "method": "gift card", "amount": "250.00"}
SECOND: Json = {"payment_id": "p2", "method": "klarna", "amount": "1000.00"}


@pytest.mark.asyncio
@pytest.mark.capability("f27", "003-08")
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "at once"])
@pytest.mark.parametrize(
    "listed",
    [
        order("SO-1", "order.paid", timestamp=day(20), payments=[FIRST, SECOND]),
        order("SO-1", "order.paid", timestamp=day(20), payments=[FIRST | {"paid_at": day(14)}, SECOND]),
    ],
    ids=["without its day", "with its day"],
)
async def test_a_payment_told_before_its_sale_is_the_one_that_the_sale_lists(
    tmp_path: Path, listed: Json, together: bool
) -> None:
    """The gift card came on the 14th, the order on the 20th lists it again: booked once, and nobody is asked."""
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        for body in (received("p1", "SO-1", "gift card", "250.00"), listed):
            await stage.send(body)
            if not together:
                await stage.settle()
        await stage.settle()
        assert sorted(await paid(stage)) == [(1, "1000.00", 1580, True), (1, "250.00", 2421, True)]
        assert (await balances(stage), stopped(stage)) == ([(True, "0.00")], [])
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f27")
async def test_a_payment_that_is_booked_is_not_asked_about_for_a_later_day_of_its_sale(tmp_path: Path) -> None:
    """Won on the 13th and paid in part on the 14th; the order then dates itself on the 15th and lists both payments."""
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        both = [FIRST | {"paid_at": day(14)}, SECOND | {"paid_at": day(20)}]
        for body in (
            order("SO-1", timestamp=day(13)),
            received("p1", "SO-1", "gift card", "250.00"),
            order("SO-1", "order.paid", timestamp=day(20), ordered_at=day(15), payments=both),
        ):
            await stage.send(body)
            await stage.settle()
        assert await paid(stage) == [(1, "250.00", 2421, True), (1, "1000.00", 1580, True)]
        assert (await balances(stage), stopped(stage)) == ([(True, "0.00")], [])


@pytest.mark.asyncio
@pytest.mark.capability("f27")
async def test_a_payment_before_its_invoice_that_nothing_else_tells_is_asked_about(tmp_path: Path) -> None:
    """Fortnox takes none; with another sum it is not the one that was booked."""
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        for body in (received("p1", "SO-1", "gift card", "251.00"), order("SO-1", timestamp=day(20))):
            await stage.send(body)
            await stage.settle()
        assert stopped(stage) == [("ensure_payment", "paid_before_invoice")]
        await stage.send(order("SO-1", "order.paid", timestamp=day(21), payments=[FIRST, SECOND]))
        await stage.settle()
        assert stopped(stage) == [("ensure_payment", "payment_stands_otherwise")]


@pytest.mark.asyncio
@pytest.mark.capability("f26", "f27")
async def test_ores_that_fortnox_rounded_away_are_held_as_a_payment_of_their_own(tmp_path: Path) -> None:
    """1 000.40 are 1 000 kronor: no 0.40 is taken after 1 000.00, nor 1 000.20 before 0.20; 600 and 400.40 are."""
    lines = [line("800.32")]
    parts = {"SO-1": ["1000.00", "0.40"], "SO-2": ["1000.20", "0.20"], "SO-3": ["600.00", "400.40"]}
    async with scene(tmp_path, METHODS, simulator=FORTNOX) as stage:
        for sale, amounts in parts.items():
            listed = [
                {"payment_id": f"p-{place}", "method": "klarna", "amount": one} for place, one in enumerate(amounts)
            ]
            await stage.send(order(sale, "order.paid", lines=lines, payments=listed))
        await stage.settle()
        assert sorted(one[1] for one in await paid(stage)) == ["1000.00", "400.40", "600.00"]
        assert [question for _, question in stopped(stage)] == ["rounded_to_nothing"] * 2
        asked = stage.rows("SELECT question FROM outbox WHERE state = 'held' ORDER BY lane")
        assert any("0.4 was paid, and Fortnox shows 0 as open" in question for (question,) in asked)
        assert any("1000.2 was paid, and Fortnox shows 1000 as open" in question for (question,) in asked)
