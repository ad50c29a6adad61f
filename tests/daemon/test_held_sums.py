"""Kronor behind a question: each sale once, to the öre, and what has no rate as it is."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.reasons import ALLOWABLE
from daemon.answering import ANSWERED_BY_ABSENT
from daemon.asking import asked_by_rule
from daemon.held_options import chosen, options
from daemon.held_sums import Sum, in_kronor, sums, whole
from handlers.values import Question
from store.questions import Asked, Behind
from tests.handlers.examples import order
from tests.properties import examples

AMOUNTS = st.decimals(min_value=0, max_value=10**8, places=2).map(str)
RATES = st.sampled_from(["", "1", "11.4037"])
SALES = st.builds(Behind, st.integers(1, 3), st.sampled_from("abcd"), AMOUNTS, st.sampled_from(["SEK", "EUR"]), RATES)


def behind(sale: str, total: str, currency: str = "SEK", rate: str = "", question: int = 1) -> Behind:
    """A sale behind a question."""
    return Behind(question, sale, total, currency, rate)


def test_sums_by_hand() -> None:
    """A sale whose order and invoice both wait counts once; euros at their rate; a rate of 1 is none."""
    rows = [
        behind("a", "100"),
        behind("a", "125.50"),
        behind("b", "100", "EUR", "11.4037"),
        behind("c", "80.00", "EUR"),
        behind("d", "20", "EUR", "1"),
        behind("e", ""),
        behind("a", "125.50", question=2),
    ]
    assert sums(rows) == {1: Sum(5, Decimal("1265.87"), {"EUR": Decimal("100.00")}), 2: Sum(1, Decimal("125.50"), {})}
    assert whole(rows).kronor == Decimal("1265.87")
    assert whole([]) == Sum()


@pytest.mark.properties
@settings(max_examples=examples())
@given(st.lists(SALES, max_size=12))
def test_no_sale_counts_twice_and_no_order_matters(rows: list[Behind]) -> None:
    """All together is never more than the questions added up, and never less than the largest of them."""
    found, together = sums(rows), whole(rows)
    assert sums([*rows, *reversed(rows)]) == found
    assert together.sales == len({row.sale for row in rows})
    assert max((one.kronor for one in found.values()), default=Decimal(0)) <= together.kronor
    assert together.kronor <= sum((in_kronor(row) or Decimal(0) for row in rows), Decimal(0))


def asked(reason: str, *choices: str, given: str = "") -> Asked:
    """A question that something waits for."""
    return Asked(1, "demo", "key", reason, given, True, choices, 1, 0, 0, "?", None)


def test_a_record_of_a_sender_is_not_said_to_be_in_fortnox() -> None:
    """Where a link is at a sender, the answer says that it is read there."""
    question = asked("another_party", "account:318")
    assert "in Fortnox" in options(question, [])[0].does
    there = options(replace(question, company="to:ups"), ["ensure_sender_record"])
    assert [option.answer for option in there if option.what == "link"] == ["account:318"]
    assert not any("in Fortnox" in option.does for option in there if option.what == "link")


def test_what_may_be_answered() -> None:
    """Each kind of question has its own words; everything can be tried again, and nothing else is taken."""
    cases = [
        (asked("several_customers", "customer:17"), ["ensure_customer"], ["customer:17", "another", "customer:NUMBER"]),
        (asked("same_sale"), ["ensure_invoice"], ["another", "same", "invoice:NUMBER"]),
        (asked("period_closed"), ["ensure_invoice"], ["allow", "invoice:NUMBER"]),
        (asked("approval"), ["ensure_invoice"], ["approve"]),
        (asked("customer_doubled", "customer:9"), ["ensure_invoice"], ["customer:9", "ours", "invoice:NUMBER"]),
        (asked("buyer_kind", "company", "private", given="buyer_kind"), [], ["company", "private"]),
        (asked("article_missing"), ["ensure_article"], ["article:NUMBER"]),
        (asked("bug"), [], []),
    ]
    for question, kinds, words in cases:
        assert [option.answer for option in options(question, kinds)] == [*words, "again"]
        assert chosen(question, kinds, "perhaps") is None
        done = chosen(question, kinds, "Done")
        assert done is not None
        assert done.what == "again"
    assert ALLOWABLE.isdisjoint(ANSWERED_BY_ABSENT)
    linked = chosen(*cases[0][:2], "customer:23")
    assert linked is not None
    assert (linked.what, linked.answer) == ("link", "customer:23")
    assert chosen(cases[7][0], [], "customer:23") is None


def test_what_groups_rules_questions() -> None:
    """One word may answer many sales; a day or a number is of its own sale; a setting is one whatever the words."""
    event = order()
    word = asked_by_rule(Question("?", key="k", choices=["yes"]), event, "demo")
    assert (word.key, word.input, word.of_sale) == ("k:yes", "k", True)
    assert (word.sale, word.total, word.currency, word.rate) == (event.lane, "4495.00", "SEK", "")
    day = asked_by_rule(Question("?", key="k", choices=["YYYY-MM-DD"]), event, "demo")
    assert day.key == f"k:{event.thing.thing('demo')[:12]}"
    rate = asked_by_rule(Question("?", key="r:EUR:2026-11-13", choices=["NUMBER"], of_sale=False), event, "demo")
    assert rate.key == "r:EUR:2026-11-13:NUMBER"
    lines = [asked_by_rule(Question(f"line {place}", about="vat.x"), event, "demo").key for place in (1, 2)]
    assert lines == ["question:vat.x"] * 2
    assert asked_by_rule(Question("no name")).key == "question:no name"
