"""Two opinions on money: what the rules compute and what the simulator computes agree, with no code in common."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.fortnox.document_content import content_of
from connectors.fortnox.document_state import differences
from connectors.fortnox.forms import INVOICE
from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.totals import set_totals
from handlers.commands import DocumentRow
from handlers.rows import Choices, document_rows
from handlers.settings import Articles, Bookkeeping
from handlers.totals import Share, Totals, row_total, totals_of
from handlers.values import Question
from tests.connectors.fortnox.stand import invoice, row
from tests.handlers.examples import DOCUMENT, TIMBER

Rounding = Literal["row", "rate"]
ZERO = Decimal(0)
ACCOUNTS = {25: 3001, 12: 3002, 6: 3003, 0: 3004}
FEE_RATE = Decimal(25)
QUANTITY = "DeliveredQuantity"


@dataclass(frozen=True)
class Paper:
    """One document as both sides get it; freight and fee are without VAT."""

    rows: tuple[DocumentRow, ...]
    vat_included: bool
    rounding: Rounding
    whole_kronor: bool
    currency: str
    freight: Decimal
    fee: Decimal


def _hundredths(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most).map(lambda number: Decimal(number) / 100)


def _row(kind: tuple[int, str], pieces: int, ore: int, part: int) -> DocumentRow:
    """A row from its rate and kind of discount, hundredths of quantity, price and percent of discount."""
    rate, discount = kind
    quantity, price, percent = Decimal(pieces) / 100, Decimal(ore) / 100, Decimal(part) / 100
    fields: dict[str, Any] = {"quantity": quantity, "price": price, "vat": Decimal(rate), "account": ACCOUNTS[rate]}
    if discount == "percent":
        fields["discount_percent"] = percent
    elif discount == "amount":
        whole = row_total(quantity, price, ZERO, ZERO)
        fields["discount_amount"] = (whole * percent / 100).quantize(Decimal("0.01"))
    return row(**fields)


def _paper(rows: list[DocumentRow], kind: tuple[bool, Rounding, bool, str], freight: Decimal, fee: Decimal) -> Paper:
    return Paper(tuple(rows), *kind, freight, fee)


_ROWS = st.builds(
    _row,
    st.sampled_from(list(product(ACCOUNTS, ("none", "percent", "amount")))),
    st.integers(0, 20_000),
    st.integers(0, 500_000),
    st.integers(0, 10_000),
)
_KINDS = list(product((False, True), ("row", "rate"), (False, True), ("SEK", "EUR")))
_PAPERS = st.builds(
    _paper,
    st.lists(_ROWS, min_size=1, max_size=4),
    st.sampled_from(_KINDS),
    _hundredths(50_000),
    _hundredths(10_000),
)


def _ours(paper: Paper) -> Totals:
    """The totals of the rows by the rules, by the way of rounding VAT that the company has."""
    shares = [
        Share(row_total(one.quantity, one.price, one.discount_percent, one.discount_amount), one.vat or ZERO)
        for one in paper.rows
    ]
    ways = list(totals_of(shares, prices_include_vat=paper.vat_included))
    return ways[0] if paper.rounding == "row" else ways[len(ways) // 2]


def _meant(paper: Paper, totals: Totals) -> dict[str, Any]:
    """What the client sends and holds the answer against."""
    command = invoice(
        rows=paper.rows,
        currency=paper.currency,
        prices_include_vat=paper.vat_included,
        total_excluding_vat=totals.excluding_vat,
        total_vat=totals.vat,
        total=totals.total,
    )
    content = content_of(command, "1", {})
    return {**content.meant, "sent": content.rows}


def _theirs(paper: Paper, sent: list[dict[str, Any]]) -> dict[str, Any]:
    """The document as the simulator stores it, every amount its own."""
    rows = [{**one, "VAT": int(one["VAT"]), "Total": ZERO} for one in sent]
    document: dict[str, Any] = {
        "CustomerNumber": "1",
        "Currency": paper.currency,
        "VATIncluded": paper.vat_included,
        "Freight": paper.freight,
        "AdministrationFee": paper.fee,
        "InvoiceRows": rows,
    }
    company = CompanySettings(vat_rounding=paper.rounding, round_to_whole_kronor=paper.whole_kronor)
    set_totals(document, rows, QUANTITY, "SEVAT", company)
    return document


def _charges(paper: Paper) -> list[Totals]:
    """Freight and fee by the rules' arithmetic: each a share of its own, without VAT, at 25 percent."""
    return [
        next(iter(totals_of([Share(amount, FEE_RATE)], prices_include_vat=False)))
        for amount in (paper.freight, paper.fee)
    ]


def _round_off(paper: Paper, exact: Decimal) -> Decimal:
    """What whole kronor add: a half krona rounds up, and only kronor are rounded."""
    if not paper.whole_kronor or paper.currency != "SEK":
        return ZERO
    return exact.quantize(Decimal(1), ROUND_HALF_UP) - exact


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.capability("f37")
@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(paper=_PAPERS)
def test_rules_and_simulator_agree_on_every_amount(paper: Paper) -> None:
    """Net, VAT, fees, total and rounding, over rates, discounts, both ways of pricing and both ways of rounding VAT.

    Where Fortnox is more than adding up: `RoundOff` (Fortnox facts, 6.1) and VAT per row or per rate (section 11,
    item 11).
    """
    ours, (freight, fee) = _ours(paper), _charges(paper)
    theirs = _theirs(paper, _meant(paper, ours)["sent"])
    exact = ours.total + freight.total + fee.total
    round_off = _round_off(paper, exact)
    expected = {
        "Net": ours.excluding_vat,
        "FreightVAT": freight.vat,
        "AdministrationFeeVAT": fee.vat,
        "TotalVAT": ours.vat + freight.vat + fee.vat,
        "RoundOff": round_off,
        "Total": exact + round_off,
        "TotalToPay": exact + round_off,
    }
    assert {name: theirs[name] for name in expected} == expected


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(paper=_PAPERS)
def test_the_client_finds_no_difference_but_the_freight_that_it_never_sends(paper: Paper) -> None:
    """The comparison that guards every document passes on the simulator's amounts, and sees a freight of one öre."""
    meant = _meant(paper, _ours(paper))
    freight = {"freight": paper.freight, "fee": paper.fee}
    plain = Paper(**{**vars(paper), **dict.fromkeys(freight, ZERO)})
    assert differences(INVOICE, meant, _theirs(plain, meant["sent"])) == []
    found = differences(INVOICE, meant, _theirs(Paper(**{**vars(plain), "freight": Decimal("0.01")}), meant["sent"]))
    assert "Freight: meant 0, stored 0.01" in found


@pytest.mark.parametrize("field", ["quantity", "unit_price"])
def test_a_third_decimal_is_a_question_because_fortnox_would_round_it(field: str) -> None:
    """Fortnox stores two decimals of quantity and price, half up (facts, 1.10), so no rule lets a third one through."""
    line = TIMBER.model_copy(update={field: Decimal("1.125")})
    with pytest.raises(Question, match="two decimals"):
        document_rows(DOCUMENT.model_copy(update={"lines": (line,)}), Choices(Bookkeeping(), Articles()))


def test_an_included_vat_half_way_between_two_ore_has_two_legitimate_roundings() -> None:
    """Net or VAT first: the simulator rounds the net (its choice), the rules take both (facts, 6.1 and 11)."""
    paper = Paper(
        (row(quantity=Decimal(1), price=Decimal("0.14"), vat=Decimal(12)),), True, "row", False, "SEK", ZERO, ZERO
    )
    net_first, vat_first = list(totals_of([Share(Decimal("0.14"), Decimal(12))], prices_include_vat=True))[:2]
    theirs = _theirs(paper, _meant(paper, net_first)["sent"])
    assert (net_first.vat, vat_first.vat) == (Decimal("0.01"), Decimal("0.02"))
    assert (theirs["Net"], theirs["TotalVAT"]) == (net_first.excluding_vat, net_first.vat)
