"""Orders: written completely, found by their mark, and made into their one invoice."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held, UnknownEnd
from handlers.values import reference
from tests.connectors.fortnox.paperwork import ORDER, found, invoiced, lose, order, with_customer
from tests.connectors.fortnox.stand import INVOICE, booking, payment, row, stand

MARK = reference(ORDER.thing("demo"))


@pytest.mark.asyncio
@pytest.mark.capability("f25", "004-19", "001-17")
async def test_an_order_for_a_known_customer_is_one_call() -> None:
    """Both quantities are stated, because the invoice is made from what was delivered."""
    async with stand() as here:
        await with_customer(here)
        before = await here.spent()
        settled = await here.carry_out(order(our_reference="Anna", your_reference="Bo", comments="rad ett\nrad två"))
        assert await here.spent() - before == 1
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("orders")
        (line,) = stored["OrderRows"]
        assert (line["OrderedQuantity"], line["DeliveredQuantity"]) == ("2", "2")
        assert (stored["ExternalInvoiceReference1"], stored["YourOrderNumber"]) == (MARK, "1042")
        assert (stored["OrderDate"], stored["OurReference"], stored["YourReference"]) == ("2026-11-20", "Anna", "Bo")
        assert stored["Comments"] == "rad ett\nrad två"


@pytest.mark.asyncio
@pytest.mark.capability("f25", "001-17")
async def test_an_invoice_of_an_order_is_one_call() -> None:
    """``createinvoice``, whose answer shows the order: compared, linked, nothing read."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        before = await here.spent()
        settled = await here.carry_out(invoiced())
        assert (await here.calls())[before:] == ["PUT /3/orders/1/createinvoice"]
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("invoices")
        assert (stored["OrderReference"], stored["ExternalInvoiceReference1"]) == ("1", MARK)
        state = here.known[INVOICE].state
        assert (state["exact"], state["booked"], state["mismatch"]) == ("125", False, False)
        assert (await here.carry_out(invoiced())).result == "unchanged"
        assert await here.spent() == before + 1


@pytest.mark.asyncio
@pytest.mark.capability("f25")
async def test_a_paid_order_s_invoice_gets_the_document_s_dates_before_it_is_booked() -> None:
    """Fortnox dates the invoice today; it is read, compared, dated, booked and paid."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        settled = await here.carry_out(invoiced(to_be_booked=True))
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("invoices")
        assert (stored["InvoiceDate"], stored["DueDate"]) == ("2026-11-20", "2026-12-20")
        assert (await here.carry_out(booking())).result == "changed"
        assert (await here.carry_out(payment())).question is None


@pytest.mark.asyncio
async def test_a_stated_due_date_reaches_the_invoice_of_an_order() -> None:
    """The day of invoicing stays Fortnox's, the due date is the source's."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        settled = await here.carry_out(invoiced(due_date=date(2030, 1, 31), due_stated=True))
        assert (settled.result, settled.question) == ("created", None)
        (stored,) = await here.stored("invoices")
        assert stored["DueDate"] == "2030-01-31"
        assert stored["InvoiceDate"] != "2026-11-20"


@pytest.mark.asyncio
async def test_a_payment_before_the_day_of_its_invoice_is_held() -> None:
    """Fortnox takes no earlier payment."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        await here.carry_out(invoiced())
        await here.carry_out(invoiced(to_be_booked=True))
        await here.carry_out(booking())
        with pytest.raises(Held, match="paid_before_invoice"):
            await here.carry_out(payment(paid=date(2020, 1, 2)))


@pytest.mark.asyncio
@pytest.mark.parametrize("sent", [False, True])
async def test_an_invoice_that_was_dated_after_its_sale_gets_the_right_date_unless_somebody_has_it(sent: bool) -> None:
    """Made from its order a while ago, and paid on an earlier day: dated back, but never once it was sent."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        await here.carry_out(invoiced())
        if sent:
            token = await here.target.client.credentials.token()
            headers = {"Authorization": f"Bearer {token}"}
            async with here.session.put(f"{here.url}/3/invoices/1/externalprint", headers=headers) as answer:
                assert answer.status == 200
        await here.carry_out(invoiced(to_be_booked=True))
        (stored,) = await here.stored("invoices")
        assert (stored["InvoiceDate"] == "2026-11-20") is not sent
        await here.carry_out(booking())
        if sent:
            with pytest.raises(Held, match="paid_before_invoice"):
                await here.carry_out(payment())
        else:
            assert (await here.carry_out(payment())).question is None


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.parametrize("fault", ["answer_lost", "late_effect"])
async def test_a_lost_order_is_found_by_its_mark(fault: str) -> None:
    """The exact mark, over all pages; a second POST never goes."""
    async with stand() as here:
        await with_customer(here)
        write = await lose(here, order(), fault, **({"seconds": 0.1} if fault == "late_effect" else {}))
        while (settled := await found(here, order(), write)) is None:
            pass
        assert (settled.result, settled.question, settled.link.number) == ("created", None, "1")
        assert (await here.calls()).count("POST /3/orders") == 1


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_cancelled_hit_is_a_question_and_prefixes_are_none() -> None:
    """Cancelled orders stay findable; a longer reference is another's."""
    async with stand() as here:
        await with_customer(here)
        write = await lose(here, order())
        await here.target.client.request("cancel_order", "1")
        settled = await found(here, order(), write)
        assert "cancelled in Fortnox" in settled.question
        with pytest.raises(Held, match="order_cancelled"):
            await here.carry_out(order())
        here.links.elsewhere = {"order:1"}
        assert await found(here, order(), write) is None


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_lost_conversion_is_proved_by_the_order() -> None:
    """``InvoiceReference`` says it; where it is "0" nothing was made and the call goes again, once."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        refused = await lose(here, invoiced(), "reset_before")
        assert await found(here, invoiced(), refused) is None
        write = await lose(here, invoiced())
        settled = await found(here, invoiced(), write)
        assert (settled.result, settled.question, settled.link.number) == ("created", None, "1")
        assert len(await here.stored("invoices")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_an_order_that_was_invoiced_meanwhile_is_no_error() -> None:
    """Somebody was faster: the refusal is settled by the order's state, and that invoice is compared and linked."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        await here.target.client.answer("order_to_invoice", "1")
        settled = await here.carry_out(invoiced())
        assert (settled.result, settled.question) == ("found", None)
        assert len(await here.stored("invoices")) == 1


@pytest.mark.asyncio
async def test_an_order_that_was_cancelled_by_hand_makes_no_invoice() -> None:
    """The refusal is explained by the order's state."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        await here.target.client.request("cancel_order", "1")
        with pytest.raises(Held, match="order_cancelled"):
            await here.carry_out(invoiced())


@pytest.mark.asyncio
@pytest.mark.capability("001-17")
async def test_a_changed_order_is_updated_until_it_is_invoiced() -> None:
    """Its newest content, with one read; then a question, and the invoice is not made from an order that differs."""
    other: dict[str, Any] = {
        "rows": (row(price=Decimal(60)), row(price=Decimal(40), unit=None)),
        "total_excluding_vat": Decimal(200),
        "total_vat": Decimal(50),
        "total": Decimal(250),
    }
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        before = await here.spent()
        assert (await here.carry_out(order(**other))).result == "changed"
        assert (await here.calls())[before:] == ["GET /3/orders/1", "PUT /3/orders/1"]
        with pytest.raises(Held, match="order_differs"):
            await here.carry_out(invoiced())
        assert (await here.carry_out(invoiced(**other))).question is None
        with pytest.raises(Held, match="order_locked"):
            await here.carry_out(order())
        with pytest.raises(Held, match="rows_of_order"):
            await here.carry_out(invoiced())


@pytest.mark.asyncio
async def test_words_around_the_rows_are_updated_without_touching_rows() -> None:
    """A new comment is one read and one update; on an invoiced order it is left alone."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        assert (await here.carry_out(order(comments="leverera till porten"))).result == "changed"
        (stored,) = await here.stored("orders")
        assert stored["Comments"] == "leverera till porten"
        await here.carry_out(invoiced(comments="leverera till porten"))
        assert (await here.carry_out(order(comments="något annat"))).result == "unchanged"


@pytest.mark.asyncio
async def test_an_update_whose_answer_was_lost_is_read_again() -> None:
    """Also where only words around the rows changed."""
    changed = order(comments="ny text")
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        refused = await lose(here, changed, "reset_before")
        assert await found(here, changed, refused) is None
        write = await lose(here, changed)
        settled = await found(here, changed, write)
        assert (settled.result, settled.question) == ("changed", None)


@pytest.mark.asyncio
async def test_an_order_is_not_made_after_its_invoice() -> None:
    """The company changed its module in the middle of a sale: the invoice stands for it; a cancelled one is asked."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(invoiced())
        settled = await here.carry_out(order())
        assert (settled.result, settled.link) == ("not_created", None)
        assert settled.proof["because"] == "the sale is invoice 1 already"
        here.known[INVOICE].state["cancelled"] = True
        with pytest.raises(Held, match="invoice_cancelled"):
            await here.carry_out(order())


@pytest.mark.asyncio
async def test_a_company_that_is_looking_finds_the_order_first() -> None:
    """An emptied link table: one call more, and nothing is made twice; its invoice is found through it."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        await here.carry_out(invoiced())
        del here.known[ORDER], here.known[INVOICE]
        here.looking = True
        assert (await here.carry_out(order())).result == "found"
        assert (await here.carry_out(invoiced())).result == "found"
        assert (len(await here.stored("orders")), len(await here.stored("invoices"))) == (1, 1)


@pytest.mark.asyncio
async def test_long_and_odd_words_are_fitted_and_told() -> None:
    """References are cut at a word within 50, comments within 1024; explain shows each."""
    long = "Anna " * 20
    async with stand() as here:
        await with_customer(here)
        command = order(our_reference=long, your_reference="Bo <b>", comments="ord " * 300)
        write = await here.write_of(command)
        altered = {field: after for field, _, after in write.altered}
        assert set(altered) == {"OurReference", "YourReference", "Comments"}
        assert len(altered["OurReference"]) <= 50
        assert altered["YourReference"] == "Bo (b)"
        assert len(altered["Comments"]) <= 1024
        assert (await here.carry_out(command)).question is None


@pytest.mark.asyncio
async def test_an_answer_without_its_reference_is_an_unknown_end() -> None:
    """An order that shows no invoice after the call: the state is read, and nothing is guessed."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(order())
        write = await here.write_of(invoiced())
        body = {"Order": {"DocumentNumber": "1", "InvoiceReference": "0"}}
        await here.fault("status", "PUT", "/3/orders/1/createinvoice", status=200, body=body)
        with pytest.raises(UnknownEnd, match="reference_missing"):
            await here.target.perform(here.task(invoiced()), write)
