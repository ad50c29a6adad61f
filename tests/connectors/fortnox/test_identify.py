"""A person's word about an object at Fortnox is believed only after that object was read."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Link, Park, Settled
from handlers.commands import Command
from handlers.values import Ref
from tests.connectors.fortnox.paperwork import article, cancelled, credit, invoiced, offer, order
from tests.connectors.fortnox.stand import (
    CUSTOMER,
    INVOICE,
    Stand,
    booking,
    customer,
    invoice,
    note,
    payment,
    payment_booking,
    row,
    stand,
)

OTHER = Ref(system="shop", kind="order_invoice", id="1043")


async def _says(here: Stand, command: Command, kind: str, number: str = "1") -> Settled:
    return await here.target.identify(here.task(command), kind, number)


async def _refused(here: Stand, command: Command, kind: str, number: str = "1") -> str:
    with pytest.raises(Park) as refused:
        await _says(here, command, kind, number)
    return refused.value.remedy


@pytest.mark.asyncio
async def test_an_invoice_as_it_was_meant_is_found_with_the_state_that_its_own_command_keeps() -> None:
    """Named by a person, the invoice is linked as if its own command had just made it, at the cost of one read."""
    async with stand() as here:
        await here.carry_out(customer())
        made = await here.carry_out(invoice())
        del here.known[INVOICE]
        before = await here.spent()
        settled = await _says(here, invoice(), "invoice")
        assert await here.spent() == before + 1
        assert (settled.result, settled.question, settled.again) == ("found", None, False)
        assert settled.link == made.link


@pytest.mark.asyncio
async def test_an_invoice_that_is_not_as_meant_is_linked_and_held() -> None:
    """Another price: the link comes with a question, so that nothing more is done to the invoice."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        del here.known[INVOICE]
        settled = await _says(here, invoice(rows=(row(description="X", account=3002),)), "invoice")
        assert settled.question is not None
        assert "AccountNumber" in settled.question
        assert settled.link is not None
        assert settled.link.state["mismatch"] is True


@pytest.mark.asyncio
async def test_what_cannot_be_the_thing_is_refused() -> None:
    """No such number, another kind, another document's mark: each is one clear sentence."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        assert "no invoice 99" in await _refused(here, invoice(), "invoice", "99")
        assert "not a customer" in await _refused(here, invoice(), "customer")
        assert "mark of another" in await _refused(here, invoice(thing=OTHER, number="1043"), "invoice")


@pytest.mark.asyncio
async def test_a_customer_with_another_organisation_number_is_another_party() -> None:
    """The card must not contradict the command; another mark on it does not, two sources may know one buyer."""
    async with stand() as here:
        known: dict[str, Any] = {"organisation_number": "559904-2032"}
        await here.carry_out(customer(**known))
        del here.known[CUSTOMER]
        elsewhere = customer(thing=Ref(system="ghl", kind="customer", id="c9"), **known)
        assert (await _says(here, elsewhere, "customer")).result == "found"
        assert "organisation number" in await _refused(here, customer(organisation_number="556016-0680"), "customer")


@pytest.mark.asyncio
async def test_a_payment_must_be_of_the_invoice_that_the_command_pays() -> None:
    """Booked or not, by hand or by us: it is the payment, unless it pays another invoice."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        assert (await _says(here, booking(), "invoice")).result == "found"
        await here.carry_out(booking())
        await here.carry_out(payment())
        assert (await _says(here, payment(), "payment")).question is None
        assert (await _says(here, payment_booking(), "payment")).result == "found"
        await here.carry_out(invoice(thing=OTHER, number="1043"))
        wrong = payment(thing=Ref(system="shop", kind="order_payment", id="1043"), invoice=OTHER)
        assert await _refused(here, wrong, "payment") == "Payment 1 is of invoice 1, not of invoice 2."


@pytest.mark.asyncio
async def test_a_note_is_known_by_its_mark_on_the_card() -> None:
    """Without our mark in the comments the note is not there."""
    async with stand() as here:
        await here.carry_out(customer())
        assert await _refused(here, note(), "note")
        await here.carry_out(note())
        assert (await _says(here, note(), "note")).result == "found"


@pytest.mark.asyncio
async def test_an_object_of_another_kind_is_refused_in_plain_words() -> None:
    """An invoice, a customer."""
    async with stand() as here:
        await here.carry_out(customer())
        assert await _refused(here, invoice(), "customer") == "This command makes an invoice, not a customer."
        assert await _refused(here, customer(), "invoice") == "This command makes a customer, not an invoice."


@pytest.mark.asyncio
async def test_an_order_and_an_offer_are_linked_as_their_own_commands_would() -> None:
    """Named by a person, compared in full; what is cancelled or says something else is linked with a question."""
    async with stand() as here:
        await here.carry_out(customer())
        for kind, command in (("order", order()), ("offer", offer(order=None, invoice=None))):
            made = await here.carry_out(command)
            del here.known[command.thing]
            settled = await _says(here, command, kind)
            assert (settled.question, settled.link) == (None, made.link)
            assert settled.link is not None
            other = await _says(here, command.model_copy(update={"rows": (row(price=Decimal(1)),)}), kind)
            assert "Price: meant 1" in str(other.question)
            await here.target.client.request(f"cancel_{kind}", "1")
            assert "cancelled" in str((await _says(here, command, kind)).question)
            assert f"no {kind} 99" in await _refused(here, command, kind, "99")
            assert "not an invoice" in await _refused(here, command, "invoice")


@pytest.mark.asyncio
async def test_an_invoice_of_our_order_may_carry_the_order_s_mark() -> None:
    """It is the sale's own; another order's is not."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(order())
        await here.carry_out(invoiced())
        del here.known[INVOICE]
        assert (await _says(here, invoiced(), "invoice")).question is None
        assert "mark of another" in await _refused(here, invoiced(order=OTHER), "invoice")


@pytest.mark.asyncio
async def test_an_article_a_credit_and_what_cancels_nothing() -> None:
    """A credit invoice only for a credit, an article under another number, and no document for a cancelling."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoiced())
        await here.carry_out(booking())
        await here.seed(articles=[{"ArticleNumber": "77", "Description": "Kaffe"}])
        found = await _says(here, article(), "article", "77")
        assert found.link is not None
        assert (found.link.number, found.link.state["vat"]) == ("77", "25")
        assert "no article 78" in await _refused(here, article(), "article", "78")
        assert "no credit invoice" in await _refused(here, credit(), "invoice")
        assert "cancels a document" in await _refused(here, cancelled("order"), "order")
        await here.target.client.request("credit_invoice", "1")
        assert (await _says(here, credit(), "invoice", "2")).question is None
        assert "credit invoice" in await _refused(here, invoiced(), "invoice", "2")
        assert "credit invoice" in await _refused(here, booking(), "invoice", "2")
        here.known[INVOICE] = Link("invoice", "7", {})
        assert "not invoice 7" in await _refused(here, credit(), "invoice", "2")
