"""The customer's card and the VAT that a sale abroad carries: set on a new card, held where an old one contradicts."""

from typing import Any

import pytest

from connectors.base import Held
from handlers.commands import VatDecision
from tests.connectors.fortnox.stand import customer, invoice, stand

NUMBER = "DE136695976"


def abroad(**fields: Any) -> VatDecision:
    """A reverse charge to a German."""
    given: dict[str, Any] = {
        "treatment": "eu_reverse_charge",
        "country": "DE",
        "vat_type": "EUREVERSEDVAT",
        "vat_number": NUMBER,
        "reason": "goods to a company in another EU country (DE)",
    }
    return VatDecision(**(given | fields))


@pytest.mark.asyncio
@pytest.mark.capability("f33")
async def test_a_new_card_says_what_its_documents_carry() -> None:
    """Regime and number stand on it from the first call, so that the first document takes them over."""
    async with stand() as here:
        await here.carry_out(customer(vat_type="EUREVERSEDVAT", vat_number=NUMBER))
        (card,) = await here.stored("customers")
        assert (card["VATType"], card["VATNumber"]) == ("EUREVERSEDVAT", NUMBER)
        made = await here.carry_out(invoice(vat_decision=abroad()))
        assert made.link is not None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("card", "reason", "says"),
    [
        ({}, "vat_type_differs", "has VATType SEVAT in Fortnox, this sale needs EUREVERSEDVAT"),
        ({"vat_type": "EUVAT"}, "vat_type_differs", "has VATType EUVAT"),
        ({"vat_type": "EUREVERSEDVAT", "vat_number": "NL004495445B01"}, "vat_number_differs", "another VAT number"),
    ],
)
async def test_a_card_that_contradicts_is_held_before_the_document(card: Any, reason: str, says: str) -> None:
    """The question names the customer by its number, and no VAT number."""
    async with stand() as here:
        await here.carry_out(customer(**card))
        with pytest.raises(Held, match=reason) as refused:
            await here.carry_out(invoice(vat_decision=abroad()))
        assert says in refused.value.remedy
        assert NUMBER not in refused.value.remedy
        assert await here.stored("invoices") == []


@pytest.mark.asyncio
async def test_a_sale_within_the_country_costs_no_look_at_the_card() -> None:
    """Its rows say rate and account, and Fortnox's answer is compared."""
    async with stand() as here:
        await here.carry_out(customer())
        before = await here.spent()
        await here.carry_out(invoice(vat_decision=abroad(treatment="domestic", country="SE", vat_type="SEVAT")))
        assert await here.spent() == before + 1
