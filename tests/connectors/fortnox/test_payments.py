"""Booking and payment: only what agrees to the öre, once, and proved by state or search."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Held, Later, Link, Park, UnknownEnd
from connectors.fortnox.simulator import CompanySettings
from handlers.commands import EnsureInvoice
from tests.connectors.fortnox.stand import (
    INVOICE,
    PAYMENT,
    Stand,
    booking,
    customer,
    invoice,
    payment,
    payment_booking,
    show_only,
    stand,
    uneven,
)


async def _booked(here: Stand, command: EnsureInvoice | None = None, **book: Any) -> None:
    await here.carry_out(customer())
    await here.carry_out(command or invoice())
    await here.carry_out(booking(**book))


@pytest.mark.asyncio
@pytest.mark.capability("001-19", "f27")
async def test_the_whole_chain_costs_one_call_a_step() -> None:
    """Invoice, booking, payment, its booking: four calls after the customer, and the balance is 0."""
    async with stand() as here:
        await here.carry_out(customer())
        before = await here.calls()
        for command in (invoice(), booking(), payment(), payment_booking()):
            settled = await here.carry_out(command)
            assert settled.question is None
        assert (await here.calls())[len(before) :] == [
            "POST /3/invoices",
            "PUT /3/invoices/1/bookkeep",
            "POST /3/invoicepayments",
            "PUT /3/invoicepayments/1/bookkeep",
        ]
        (stored,) = await here.stored("invoices")
        assert stored["Booked"] is True
        assert Decimal(str(stored["Balance"])) == 0
        (paid,) = await here.stored("payments")
        assert (paid["Booked"], paid["PaymentDate"], paid["ModeOfPayment"]) == (True, "2026-11-21", "BG")
        assert here.known[INVOICE].state["booked"] is True


@pytest.mark.asyncio
async def test_what_is_done_is_not_done_again() -> None:
    """Every step once more: no call at all."""
    async with stand() as here:
        await _booked(here)
        await here.carry_out(payment())
        await here.carry_out(payment_booking())
        before = await here.spent()
        for command in (booking(), payment(), payment_booking()):
            assert (await here.carry_out(command)).result == "unchanged"
        assert await here.spent() == before


@pytest.mark.asyncio
async def test_a_round_off_is_written_off_to_the_ore() -> None:
    """100.30 became 100: the payment of 100.30 carries a write-off of -0.30, and the balance is 0."""
    async with stand() as here:
        await _booked(here, uneven(), round_off_account=3740)
        await here.carry_out(payment(amount=Decimal("100.30"), round_off_account=3740))
        await here.carry_out(payment_booking())
        (paid,) = await here.stored("payments")
        (write_off,) = paid["WriteOffs"]
        assert (Decimal(str(write_off["Amount"])), write_off["AccountNumber"]) == (Decimal("-0.30"), 3740)
        (stored,) = await here.stored("invoices")
        assert Decimal(str(stored["Balance"])) == 0


@pytest.mark.asyncio
async def test_a_round_off_without_an_account_is_held_before_any_call() -> None:
    """Neither booked nor paid."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(uneven())
        before = await here.spent()
        with pytest.raises(Held, match="round_off"):
            await here.carry_out(booking())
        assert await here.spent() == before
        await here.carry_out(booking(round_off_account=3740))
        with pytest.raises(Held, match="round_off"):
            await here.carry_out(payment(amount=Decimal("100.30")))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({"amount": Decimal("124.99")}, "amount_differs"), ({"currency": "EUR"}, "currency_differs")],
)
async def test_a_payment_of_other_money_is_held(wrong: dict[str, Any], reason: str) -> None:
    """One öre less, or another currency: a person enters it."""
    async with stand() as here:
        await _booked(here)
        before = await here.spent()
        with pytest.raises(Held, match=reason):
            await here.carry_out(payment(**wrong))
        assert await here.spent() == before


@pytest.mark.asyncio
async def test_an_unbooked_invoice_takes_no_payment() -> None:
    """Fortnox would refuse it; we hold it first."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        with pytest.raises(Held, match="invoice_not_booked"):
            await here.carry_out(payment())


@pytest.mark.asyncio
async def test_a_foreign_payment_is_in_the_invoices_currency() -> None:
    """The amount in the invoice's currency is what was paid; kronor follow from the rate."""
    async with stand() as here:
        await here.seed(currencies=[{"Code": "ISK", "Description": "ISK", "SellRate": 11.5, "Unit": 1}])
        await _booked(here, invoice(currency="ISK"))
        settled = await here.carry_out(payment(currency="ISK"))
        assert settled.question is None
        await here.carry_out(payment_booking())
        (paid,) = await here.stored("payments")
        assert Decimal(str(paid["AmountCurrency"])) == 125
        assert Decimal(str(paid["Amount"])) == Decimal("1437.50")
        (stored,) = await here.stored("invoices")
        assert Decimal(str(stored["Balance"])) == 0


@pytest.mark.asyncio
async def test_a_payment_to_an_account_needs_no_mode() -> None:
    """Exactly one of mode and account is sent, and compared."""
    async with stand() as here:
        await _booked(here)
        settled = await here.carry_out(payment(mode=None, account=1930))
        assert settled.question is None
        assert (await here.stored("payments"))[0]["ModeOfPaymentAccount"] == 1930


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["answer_lost", "reset_before", "truncated"])
@pytest.mark.capability("f51", "f52")
async def test_a_lost_payment_is_found_or_proved_absent(kind: str) -> None:
    """By invoice, amount, currency, date and mode: another payment of the invoice is not it."""
    async with stand() as here:
        await _booked(here)
        others: list[dict[str, Any]] = [
            {"Amount": 100, "PaymentDate": "2026-11-21"},
            {"Amount": 125, "PaymentDate": "2026-11-22"},
            {"Amount": 125, "PaymentDate": "2026-11-21", "ModeOfPayment": "PG"},
        ]
        await here.seed(payments=[{"InvoiceNumber": 1, **other} for other in others])
        write = await here.write_of(payment())
        await here.fault(kind, "POST", "/3/invoicepayments")
        task = here.task(payment())
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        settled = (await here.target.look(task, write.operation, write.evidence)).settled
        if kind == "reset_before":
            assert settled is None
        else:
            assert settled is not None
            assert settled.link is not None
            assert (settled.link.number, settled.question) == ("4", None)


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_thin_list_hides_no_payment_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a row does not show is read on the payment itself: a second payment is never made for that."""
    async with stand() as here:
        await _booked(here)
        write = await here.write_of(payment())
        await here.fault("answer_lost", "POST", "/3/invoicepayments")
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(payment()), write)
        show_only(monkeypatch, "Number", "Amount")
        settled = (await here.target.look(here.task(payment()), write.operation, write.evidence)).settled
        assert settled is not None
        assert (settled.link and settled.link.number, settled.question) == ("1", None)


@pytest.mark.asyncio
async def test_two_equal_payments_are_a_question_and_linked_ones_do_not_count() -> None:
    """A person's own payment of the same money cannot be told apart: asked, unless it is linked elsewhere."""
    async with stand() as here:
        await _booked(here)
        write = await here.write_of(payment())
        await here.carry_out(payment())
        await here.seed(payments=[{"InvoiceNumber": 1, "Amount": 125, "PaymentDate": "2026-11-21"}])
        task = here.task(payment())
        two = (await here.target.look(task, write.operation, write.evidence)).settled
        assert two is not None
        assert "1, 2" in str(two.question)
        here.links.elsewhere = {"payment:1"}
        one = (await here.target.look(task, write.operation, write.evidence)).settled
        assert one is not None
        assert one.link is not None
        assert (one.link.number, one.question) == ("2", None)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/3/invoicepayments", "/3/invoicepayments/1"])
@pytest.mark.capability("f50")
async def test_a_look_that_fails_is_no_absence(path: str) -> None:
    """The list or the single payment cannot be read."""
    async with stand() as here:
        await _booked(here)
        write = await here.write_of(payment())
        await here.carry_out(payment())
        await here.fault("html", "GET", path)
        with pytest.raises(Later):
            await here.target.look(here.task(payment()), write.operation, write.evidence)


@pytest.mark.asyncio
async def test_while_looking_a_payment_that_stands_there_is_found() -> None:
    """An emptied link table pays nothing twice."""
    async with stand() as here:
        await _booked(here)
        await here.carry_out(payment())
        del here.known[PAYMENT]
        here.looking = True
        assert (await here.carry_out(payment())).result == "found"
        assert len(await here.stored("payments")) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["answer_lost", "reset_before"])
async def test_a_booking_with_an_unknown_end_is_read(kind: str) -> None:
    """The state says whether it happened, for invoice and payment alike; the PUT arrived once."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        for command, path in ((booking(), "/3/invoices/1"), (payment_booking(), "/3/invoicepayments/1")):
            write = await here.write_of(command)
            task = here.task(command)
            await here.fault(kind, "PUT", f"{path}/bookkeep")
            with pytest.raises(UnknownEnd):
                await here.target.perform(task, write)
            settled = (await here.target.look(task, write.operation, write.evidence)).settled
            assert (settled is None) == (kind == "reset_before")
            assert (await here.calls()).count(f"PUT {path}/bookkeep") == 1
            await here.carry_out(booking())
            if command.kind == "book_invoice" and PAYMENT not in here.known:
                here.known[INVOICE].state["booked"] = True
                await here.carry_out(payment())


@pytest.mark.asyncio
async def test_a_refused_booking_is_judged_by_the_state() -> None:
    """A person booked it meanwhile: Fortnox refuses, the invoice says booked, and that is what was wanted."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        await here.target.client.request("book_invoice", "1")
        settled = await here.carry_out(booking())
        assert (settled.result, settled.question) == ("unchanged", None)


@pytest.mark.asyncio
async def test_a_locked_period_is_parked() -> None:
    """Refused and still unbooked: the cause, for a person."""
    company = CompanySettings(rate_limit=0, locked_until=date(2026, 12, 31))
    async with stand(company=company) as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        with pytest.raises(Park, match="period_locked"):
            await here.carry_out(booking())


@pytest.mark.asyncio
async def test_an_invoice_changed_by_a_person_is_a_question_once_booked() -> None:
    """The answer of the booking is compared too, and no payment follows."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        link = here.known[INVOICE]
        here.known[INVOICE] = Link(link.kind, link.number, link.state | {"exact": "124"})
        settled = await here.carry_out(booking())
        assert "changed before it was booked" in str(settled.question)
        with pytest.raises(Held, match="totals_differ"):
            await here.carry_out(payment())


@pytest.mark.asyncio
async def test_an_invoice_that_a_person_linked_is_read_first() -> None:
    """A link without state: one read, then booked and paid like any other."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(invoice())
        here.known[INVOICE] = Link("invoice", "1", {})
        before = await here.spent()
        assert (await here.carry_out(booking())).result == "changed"
        assert await here.spent() - before == 2
        assert (await here.carry_out(payment())).question is None
        here.known[INVOICE] = Link("invoice", "1", {})
        assert (await here.carry_out(invoice())).result == "unchanged"


@pytest.mark.asyncio
async def test_far_objects_serialise_writes_to_one_invoice() -> None:
    """Booking, payment and its booking all name the invoice."""
    async with stand() as here:
        await _booked(here)
        await here.carry_out(payment())
        for command in (booking(), payment(), payment_booking()):
            assert here.target.far_object(here.task(command)) == "invoice:1"
