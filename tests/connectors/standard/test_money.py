"""What a body says besides its lines, and of the buyer's VAT: all of it optional, each fault named by its field."""

from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from connectors.sources import Unreadable
from connectors.standard import schema
from handlers.events import Charge, Payment, Surcharge
from handlers.values import Ref
from tests.connectors.standard.test_events import SOURCE, event, order, stored

MORE: dict[str, Any] = {
    "customer": {"name": "Nordhafen GmbH", "country": "de", "vat_number": " DE136695976 ", "kind": "company"},
    "currency": "EUR",
    "currency_rate": "11.20",
    "currency_rate_date": "2026-11-12",
    "discount_percent": 10,
    "discount_text": " Kod HÖST10 ",
    "freight": {"amount": "49.00", "vat_rate": 25},
    "administration_fee": {"amount": 29, "vat_rate": "25"},
    "charges": [
        {"kind": "gift_card", "description": "Presentkort 7731", "amount": "-100.00"},
        {"kind": "fee", "description": "Lyft", "amount": "20", "vat_rate": "12"},
    ],
}


def test_everything_besides_the_lines_is_read() -> None:
    """Decimals as they stand, a charge's missing VAT rate is none, and the schema takes the same body."""
    body = order(**MORE)
    jsonschema.validate(body, schema.body_schema())
    document = event(body).document
    assert (document.discount_percent, document.discount_text) == (Decimal(10), "Kod HÖST10")
    assert document.freight == Surcharge(amount=Decimal("49.00"), vat_rate=Decimal(25))
    assert document.administration_fee == Surcharge(amount=Decimal(29), vat_rate=Decimal(25))
    assert document.charges == (
        Charge(kind="gift_card", description="Presentkort 7731", amount=Decimal("-100.00"), vat_rate=Decimal(0)),
        Charge(kind="fee", description="Lyft", amount=Decimal(20), vat_rate=Decimal(12)),
    )
    assert (document.currency_rate, document.currency_rate_date) == (Decimal("11.20"), date(2026, 11, 12))
    buyer = document.customer
    assert (buyer.vat_number, buyer.kind, buyer.country) == ("DE136695976", "company", "DE")


def test_a_body_that_says_none_of_it_means_none_of_it() -> None:
    """As senders wrote it before."""
    document = event(order()).document
    assert (document.discount_percent, document.discount_amount, document.charges) == (0, 0, ())
    assert (document.freight, document.administration_fee, document.currency_rate_date) == (None, None, None)
    assert (document.customer.vat_number, document.customer.kind) == (None, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"payments": [{"method": "klarna"}]}, "data.payments.0.amount: is missing"),
        ({"freight": "canary"}, "data.freight: must be an object"),
        ({"freight": {"amount": "49"}}, "data.freight.vat_rate: is missing"),
        ({"administration_fee": {"vat_rate": 25}}, "data.administration_fee.amount: is missing"),
        ({"charges": [{"kind": "canary", "description": "x", "amount": 1}]}, "data.charges.0.kind:"),
        ({"charges": [{"kind": "tip", "amount": 1}]}, "data.charges.0.description: is missing"),
        ({"discount_percent": "canary"}, "data.discount_percent: must be a number"),
        ({"currency_rate_date": "canary"}, "data.currency_rate_date: must be a day"),
        ({"customer": {"name": "A", "kind": "canary"}}, "data.customer.kind:"),
    ],
)
def test_a_fault_names_its_field_and_not_the_value(fields: dict[str, Any], field: str) -> None:
    """A person is told where to look."""
    with pytest.raises(Unreadable) as fault:
        SOURCE.events(stored(order(**fields)))
    assert field in str(fault.value)
    assert "canary" not in str(fault.value)


def test_payments_of_an_order_and_one_told_by_itself() -> None:
    """The same thing by the order's and the payment's ids; without a time it was paid when the order was."""
    body = order(
        "order.paid",
        payment_method=" Klarna ",
        payments=[{"payment_id": 7, "amount": "11.25", "paid_at": "2026-11-12T08:00:00Z"}, {"amount": "50.00"}],
        paid_at="2026-11-13T08:00:00Z",
    )
    jsonschema.validate(body, schema.body_schema())
    document = event(body).document
    assert (document.dated, document.paid) == (date(2026, 11, 12), date(2026, 11, 13))
    assert document.payment_method == "Klarna"
    assert document.payments == (
        Payment(id="7", amount=Decimal("11.25"), paid=date(2026, 11, 12)),
        Payment(amount=Decimal("50.00"), paid=date(2026, 11, 13)),
    )
    data = {"payment_id": 7, "order_id": "SO-1", "method": "klarna", "amount": 11.25, "currency": "sek"}
    told = {"type": "payment.received", "timestamp": "2026-11-12T23:30:00Z", "data": data}
    jsonschema.validate(told, schema.body_schema())
    received = event(told)
    assert received.thing == Ref(system="shop", kind="order_payment", id="SO-1/7")
    assert (received.sale.kind, received.sale.id, received.dated) == ("order", "SO-1", date(2026, 11, 13))
    assert (received.payment.amount, received.currency) == (Decimal("11.25"), "SEK")
    own = event(told | {"data": data | {"order_id": "", "invoice_id": "F/7"}})
    assert (own.thing.kind, own.thing.id, own.sale.kind) == ("invoice_payment", "F%2F7/7", "invoice")
    with pytest.raises(Unreadable, match="needs an order_id or an invoice_id"):
        SOURCE.events(stored(told | {"data": data | {"order_id": None}}))
