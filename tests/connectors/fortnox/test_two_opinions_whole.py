"""Two opinions on whole documents: discount, charges, freight and fees, in every combination, to the öre."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.fortnox.document_content import content_of, header
from connectors.fortnox.document_state import differences
from connectors.fortnox.forms import INVOICE
from connectors.fortnox.simulator import CompanySettings
from connectors.fortnox.simulator.totals import set_totals
from handlers.commands import EnsureInvoice
from handlers.document import Drafted, Things
from handlers.events import Charge, Document, Line, Surcharge
from handlers.settings import Bookkeeping
from handlers.values import Question
from tests.handlers.examples import DOCUMENT, company, order
from tests.properties import examples

Rounding = Literal["row", "rate"]
ZERO, HUNDRED, ORE = Decimal(0), Decimal(100), Decimal("0.01")
BOOKS: dict[str, Any] = {
    "round_off_account": 3740,
    "fine_amounts": "one_piece",
    "freight_account": 3520,
    "administration_fee_account": 3540,
    "charge_accounts": {"tip": 2990, "gift_card": 2420},
}


@dataclass(frozen=True)
class Paper:
    """One document as its sender computes it in whole öre, how Fortnox rounds VAT and total, and whether we know."""

    document: Document
    rounding: Rounding
    whole_kronor: bool
    freight: Literal["field", "row"]
    told: bool


def _ore(amount: Decimal) -> int:
    """Whole öre, half away from zero, by integers alone."""
    doubled = abs(amount) * 200
    whole = (int(doubled) + 1) // 2
    return whole if amount >= 0 else -whole


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Lines of several rates with their own discounts, and anything that a document may have beside them."""
    rates = st.sampled_from([25, 12, 6, 0])
    hundredths = st.integers(1, 100_000).map(lambda number: Decimal(number) / 100)
    finer = hundredths | st.integers(1, 10**8).map(lambda number: Decimal(number) / 10_000)
    lines = tuple(
        Line(
            description="vara",
            quantity=draw(finer) if draw(st.booleans()) else Decimal(draw(st.integers(1, 9))),
            unit_price=draw(finer),
            vat_rate=Decimal(draw(rates)),
            discount_percent=draw(st.sampled_from([ZERO, Decimal(10), Decimal("33.33")])),
        )
        for _ in range(draw(st.integers(1, 4)))
    )
    kinds = draw(st.lists(st.sampled_from(["fee", "tip", "coupon", "gift_card", "rounding"]), max_size=3, unique=True))
    fields: dict[str, Any] = {
        "lines": lines,
        "prices_include_vat": draw(st.booleans()),
        "currency": draw(st.sampled_from(["SEK", "EUR"])),
        "charges": tuple(_charge(kind, draw(hundredths), draw(rates)) for kind in kinds),
        "discount_percent": draw(st.sampled_from([ZERO, Decimal(5), Decimal("12.5")])),
    }
    if not fields["discount_percent"]:
        fields["discount_amount"] = draw(st.sampled_from([ZERO, ORE, Decimal("0.05")]))
    for name in ("freight", "administration_fee"):
        if draw(st.booleans()):
            fields[name] = Surcharge(amount=draw(hundredths), vat_rate=Decimal(draw(rates)))
    document = DOCUMENT.model_copy(update={**fields, "currency_rate": None})
    rounding: Rounding = draw(st.sampled_from(["row", "rate"]))
    return Paper(document, rounding, draw(st.booleans()), draw(st.sampled_from(["field", "row"])), draw(st.booleans()))


def _charge(kind: Any, amount: Decimal, rate: int) -> Charge:
    without = kind in {"gift_card", "rounding", "tip"}
    amount = {"coupon": -ORE, "rounding": Decimal("-0.37"), "gift_card": -ORE}.get(kind, amount)
    return Charge(kind=kind, description=kind, amount=amount, vat_rate=ZERO if without else Decimal(rate))


def stated(document: Document, rounding: str) -> Document:
    """The document with totals as a careful sender states them: whole öre, the discount taken off each rate's sum."""
    line_sums: dict[int, int] = {}
    parts: list[tuple[int, int]] = []
    for line in document.lines:
        amount = _ore(line.quantity * line.unit_price * (HUNDRED - line.discount_percent) / HUNDRED)
        rate = int(line.vat_rate or 0)
        parts.append((amount, rate))
        line_sums[rate] = line_sums.get(rate, 0) + amount
    parts += [(-off, rate) for rate, off in _discounts(document, line_sums).items() if off]
    parts += [(_ore(charge.amount), int(charge.vat_rate)) for charge in document.charges]
    for surcharge in (document.freight, document.administration_fee):
        if surcharge is not None:
            parts.append((_ore(surcharge.amount), int(surcharge.vat_rate or 0)))
    if rounding == "rate":
        sums: dict[int, int] = {}
        for amount, rate in parts:
            sums[rate] = sums.get(rate, 0) + amount
        parts = [(amount, rate) for rate, amount in sums.items()]
    net = vat = 0
    for amount, rate in parts:
        if document.prices_include_vat:
            without = _ore(Decimal(amount) / (HUNDRED + rate))
            net, vat = net + without, vat + amount - without
        else:
            net, vat = net + amount, vat + _ore(Decimal(amount * rate) / 10_000)
    figures = {"total_excluding_vat": net, "total_vat": vat, "total": net + vat}
    return document.model_copy(update={name: Decimal(ore) / 100 for name, ore in figures.items()})


def _discounts(document: Document, sums: dict[int, int]) -> dict[int, int]:
    if document.discount_percent:
        return {rate: _ore(Decimal(part) * document.discount_percent / 10_000) for rate, part in sums.items()}
    amount, whole = int(document.discount_amount * 100), sum(sums.values())
    if not amount or not whole:
        return {}
    shares = {rate: divmod(amount * part, whole) for rate, part in sums.items()}
    left = amount - sum(share for share, _ in shares.values())
    largest = sorted(shares, key=lambda rate: (-shares[rate][1], -rate))[:left]
    return {rate: share + (rate in largest) for rate, (share, _) in shares.items()}


def invoice_of(paper: Paper, document: Document) -> EnsureInvoice:
    """The invoice that the rules make of it; raises ``Question`` where no layout gives the stated totals."""
    chosen = {"freight": paper.freight, "administration_fee": paper.freight}
    known = {"vat_rounding": paper.rounding} if paper.told else {}
    books = Bookkeeping.model_validate(BOOKS | chosen | known)
    event = order(document)
    drafted = Drafted(event, "order", Things(invoice=event.thing), company(bookkeeping=books))
    return drafted.invoice(to_be_booked=True)


def stored_of(paper: Paper, command: EnsureInvoice) -> dict[str, Any]:
    """The document as the simulator stores what the client sends, every amount its own."""
    fields, _ = header(INVOICE, command, "1", "m" * 32, None)
    rows = [{**row, "VAT": int(row["VAT"]), "Total": ZERO} for row in content_of(command, "1", {}).rows]
    whole: dict[str, Any] = {**fields, "InvoiceRows": rows}
    switches = CompanySettings(vat_rounding=paper.rounding, round_to_whole_kronor=paper.whole_kronor)
    set_totals(whole, rows, "DeliveredQuantity", "SEVAT", switches)
    return whole


@pytest.mark.slow
@pytest.mark.properties
@pytest.mark.timeout(600)
@pytest.mark.capability("f37")
@settings(max_examples=examples(), deadline=None, suppress_health_check=list(HealthCheck))
@given(papers())
def test_every_combination_gives_the_sources_totals(paper: Paper) -> None:
    """What the sender computes the way its Fortnox rounds is booked to the öre, however many parts it has.

    Where we were not told which way that is, another layout may fit the figures by chance: then the comparison with
    Fortnox's answer sees it. Held may only be a document of nothing.
    """
    document = stated(paper.document, paper.rounding)
    try:
        command = invoice_of(paper, document)
    except Question as question:
        if not any(word in str(question) for word in ("above zero", "more than its lines")):
            raise
        return
    whole = stored_of(paper, command)
    exact = whole["Net"] + whole["Freight"] + whole["AdministrationFee"] + whole["TotalVAT"]
    assert whole["Total"] - whole["RoundOff"] == exact
    found = (exact - whole["TotalVAT"], whole["TotalVAT"], exact)
    equal = found == (document.total_excluding_vat, document.total_vat, document.total)
    assert equal or not paper.told
    assert equal == (differences(INVOICE, content_of(command, "1", {}).meant, whole) == [])


@pytest.mark.slow
@pytest.mark.properties
@pytest.mark.timeout(600)
@settings(max_examples=examples(), deadline=None, suppress_health_check=list(HealthCheck))
@given(papers(), st.sampled_from(["total", "total_vat", "total_excluding_vat"]), st.sampled_from([-1, 1]))
def test_one_figure_one_ore_off_is_held_with_the_difference(paper: Paper, figure: str, off: int) -> None:
    """However many parts a document has, one figure that does not follow from them stops it before any call."""
    document = stated(paper.document, paper.rounding)
    wrong = document.model_copy(update={figure: getattr(document, figure) + off * ORE})
    with pytest.raises(Question, match=r"above zero|more than its lines|difference [+-]0\.0\d"):
        invoice_of(paper, wrong)
