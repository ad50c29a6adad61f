"""Looking for an invoice: our exact mark over all pages, and what is no proof."""

from typing import Any

import pytest

from connectors.base import Held, Later, Settled, UnknownEnd
from handlers.values import Ref, reference
from tests.connectors.fortnox.stand import (
    INVOICE,
    Stand,
    booking,
    customer,
    invoice,
    row,
    show_only,
    stand,
)

MARK = reference(INVOICE.thing("demo"))


async def _with_customer(here: Stand) -> None:
    await here.carry_out(customer())


async def _lost(here: Stand, kind: str = "answer_lost", **more: Any) -> Any:
    """Send the invoice and lose its answer; gives the write."""
    write = await here.write_of(invoice())
    await here.fault(kind, "POST", "/3/invoices", **more)
    with pytest.raises(UnknownEnd):
        await here.target.perform(here.task(invoice()), write)
    return write


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_lost_answer_is_resolved_with_proof() -> None:
    """Timeout or reset after the effect: the look finds exactly that invoice, and a second POST never goes."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        sighting = await here.target.look(here.task(invoice()), write.operation, write.evidence)
        assert sighting.settled is not None
        assert sighting.settled.link is not None
        assert (sighting.settled.link.number, sighting.settled.question) == ("1", None)
        assert sighting.proof["matched"] == ["1"]
        assert (await here.calls()).count("POST /3/invoices") == 1


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_late_effect_is_seen_by_the_later_look() -> None:
    """The first look proves nothing yet; once the effect is there, the next one finds it."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here, "late_effect", seconds=0.2)
        looks = 0
        while (await here.target.look(here.task(invoice()), write.operation, write.evidence)).settled is None:
            looks += 1
        assert looks > 0
        assert len(await here.stored("invoices")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f46")
async def test_the_mark_is_compared_exactly_over_all_pages() -> None:
    """Fortnox matches by prefix: five hundred longer references are not ours, the one on the second page is."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here, "reset_before")
        base = {"CustomerNumber": "1", "InvoiceRows": []}
        await here.seed(invoices=[base | {"ExternalInvoiceReference1": f"{MARK}-{n}"} for n in range(500)])
        task = here.task(invoice())
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        await here.seed(invoices=[base | {"ExternalInvoiceReference1": MARK}])
        settled = (await here.target.look(task, write.operation, write.evidence)).settled
        assert settled is not None
        assert settled.link is not None
        assert settled.link.number == "501"
        assert "not what was meant" in str(settled.question)


@pytest.mark.asyncio
@pytest.mark.capability("f50")
@pytest.mark.parametrize("path", ["/3/invoices", "/3/invoices/1"])
async def test_a_look_that_fails_is_no_absence(path: str) -> None:
    """Search or invoice unreadable: an error, so nothing is sent."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        await here.fault("html", "GET", path)
        with pytest.raises(Later):
            await here.target.look(here.task(invoice()), write.operation, write.evidence)


@pytest.mark.asyncio
async def test_what_is_no_proof() -> None:
    """Linked to another thing of ours: not counted. Two hits: the lowest and a question. Cancelled: a question."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        await here.carry_out(invoice())
        task = here.task(invoice())
        both = (await here.target.look(task, write.operation, write.evidence)).settled
        assert isinstance(both, Settled)
        assert both.link is not None
        assert both.link.number == "1"
        assert "1, 2 all carry our mark" in str(both.question)
        here.links.elsewhere = {"invoice:1", "invoice:2"}
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        here.links.elsewhere = {"invoice:1"}
        await here.target.client.request("cancel_invoice", "2")
        cancelled = (await here.target.look(task, write.operation, write.evidence)).settled
        assert cancelled is not None
        assert "cancelled" in str(cancelled.question)
        assert cancelled.link is not None
        here.known[INVOICE] = cancelled.link
        with pytest.raises(Held, match="invoice_cancelled"):
            await here.carry_out(booking())


@pytest.mark.asyncio
async def test_a_company_that_is_looking_finds_what_stands_there() -> None:
    """An emptied link table: one more call per invoice, and nothing is made twice."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        del here.known[INVOICE]
        here.looking = True
        settled = await here.carry_out(invoice())
        assert settled.result == "found"
        assert len(await here.stored("invoices")) == 1
        other = invoice(thing=Ref(system="shop", kind="order_invoice", id="7"), number="7")
        before = await here.spent()
        await here.carry_out(other)
        assert await here.spent() - before == 2


@pytest.mark.asyncio
async def test_an_update_with_an_unknown_end_is_read_again() -> None:
    """Also a change of texts alone is told apart."""
    async with stand() as here:
        await _with_customer(here)
        await here.carry_out(invoice())
        command = invoice(rows=(row(description="nytt"),))
        write = await here.write_of(command)
        task = here.task(command)
        assert (await here.target.look(task, write.operation, write.evidence)).settled is None
        await here.fault("answer_lost", "PUT", "/3/invoices/1")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        found = (await here.target.look(task, write.operation, write.evidence)).settled
        assert found is not None
        assert (found.result, found.question) == ("changed", None)


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_a_thin_list_hides_no_invoice_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists show fewer fields than the object (Fortnox facts, section 5): what is not shown is read, not ruled out."""
    async with stand() as here:
        await _with_customer(here)
        write = await _lost(here)
        show_only(monkeypatch, "DocumentNumber", "Cancelled")
        settled = (await here.target.look(here.task(invoice()), write.operation, write.evidence)).settled
        assert settled is not None
        assert (settled.link and settled.link.number, settled.question) == ("1", None)
