"""What a company chooses for customers: its own ladder, terms of new cards, fields that nobody changes."""

from typing import Any

import pytest

from connectors.base import Held
from tests.connectors.fortnox.stand import customer, stand

NUMBER = "559904-2032"
MATCH = ("organisation_number", "vat_number", "email")
VAT_NUMBER = "SE559904203201"


@pytest.mark.asyncio
@pytest.mark.capability("f45")
@pytest.mark.parametrize(
    ("card", "number"),
    [
        ({"Name": "Exempel AB Nord", "VATNumber": "SE 559904203201"}, "1"),
        ({"Name": "Exempel AB", "VATNumber": "DE136695976", "Email": "inkop@example.test"}, "2"),
        ({"Name": "Exempel AB", "VATNumber": VAT_NUMBER, "OrganisationNumber": "556000-4615"}, "2"),
        ({"Name": "Annat", "Email": "inkop@example.test"}, "1"),
    ],
    ids=["by VAT number", "another VAT number", "another organisation number", "by e-mail, further down"],
)
async def test_a_named_ladder_is_climbed_rung_by_rung(card: dict[str, Any], number: str) -> None:
    """By VAT number among the cards of that name, then by e-mail; a stronger key that differs is another party."""
    async with stand() as here:
        await here.seed(customers=[card])
        ours = NUMBER if "OrganisationNumber" in card else None
        settled = await here.carry_out(customer(match=MATCH, vat_number=VAT_NUMBER, organisation_number=ours))
        assert settled.link is not None
        assert settled.link.number == number


@pytest.mark.asyncio
@pytest.mark.capability("f45")
async def test_a_key_that_is_not_named_matches_nobody() -> None:
    """The same e-mail address is another customer where the company says so."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "Annat", "Email": "inkop@example.test"}])
        assert (await here.carry_out(customer(match=("organisation_number",)))).result == "created"


@pytest.mark.asyncio
@pytest.mark.capability("f45")
async def test_what_a_new_card_gets_and_an_old_one_keeps() -> None:
    """Kind, terms and price list are a new card's; fields that are never changed stay even if they are empty."""
    async with stand() as here:
        new = customer(is_private=True, terms_of_payment="10", price_list="A", vat_number=VAT_NUMBER)
        await here.carry_out(new)
        (card,) = await here.stored("customers")
        named = ("Type", "TermsOfPayment", "PriceList", "VATNumber")
        assert [card[name] for name in named] == ["PRIVATE", "10", "A", VAT_NUMBER]
        changed = {
            "name": "Nytt AB",
            "phone": "08-1",
            "city": "Uppsala",
            "update": "fill",
            "overwrite": ("name", "phone"),
        }
        await here.carry_out(customer(**changed, never_update=("name", "city")))
        (card,) = await here.stored("customers")
        assert (card["Name"], card["Phone1"], card["City"]) == ("Exempel AB", "08-1", None)


@pytest.mark.asyncio
@pytest.mark.capability("f69")
async def test_listed_fields_are_written_and_the_other_empty_ones_left() -> None:
    """Of a card that is found, too; what is mapped besides fills nothing either."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "Annat AB", "Email": "inkop@example.test", "City": "Skara"}])
        listed = {"phone": "08-1", "city": "Uppsala", "zip_code": "831 45", "extra": {"WWW": "example.test"}}
        said = customer(**listed, update="listed", overwrite=("phone", "city"))
        assert (await here.carry_out(said)).result == "changed"
        (card,) = await here.stored("customers")
        named = ("Name", "Phone1", "City", "ZipCode", "WWW")
        assert [card[name] or None for name in named] == ["Annat AB", "08-1", "Uppsala", None, None]
        assert (await here.carry_out(said)).result == "unchanged"


@pytest.mark.asyncio
async def test_a_customer_that_must_be_there_is_asked_about() -> None:
    """It is never made, and its card never written."""
    async with stand() as here:
        shared = customer(name="Privatkund", email=None, own_number="9999", create=False, required=True)
        with pytest.raises(Held, match="customer_missing"):
            await here.carry_out(shared)
        await here.seed(customers=[{"CustomerNumber": "9999", "Name": "Kontantkund"}])
        assert (await here.carry_out(shared)).result == "found"
        assert (await here.carry_out(shared)).result == "unchanged"
