"""What was paid, as payments on the invoice: by method, whole or in parts, the same thing however it is told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from handlers.commands import BookInvoice, BookPayment, EnsurePayment
from handlers.events import Document, Payment, PaymentReceived
from handlers.facts import Facts
from handlers.order import book_order
from handlers.payment import book_received_payment
from handlers.settings import CompanySettings, Method, Payments
from handlers.values import Question, Ref, payment_thing
from tests.handlers.examples import DOCUMENT, NOW, TODAY, company, order
from tests.properties import examples

KNOWN = Payments(methods={"Klarna": Method(account=1580, round_off_account=3741), "bank": Method(pays=False)})
WHOLE = Ref(system="shop", kind="order_payment", id="SO-20931")


def choices(payments: Payments = KNOWN) -> CompanySettings:
    """A company with methods of payment."""
    return company().model_copy(update={"payments": payments})


def paid_by(*payments: Payment, method: str | None = None) -> list[EnsurePayment]:
    """The payments of the example order."""
    document = DOCUMENT.model_copy(update={"payments": payments, "payment_method": method})
    return [one for one in book_order(order(document), choices()) if isinstance(one, EnsurePayment)]


def received(amount: str, *, method: str | None = "klarna") -> PaymentReceived:
    """A payment of the example order, told by itself."""
    payment = Payment(id="p/1", method=method, amount=Decimal(amount), paid=TODAY)
    sale = Ref(system="shop", kind="order", id="SO-20931")
    return PaymentReceived(
        thing=payment_thing(WHOLE, "p/1"),
        version=Decimal(1),
        occurred_at=NOW,
        dated=TODAY,
        sale=sale,
        payment=payment,
        currency="SEK",
    )


@pytest.mark.parametrize(
    ("method", "wanted"),
    [("KLARNA ", [(None, 1580, 3741)]), ("bank", []), (None, [("BG", None, None)])],
)
def test_the_method_of_a_sale(method: str | None, wanted: list[tuple[str | None, int | None, int | None]]) -> None:
    """In whatever case; the bank's books nothing; a sale whose source names none is paid as the bookkeeping says."""
    found = paid_by(method=method)
    assert [(one.mode, one.account, one.round_off_account) for one in found] == wanted
    assert all(one.thing == WHOLE and not one.partial for one in found)


def test_an_unknown_method_is_a_question_unless_any_is_meant() -> None:
    """The question names what is set; a word that may be a person's is not repeated."""
    with pytest.raises(Question, match=r"paid by swish, and the methods of payment that are set are Klarna, bank:"):
        paid_by(method="swish")
    with pytest.raises(Question, match="paid by another word"):
        paid_by(method="anna@example.com")
    any_of_them = Payments(methods={"klarna": Method(account=1580), "*": Method(mode="PG")})
    document = DOCUMENT.model_copy(update={"payment_method": "swish"})
    *_, payment, _ = book_order(order(document), choices(any_of_them))
    assert isinstance(payment, EnsurePayment)
    assert (payment.mode, payment.account) == ("PG", None)


def test_a_payment_that_is_told_by_itself_is_the_one_of_the_order() -> None:
    """One thing by its id; the invoice is the order's, of its newest generation; the sale may be told later."""
    (listed,) = paid_by(Payment(id="p/1", method="klarna", amount=Decimal("4495.00"), paid=TODAY))
    booked, told, payment_booked = book_received_payment(received("100.00"), choices())
    assert isinstance(booked, BookInvoice)
    assert isinstance(told, EnsurePayment)
    assert (listed.thing, listed.partial) == (told.thing, False)
    assert (told.partial, told.amount, told.account, booked.patient) == (True, Decimal("100.00"), 1580, True)
    assert payment_booked == BookPayment(thing=told.thing, invoice=told.invoice)
    assert told.invoice == booked.thing == Ref(system="shop", kind="order_invoice", id="SO-20931")
    again, *_ = book_received_payment(received("100.00"), choices(), Facts(generation=2))
    assert again.thing.generation == 2
    assert book_received_payment(received("100.00", method="bank"), choices()) == ()


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.001", "1000000000"])
def test_what_is_no_payment(amount: str) -> None:
    """Nothing, money back, parts of an öre, and beyond exact arithmetic."""
    with pytest.raises(Question):
        book_received_payment(received(amount), choices())


@given(st.lists(st.integers(1, 449_499), min_size=1, max_size=6), st.integers(-2, 2), st.data())
@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
def test_payments_make_up_the_total_or_are_held(parts: list[int], off: int, data: st.DataObject) -> None:
    """Each once, under its own name, in the same order; one öre more or less is a question with the difference."""
    total = sum(parts) + off
    names = data.draw(st.lists(st.none() | st.text(min_size=1, max_size=3), min_size=len(parts), max_size=len(parts)))
    payments = tuple(
        Payment(id=None if name is None else f"{name}{place}", method="klarna", amount=Decimal(part) / 100, paid=TODAY)
        for place, (part, name) in enumerate(zip(parts, names, strict=True))
    )
    document = _of(Decimal(total) / 100, payments)
    if total <= 0 or off:
        with pytest.raises(Question):
            book_order(order(document), choices())
        return
    made = [one for one in book_order(order(document), choices()) if isinstance(one, EnsurePayment)]
    assert [one.amount for one in made] == [payment.amount for payment in payments]
    assert len({one.thing for one in made}) == len(parts)


def _of(total: Decimal, payments: tuple[Payment, ...]) -> Document:
    """One line without VAT of this total."""
    line = DOCUMENT.lines[1].model_copy(update={"unit_price": total, "vat_rate": Decimal(0)})
    sums = {"total_excluding_vat": total, "total_vat": Decimal(0), "total": total}
    return DOCUMENT.model_copy(update={"lines": (line,), "payments": payments, **sums})


def test_paid_before_the_document() -> None:
    """Fortnox takes no payment dated before its invoice; one with a name may be booked on it already."""
    early = Payment(amount=Decimal("4495.00"), paid=TODAY - timedelta(days=1))
    with pytest.raises(Question, match="before the document's own date"):
        paid_by(early)
    (made,) = paid_by(early.model_copy(update={"id": "p1"}))
    assert made.paid == early.paid


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
def test_no_two_payments_are_one_thing(order_a: str, paid_a: str, order_b: str, paid_b: str) -> None:
    """Whatever stands in the names of orders and payments, slashes and number signs too."""
    named = ((order_a, paid_a), (order_b, paid_b))
    one, other = (payment_thing(WHOLE.model_copy(update={"id": sale}), paid) for sale, paid in named)
    assert (one == other) == (named[0] == named[1])


@pytest.mark.parametrize(
    "given",
    [
        {"methods": {"klarna": {}}},
        {"methods": {"klarna": {"mode": "BG", "account": 1580}}},
        {"methods": {"klarna": {"pays": False, "account": 1580}}},
        {"methods": {"klarna": {"mode": "BG"}, "KLARNA ": {"mode": "PG"}}},
        {"methods": {" ": {"mode": "BG"}}},
    ],
)
def test_settings_that_say_two_things(given: dict[str, object]) -> None:
    """Exactly one of mode and account, or none where nothing is paid; no name twice."""
    with pytest.raises(ValidationError):
        Payments.model_validate(given)


def test_an_answer_says_which_method_a_word_means() -> None:
    """Of the order, of a payment in its list, and of one told by itself; remembered for the whole company."""
    with pytest.raises(Question) as asked:
        paid_by(method="KLN")
    assert (asked.value.key, asked.value.choices, asked.value.of_sale) == (
        "payment_method:kln",
        ("Klarna", "bank"),
        False,
    )
    facts = Facts(answers={"payment_method:kln": "Klarna"})
    listed = Payment(id="p/1", method="KLN", amount=Decimal("4495.00"), paid=TODAY)
    for update in ({"payment_method": "KLN"}, {"payments": (listed,)}):
        made = book_order(order(DOCUMENT.model_copy(update=update)), choices(), facts)
        assert [one.account for one in made if isinstance(one, EnsurePayment)] == [1580]
    _, told, _ = book_received_payment(received("100.00", method="KLN"), choices(), facts)
    assert isinstance(told, EnsurePayment)
    assert told.account == 1580
