"""The rule of refunds: positive whatever sign they came with, on the sale's accounts, paid back as settings say."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pytest

from handlers.commands import BookInvoice, BookPayment, EnsureCredit, EnsurePayment
from handlers.events import Charge, Document, Line, Party, Refunded, Surcharge
from handlers.facts import Facts
from handlers.refund import book_refund
from handlers.settings import Bookkeeping, CompanySettings, Method, Payments, Refunds, Vat
from handlers.values import Question, Ref
from tests.handlers.examples import DOCUMENT, NOW, company

ORDER = Ref(system="shop", kind="order", id="SO-20931")
DAY = date(2026, 11, 20)


def back(quantity: str = "-2", price: str = "50.00", **more: Any) -> Document:
    """100 kronor and 25 of VAT, as its sender states them."""
    line = Line(
        description="Vara", quantity=Decimal(quantity), unit_price=Decimal(price), vat_rate=Decimal(more.pop("vat", 25))
    )
    sums = {"total_excluding_vat": "-100.00", "total_vat": "-25.00", "total": "-125.00", **more.pop("sums", {})}
    whole = {name: None if amount is None else Decimal(amount) for name, amount in sums.items()}
    return DOCUMENT.model_copy(update={"lines": (line,), **whole, **more})


def refund(document: Document, *, whole: bool = False) -> Refunded:
    """A refund of the order."""
    return Refunded(
        thing=Ref(system="shop", kind="order_refund", id="R-1 of SO-20931"),
        order=ORDER,
        version=Decimal(1),
        occurred_at=NOW,
        dated=DAY,
        document=document,
        whole=whole,
    )


def made(event: Refunded, settings: CompanySettings | None = None, **facts: Any) -> tuple[EnsureCredit, list[Any]]:
    """The credit, and what follows it."""
    credit, *others = book_refund(event, settings or company(), Facts(**facts))
    assert isinstance(credit, EnsureCredit)
    return credit, others


POSITIVE: dict[str, Any] = {"sums": {"total_excluding_vat": "100.00", "total_vat": "25.00", "total": "125.00"}}


@pytest.mark.parametrize("document", [back(), back("2", "-50.00"), back("2", **POSITIVE)])
def test_a_refund_is_the_same_whatever_sign_its_source_writes(document: Document) -> None:
    """Quantities below zero, prices below zero, or nothing below zero."""
    credit, (booked, paid, payment_booked) = made(refund(document))
    content = credit.content
    assert content is not None
    assert [(row.quantity, row.price, row.vat, row.account) for row in content.rows] == [
        (Decimal(2), Decimal("50.00"), Decimal(25), 3001)
    ]
    assert (content.total_excluding_vat, content.total_vat, content.total) == (
        Decimal("100.00"),
        Decimal("25.00"),
        Decimal("125.00"),
    )
    assert (content.credit_date, content.origin) == (DAY, "shop order SO-20931")
    assert isinstance(booked, BookInvoice)
    assert isinstance(paid, EnsurePayment)
    assert isinstance(payment_booked, BookPayment)
    assert (paid.amount, paid.paid, paid.mode, paid.invoice) == (Decimal("-125.00"), DAY, "BG", credit.thing)


@pytest.mark.parametrize(
    ("document", "question"),
    [
        (back("-2", "-50.00"), "negative"),
        (back(sums={"total": "-125.01"}), "does not add up"),
        (back(sums={"total_vat": None, "total": None}), "states no VAT"),
        (back(sums={"total": "0"}), "takes nothing back"),
        (back(customer=Party(name="Saarela Oy", country="FI", kind="company")), "VAT number"),
    ],
)
def test_what_is_not_clear_is_a_question(document: Document, question: str) -> None:
    """A line of the other sign, one öre off, no VAT, nothing, and a buyer whose VAT nobody can tell."""
    with pytest.raises(Question, match=question):
        book_refund(refund(document), company())


@pytest.mark.parametrize("stands", ["field", "row"])
@pytest.mark.parametrize("told", ["freight", "administration_fee"])
def test_freight_or_a_fee_may_go_back_alone(stands: Literal["field", "row"], told: str) -> None:
    """49.00 with VAT is 39.20 and 9.80: in Fortnox's own field, or as the row that the sale had."""
    sums = {"total_excluding_vat": "-39.20", "total_vat": "-9.80", "total": "-49.00"}
    beside: dict[str, Any] = {told: Surcharge(amount=Decimal("49.00"), vat_rate=Decimal(25))}
    document = back(sums=sums, prices_include_vat=True, **beside).model_copy(update={"lines": ()})
    books = Bookkeeping(
        freight=stands, freight_account=3521, administration_fee=stands, administration_fee_account=3540
    )
    credit, (_, paid, _) = made(refund(document), company(bookkeeping=books))
    content = credit.content
    assert content is not None
    rows = [(row.price, row.vat, row.account) for row in content.rows]
    if stands == "field":
        assert (rows, getattr(content, told)) == ([], Decimal("39.20"))
    else:
        assert rows == [(Decimal("49.00"), Decimal(25), 3521 if told == "freight" else 3540)]
    assert (content.total, paid.amount) == (Decimal("49.00"), Decimal("-49.00"))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("turned", [1, -1])
def test_what_the_seller_keeps_takes_off_what_goes_back(sign: int, turned: int) -> None:
    """100 + 25 of goods less a fee of 20 + 5: a row of the other sign on its own account, however signed."""
    sums = {
        name: str(turned * amount)
        for name, amount in (("total_excluding_vat", -80), ("total_vat", -20), ("total", -100))
    }
    fee = Charge(kind="return_fee", description="Returavgift", amount=Decimal(20 * sign), vat_rate=Decimal(25))
    document = back(str(-2 * turned), sums=sums, charges=(fee,))
    for accounts, account in (({"return_fee": 3590}, 3590), ({}, 3001)):
        books = Bookkeeping.model_validate({"charge_accounts": accounts})
        credit, (_, paid, _) = made(refund(document), company(bookkeeping=books))
        assert credit.content is not None
        assert [(row.quantity, row.price, row.vat, row.account) for row in credit.content.rows] == [
            (Decimal(2), Decimal("50.00"), Decimal(25), 3001),
            (Decimal(1), Decimal("-20.00"), Decimal(25), account),
        ]
        assert (credit.content.total, paid.amount) == (Decimal("100.00"), Decimal("-100.00"))


def test_what_was_kept_and_not_told_is_asked_about_with_the_difference() -> None:
    """100 of 125 went back, and nobody says why: no fee is guessed."""
    document = back(sums={"total_excluding_vat": "-80.00", "total_vat": "-20.00", "total": "-100.00"})
    with pytest.raises(Question, match=r"total is stated as 100.00, the lines give 125.00 \(difference -25.00\)"):
        book_refund(refund(document), company())


def test_a_sum_of_which_nobody_says_what_it_was_for_is_held() -> None:
    """A refund without lines and without anything beside them."""
    document = back().model_copy(update={"lines": ()})
    with pytest.raises(Question, match=r"does not add up.*difference \+100.00"):
        book_refund(refund(document), company())


def test_a_refund_abroad_is_on_the_account_of_its_sale() -> None:
    """Reverse charge: no VAT, and the account that the sale's rows had."""
    buyer = Party(name="Nordhafen GmbH", country="DE", vat_number="DE136695976")
    document = back(vat=0, customer=buyer, sums={"total_vat": "0", "total": "-100.00"})
    credit, _ = made(refund(document), company(vat=Vat(reverse_charge_account=3108)))
    assert credit.content is not None
    assert [(row.vat, row.account) for row in credit.content.rows] == [(Decimal(0), 3108)]


def test_all_of_an_order_needs_no_rows_and_no_vat() -> None:
    """Its source says so; the newest generation of the order is what is credited."""
    document = back("2", sums={"total_excluding_vat": "100.00", "total_vat": None, "total": None})
    credit, (_, paid, _) = made(refund(document, whole=True), generation=2)
    assert credit.content is not None
    assert (credit.content.whole, credit.content.rows, paid.amount) == (True, (), None)
    assert credit.invoice == Ref(system="shop", kind="order_invoice", id="SO-20931", generation=2)


METHODS = Payments(methods={"swish": Method(account=1933), "bank": Method(pays=False)})


@pytest.mark.parametrize(
    ("refunds", "method", "paid"),
    [
        (Refunds(), "swish", (None, 1933)),
        (Refunds(), "bank", None),
        (Refunds(), None, ("BG", None)),
        (Refunds(payment_account=1935), "swish", (None, 1935)),
        (Refunds(payment_mode="PG"), None, ("PG", None)),
        (Refunds(repayment="none"), "swish", None),
    ],
)
def test_it_is_paid_back_as_settings_say(refunds: Refunds, method: str | None, paid: tuple[Any, Any] | None) -> None:
    """By the refund's own method, by what refunds are paid from, or not at all."""
    settings = company().model_copy(update={"payments": METHODS, "refunds": refunds})
    _, others = made(refund(back(payment_method=method)), settings)
    payments = [(one.mode, one.account) for one in others if isinstance(one, EnsurePayment)]
    assert payments == ([] if paid is None else [paid])


def test_a_mode_and_an_account_exclude_each_other() -> None:
    """As for payments."""
    with pytest.raises(ValueError, match="one of payment_mode and payment_account"):
        Refunds(payment_mode="PG", payment_account=1935)
