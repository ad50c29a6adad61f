"""Cancelling and crediting: the state is read first, nothing is taken back twice, and every step has its proof."""

from typing import Any

import pytest

from connectors.base import Held
from connectors.fortnox.credit_notes import wrong_in
from handlers.commands import BookInvoice
from tests.connectors.fortnox.paperwork import (
    CREDIT,
    cancelled,
    credit,
    found,
    invoiced,
    lose,
    offer,
    order,
    with_customer,
)
from tests.connectors.fortnox.stand import INVOICE, Stand, booking, payment, payment_booking, stand, uneven

MAKE: dict[str, Any] = {"invoice": invoiced, "order": order, "offer": offer}


@pytest.mark.asyncio
@pytest.mark.capability("004-08")
@pytest.mark.parametrize("document", ["invoice", "order", "offer"])
async def test_what_is_not_there_costs_nothing_and_what_is_there_two_calls(document: str) -> None:
    """Read, cancel; again costs nothing; what a person cancelled is one read."""
    async with stand() as here:
        await with_customer(here)
        before = await here.spent()
        settled = await here.carry_out(cancelled(document))
        assert (settled.result, settled.link) == ("unchanged", None)
        assert await here.spent() == before
        await here.carry_out(MAKE[document]())
        settled = await here.carry_out(cancelled(document))
        assert (settled.result, settled.question) == ("changed", None)
        assert (await here.calls())[before + 1 :] == [
            f"GET /3/{document}s/1",
            f"PUT /3/{document}s/1/cancel",
        ]
        assert (await here.carry_out(cancelled(document))).result == "unchanged"
        assert await here.spent() == before + 3
        with pytest.raises(Held, match=f"{document}_cancelled"):
            await here.carry_out(MAKE[document]())
        del here.known[MAKE[document]().thing].state["cancelled"]
        assert (await here.carry_out(cancelled(document))).result == "unchanged"


@pytest.mark.asyncio
@pytest.mark.capability("f51")
@pytest.mark.parametrize("document", ["invoice", "order", "offer"])
async def test_a_lost_cancelling_is_proved_by_the_document(document: str) -> None:
    """Cancelled or not: the document says so; a refusal of what is cancelled already is no error."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(MAKE[document]())
        refused = await lose(here, cancelled(document), "reset_before")
        assert await found(here, cancelled(document), refused) is None
        write = await lose(here, cancelled(document))
        assert (await here.target.perform(here.task(cancelled(document)), write)).result == "unchanged"
        settled = await found(here, cancelled(document), write)
        assert (settled.result, settled.question) == ("changed", None)


@pytest.mark.asyncio
async def test_what_became_our_next_document_is_handled_there() -> None:
    """The offer has its order, the order its invoice: only the invoice is cancelled; a stranger's is asked about."""
    async with stand() as here:
        await with_customer(here)
        await here.carry_out(offer())
        await here.carry_out(order())
        await here.carry_out(invoiced())
        results = [(await here.carry_out(cancelled(name))).result for name in ("invoice", "order", "offer")]
        assert results == ["changed", "unchanged", "unchanged"]
        del here.known[INVOICE]
        with pytest.raises(Held, match="order_locked"):
            await here.carry_out(cancelled("order"))


async def _booked(here: Stand, **fields: Any) -> None:
    await with_customer(here)
    await here.carry_out(invoiced(**fields))
    await here.carry_out(booking(round_off_account=3740))


@pytest.mark.asyncio
@pytest.mark.capability("004-08", "001-08", "f28")
async def test_a_booked_invoice_is_held_unless_settings_credit_it() -> None:
    """Held with what to do; or credited in full: made, compared, booked."""
    async with stand() as here:
        await _booked(here)
        with pytest.raises(Held, match="invoice_booked"):
            await here.carry_out(cancelled("invoice"))
        assert (await here.carry_out(cancelled("invoice", booked="credit"))).result == "unchanged"
        before = await here.spent()
        settled = await here.carry_out(credit())
        assert (settled.result, settled.question) == ("created", None)
        booked = await here.carry_out(BookInvoice(thing=CREDIT))
        assert (booked.result, booked.question) == ("changed", None)
        assert (await here.calls())[before:] == [
            "GET /3/invoices/1",
            "PUT /3/invoices/1/credit",
            "GET /3/invoices/2",
            "PUT /3/invoices/2/bookkeep",
        ]
        first, second = await here.stored("invoices")
        assert (second["Credit"], second["Total"], second["Booked"]) == ("true", -125, True)
        assert first["CreditInvoiceReference"] == "2"
        assert (await here.carry_out(credit())).result == "unchanged"
        with pytest.raises(Held, match="invoice_credited"):
            await here.carry_out(invoiced())


@pytest.mark.asyncio
async def test_a_round_off_is_credited_to_the_ore_too() -> None:
    """100.30 that Fortnox rounded to 100 is taken back as exactly that."""
    async with stand() as here:
        await _booked(here, **uneven().model_dump(include={"rows", "total_excluding_vat", "total_vat", "total"}))
        assert (await here.carry_out(credit())).question is None
        assert (await here.carry_out(BookInvoice(thing=CREDIT, round_off_account=3740))).question is None


@pytest.mark.asyncio
async def test_a_second_credit_is_held() -> None:
    """Nothing at Fortnox prevents it, so we do; that credit can be linked, another invoice cannot."""
    async with stand() as here:
        await _booked(here)
        await here.target.client.request("credit_invoice", "1")
        with pytest.raises(Held, match="credited_already"):
            await here.carry_out(credit())
        identified = await here.target.identify(here.task(credit()), "invoice", "2")
        assert identified.link is not None
        here.known[CREDIT] = identified.link
        assert (await here.carry_out(BookInvoice(thing=CREDIT))).result == "changed"


@pytest.mark.asyncio
async def test_a_paid_invoice_is_not_credited_by_itself() -> None:
    """Its money must be paid back, which is a person's."""
    async with stand() as here:
        await _booked(here)
        await here.carry_out(payment())
        await here.carry_out(payment_booking())
        with pytest.raises(Held, match="invoice_paid"):
            await here.carry_out(credit())


@pytest.mark.asyncio
@pytest.mark.parametrize("booked", [False, True], ids=["unbooked", "none"])
async def test_nothing_is_credited_that_is_not_booked(booked: bool) -> None:
    """No invoice, or one that was cancelled instead."""
    async with stand() as here:
        await with_customer(here)
        if not booked:
            await here.carry_out(invoiced())
        assert (await here.carry_out(credit())).result == "not_created"


@pytest.mark.asyncio
@pytest.mark.capability("f51", "001-08", "f28")
async def test_a_lost_credit_is_proved_by_the_original() -> None:
    """Its reference names the credit invoice, which is then compared; without one nothing was made."""
    async with stand() as here:
        await _booked(here)
        refused = await lose(here, credit(), "reset_before")
        assert await found(here, credit(), refused) is None
        write = await lose(here, credit())
        settled = await found(here, credit(), write)
        assert (settled.result, settled.again, settled.link.number) == ("created", True, "2")
        assert (await here.carry_out(credit())).question is None
        assert len(await here.stored("invoices")) == 2


@pytest.mark.asyncio
async def test_a_credit_that_came_late_beside_another_is_a_question() -> None:
    """The original names the last of them, which is not ours: both are told, and ours is not booked."""
    async with stand() as here:
        await _booked(here)
        write = await here.write_of(credit())
        await here.carry_out(credit())
        await here.target.client.request("credit_invoice", "1")
        settled = await found(here, credit(), write)
        assert "Invoices 2 and 3 both credit invoice 1" in settled.question
        with pytest.raises(Held, match="totals_differ"):
            await here.carry_out(BookInvoice(thing=CREDIT))


@pytest.mark.parametrize(
    ("field", "value"),
    [("Credit", "false"), ("Net", 100), ("TotalVAT", "-24.99"), ("Total", None), ("RoundOff", 1), ("Currency", "EUR")],
)
def test_every_amount_of_a_credit_is_compared(field: str, value: object) -> None:
    """Each alone is a difference; without any there is none."""
    original = {
        "Net": "100",
        "TotalVAT": "25",
        "Total": "125",
        "RoundOff": "0",
        "CustomerNumber": "1",
        "Currency": "SEK",
    }
    good = {"Credit": "true", "Net": -100, "TotalVAT": "-25.00", "Total": -125, "RoundOff": 0}
    good |= {"CustomerNumber": "1", "Currency": "SEK"}
    assert wrong_in(good, original) == []
    assert len(wrong_in(good | {field: value}, original)) == 1


@pytest.mark.asyncio
async def test_a_credit_that_is_not_the_whole_stays_unbooked() -> None:
    """What a person changed before it was compared is a question, and once corrected it is compared again."""
    async with stand() as here:
        await _booked(here)
        write = await here.write_of(credit())
        made = await here.target.perform(here.task(credit()), write)
        assert made.link is not None
        here.known[CREDIT] = made.link
        here.known[CREDIT].state["original"] = {**made.link.state["original"], "Net": "90"}
        settled = await here.carry_out(credit())
        assert "Net: meant -90, stored -100" in str(settled.question)
        with pytest.raises(Held, match="totals_differ"):
            await here.carry_out(BookInvoice(thing=CREDIT))
        here.known[CREDIT].state["original"]["Net"] = "100"
        assert (await here.carry_out(credit())).question is None
