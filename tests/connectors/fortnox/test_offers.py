"""Offers: the weakest mark there is, and what is made of an offer."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held
from connectors.fortnox.document_content import OFFER_NUMBER_LIMIT, offer_number
from connectors.fortnox.simulator import CompanySettings
from handlers.values import reference, short_reference
from tests.connectors.fortnox.paperwork import OFFER, ORDER, found, invoiced, lose, offer, order, with_customer
from tests.connectors.fortnox.stand import INVOICE, row, stand

MARK = short_reference(OFFER.thing("demo"))
OTHER: dict[str, Any] = {
    "rows": (row(price=Decimal(60)), row(price=Decimal(40), unit=None)),
    "total_excluding_vat": Decimal(200),
    "total_vat": Decimal(50),
    "total": Decimal(250),
}


@pytest.mark.parametrize(
    ("number", "text"), [("SO-1", f"SO-1 {MARK}"), ("9" * 17, f"{'9' * 17} {MARK}"), ("9" * 18, MARK)]
)
def test_the_mark_always_fits_whole(number: str, text: str) -> None:
    """A sister field is cut at 30: number and mark, or the mark alone."""
    assert offer_number(MARK, number) == text
    assert len(text) <= OFFER_NUMBER_LIMIT


@pytest.mark.asyncio
@pytest.mark.capability("f25", "001-15")
async def test_an_offer_for_a_known_customer_is_one_call() -> None:
    """One POST; number and mark stand in the only field that there is."""
    async with stand() as here:
        await with_customer(here)
        before = await here.spent()
        settled = await here.carry_out(offer(comments="gäller i 30 dagar"))
        assert await here.spent() - before == 1
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("offers")
        assert stored["YourReferenceNumber"] == f"1042 {MARK}"
        assert (stored["OfferDate"], stored["Comments"]) == ("2026-11-20", "gäller i 30 dagar")
        assert (await here.carry_out(offer())).result == "changed"
        assert (await here.carry_out(offer())).result == "unchanged"


@pytest.mark.asyncio
@pytest.mark.capability("f25", "f51", "001-15", "f52")
async def test_a_lost_offer_is_found_among_the_customer_s_offers() -> None:
    """Each unlinked offer of the customer is fetched and compared by our mark as a word of its own."""
    async with stand() as here:
        await with_customer(here)
        refused = await lose(here, offer(), "reset_before")
        base = {"CustomerNumber": "1", "OfferRows": []}
        await here.seed(offers=[base | {"YourReferenceNumber": f"1042 {MARK}x"}, base, base])
        assert await found(here, offer(), refused) is None
        write = await lose(here, offer())
        here.links.elsewhere = {"offer:1"}
        before = await here.spent()
        settled = await found(here, offer(), write)
        assert (settled.result, settled.question, settled.link.number) == ("created", None, "4")
        assert (await here.calls())[before:] == [
            "GET /3/offers", "GET /3/offers/2", "GET /3/offers/3", "GET /3/offers/4",
        ]  # fmt: skip


@pytest.mark.asyncio
async def test_too_many_offers_of_one_customer_are_a_question() -> None:
    """A hundred are compared; more are a person's."""
    async with stand() as here:
        await with_customer(here)
        write = await lose(here, offer(), "reset_before")
        await here.seed(offers=[{"CustomerNumber": "1", "OfferRows": []} for _ in range(101)])
        with pytest.raises(Held, match="too_many_candidates"):
            await found(here, offer(), write)


@pytest.mark.asyncio
@pytest.mark.capability("f25", "004-09")
@pytest.mark.parametrize("answer", ["order", "offer"])
async def test_a_won_offer_becomes_its_order(answer: Any) -> None:
    """``createorder``, then one update that gives the order our mark, number and date; whatever the answer shows."""
    company = CompanySettings(rate_limit=0, createorder_answer=answer)
    async with stand(company=company) as here:
        await with_customer(here)
        await here.carry_out(offer())
        before = await here.spent()
        settled = await here.carry_out(order())
        assert (await here.calls())[before:] == ["PUT /3/offers/1/createorder", "PUT /3/orders/1"]
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("orders")
        assert (stored["OfferReference"], stored["YourOrderNumber"]) == ("1", "1042")
        assert stored["ExternalInvoiceReference1"] == reference(ORDER.thing("demo"))
        assert (await here.carry_out(invoiced())).question is None
        (invoice,) = await here.stored("invoices")
        assert (invoice["OrderReference"], invoice["YourOrderNumber"]) == ("1", "1042")


@pytest.mark.asyncio
@pytest.mark.capability("f25")
async def test_an_order_says_what_was_won_not_what_was_offered() -> None:
    """The content changed since: the order is made from the offer and brought to its newest content."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(offer())
        settled = await here.carry_out(order(**OTHER))
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("orders")
        assert [str(line["Price"]) for line in stored["OrderRows"]] == ["60", "40"]
        assert [line["DeliveredQuantity"] for line in stored["OrderRows"]] == ["2", "2"]


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_lost_order_of_an_offer_is_proved_by_the_offer() -> None:
    """``OrderReference`` says it; the order then gets its mark, and that update may be lost too."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(offer())
        refused = await lose(here, order(), "reset_before")
        assert await found(here, order(), refused) is None
        write = await lose(here, order())
        settled = await found(here, order(), write)
        assert (settled.result, settled.again, settled.link.number) == ("created", True, "1")
        marked = await lose(here, order())
        assert marked.operation == "update_order"
        assert (await found(here, order(), marked)).question is None
        assert (await here.carry_out(order())).result == "unchanged"
        assert len(await here.stored("orders")) == 1


@pytest.mark.asyncio
async def test_an_offer_that_has_its_order_already_is_no_error() -> None:
    """Made by hand meanwhile: the refusal is settled by the offer's state, and that order gets our mark."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(offer())
        await here.target.client.answer("offer_to_order", "1")
        settled = await here.carry_out(order())
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("orders")
        assert stored["ExternalInvoiceReference1"] == reference(ORDER.thing("demo"))


@pytest.mark.asyncio
async def test_an_order_of_an_offer_that_was_invoiced_by_hand_is_left_as_it_stands() -> None:
    """Nothing can be written to it any more; where it says something else, a person is asked."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(offer())
        await here.target.client.answer("offer_to_order", "1")
        await here.target.client.answer("order_to_invoice", "1")
        with pytest.raises(Held, match="order_locked"):
            await here.carry_out(order(**OTHER))
        here.known[ORDER].state["same"] = False
        assert (await here.carry_out(order())).result == "created"
        assert (await here.carry_out(invoiced())).result == "found"


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", ["offer", "invoice", "order"])
async def test_an_invoice_of_an_offer_is_one_call_where_the_answer_can_be_believed(answer: Any) -> None:
    """An envelope that is neither of the two documents is not believed: the offer is read."""
    company = CompanySettings(rate_limit=0, offer_createinvoice_answer=answer)
    async with stand(company=company) as here:
        await with_customer(here)
        await here.carry_out(offer())
        before = await here.spent()
        settled = await here.carry_out(invoiced())
        assert await here.spent() - before == (2 if answer == "order" else 1)
        assert (settled.result, settled.question) == ("created", None)
        assert here.known[INVOICE].state["exact"] == "125"


@pytest.mark.asyncio
async def test_an_offer_is_not_made_after_its_order() -> None:
    """A sale that went further is no offer any more, and the offer that stands is left alone."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        assert (await here.carry_out(offer())).result == "not_created"
        assert await here.stored("offers") == []
