"""VAT treatment: each buyer by hand, what is not configured held, and sums that balance under every treatment."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.commands import EnsureCustomer, EnsureInvoice
from handlers.events import Charge, Document, Line, Party, Surcharge
from handlers.order import book_order
from handlers.settings import Articles, Bookkeeping, Vat
from handlers.values import Question
from handlers.vat import Decided, decide
from tests.handlers.examples import DOCUMENT, company, order
from tests.properties import examples

ABROAD = Vat(
    reverse_charge_account=3108,
    export_account=3105,
    consumers_in_eu="oss",
    eu_vat_accounts={"25": 3106},
    oss={"DE": {"19": 3107, "7": 3107}},
)
GERMAN_NUMBER = "DE136695976"


def party(country: str | None, **fields: Any) -> Party:
    """A buyer there."""
    return Party(name="Köpare", country=country, **fields)


def decided(buyer: Party, **changes: Any) -> Decided:
    """As a company that sells everywhere treats it."""
    return decide(buyer, Bookkeeping(), ABROAD.model_copy(update=changes))


@pytest.mark.capability("f33")
@pytest.mark.capability("f35")
@pytest.mark.parametrize(
    ("buyer", "changes", "treatment", "vat_type", "accounts"),
    [
        (party("SE"), {}, "domestic", "SEVAT", {"25": 3001, "12": 3002, "6": 3003, "0": 3004}),
        (party(None), {}, "domestic", "SEVAT", {"25": 3001, "12": 3002, "6": 3003, "0": 3004}),
        (party("DE", vat_number=" de 136 695 976"), {}, "eu_reverse_charge", "EUREVERSEDVAT", {"0": 3108}),
        (party("DE", vat_number="136695976"), {}, "eu_reverse_charge", "EUREVERSEDVAT", {"0": 3108}),
        (party("GR", vat_number="094259216"), {}, "eu_reverse_charge", "EUREVERSEDVAT", {"0": 3108}),
        (party("de"), {}, "oss", "EUVAT", {"19": 3107, "7": 3107}),
        (party("FR"), {"consumers_in_eu": "seller_vat"}, "eu_vat", "EUVAT", {"25": 3106}),
        (party("NO"), {}, "export", "EXPORT", {"0": 3105}),
        (party("AX"), {}, "export", "EXPORT", {"0": 3105}),
        (party("US", kind="company"), {"supply": "services"}, "export", "EXPORT", {"0": 3105}),
    ],
)
def test_each_buyer_by_hand(
    buyer: Party, changes: dict[str, Any], treatment: str, vat_type: str, accounts: dict[str, int]
) -> None:
    """Country, kind and VAT number decide; the accounts are the company's own."""
    found = decided(buyer, **changes)
    assert (found.decision.treatment, found.decision.vat_type, dict(found.accounts)) == (treatment, vat_type, accounts)
    assert "Köpare" not in found.decision.reason
    if treatment == "eu_reverse_charge":
        assert found.decision.vat_number in {GERMAN_NUMBER, "EL094259216"}


@pytest.mark.capability("f33")
@pytest.mark.parametrize(
    ("buyer", "changes", "word"),
    [
        (party(None), {"without_country": "hold"}, "country is not stated"),
        (party("NO"), {"export_account": None}, r"`vat\.export_account`"),
        (party("US"), {"supply": "services"}, "services to a private person"),
        (party("DE", vat_number=GERMAN_NUMBER), {"reverse_charge_account": None}, r"`vat\.reverse_charge_account`"),
        (party("DE", vat_number=GERMAN_NUMBER, kind="private"), {}, "private person and has a VAT number"),
        (party("DE", vat_number="DE136695977"), {}, "none of an EU country"),
        (party("DE", vat_number="EU372022452"), {}, "none of an EU country"),
        (party("DE", vat_number="SE559904203201"), {}, "is one of SE"),
        (party("DE", organisation_number="HRB 1"), {}, "company in another EU country .* without a VAT number"),
        (party("FR"), {}, r"`vat\.oss\.FR`"),
        (party("FR"), {"consumers_in_eu": "hold"}, r"`vat\.consumers_in_eu`"),
    ],
)
def test_what_is_not_configured_or_cannot_be_is_held(buyer: Party, changes: dict[str, Any], word: str) -> None:
    """Nothing is guessed: the question names the setting, or what to correct at the source."""
    with pytest.raises(Question, match=word):
        decided(buyer, **changes)


@pytest.mark.parametrize(
    ("section", "word"),
    [
        ({"consumers_in_eu": "seller_vat"}, "eu_vat_accounts"),
        ({"consumers_in_eu": "oss"}, "oss.COUNTRY"),
        ({"consumers_in_eu": "oss", "oss": {"SE": {"25": 3001}}}, "own country"),
        ({"oss": {"DE": {"19.5": 3107}}}, "whole percent"),
        ({"oss": {"de": {"19": 3107}}}, "pattern"),
        ({"export_account": 42}, "1000"),
    ],
)
def test_a_section_that_cannot_be_meant_is_refused_at_the_start(section: dict[str, Any], word: str) -> None:
    """Every sale of that kind would be held else."""
    with pytest.raises(ValidationError, match=word):
        Vat.model_validate(section)


def sold(document: Document, vat: Vat = ABROAD, **books: Any) -> tuple[EnsureCustomer, EnsureInvoice]:
    """The customer and the invoice of a won order."""
    settings_of_company = company(vat=vat, bookkeeping=Bookkeeping.model_validate(books))
    customer, *_, invoice = book_order(order(document, "won"), settings_of_company)
    assert isinstance(customer, EnsureCustomer)
    assert isinstance(invoice, EnsureInvoice)
    return customer, invoice


def german(rate: str | None, totals: tuple[str, str, str] | None, **fields: Any) -> Document:
    """A sale of 100.00 to a German with a VAT number, unless ``fields`` say otherwise."""
    line = Line(
        description="Stol",
        quantity=Decimal(1),
        unit_price=Decimal(100),
        vat_rate=None if rate is None else Decimal(rate),
    )
    stated = dict(zip(("total_excluding_vat", "total_vat", "total"), map(Decimal, totals or ()), strict=False))
    nothing = {"total_excluding_vat": Decimal(100), "total_vat": None, "total": None}
    buyer = {"customer": party("DE", vat_number=GERMAN_NUMBER)}
    return DOCUMENT.model_copy(update={"lines": (line,), **buyer, **(stated or nothing), **fields})


@pytest.mark.capability("f33")
def test_reverse_charge_makes_rows_without_vat_on_its_account_and_says_so_on_a_new_card() -> None:
    """Freight goes with the goods, as a row: the account of Fortnox's own field is not ours to choose."""
    freight = Surcharge(amount=Decimal(20), vat_rate=Decimal(0))
    customer, invoice = sold(german("0", ("120", "0", "120"), freight=freight))
    assert (customer.vat_type, customer.vat_number) == ("EUREVERSEDVAT", GERMAN_NUMBER)
    assert [f"{row.price} {row.vat} {row.account}" for row in invoice.rows] == ["100.00 0 3108", "20.00 0 3108"]
    assert invoice.freight == 0
    assert invoice.vat_decision is not None
    assert invoice.vat_decision.reason == "goods to a company in another EU country (DE) with a VAT number of DE"


def test_a_sale_without_vat_from_a_source_that_says_nothing_of_it() -> None:
    """No VAT is charged whatever the article is: the total is the net."""
    _, invoice = sold(german(None, None))
    assert f"{invoice.total_excluding_vat} {invoice.total_vat} {invoice.total}" == "100.00 0.00 100.00"
    assert [f"{row.vat} {row.account}" for row in invoice.rows] == ["0 3108"]


@pytest.mark.capability("f33")
@pytest.mark.parametrize(
    ("document", "word"),
    [
        (german("25", ("100", "25", "125")), "the source charges 25 % of VAT, but the sale carries none"),
        (german("25", ("100", "25", "125"), customer=party("DE")), r"no account in vat\.oss\.DE"),
        (german(None, None, customer=party("DE")), "VAT rate is not stated, and the buyer is in another country"),
        (german("0", ("100", "0", "100"), customer=party("DE")), r"no account in vat\.oss\.DE"),
        (
            german(
                "0",
                ("110", "1", "111"),
                charges=(Charge(kind="fee", description="Avgift", amount=Decimal(10), vat_rate=Decimal(10)),),
            ),
            r"charge 1 \(fee\): the source charges 10 %",
        ),
    ],
)
def test_a_source_that_charged_another_vat_than_the_sale_carries_is_held(document: Document, word: str) -> None:
    """Nothing is turned into another rate: the buyer has paid, or was told, what stands there."""
    with pytest.raises(Question, match=word):
        sold(document)


def test_an_article_of_a_sale_abroad_is_made_with_the_rate_at_home() -> None:
    """The register's article is one for all countries."""
    line = german("0", ("100", "0", "100")).lines[0].model_copy(update={"sku": "STOL"})
    settings_of_company = company(vat=ABROAD, articles=Articles(policy="create", default_vat=25))
    given = german("0", ("100", "0", "100"), lines=(line,))
    _, article, invoice = book_order(order(given, "won"), settings_of_company)
    assert (article.vat, article.account) == (25, 3001)  # type: ignore[union-attr]
    assert invoice.rows[0].account == 3108  # type: ignore[union-attr]


TREATMENTS: dict[str, tuple[Party, tuple[int, ...]]] = {
    "eu_reverse_charge": (party("DE", vat_number=GERMAN_NUMBER), (0,)),
    "export": (party("NO"), (0,)),
    "oss": (party("DE"), (19, 7)),
    "eu_vat": (party("FR"), (25,)),
}


@pytest.mark.slow
@pytest.mark.properties
@pytest.mark.capability("f35")
@settings(max_examples=examples(), deadline=None)
@given(
    st.sampled_from(sorted(TREATMENTS)),
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 9), st.integers(0, 1)), min_size=1, max_size=5),
    st.integers(0, 10**4),
    st.booleans(),
)
def test_rows_abroad_balance(treatment: str, goods: list[tuple[int, int, int]], freight: int, included: bool) -> None:
    """Rows, freight and VAT give the stated total, all on the treatment's accounts, and no VAT where there is none."""
    buyer, rates = TREATMENTS[treatment]
    lines = tuple(
        Line(description="x", quantity=Decimal(pieces), unit_price=Decimal(ore) / 100,
             vat_rate=Decimal(rates[which % len(rates)]))
        for ore, pieces, which in goods
    )  # fmt: skip
    parts = [(int(line.unit_price * 100) * int(line.quantity), int(line.vat_rate or 0)) for line in lines]
    parts += [(freight, rates[0])] if freight else []
    net, vat = _sums(parts, included=included)
    given = german(
        None,
        (f"{net / 100:.2f}", f"{vat / 100:.2f}", f"{(net + vat) / 100:.2f}"),
        lines=lines,
        customer=buyer,
        prices_include_vat=included,
        freight=Surcharge(amount=Decimal(freight) / 100, vat_rate=Decimal(rates[0])),
    )
    way = "seller_vat" if treatment == "eu_vat" else "oss"
    _, invoice = sold(given, ABROAD.model_copy(update={"consumers_in_eu": way}))
    assert invoice.vat_decision is not None
    assert invoice.vat_decision.treatment == treatment
    allowed = {"eu_reverse_charge": 3108, "export": 3105, "oss": 3107, "eu_vat": 3106}[treatment]
    assert {row.account for row in invoice.rows} == {allowed}
    assert invoice.freight + invoice.administration_fee == 0
    shown = [(int(row.price * row.quantity * 100), int(row.vat or 0)) for row in invoice.rows]
    assert _sums(shown, included=included) == (net, vat)
    assert invoice.total == Decimal(net + vat) / 100
    assert vat == 0 or treatment in {"oss", "eu_vat"}


def _sums(parts: list[tuple[int, int]], *, included: bool) -> tuple[int, int]:
    """Net and VAT in whole öre, rounded per row, by integers alone."""
    net = vat = 0
    for amount, rate in parts:
        if included:
            without = (2 * amount * 100 + 100 + rate) // (2 * (100 + rate))
            net, vat = net + without, vat + amount - without
        else:
            net, vat = net + amount, vat + (2 * amount * rate + 100) // 200
    return net, vat
