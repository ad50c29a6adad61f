"""Customers: found by their keys, never doubled, never overwritten without leave."""

from typing import Any

import pytest

from connectors.base import Held, Later, Park, UnknownEnd
from connectors.fortnox.customers import customer_type
from handlers.values import Ref, reference
from tests.connectors.fortnox.stand import CUSTOMER, customer, stand

NUMBER = "559904-2032"
MARK = reference(CUSTOMER.thing("demo"))


@pytest.mark.asyncio
@pytest.mark.capability("f24", "f49", "001-02")
async def test_an_unknown_buyer_with_an_email_costs_two_calls() -> None:
    """One look, one creation; the card carries our mark."""
    async with stand() as here:
        settled = await here.carry_out(customer(phone="08-123", country="se"))
        assert settled.result == "created"
        assert settled.question is None
        assert await here.calls() == ["GET /3/customers", "POST /3/customers"]
        (card,) = await here.stored("customers")
        assert card["ExternalReference"] == MARK
        assert (card["Name"], card["Email"], card["Phone1"]) == ("Exempel AB", "inkop@example.test", "08-123")
        assert card["CountryCode"] == "SE"


@pytest.mark.asyncio
@pytest.mark.parametrize(("stored", "looks"), [("both", 2), ("hyphen", 1), ("digits", 1)])
@pytest.mark.capability("f47")
async def test_a_number_is_looked_up_as_it_is_stored(stored: str, looks: int) -> None:
    """With and without hyphen, or only the form that the company uses; the e-mail is not looked up."""
    async with stand(organisation_numbers=stored) as here:
        await here.carry_out(customer(organisation_number=NUMBER))
        assert await here.calls() == ["GET /3/customers"] * looks + ["POST /3/customers"]
        (card,) = await here.stored("customers")
        assert card["OrganisationNumber"] == ("5599042032" if stored == "digits" else NUMBER)
        assert card["Type"] == "COMPANY"


@pytest.mark.asyncio
@pytest.mark.parametrize("stored", ["559904-2032", "5599042032"])
@pytest.mark.capability("f47")
async def test_a_number_is_found_in_either_form(stored: str) -> None:
    """What a person stored without hyphen is the same company."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "Annat namn", "OrganisationNumber": stored}])
        settled = await here.carry_out(customer(organisation_number=NUMBER))
        assert settled.result == "found"
        assert settled.link is not None
        assert settled.link.number == "1"
        assert len(await here.stored("customers")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f46")
async def test_the_email_search_is_compared_exactly_over_all_pages() -> None:
    """Fortnox searches by containing: five hundred others contain the address, the right one is on the second page."""
    async with stand() as here:
        others = [{"Name": f"Nr {n}", "Email": f"x{n}.inkop@example.test"} for n in range(500)]
        await here.seed(customers=[*others, {"Name": "Rätt", "Email": "INKOP@example.test"}])
        settled = await here.carry_out(customer())
        assert settled.link is not None
        assert settled.link.number == "501"
        assert await here.spent() == 2


@pytest.mark.asyncio
@pytest.mark.capability("f46", "f48")
async def test_several_hits_are_held() -> None:
    """Two cards with the same number: never the first hit."""
    async with stand() as here:
        await here.seed(customers=[{"Name": name, "OrganisationNumber": NUMBER} for name in "AB"])
        with pytest.raises(Held, match="several_customers") as caught:
            await here.carry_out(customer(organisation_number=NUMBER))
        assert "1, 2" in caught.value.remedy


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("ours", "theirs", "held"), [(None, "", False), (None, NUMBER, True), (NUMBER, "", True), (NUMBER, NUMBER, False)]
)
async def test_an_email_counts_only_if_the_numbers_agree(ours: str | None, theirs: str, held: bool) -> None:
    """Neither side has an organisation number, or both have the same; else a person decides."""
    async with stand(further_rungs=["email"]) as here:
        card = {"Name": "A", "Email": "inkop@example.test"}
        await here.seed(customers=[card | ({"OrganisationNumber": theirs} if theirs else {})])
        command = customer(organisation_number=ours)
        if held:
            with pytest.raises(Held, match="another_party"):
                await here.carry_out(command)
        else:
            assert (await here.carry_out(command)).result == "found"
        assert len(await here.stored("customers")) == 1


@pytest.mark.asyncio
async def test_an_own_number_is_the_strongest_guard() -> None:
    """A number of our own is looked up by itself and supplied at creation."""
    async with stand() as here:
        await here.carry_out(customer(own_number="K-7/1", email=None))
        assert await here.calls() == ["GET /3/customers/K-7%2F1", "POST /3/customers"]
        here.known.clear()
        assert (await here.carry_out(customer(own_number="K-7/1", email=None))).result == "found"


@pytest.mark.asyncio
async def test_a_linked_customer_costs_nothing() -> None:
    """Known from our links and not to be updated: no call."""
    async with stand() as here:
        await here.carry_out(customer())
        before = await here.spent()
        assert (await here.carry_out(customer(name="Nytt namn"))).result == "unchanged"
        assert await here.spent() == before


@pytest.mark.asyncio
@pytest.mark.capability("001-02", "f24")
async def test_empty_fields_are_filled_and_nothing_is_overwritten() -> None:
    """A card that people keep: only what is empty, and what the settings name."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "Gammalt", "Email": "inkop@example.test"}])
        command = customer(name="Nytt", phone="08-1", update="fill")
        assert (await here.carry_out(command)).result == "changed"
        (card,) = await here.stored("customers")
        assert (card["Name"], card["Phone1"]) == ("Gammalt", "08-1")
        assert (await here.carry_out(command)).result == "unchanged"
        await here.carry_out(command.model_copy(update={"overwrite": ("name",)}))
        (card,) = await here.stored("customers")
        assert card["Name"] == "Nytt"
        assert here.target.far_object(here.task(command)) == "customer:1"


@pytest.mark.asyncio
async def test_where_no_customer_may_be_made_none_is_made() -> None:
    """``create`` false: recorded, nothing written."""
    async with stand() as here:
        settled = await here.carry_out(customer(create=False))
        assert (settled.link, settled.result) == (None, "not_created")
        assert await here.calls() == ["GET /3/customers"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "keys",
    [{}, {"organisation_number": NUMBER}, {"email": None}, {"email": None, "own_number": "77"}],
)
@pytest.mark.capability("f49", "f51", "f52")
async def test_a_lost_answer_is_found_by_the_mark(keys: dict[str, str | None]) -> None:
    """The creation took effect, the answer was lost: the look finds exactly that card, with or without keys."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "Exempel AB"}])
        command = customer(**keys)
        write = await here.write_of(command)
        await here.fault("answer_lost", "POST", "/3/customers")
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(command), write)
        sighting = await here.target.look(here.task(command), write.operation, write.evidence)
        assert sighting.settled is not None
        assert sighting.settled.link is not None
        cards = {card["CustomerNumber"]: card for card in await here.stored("customers")}
        assert cards[sighting.settled.link.number]["ExternalReference"] == MARK
        assert len(cards) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("keys", [{}, {"organisation_number": NUMBER}, {"email": None}])
@pytest.mark.capability("f52")
async def test_absence_is_proved(keys: dict[str, str | None]) -> None:
    """A reset before the effect: the look finds nothing, although a card with the same keys is there."""
    async with stand() as here:
        command = customer(**keys)
        write = await here.write_of(command)
        await here.fault("reset_before", "POST", "/3/customers")
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(command), write)
        await here.seed(customers=[{"Name": "Exempel AB", "Email": "inkop@example.test", "OrganisationNumber": NUMBER}])
        sighting = await here.target.look(here.task(command), write.operation, write.evidence)
        assert sighting.settled is None
        assert sighting.proof["searches"]


@pytest.mark.asyncio
@pytest.mark.capability("f50")
@pytest.mark.parametrize("path", ["/3/customers", "/3/customers/1"])
async def test_a_look_that_fails_is_no_absence(path: str) -> None:
    """The search or a candidate's card cannot be read: an error, never "not there"."""
    async with stand() as here:
        command = customer()
        write = await here.write_of(command)
        await here.seed(customers=[{"Name": "A", "Email": "inkop@example.test"}])
        await here.fault("html", "GET", path)
        with pytest.raises(Later):
            await here.target.look(here.task(command), write.operation, write.evidence)


@pytest.mark.asyncio
@pytest.mark.capability("f50")
async def test_a_failed_search_stops_the_creation() -> None:
    """No card is made while the search cannot answer."""
    async with stand() as here:
        await here.fault("status", "GET", "/3/customers", status=500, body="{}")
        with pytest.raises(Later):
            await here.carry_out(customer())
        assert await here.stored("customers") == []


@pytest.mark.asyncio
async def test_two_cards_with_our_mark_are_a_question() -> None:
    """The lowest number is linked and both are named."""
    async with stand() as here:
        command = customer()
        write = await here.write_of(command)
        card = {"Name": "A", "Email": "inkop@example.test", "ExternalReference": MARK}
        await here.seed(customers=[card, card])
        sighting = await here.target.look(here.task(command), write.operation, write.evidence)
        assert sighting.settled is not None
        assert sighting.settled.link is not None
        assert sighting.settled.link.number == "1"
        assert "1, 2" in str(sighting.settled.question)


@pytest.mark.asyncio
async def test_while_looking_a_buyer_without_keys_is_known_by_the_mark() -> None:
    """An emptied link table makes no second card even for a buyer without keys."""
    async with stand() as here:
        command = customer(email=None)
        await here.carry_out(command)
        here.known.clear()
        here.looking = True
        assert (await here.carry_out(command)).result == "found"
        assert len(await here.stored("customers")) == 1


@pytest.mark.asyncio
async def test_an_update_with_an_unknown_end_is_read_again() -> None:
    """Read and compared: done, or to be derived again."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "A", "Email": "inkop@example.test"}])
        command = customer(phone="08-1", update="fill")
        assert (await here.carry_out(customer())).result == "found"
        write = await here.write_of(command)
        assert (await here.target.look(here.task(command), write.operation, write.evidence)).settled is None
        await here.fault("answer_lost", "PUT", "/3/customers/1")
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(command), write)
        found = (await here.target.look(here.task(command), write.operation, write.evidence)).settled
        assert found is not None
        assert found.result == "changed"


@pytest.mark.asyncio
async def test_what_is_altered_is_told_and_keys_are_not() -> None:
    """Emoji leave a name, and `explain` can show it; an e-mail address that Fortnox refuses is parked."""
    async with stand() as here:
        write = await here.write_of(customer(name="Kaffe <3> 😀 AB"))
        assert write.altered == (("Name", "Kaffe <3> 😀 AB", "Kaffe (3) AB"),)
        await here.carry_out(customer(name="Kaffe <3> 😀 AB"))
        with pytest.raises(Park, match="unwritable_reference"):
            await here.carry_out(customer(thing=Ref(system="s", kind="customer", id="2"), email="a~b@example.test"))
        with pytest.raises(Park, match="name_unwritable"):
            await here.carry_out(customer(thing=Ref(system="s", kind="customer", id="3"), name="😀", email="b@x.test"))


def test_the_type_follows_from_the_number() -> None:
    """A personal number is a private person; any other number a company; without one Fortnox decides."""
    assert customer_type("559904-2032") == "COMPANY"
    assert customer_type("811218-9876") == "PRIVATE"
    assert customer_type("NO 987 654 321") == "COMPANY"
    assert customer_type(None) is None


ADDRESS: dict[str, Any] = {"address1": "Sågvägen 3", "address2": "Port B", "zip_code": "83145", "city": "Östersund"}


@pytest.mark.asyncio
async def test_a_new_card_gets_the_address_and_an_old_one_only_where_it_has_none() -> None:
    """Filled, not overwritten; a zip code is the same with a space in it, and one that is too long is cut and told."""
    async with stand() as here:
        await here.carry_out(customer(**ADDRESS))
        (card,) = await here.stored("customers")
        assert [card[name] for name in ("Address1", "Address2", "ZipCode", "City")] == list(ADDRESS.values())
        same = customer(**ADDRESS | {"zip_code": "831 45", "city": "Umeå"}, update="fill", overwrite=("zip_code",))
        assert (await here.carry_out(same)).result == "unchanged"
        moved = customer(**ADDRESS | {"city": "Umeå"}, update="fill", overwrite=("city",))
        assert (await here.carry_out(moved)).result == "changed"
        long = customer(thing=Ref(system="shop", kind="customer", id="c2"), email=None, zip_code="SE-831 45 XX")
        write = await here.write_of(long)
        assert write.altered == (("ZipCode", "SE-831 45 XX", "SE-831 45"),)


@pytest.mark.asyncio
async def test_a_customer_that_is_only_meant_if_known_costs_no_call() -> None:
    """Not searched, not made; once linked, its empty fields are filled."""
    known = customer(update="fill", create=False, search=False, phone="0701740605")
    async with stand() as here:
        settled = await here.carry_out(known)
        assert (settled.result, settled.link, await here.spent()) == ("not_created", None, 0)
        await here.carry_out(customer())
        assert (await here.carry_out(known)).result == "changed"
        assert (await here.stored("customers"))[0]["Phone1"] == "0701740605"
