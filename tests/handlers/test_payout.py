"""Payouts: a voucher that balances to the öre, with each fee's VAT, or a question that says what is missing."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.commands import EnsureRecord
from handlers.events import PayoutMade
from handlers.facts import Facts
from handlers.payout import book_payout
from handlers.payout_parts import PayoutFee, PayoutSale
from handlers.settings import CompanySettings, Payouts
from handlers.values import Question, Ref
from tests.handlers.examples import NOW, TODAY, company
from tests.properties import examples

WHOLE: dict[str, Any] = {
    "voucher_series": "A",
    "bank_account": 1930,
    "clearing_account": 1580,
    "clearing_accounts": {"Klarna": 1581},
    "fee_account": 6570,
    "fee_accounts": {"eu": 4535},
    "input_vat_account": 2641,
    "reverse_charge_output_account": 2614,
    "reverse_charge_input_account": 2645,
    "exchange_account": 7960,
}


def choices(**changed: Any) -> CompanySettings:
    """A company whose payouts are set up, with some settings changed (``None``: taken out)."""
    return company().model_copy(update={"payouts": Payouts.model_validate(WHOLE | changed)})


def payout(*sales: PayoutSale, fees: tuple[PayoutFee, ...] = (), net: str = "100.00", **more: Any) -> PayoutMade:
    """A payout in kronor unless it says otherwise; 100.00 sold by card."""
    given: dict[str, Any] = {
        "thing": Ref(system="shop", kind="payout", id="po-1"),
        "version": Decimal(1),
        "occurred_at": NOW,
        "dated": TODAY,
        "currency": "SEK",
        "sales": sales or (PayoutSale(method="card", amount=Decimal("100.00")),),
        "fees": fees,
        "net": Decimal(net),
    }
    return PayoutMade(**given | more)


def rows(event: PayoutMade, chosen: CompanySettings | None = None) -> list[tuple[int, Decimal, Decimal]]:
    """Account, debit and credit of each row of its voucher."""
    (voucher,) = book_payout(event, chosen or choices())
    assert isinstance(voucher, EnsureRecord)
    return [(row["Account"], Decimal(row["Debit"]), Decimal(row["Credit"])) for row in voucher.fields["VoucherRows"]]


def test_a_domestic_fee_by_hand() -> None:
    """12.50 hold 2.50 of VAT at 25 %; a sale by a method in whatever case goes to its own clearing account."""
    sale = PayoutSale(method=" KLARNA", amount=Decimal("112.50"))
    fee = PayoutFee(amount=Decimal("12.50"), vat="domestic")
    assert rows(payout(sale, fees=(fee,))) == [
        (1930, Decimal(100), Decimal(0)),
        (6570, Decimal(10), Decimal(0)),
        (2641, Decimal("2.50"), Decimal(0)),
        (1581, Decimal(0), Decimal("112.50")),
    ]


def test_fees_alone_are_paid_by_the_bank() -> None:
    """349.00 a month from another EU country: 87.25 of VAT owed and deducted; in euro the rate's öre are exchange."""
    fee = PayoutFee(amount=Decimal("349.00"), vat="eu")
    assert rows(payout(sales=(), fees=(fee,), net="-349.00")) == [
        (1930, Decimal(0), Decimal("349.00")),
        (4535, Decimal("349.00"), Decimal(0)),
        (2645, Decimal("87.25"), Decimal(0)),
        (2614, Decimal(0), Decimal("87.25")),
    ]
    euro = PayoutFee(amount=Decimal("30.00"), vat="outside_eu")
    rate: dict[str, Any] = {"currency": "EUR", "currency_rate": Decimal("11.20")}
    in_euro = payout(sales=(), fees=(euro,), net="-30.00", net_kronor=Decimal("-337.00"), **rate)
    assert rows(in_euro) == [
        (1930, Decimal(0), Decimal("337.00")),
        (6570, Decimal("336.00"), Decimal(0)),
        (2645, Decimal("84.00"), Decimal(0)),
        (2614, Decimal(0), Decimal("84.00")),
        (7960, Decimal("1.00"), Decimal(0)),
    ]
    with pytest.raises(Question, match=r"does not add up, in SEK: 0 sold less 349.00 of fees is not -348.00"):
        rows(payout(sales=(), fees=(fee,), net="-348.00"))


FEE = (PayoutFee(amount=Decimal("10.00"), vat="eu"),)
IN_EURO: dict[str, Any] = {"currency": "EUR", "currency_rate": Decimal("11.20"), "net_kronor": Decimal("1000.00")}


@pytest.mark.parametrize(
    ("event", "changed", "question"),
    [
        (payout(net="99.99"), {}, r"does not add up, in SEK: 100.00 sold .* is not 99.99 \(difference \+0.01\)"),
        (payout(fees=FEE, net="90.00"), {"fee_accounts": {}, "fee_account": None, "bank_account": None},
         "without payouts.bank_account, payouts.fee_account: set"),
        (payout(fees=FEE, net="90.00"), {"reverse_charge_output_account": None}, "payouts.reverse_charge_output_acc"),
        (payout(), {"clearing_account": None}, "without payouts.clearing_accounts.card: set"),
        (payout(), {"voucher_series": None}, "without payouts.voucher_series"),
        (payout(fees=(PayoutFee(amount=Decimal("10.00")),), net="90.00"), {}, "which VAT its fee carries"),
        (payout(net_kronor=Decimal("99.00")), {}, "came to 99.00 kronor at the bank"),
        (payout(currency="EUR"), {}, "at which rate EUR"),
        (payout(currency="EUR", currency_rate=Decimal(1)), {}, "the rate of EUR is 1"),
        (payout(currency_rate=Decimal(2)), {}, "a currency rate other than 1"),
        (payout(**IN_EURO), {}, "more than payouts.exchange_percent"),
        (payout(**IN_EURO), {"exchange_percent": 20, "exchange_account": None}, "without payouts.exchange_account"),
        (payout(net="100.001"), {}, "more than two decimals"),
        (payout(thing=Ref(system="shop", kind="payout", id="a<b")), {}, "id cannot be written"),
        (payout(PayoutSale(amount=Decimal(0)), net="0"), {}, "moves nothing"),
        (payout(fees=(PayoutFee(amount=Decimal("12.50"), vat="domestic", vat_amount=Decimal("3.13")),), net="87.50"),
         {}, "holds 2.50 of VAT, and 3.13 is stated"),
    ],
)  # fmt: skip
def test_what_is_asked(event: PayoutMade, changed: dict[str, Any], question: str) -> None:
    """Nothing is guessed, and the question names the setting or the difference."""
    with pytest.raises(Question, match=question):
        book_payout(event, choices(**changed))


def test_an_answer_says_which_vat_fees_carry() -> None:
    """Where neither the source nor the settings do."""
    event = payout(fees=(PayoutFee(amount=Decimal("10.00")),), net="90.00")
    (voucher,) = book_payout(event, choices(), Facts(answers={"fee_vat": "none"}))
    assert isinstance(voucher, EnsureRecord)
    assert [row["Account"] for row in voucher.fields["VoucherRows"]] == [1930, 6570, 1580]


ORE = st.integers(-2_000_000, 2_000_000).map(lambda ore: Decimal(ore) / 100)
RATES = st.integers(1, 40_000_000).map(lambda rate: Decimal(rate) / 1_000_000).filter(lambda rate: rate != 1)
SALES = st.builds(PayoutSale, method=st.none() | st.sampled_from(["card", "klarna", "swish"]), amount=ORE)
FEES = st.builds(
    PayoutFee,
    amount=ORE,
    vat=st.sampled_from(["none", "domestic", "eu", "outside_eu"]),
    vat_rate=st.integers(0, 99).map(Decimal),
)


@pytest.mark.capability("f29")
@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
@given(st.lists(SALES, max_size=6), st.lists(FEES, max_size=4), st.none() | RATES, ORE, st.booleans())
def test_every_voucher_balances(
    sales: list[PayoutSale], fees: list[PayoutFee], rate: Decimal | None, off: Decimal, known: bool
) -> None:
    """Debit equals credit to the öre whatever is sold, kept and rounded; no row is below zero, or on both sides."""
    net = sum((sale.amount for sale in sales), Decimal(0)) - sum((fee.amount for fee in fees), Decimal(0))
    currency: dict[str, Any] = {"currency": "SEK" if rate is None else "EUR", "currency_rate": rate}
    if rate is not None and known:
        currency["net_kronor"] = off
    made = _made(payout(sales=tuple(sales), fees=tuple(fees), net=str(net), **currency))
    if isinstance(made, str):
        assert "exchange_percent" in made or "moves nothing" in made
        return
    assert sum(debit for _, debit, _ in made) == sum(credit for _, _, credit in made)
    assert all((debit > 0) != (credit > 0) and min(debit, credit) == 0 for _, debit, credit in made)
    assert all(amount == amount.quantize(Decimal("0.01")) for _, *both in made for amount in both)
    moved = {account: Decimal(0) for account in (2614, 2645, 7960)}
    for account, debit, credit in made:
        moved[account] = moved.get(account, Decimal(0)) + debit - credit
    assert moved[2614] == -moved[2645]
    assert rate is not None or moved[7960] == 0


def _made(event: PayoutMade) -> list[tuple[int, Decimal, Decimal]] | str:
    """The rows, or the question."""
    try:
        return rows(event, choices(exchange_percent=100))
    except Question as question:
        return str(question)
