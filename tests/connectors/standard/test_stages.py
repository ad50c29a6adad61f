"""Every stage of an order has its type, and the optional fields are carried over as they came."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.sources import Unreadable
from handlers.events import OrderChanged
from handlers.values import Question
from tests.connectors.standard.test_events import event, order


@pytest.mark.capability("004-09")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("order.offered", "offer"),
        ("order.won", "won"),
        ("order.invoiced", "invoiced"),
        ("order.paid", "paid"),
        ("order.cancelled", "cancelled"),
    ],
)
def test_every_stage_of_an_order_has_its_type(kind: str, status: str) -> None:
    """One body for all of them; only a sale and an offer are dated by the order itself."""
    found = event(order(kind, ordered_at="2026-11-12T09:00:00+01:00", paid_at="2026-11-13T09:00:00+01:00"))
    assert isinstance(found, OrderChanged)
    assert found.status == status
    assert found.document.paid == (date(2026, 11, 13) if status == "paid" else None)
    assert found.dated == (date(2026, 11, 14) if status == "cancelled" else date(2026, 11, 12))


@pytest.mark.parametrize("kind", ["order.offered", "order.won", "order.invoiced", "order.paid"])
def test_a_negative_quantity_is_a_question_wherever_a_document_is_made(kind: str) -> None:
    """Only a refund may have one."""
    lines = [{"description": "Retur", "quantity": "-1", "unit_price": "10", "vat_rate": "25"}]
    with pytest.raises(Question, match="negative quantity"):
        event(order(kind, lines=lines))


def test_everything_that_is_optional_is_carried_over() -> None:
    """References, dates, the buyer's order number, address and customer number, and a discount in money."""
    customer = {
        "name": "Tallbacken Bygg AB",
        "customer_number": 17,
        "address": {"street": "Sågvägen 3", "second_line": "Port B", "zip_code": "831 45", "city": "Östersund"},
    }
    line = {"description": "Regel", "quantity": "2", "unit_price": "24.50", "vat_rate": 25, "discount_amount": "9"}
    found = event(
        order(
            customer=customer,
            lines=[line],
            our_reference=" Anna ",
            your_reference="Bo",
            comments="rad ett\nrad två",
            delivery_date="2026-11-30",
            due_date="2027-01-15",
            order_number="PO-7",
        )
    ).document
    assert found.customer.own_number == "17"
    assert found.customer.address.model_dump() == customer["address"]
    assert found.lines[0].discount_amount == Decimal(9)
    assert (found.our_reference, found.your_reference, found.comments) == ("Anna", "Bo", "rad ett\nrad två")
    assert (found.delivery, found.due, found.order_number) == (date(2026, 11, 30), date(2027, 1, 15), "PO-7")


@pytest.mark.parametrize("day", ["2026-13-01", "13/11 2026", "1999-01-01", 20261113, "2026-11-13T10:00:00Z"])
def test_a_day_that_is_none_is_named(day: object) -> None:
    """The field's path, and what it should look like."""
    with pytest.raises(Unreadable, match=r"data\.due_date: "):
        event(order(due_date=day))
