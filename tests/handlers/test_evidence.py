"""Evidence: what the file of a sale, a refund or a payout says, figure by figure, and which commands get one."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import Command, EnsureCredit, EnsureEvidence
from handlers.events import Document, Line, Party, Payment, Refunded, Surcharge
from handlers.evidence_layout import WIDTH, figure, labelled, table
from handlers.facts import Facts
from handlers.invoice import book_own_invoice
from handlers.order import book_order
from handlers.payout import book_payout
from handlers.payout_parts import PayoutFee, PayoutSale
from handlers.refund import book_refund
from handlers.settings import Bookkeeping, CompanySettings, Customers, Documents, RuleOptions, Vat
from handlers.values import Ref
from tests.handlers.examples import DOCUMENT, NOW, TODAY, company, order, paid_invoice
from tests.handlers.test_payout import choices, payout

PAGE = (Path(__file__).parents[2] / "docs" / "bookkeeping.md").read_text(encoding="utf-8")
TOLD = Facts(delivery="in-17 (msg_2a)")
WANTED = Bookkeeping(attach_source=True)


def wanting(**more: Any) -> CompanySettings:
    """A company that wants its evidence attached."""
    return company(bookkeeping=WANTED, **more)


def evidence(commands: tuple[Command, ...]) -> list[EnsureEvidence]:
    """The evidence among commands, which stands behind everything else."""
    found = [command for command in commands if isinstance(command, EnsureEvidence)]
    assert not found or list(commands[-len(found) :]) == found
    return found


def a_line(name: str, quantity: str, price: str, rate: str, **more: Any) -> Line:
    """A line without an article."""
    return Line(description=name, quantity=Decimal(quantity), unit_price=Decimal(price), vat_rate=Decimal(rate), **more)


TWO_RATES = Document(
    number="W-1001",
    currency="SEK",
    prices_include_vat=True,
    customer=Party(name="Alva Nyberg", email="alva@example.com", phone="070-1740605", country="SE"),
    lines=(a_line("Kaffe 500 g", "4", "89.00", "12"), a_line("Mugg", "1", "199.00", "25")),
    discount_percent=Decimal(10),
    discount_text="Kod HÖST10",
    freight=Surcharge(amount=Decimal("49.00"), vat_rate=Decimal(25)),
    total_excluding_vat=Decimal("468.55"),
    total_vat=Decimal("79.95"),
    total=Decimal("548.50"),
    dated=TODAY,
    paid=TODAY,
    payments=(
        Payment(id="p-1", method="swish", amount=Decimal("500.00"), paid=TODAY),
        Payment(id="p-2", method="kort", amount=Decimal("48.50"), paid=date(2026, 11, 14)),
    ),
)
"""By hand: 356.00 less 10 % is 320.40, of which 34.33 is VAT at 12 %; 199.00 less 10 % is 179.10, of which 35.82 is VAT
at 25 %; the freight's 49.00 hold 9.80. 286.07 + 143.28 + 39.20 = 468.55, 34.33 + 45.62 = 79.95."""


@pytest.mark.capability("f43")
def test_a_sale_with_two_vat_rates_by_hand() -> None:
    """Every line of the file, as the page on bookkeeping shows it; neither e-mail nor phone number is in it."""
    (made,) = evidence(book_order(order(TWO_RATES), wanting(), TOLD))
    assert made.title == "Underlag: order W-1001"
    shown = PAGE.partition("\n## The sender's document as evidence\n")[2].split("```")[1]
    assert ["text", *made.lines] == shown.splitlines()


@pytest.mark.capability("f43")
def test_a_sale_in_euro_says_its_rate_and_what_it_is_in_kronor() -> None:
    """120.50 euro at 11.20 are 1 349.60 kronor."""
    document = DOCUMENT.model_copy(
        update={
            "customer": Party(name="Saarela Oy", vat_number="FI20774740", country="FI"),
            "currency": "EUR",
            "currency_rate": Decimal("11.20"),
            "currency_rate_date": date(2026, 11, 12),
            "lines": (a_line("Hylla", "1", "120.50", "0"),),
            "total_excluding_vat": Decimal("120.50"),
            "total_vat": Decimal(0),
            "total": Decimal("120.50"),
        }
    )
    (made,) = evidence(book_order(order(document), wanting(vat=Vat(reverse_charge_account=3108)), TOLD))
    for line in (
        "Valuta                  EUR",
        "Kurs                    11,20 SEK per EUR, enligt källan",
        "Kursens dag             2026-11-12",
        "Momsnummer              FI20774740",
        "0 %                                         120,50             0,00",
        "Inklusive moms          120,50 EUR",
        "I kronor vid kursen     1 349,60 SEK",
    ):
        assert line in made.lines


def test_what_vat_rounds_row_by_row_is_told() -> None:
    """Three rows of 0.10 at 25 % carry 0.03 each, 0.09 together; 25 % of 0.30 is 0.08."""
    document = DOCUMENT.model_copy(
        update={
            "lines": (a_line("Skruv", "1", "0.10", "25"),) * 3,
            "total_excluding_vat": Decimal("0.30"),
            "total_vat": Decimal("0.09"),
            "total": Decimal("0.39"),
        }
    )
    (made,) = evidence(book_order(order(document), wanting(), TOLD))
    assert "25 %                                          0,30             0,08" in made.lines
    assert "Avrundning per rad                                             0,01" in made.lines


@pytest.mark.capability("f43")
def test_a_payout_by_hand() -> None:
    """10.00 of 100.00 euro are kept by a provider in the EU: 1 120.00 sold, 112.00 of fees, 28.00 of VAT both ways."""
    event = payout(
        PayoutSale(method="card", amount=Decimal("100.00")),
        fees=(PayoutFee(amount=Decimal("10.00"), vat="eu"),),
        net="90.00",
        currency="EUR",
        currency_rate=Decimal("11.20"),
        net_kronor=Decimal("1005.00"),
    )
    chosen = choices().model_copy(update={"bookkeeping": WANTED})
    (made,) = evidence(book_payout(event, chosen, TOLD))
    assert made.document == event.thing
    shown = "\n".join(made.lines)
    assert shown.endswith("""\
SÅLT
Betalsätt                           Valuta         Belopp         Kurs
----------------------------------------------------------------------------------------
card                                   EUR         100,00

AVGIFTER
Moms på avgiften                      Avgift EUR     Sats     Varav moms
----------------------------------------------------------------------------------------
omvänd moms, EU                            10,00     25 %

UTBETALT
Nettobelopp             90,00 EUR
Insatt på banken        1 005,00 SEK

KONTERING I KRONOR
Konto                                        Debet           Kredit
----------------------------------------------------------------------------------------
1930                                      1 005,00
4535                                        112,00
2645                                         28,00
2614                                                          28,00
1580                                                       1 120,00
7960                                          3,00""")


def refunded(**more: Any) -> Refunded:
    """Half of the timber comes back, told below zero."""
    document = DOCUMENT.model_copy(
        update={
            "lines": (a_line("Regel 45x95 C24, meter", "-10", "24.50", "25"),),
            "total_excluding_vat": Decimal("-245.00"),
            "total_vat": Decimal("-61.25"),
            "total": Decimal("-306.25"),
        }
    )
    given: dict[str, Any] = {
        "thing": Ref(system="shop", kind="order_refund", id="R-1"),
        "order": Ref(system="shop", kind="order", id="SO-20931"),
        "version": Decimal(1),
        "occurred_at": NOW,
        "dated": date(2026, 11, 20),
        "document": document,
    }
    return Refunded(**given | more)


@pytest.mark.capability("f43")
def test_a_refund_says_what_goes_back_and_of_which_order() -> None:
    """In positive amounts, as its credit invoice has them, on the day of the refund."""
    (made,) = evidence(book_refund(refunded(), wanting(), TOLD))
    assert made.document == refunded().thing
    assert made.title == "Underlag: återbetalning SO-20931"
    for line in (
        "Order hos källan        SO-20931",
        "Datum                   2026-11-20",
        "Regel 45x95 C24, meter                   10        24,50              25 %        245,00",
        "25 %                                        245,00            61,25",
        "Inklusive moms          306,25 SEK",
    ):
        assert line in made.lines


def test_a_sale_that_is_called_off_is_the_evidence_of_its_credit() -> None:
    """Also of the one that a new generation takes back; what is never credited needs none, which delivery finds out."""
    settings = wanting(documents=Documents(credit_cancelled="credit"))
    (made,) = evidence(book_order(order(status="cancelled"), settings, TOLD))
    assert (made.document.kind, made.thing.kind) == ("order_credit", "order_credit_evidence")
    assert any(line.startswith("Fakturan krediteras i sin helhet") for line in made.lines)
    again = book_order(order(), wanting(), Facts(generation=2))
    credited = [command.thing for command in again if isinstance(command, EnsureCredit)]
    assert [one.document for one in evidence(again)][:1] == credited
    assert [one.document.generation for one in evidence(again)] == [1, 2]


def test_only_what_is_invoiced_gets_evidence_and_only_where_it_is_chosen() -> None:
    """The company chooses, a rule may choose otherwise; offers and orders get none."""
    assert evidence(book_order(order(), company(), TOLD)) == []
    assert len(evidence(book_own_invoice(paid_invoice(), wanting(), TOLD))) == 1
    off = wanting(rules={"book_order": RuleOptions(attach_source=False)})
    assert evidence(book_order(order(), off, TOLD)) == []
    assert len(evidence(book_own_invoice(paid_invoice(), off, TOLD))) == 1
    on = company(rules={"book_order": RuleOptions(attach_source=True)})
    assert len(evidence(book_order(order(), on, TOLD))) == 1
    with_orders = wanting(documents=Documents(module="order"))
    assert evidence(book_order(order(status="won"), with_orders, TOLD)) == []


def test_evidence_waits_for_its_document_and_nothing_waits_for_it() -> None:
    """A lane of its own, and the same command whoever tells the same sale, in whichever delivery."""
    (first,) = evidence(book_order(order(status="invoiced"), wanting(), TOLD))
    (second,) = evidence(book_order(order(status="paid"), wanting(), Facts(delivery="in-18 (msg_2b)")))
    assert (first.beside, first.refs) == (True, (first.document,))
    assert (first.thing, first.says) == (second.thing, second.says)
    assert first.lines != second.lines
    changed = DOCUMENT.model_copy(update={"number": "SO-20931-B"})
    (third,) = evidence(book_order(order(changed), wanting(), TOLD))
    assert third.says != first.says


def test_a_private_person_who_is_anonymous_in_fortnox_is_so_in_its_files() -> None:
    """Where all private persons share one customer, no file names them."""
    settings = wanting(customers=Customers(default_consumer="1"))
    (made,) = evidence(book_order(order(TWO_RATES), settings, TOLD))
    assert "Namn                    Privatkund" in made.lines
    assert not any("Nyberg" in line for line in made.lines)


@pytest.mark.parametrize(
    ("number", "decimals", "written"),
    [
        ("4495", 2, "4 495,00"),
        ("-1234567.5", 2, "-1 234 567,50"),
        ("24.505", 2, "24,505"),
        ("120.00", 0, "120"),
        ("0.755", 0, "0,755"),
        ("-0.40", 2, "-0,40"),
        ("0", 2, "0,00"),
    ],
)
def test_figures_by_hand(number: str, decimals: int, written: str) -> None:
    """A comma, spaces between thousands, and never a decimal less than there is."""
    assert figure(Decimal(number), decimals) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_figure_can_be_read_back(number: Decimal) -> None:
    """Nothing of a number is lost by writing it."""
    assert Decimal(figure(number).replace(" ", "").replace(",", ".")) == number


@given(st.lists(st.text(max_size=150), min_size=1, max_size=3), st.text(max_size=30))
def test_no_text_breaks_the_page(texts: list[str], cell: str) -> None:
    """Whatever a source writes: no line is wider than the page, holds a line break, or loses a letter."""
    lines = [*table(("a", "b"), [(text, cell) for text in texts], (33, 9)), *labelled([("x", texts[0])])]
    assert all(len(line) <= WIDTH and line.isprintable() for line in lines)
    kept = "".join("".join(lines).split())
    for text in texts:
        letters = "".join(character for character in text if character.isprintable() and not character.isspace())
        assert set(letters) <= set(kept)
