"""Customer numbers, deletion, derived countries and card checks (checklist 5)."""

from typing import Any

import pytest

from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened


async def _post(caller: Caller, **fields: Any) -> Reply:
    return await caller.call("POST", "/3/customers", {"Customer": {"Name": "Exempel AB", **fields}})


async def _delete(caller: Caller, number: str) -> Reply:
    return await caller.call("DELETE", f"/3/customers/{number}")


@pytest.mark.asyncio
async def test_numbers_come_from_one_series_and_step_over_supplied_ones() -> None:
    """Without a number the next free one is given."""
    async with opened() as caller:
        given = [await caller.customer(CustomerNumber="2"), await caller.customer(), await caller.customer()]
        assert [one["CustomerNumber"] for one in given] == ["2", "1", "3"]


@pytest.mark.asyncio
async def test_a_used_number_is_refused() -> None:
    """A supplied number that exists gives 2000637 and nothing new."""
    async with opened() as caller:
        await caller.customer(CustomerNumber="K-1/a_b+c")
        assert (await _post(caller, CustomerNumber="K-1/a_b+c")).code == 2000637
        assert len(await caller.names()) == 1


@pytest.mark.asyncio
async def test_a_deleted_customers_number_stays_reserved() -> None:
    """The number of a deleted customer is refused with 2000637 too."""
    async with opened() as caller:
        await caller.customer(CustomerNumber="K1")
        assert (await _delete(caller, "K1")).status == 204
        assert (await caller.get("/3/customers/K1")).json["ErrorInformation"]["Code"] == 2000433
        assert (await _post(caller, CustomerNumber="K1")).code == 2000637


@pytest.mark.asyncio
async def test_automatic_numbering_reissues_the_number_of_the_last_deleted_customer() -> None:
    """A number is not an immutable identity (gotcha 13); only the last one comes back."""
    async with opened() as caller:
        for name in ("a", "b", "c"):
            await caller.customer(Name=name)
        await _delete(caller, "2")
        await _delete(caller, "3")
        assert (await _post(caller, CustomerNumber="3")).code == 2000637
        assert (await caller.customer(Name="d"))["CustomerNumber"] == "3"
        assert (await caller.customer(Name="e"))["CustomerNumber"] == "4"


@pytest.mark.asyncio
async def test_a_customer_with_invoices_cannot_be_deleted_until_they_are_cancelled() -> None:
    """2000310 means "record in use" here; cancelled invoices do not count."""
    async with opened() as caller:
        await caller.customer()
        await caller.invoice()
        assert (await _delete(caller, "1")).code == 2000310
        await caller.call("PUT", "/3/invoices/1/cancel")
        assert (await _delete(caller, "1")).status == 204


@pytest.mark.asyncio
async def test_nothing_but_the_number_is_unique() -> None:
    """Any number of customers may share name, e-mail and organisation number."""
    async with opened() as caller:
        same = {"Email": "kund@example.com", "OrganisationNumber": "556677-8899"}
        numbers = {(await caller.customer(**same))["CustomerNumber"] for _ in range(3)}
        assert numbers == {"1", "2", "3"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"Name": None}, 2000204),
        ({"Name": ""}, 2000204),
        ({"CustomerNumber": "a b"}, 2000106),
        ({"CustomerNumber": "a.b"}, 2000106),
        ({"CountryCode": "ZZ"}, 2999015),
        ({"CountryCode": "SWE"}, 2000107),
        ({"Currency": "GBP"}, 2000427),
        ({"TermsOfPayment": "45"}, 2000429),
        ({"SalesAccount": "9999"}, 2000423),
        ({"VATNumber": "SE123"}, 2004194),
        ({"VATType": "NONE"}, 2999016),
        ({"ZipCode": "1" * 11}, 2000107),
        ({"YourReference": "x" * 51}, 2001600),
        ({"Name": "x" * 1025}, 2000107),
    ],
)
async def test_refused_cards(fields: dict[str, Any], code: int) -> None:
    """A card Fortnox would refuse is refused with its code; nothing is created."""
    async with opened() as caller:
        body = {"Customer": {"Name": "Exempel AB", **fields}}
        reply = await caller.call("POST", "/3/customers", body)
        assert (reply.status, reply.code) == (400, code)
        assert await caller.names() == []


@pytest.mark.asyncio
async def test_country_is_derived_from_its_code() -> None:
    """`SE` gives `Sverige`; clearing the code clears the name (6.1)."""
    async with opened() as caller:
        made = await caller.customer(CountryCode="SE", DeliveryCountryCode="NO", VisitingCountryCode="DE")
        assert (made["Country"], made["DeliveryCountry"], made["VisitingCountry"]) == ("Sverige", "Norge", "Tyskland")
        cleared = await caller.call("PUT", "/3/customers/1", {"Customer": {"CountryCode": None}})
        assert (cleared.one["Country"], cleared.one["DeliveryCountry"]) == (None, "Norge")


@pytest.mark.asyncio
async def test_the_number_cannot_be_changed() -> None:
    """A PUT with another number is refused, with the same it passes."""
    async with opened() as caller:
        await caller.customer(ExternalReference="mark")
        put = "/3/customers/1"
        assert (await caller.call("PUT", put, {"Customer": {"CustomerNumber": "2"}})).code == 2001399
        same = await caller.call("PUT", put, {"Customer": {"CustomerNumber": "1", "Name": "Nytt AB"}})
        assert (same.one["Name"], same.one["ExternalReference"]) == ("Nytt AB", "mark")


@pytest.mark.asyncio
async def test_series_can_start_elsewhere() -> None:
    """A company whose series already runs begins at its own numbers."""
    async with opened() as caller:
        await caller.control("POST", "settings", {"first_customer_number": 500, "first_invoice_number": 10007})
        assert (await caller.customer())["CustomerNumber"] == "500"
        assert (await caller.invoice(CustomerNumber="500"))["DocumentNumber"] == "10007"
