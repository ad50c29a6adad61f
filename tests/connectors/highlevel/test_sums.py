"""Lines, VAT, discounts and shipping of HighLevel's orders and invoices, with values worked out by hand."""

from typing import Any

import pytest

from connectors.sources import Unreadable
from handlers.values import Question
from tests.connectors.highlevel.bodies import CONTACT, Body, invoice, order, order_item, read, tax
from tests.connectors.highlevel.shown import invoice_event, lines, order_event, sums


@pytest.mark.capability("f37")
def test_an_order_s_discount_is_spread_over_its_lines() -> None:
    """100 off 100 and 200: 33.33 and 66.67; 66.67 + 133.33 = 200, VAT 50, together 250."""
    body = order(
        items=[order_item(100, 1, tax()), order_item(100, 2, tax())],
        amount=250,
        amountSummary={"subtotal": 300, "discount": 100, "tax": 50, "shipping": 0},
        taxSummary=[{"rate": 25, "calculation": "exclusive", "amount": 50}],
    )
    document = order_event(read(body)).document
    assert lines(document) == [("1", "100", "25", "0", "33.33"), ("2", "100", "25", "0", "66.67")]
    assert sums(document) == ("200.00", "50.00", "250.00")
    body["amountSummary"]["tax"], body["taxSummary"][0]["amount"], body["amount"] = 75, 75, 275
    with pytest.raises(Question, match=r"do not add up: the lines give a total of 250\.00 with VAT 50\.00"):
        read(body)


def test_shipping_is_a_line_with_the_vat_that_makes_the_tax_right() -> None:
    """1990 with 25 % and 49 of shipping with 25 %: 497.50 + 12.25 of VAT."""
    body = order(
        amount=2548.75,
        amountSummary={"subtotal": 1990, "discount": 0, "tax": 509.75, "shipping": 49},
        taxSummary=[{"rate": 25, "calculation": "exclusive", "amount": 509.75}],
    )
    document = order_event(read(body)).document
    assert lines(document)[1] == ("1", "49", "25", "0", "0")
    assert (document.lines[1].description, sums(document)) == ("Frakt", ("2039.00", "509.75", "2548.75"))
    free = order(amount=2536.5, amountSummary={"subtotal": 1990, "discount": 0, "tax": 497.5, "shipping": 49})
    assert lines(order_event(read(free)).document)[1] == ("1", "49", "0", "0", "0")


def test_taxes_that_the_price_contains() -> None:
    """1250 and 112 with VAT inside: 250 and 12 of VAT."""
    body = order(
        items=[order_item(1250, 1, tax(25, "inclusive")), order_item(112, 1, tax(12, "inclusive"))],
        amount=1362,
        amountSummary={"subtotal": 1362, "discount": 0, "tax": 262, "shipping": 0},
        taxSummary=[
            {"rate": 25, "calculation": "inclusive", "amount": 250},
            {"rate": 12, "calculation": "inclusive", "amount": 12},
        ],
    )
    document = order_event(read(body)).document
    assert (document.prices_include_vat, sums(document)) == (True, ("1100.00", "262.00", "1362.00"))


def test_no_vat_goes_with_either_kind() -> None:
    """A line with a tax of nothing stands beside prices with and without VAT."""
    for calculation, total, tax_amount in (("exclusive", 135, 25), ("inclusive", 110, 20)):
        body = order(
            items=[order_item(100, 1, tax(25, calculation)), order_item(10, 1, tax(0, "inclusive"))],
            amount=total,
            amountSummary={"tax": tax_amount},
            taxSummary=[{"rate": 25, "calculation": calculation, "amount": tax_amount}],
        )
        assert sums(order_event(read(body)).document)[2] == f"{total}.00"


def test_several_taxes_of_a_line_are_one_rate() -> None:
    """20 % and 5 % make 25 %; a line without taxes has none."""
    body = order(
        items=[order_item(1990, 1, tax(20), tax(5)), order_item(10)],
        amount=2497.5,
        taxSummary=[{"rate": 20, "amount": 398}, {"rate": 5, "amount": 99.5}],
    )
    assert lines(order_event(read(body)).document) == [("1", "1990", "25", "0", "0"), ("1", "10", "0", "0", "0")]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"items": [order_item(1990, 1, tax(20), tax(5, "inclusive"))]}, "are mixed"),
        ({"items": [order_item(995, 1, tax()), order_item(995, 1, tax(25, "inclusive"))]}, "not of one kind"),
        ({"items": [order_item(1990, 1, tax(25, "inclusive"))]}, "not of one kind"),
        ({"amountSummary": {"tax": 497.49}}, "stated as 497.49, its taxSummary adds up to 497.50"),
        ({"amount": 2487.51}, "the lines give a total of 2487.50"),
        ({"items": [order_item(1990, 1, tax(12))]}, "do not add up"),
        ({"contactSnapshot": {"id": CONTACT}}, "no company, name or e-mail"),
    ],
)
def test_an_order_that_is_not_right_is_a_question(fields: Body, says: str) -> None:
    """Never a guess."""
    with pytest.raises(Question, match=says):
        read(order(**fields))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"amount": "canary"}, "amount: must be a number below 1000000000"),
        ({"amount": None}, "amount: is missing"),
        ({"items": [{"name": "x", "qty": 1, "price": {}}]}, "items.0.price.amount: is missing"),
        ({"items": ["canary"]}, "items: must be a list of objects"),
        ({"_id": "canary" * 40}, "_id: must be an id"),
        ({"_id": None}, "_id: is missing"),
        ({"currency": ""}, "currency: is missing"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_and_not_quoted(fields: Body, fault: str) -> None:
    """A person sees where to look."""
    with pytest.raises(Unreadable) as error:
        read(order(**fields))
    assert str(error.value) == fault


@pytest.mark.parametrize(
    ("discount", "items", "total", "shown", "expected"),
    [
        (
            {"type": "percentage", "value": 10},
            [("p1", 1000, None), ("p2", 500, None)],
            1687.5,
            [("1", "1000", "25", "10", "0"), ("1", "500", "25", "10", "0")],
            ("1350.00", "337.50", "1687.50"),
        ),
        (
            {"type": "percentage", "value": 10, "validOnProductIds": ["p2"]},
            [("p1", 1000, None), ("p2", 500, None)],
            1812.5,
            [("1", "1000", "25", "0", "0"), ("1", "500", "25", "10", "0")],
            ("1450.00", "362.50", "1812.50"),
        ),
        (
            {"type": "fixed", "value": 100},
            [("p1", 1000, None), ("p2", 500, None)],
            1750,
            [("1", "1000", "25", "0", "66.67"), ("1", "500", "25", "0", "33.33")],
            ("1400.00", "350.00", "1750.00"),
        ),
        (
            {"type": "fixed", "value": 100, "validOnProductIds": ["p1"]},
            [("p1", 1000, True), ("p2", 500, True)],
            1400,
            [("1", "1000", "25", "0", "100"), ("1", "500", "25", "0", "0")],
            ("1120.00", "280.00", "1400.00"),
        ),
        ({}, [("p1", 1250, True)], 1250, [("1", "1250", "25", "0", "0")], ("1000.00", "250.00", "1250.00")),
    ],
)
def test_an_invoice_s_discount(
    discount: Body, items: list[Any], total: float, shown: list[Any], expected: tuple[str, str, str]
) -> None:
    """A percentage is one of each line it applies to; a fixed amount is spread; VAT inside is left inside."""
    sold = [
        {"name": "x", "productId": product, "qty": 1, "amount": amount, "taxes": [tax()]}
        | ({} if inclusive is None else {"taxInclusive": inclusive})
        for product, amount, inclusive in items
    ]
    body = invoice(discount=discount, invoiceItems=sold, total=total, totalSummary={})
    document = invoice_event(read(body)).document
    assert (lines(document), sums(document)) == (shown, expected)


def test_binary_noise_is_no_difference() -> None:
    """What a binary float makes of 33.30 three times is 99.90."""
    items = [{"name": "x", "qty": 3, "amount": 33.300000000000004, "taxes": []}]
    body = invoice(invoiceItems=items, total=99.90000000000001, totalSummary={"tax": 0})
    assert sums(invoice_event(read(body)).document) == ("99.90", "0.00", "99.90")
