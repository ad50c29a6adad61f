"""What the settings let be written at Upsales, and what they refuse before anything starts."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.upsales.settings import UpsalesSettings
from handlers.settings import WriteBack
from tests.connectors.upsales.bodies import READING, SECTION


def settings(back: dict[str, Any] | None, **section: Any) -> UpsalesSettings:
    """A section with what is written back."""
    stated = {**SECTION, **READING, "customer_number_field": 8, "write_back": back, **section}
    return UpsalesSettings.model_validate({name: value for name, value in stated.items() if value is not None})


def test_without_the_table_nothing_is_written_and_with_it_only_what_it_says() -> None:
    """An empty table is the customer number alone: nothing of Fortnox's own changes goes along by itself."""
    assert settings(None).back is None
    assert settings({}).back == WriteBack(numbers=frozenset({"customer_number"}), party="account", order="order")
    back = {"customer_number": False, "invoice_number_field": 33, "stages": True, "companies": "linked"}
    told = settings({**back, "products": True, "price_list": "A"}).back
    assert told == WriteBack(
        numbers=frozenset({"invoice_number"}),
        party="account",
        order="order",
        parties="linked",
        articles=True,
        price_list="A",
        stages=True,
    )


@pytest.mark.parametrize(
    ("back", "section", "says"),
    [
        ({}, {"api_key": None}, "write_back needs api_key"),
        ({}, {"customer_number_field": None}, "write_back needs customer_number_field"),
        (
            {"customer_number": False, "companies": "linked"},
            {"customer_number_field": None},
            "write_back needs customer_number_field",
        ),
        ({"stages": True}, {"lost_stage": None}, "needs lost_stage"),
        ({"offer_number_field": 31, "order_number_field": 31}, {}, "custom field 31 is named twice"),
        ({"order_number_field": 3}, {"order_number_field": 3}, "custom field 3 is read as something else"),
        ({"companies": "some"}, {}, "companies"),
        ({"notes": True}, {}, "notes"),
    ],
)
def test_what_could_not_be_written_as_meant_is_refused(
    back: dict[str, Any], section: dict[str, Any], says: str
) -> None:
    """Each fault names the setting that is lacking."""
    with pytest.raises(ValidationError, match=says):
        settings(back, **section)
