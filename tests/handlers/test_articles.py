"""Articles, unstated VAT, discounts and header texts: what the rules carry over and what they ask."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handlers.commands import EnsureArticle, EnsureInvoice, EnsureOffer, EnsurePayment
from handlers.order import book_order
from handlers.rows import Choices, article_commands, document_rows
from handlers.settings import Articles, Bookkeeping, Documents
from handlers.totals import check_net, check_totals, line_total, possible_totals
from handlers.values import Question, Ref, round_ore
from tests.handlers.examples import CRANE, DOCUMENT, TIMBER, company, order

MATCH, CREATE = (Choices(Bookkeeping(), Articles.model_validate({"policy": policy})) for policy in ("match", "create"))
TIMBER_ARTICLE = Ref(system="key", kind="article", id="TRA-45X95")
BARE = DOCUMENT.model_copy(
    update={
        "lines": tuple(line.model_copy(update={"vat_rate": None}) for line in DOCUMENT.lines),
        "total_vat": None,
        "total": None,
    }
)
"""The example order of a source that knows nothing of VAT."""


@pytest.mark.parametrize(("choices", "create"), [(MATCH, False), (CREATE, True)])
def test_each_article_is_ensured_once_before_the_document(choices: Choices, create: bool) -> None:
    """Shared by all sources; the row names it, and its text no longer carries the number."""
    twice = DOCUMENT.model_copy(update={"lines": (TIMBER, CRANE, TIMBER)})
    timber, crane = article_commands(twice, choices)
    assert timber == EnsureArticle(
        thing=TIMBER_ARTICLE,
        number="TRA-45X95",
        description="Regel 45x95 C24, meter",
        vat=Decimal(25),
        account=3001,
        create=create,
    )
    assert (crane.unit, crane.create) == ("st", create)
    first, *_ = document_rows(twice, choices)
    assert (first.article, first.description) == (TIMBER_ARTICLE, "Regel 45x95 C24, meter (m)")
    settings = company(articles=choices.articles)
    kinds = [command.kind for command in book_order(order(status="won"), settings)]
    assert kinds == ["ensure_customer", "ensure_article", "ensure_article", "ensure_invoice"]


def test_a_default_article_stands_for_lines_without_one() -> None:
    """It is never made, the line's own words stay, and a missing article of the line's is stood in for."""
    match = Choices(Bookkeeping(), Articles(policy="match", default_article="DIV"))
    bare = CRANE.model_copy(update={"sku": None})
    document = DOCUMENT.model_copy(update={"lines": (TIMBER, bare)})
    timber, default = article_commands(document, match)
    assert (timber.instead, timber.create) == ("DIV", False)
    assert (default.number, default.instead, default.create, default.update) == ("DIV", None, False, False)
    first, second = document_rows(document, match)
    assert (first.article, first.description) == (TIMBER_ARTICLE, "TRA-45X95 Regel 45x95 C24, meter (m)")
    assert (second.article, second.description) == (default.thing, "Kranbilsleverans")


@pytest.mark.parametrize(
    ("changes", "price"), [({}, "24.50"), ({"currency": "EUR"}, None), ({"prices_include_vat": True}, None)]
)
def test_a_price_for_the_register_is_in_kronor_without_vat(changes: dict[str, Any], price: str | None) -> None:
    """Before discounts, in the document's list, else in list A."""
    update = Choices(Bookkeeping(), Articles(policy="update", prices=True))
    timber, _ = article_commands(DOCUMENT.model_copy(update={"price_list": "B", **changes}), update)
    assert (timber.update, timber.price, timber.price_list) == (True, price and Decimal(price), price and "B")


@pytest.mark.parametrize("articles", [{"default_article": "DIV"}, {"policy": "match", "prices": True}])
def test_settings_of_articles_that_contradict_each_other(articles: dict[str, Any]) -> None:
    """A policy that names no articles, or makes none."""
    with pytest.raises(ValueError, match="needs"):
        Articles.model_validate(articles)


def test_a_document_waits_for_its_articles() -> None:
    """Each once."""
    twice = DOCUMENT.model_copy(
        update={
            "lines": (TIMBER, TIMBER),
            "total_excluding_vat": Decimal(5292),
            "total_vat": Decimal(1323),
            "total": Decimal(6615),
        }
    )
    *_, invoice = book_order(order(twice, "won"), company(articles=MATCH.articles))
    assert invoice.refs == (Ref(system="shop", kind="customer", id="C-778"), TIMBER_ARTICLE)


def test_lines_without_a_number_and_policy_text_name_no_article() -> None:
    """As it always was."""
    assert article_commands(DOCUMENT, Choices(Bookkeeping(), Articles())) == ()
    lines = (TIMBER.model_copy(update={"sku": None}),)
    (row,) = document_rows(DOCUMENT.model_copy(update={"lines": lines}), MATCH)
    assert row.article is None


@pytest.mark.parametrize("number", ["A B", "A.1", "A:1", "x" * 51, "A<1"])
def test_a_number_that_can_be_no_article_is_a_question(number: str) -> None:
    """Numbers are never altered."""
    lines = (TIMBER.model_copy(update={"sku": number}),)
    with pytest.raises(Question, match="line 1: its article number"):
        document_rows(DOCUMENT.model_copy(update={"lines": lines}), MATCH)


def test_vat_that_nobody_states_comes_from_the_article() -> None:
    """Rows without a rate, totals without VAT, and a payment of the whole invoice."""
    _, _, _, invoice, _, payment, _ = book_order(order(BARE), company(articles=MATCH.articles))
    assert isinstance(invoice, EnsureInvoice)
    assert [(row.vat, row.account) for row in invoice.rows] == [(None, None), (None, None)]
    assert (invoice.total_excluding_vat, invoice.total_vat, invoice.total) == (Decimal("3596.00"), None, None)
    assert isinstance(payment, EnsurePayment)
    assert payment.amount is None


def test_vat_that_not_even_an_article_states_is_the_company_s_own() -> None:
    """Without it a line is a question that names the setting."""
    with pytest.raises(Question, match=r"line 1: its VAT rate is not stated, and .*default_vat"):
        book_order(order(BARE, "won"), company())
    _, invoice = book_order(order(BARE, "won"), company(articles=Articles(default_vat=12)))
    assert isinstance(invoice, EnsureInvoice)
    assert [(row.vat, row.account) for row in invoice.rows] == [(Decimal(12), 3002)] * 2


@pytest.mark.parametrize(("country", "word"), [("NO", "outside the EU"), ("de", "another EU"), (" FI ", "another EU")])
def test_a_foreign_buyer_without_stated_vat_is_a_question(country: str, word: str) -> None:
    """What a sale abroad needs is not set for this company, so nothing is guessed."""
    party = DOCUMENT.customer.model_copy(update={"country": country, "organisation_number": None})
    with pytest.raises(Question, match=word):
        book_order(order(BARE.model_copy(update={"customer": party}), "won"), company(articles=MATCH.articles))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"total_excluding_vat": Decimal("3596.01")}, r"difference \+0.01"),
        ({"total_excluding_vat": Decimal("3596.001")}, "two decimals"),
        ({"total_excluding_vat": Decimal(0), "lines": ()}, "no lines"),
        ({"prices_include_vat": True}, "prices include VAT"),
        ({"total": Decimal("4495.00")}, "not the VAT rate of each line"),
    ],
)
def test_a_document_without_vat_that_does_not_add_up_is_a_question(changes: dict[str, Any], word: str) -> None:
    """The net is all that can be checked, and it is."""
    with pytest.raises(Question, match=word):
        book_order(order(BARE.model_copy(update=changes), "won"), company(articles=MATCH.articles))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"discount_amount": Decimal(-1)}, "discount is negative"),
        ({"discount_amount": Decimal("0.001"), "discount_percent": Decimal(0)}, "more than two decimals"),
        ({"discount_amount": Decimal(1)}, "in percent and one in money"),
        ({"discount_amount": Decimal(2941), "discount_percent": Decimal(0)}, "more than the line"),
    ],
)
def test_a_discount_that_cannot_be_is_a_question(changes: dict[str, Any], word: str) -> None:
    """Two discounts on one line cannot be stored, and more than the line is no discount."""
    line = TIMBER.model_copy(update=changes)
    with pytest.raises(Question, match=f"line 1: .*{word}"):
        document_rows(DOCUMENT.model_copy(update={"lines": (line,)}), MATCH)


MONEY = st.integers(0, 10**7).map(lambda ore: Decimal(ore) / 100)


@given(quantity=MONEY, price=MONEY, share=st.integers(0, 100), percent=st.integers(0, 10_000), gross=st.booleans())
def test_a_discount_in_money_is_what_it_says(
    quantity: Decimal, price: Decimal, share: int, percent: int, gross: bool
) -> None:
    """The row total is lower by exactly the discount, whatever VAT; both kinds of discount add up in every total."""
    whole = round_ore(quantity * price)
    off = round_ore(whole * share / 100)
    assume(off <= quantity * price)
    in_money = TIMBER.model_copy(
        update={"quantity": quantity, "unit_price": price, "discount_percent": Decimal(0), "discount_amount": off}
    )
    in_percent = in_money.model_copy(update={"discount_percent": Decimal(percent) / 100, "discount_amount": Decimal(0)})
    assert line_total(in_money) == whole - off
    for totals in possible_totals((in_money, in_percent), prices_include_vat=gross):
        assert totals.excluding_vat + totals.vat == totals.total
        if gross:
            assert totals.total == line_total(in_money) + line_total(in_percent)
        if totals.total <= 0 or whole >= Decimal(10) ** 8:
            continue
        document = DOCUMENT.model_copy(
            update={
                "lines": (in_money, in_percent),
                "prices_include_vat": gross,
                "total_excluding_vat": totals.excluding_vat,
                "total_vat": totals.vat,
                "total": totals.total,
            }
        )
        assert check_totals(document) == totals
        if not gross:
            assert check_net(document) == totals.excluding_vat


@pytest.mark.capability("004-06")
def test_a_reference_of_ours_stands_in_where_the_document_names_nobody() -> None:
    """The document's own person comes first."""
    settings = company(bookkeeping=Bookkeeping(our_reference="Orderkontoret"))
    _, invoice = book_order(order(DOCUMENT, "won"), settings)
    assert isinstance(invoice, EnsureInvoice)
    assert invoice.our_reference == "Orderkontoret"
    named = DOCUMENT.model_copy(update={"our_reference": "Anna"})
    _, invoice = book_order(order(named, "won"), settings)
    assert isinstance(invoice, EnsureInvoice)
    assert invoice.our_reference == "Anna"


def test_everything_optional_reaches_the_document() -> None:
    """The buyer's order number stands in place of the source's, but not on an offer; a stated due date wins."""
    document = DOCUMENT.model_copy(
        update={
            "delivery": date(2026, 11, 30),
            "due": date(2027, 1, 15),
            "order_number": "PO-7",
            "your_reference": "Bo",
            "comments": "rad ett\nrad två",
            "price_list": "B",
        }
    )
    _, invoice = book_order(order(document, "won"), company())
    assert isinstance(invoice, EnsureInvoice)
    assert (invoice.number, invoice.due_date, invoice.due_stated) == ("PO-7", date(2027, 1, 15), True)
    assert (invoice.delivery_date, invoice.your_reference) == (date(2026, 11, 30), "Bo")
    assert (invoice.comments, invoice.price_list) == ("rad ett\nrad två", "B")
    _, offer = book_order(order(document, "offer"), company(documents=Documents(module="order+offer")))
    assert isinstance(offer, EnsureOffer)
    assert offer.number == "SO-20931"


def test_an_order_number_that_cannot_be_written_is_a_question() -> None:
    """Numbers are never altered."""
    with pytest.raises(Question, match="order number cannot be written"):
        book_order(order(DOCUMENT.model_copy(update={"order_number": "A|1"}), "won"), company())
