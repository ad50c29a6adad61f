"""Money to the öre in every document and after every conversion, by both ways of rounding VAT."""

import itertools
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

import pytest

from connectors.fortnox.simulator import CompanySettings
from handlers.commands import DocumentRow
from handlers.totals import Share, Totals, row_total, totals_of
from handlers.values import Ref
from tests.connectors.fortnox.paperwork import SALE, invoiced, offer, order, with_customer
from tests.connectors.fortnox.stand import Stand, booking, row, stand

Rounding = Literal["row", "rate"]
ACCOUNTS = {25: 3001, 12: 3002, 6: 3003, 0: 3004}
DISCOUNTS = ("none", "percent", "amount")
MONEY = ("Net", "TotalVAT", "Total", "RoundOff")


def _rows(dice: random.Random, discount: str) -> tuple[DocumentRow, ...]:
    """One to five rows of several rates, with awkward öre."""
    return tuple(_row(dice, discount) for _ in range(dice.randint(1, 5)))


def _row(dice: random.Random, discount: str) -> DocumentRow:
    rate = dice.choice((25, 12, 6, 0))
    quantity, price = Decimal(dice.randint(1, 900)) / 100, Decimal(dice.randint(1, 99999)) / 100
    whole = row_total(quantity, price, Decimal(0), Decimal(0))
    fields: dict[str, Any] = {"quantity": quantity, "price": price, "vat": Decimal(rate), "account": ACCOUNTS[rate]}
    if discount == "percent":
        fields["discount_percent"] = Decimal(dice.randint(0, 9000)) / 100
    elif discount == "amount":
        fields["discount_amount"] = (whole * dice.randint(0, 90) / 100).quantize(Decimal("0.01"))
    return row(**fields)


def _ways(rows: tuple[DocumentRow, ...], gross: bool) -> list[Totals]:
    shares = [
        Share(row_total(one.quantity, one.price, one.discount_percent, one.discount_amount), one.vat or Decimal(0))
        for one in rows
    ]
    return list(totals_of(shares, prices_include_vat=gross))


def _stated(rows: tuple[DocumentRow, ...], rounding: Rounding, gross: bool) -> Totals:
    """The totals by the simulator's way, as we compute them: per row first, then per rate; the net is rounded."""
    ways = _ways(rows, gross)
    return ways[0] if rounding == "row" else ways[len(ways) // 2]


def _cases(rounding: Rounding) -> Iterator[dict[str, Any]]:
    dice = random.Random(f"money {rounding}")
    for discount, gross, currency in itertools.product(DISCOUNTS, (False, True), ("SEK", "EUR")):
        for _ in range(4):
            rows = _rows(dice, discount)
            totals = _stated(rows, rounding, gross)
            if totals.total <= 1:
                continue
            money: dict[str, Any] = {"currency": currency, "prices_include_vat": gross, "rows": rows}
            if currency == "EUR":
                money["currency_rate"] = Decimal("11.5325")
            money["total_excluding_vat"], money["total_vat"], money["total"] = totals
            yield money


def _sale(number: int) -> dict[str, Ref]:
    return {name: ref.model_copy(update={"id": f"M-{number}"}) for name, ref in SALE.items()}


def _fields(money: dict[str, Any], sale: dict[str, Ref], own: str) -> dict[str, Any]:
    return {**money, **sale, own: None, "thing": sale[own], "number": sale[own].id}


async def _made(here: Stand, number: int, money: dict[str, Any], stages: tuple[str, ...]) -> None:
    """Each stage is made (from the one before it), and says what was meant, to the öre."""
    sale = _sale(number)
    makers: dict[str, Any] = {"offer": offer, "order": order, "invoice": invoiced}
    for stage in stages:
        settled = await here.carry_out(makers[stage](**_fields(money, sale, stage)))
        assert settled.question is None, (stage, money, settled.question)
        assert here.known[sale[stage]].state["exact"] == _plain(money["total"])
    booked = await here.carry_out(booking(thing=sale["invoice"], round_off_account=3740))
    assert booked.question is None


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@pytest.mark.asyncio
@pytest.mark.capability("f37", "f25", "f26")
@pytest.mark.parametrize("rounding", ["row", "rate"])
@pytest.mark.parametrize(
    "stages", [("invoice",), ("order", "invoice"), ("offer", "order", "invoice"), ("offer", "invoice")], ids="-".join
)
async def test_every_document_agrees_to_the_ore(rounding: Rounding, stages: tuple[str, ...]) -> None:
    """Discounts in percent and money, four rates, net and gross prices, kronor rounded to whole ones, and euro."""
    company = CompanySettings(rate_limit=0, vat_rounding=rounding)
    async with stand(company=company) as here:
        await with_customer(here)
        for number, money in enumerate(_cases(rounding)):
            await _made(here, number, money, stages)
        for invoice in await here.stored("invoices"):
            net, vat, total, round_off = (Decimal(str(invoice[name])) for name in MONEY)
            assert net + vat + round_off == total
            assert (round_off == 0) == (total == net + vat)
            assert invoice["Currency"] == "SEK" or round_off == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["invoice", "order", "offer"])
async def test_one_ore_beside_is_a_question_in_every_document(kind: str) -> None:
    """A total that no way of rounding gives is never taken as right."""
    makers: dict[str, Any] = {"offer": offer, "order": order, "invoice": invoiced}
    async with stand() as here:
        await with_customer(here)
        settled = await here.carry_out(makers[kind](total_vat=Decimal("25.01")))
        assert "TotalVAT: meant 25.01, stored 25" in str(settled.question)


@pytest.mark.asyncio
async def test_the_other_way_of_rounding_is_a_question_about_the_invoice() -> None:
    """A source that rounds per rate before a Fortnox that rounds per row: held unbooked, never adjusted."""
    thin = row(quantity=Decimal(1), price=Decimal("0.10"))
    money: dict[str, Any] = {"rows": (thin,) * 3, "total_excluding_vat": Decimal("0.30")}
    async with stand(company=CompanySettings(rate_limit=0, round_to_whole_kronor=False)) as here:
        await with_customer(here)
        settled = await here.carry_out(order(**money, total_vat=Decimal("0.08"), total=Decimal("0.38")))
        assert "TotalVAT: meant 0.08, stored 0.09" in str(settled.question)
