"""What a refund says in our own shape: what goes back, maybe without a line, and what is kept of it."""

from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from connectors.sources import Unreadable
from connectors.standard import schema
from handlers.events import Charge, Refunded, Surcharge
from tests.connectors.standard.test_events import SOURCE, event, order, stored


def test_only_a_refund_may_have_no_lines() -> None:
    """Freight goes back alone; a sale of nothing is a fault of its sender."""
    alone: dict[str, Any] = {"freight": {"amount": "49.00", "vat_rate": 25}}
    body = order("order.refunded", **alone)
    del body["data"]["lines"]
    jsonschema.validate(body, schema.body_schema())
    refunded = event(body)
    assert isinstance(refunded, Refunded)
    assert (refunded.document.lines, refunded.document.freight) == (
        (),
        Surcharge(amount=Decimal("49.00"), vat_rate=Decimal(25)),
    )
    with pytest.raises(Unreadable, match=r"data\.lines: must not be empty"):
        SOURCE.events(stored(order("order.paid", lines=[])))


def test_what_is_kept_of_a_refund_is_read_and_nothing_is_none() -> None:
    """Its VAT rate is never guessed; a sale has no such field."""
    fees = [{"amount": "49.00", "vat_rate": 25}, {"description": "Porto", "amount": 0, "vat_rate": 25}]
    body = order("order.refunded", return_fees=fees)
    jsonschema.validate(body, schema.body_schema())
    kept = Charge(kind="return_fee", description="Returavgift", amount=Decimal("49.00"), vat_rate=Decimal(25))
    assert event(body).document.charges == (kept,)
    assert event(order("order.paid", return_fees=fees)).document.charges == ()
    with pytest.raises(Unreadable, match=r"data\.return_fees\.0\.vat_rate: is missing"):
        SOURCE.events(stored(order("order.refunded", return_fees=[{"amount": "49.00"}])))
