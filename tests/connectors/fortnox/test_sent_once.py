"""Nothing is sent twice by a library: whatever breaks, one call arrives, and the end is called unknown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from connectors.base import Later, OutsideError, UnknownEnd
from connectors.fortnox.outcomes import File
from connectors.fortnox.table import OPERATIONS
from tests.connectors.fortnox.stand import Stand, stand

FAULTS = ["reset_before", "reset_after", "truncated", "html"]
SENT: list[tuple[str, tuple[str, ...]]] = [
    ("book_invoice", ("1",)),
    ("cancel_invoice", ("1",)),
    ("credit_invoice", ("2",)),
    ("delete_article", ("A1",)),
    ("einvoice_invoice", ("1",)),
    ("email_invoice", ("1",)),
    ("eprint_invoice", ("1",)),
    ("print_invoice", ("1",)),
    ("printreminder_invoice", ("1",)),
    ("create_archive_file", ()),
]

BROKEN = [
    (operation, keys, fault)
    for operation, keys in SENT
    for fault in FAULTS
    if (operation, fault) != ("delete_article", "truncated")  # a 204 has nothing that could be cut off
]


@asynccontextmanager
async def _prepared() -> AsyncIterator[Stand]:
    """Invoice 1 unbooked, invoice 2 booked, an article that nothing uses."""
    row = {"Description": "Timme", "DeliveredQuantity": "1", "Price": 100, "VAT": 25}
    invoice = {"CustomerNumber": "1", "InvoiceRows": [row]}
    async with stand() as here:
        await here.seed(
            customers=[{"Name": "Exempel AB", "Email": "kund@example.test", "GLN": "7300009000001"}],
            articles=[{"ArticleNumber": "A1", "Description": "Timme"}],
            invoices=[invoice, {**invoice, "Booked": True}],
        )
        yield here


async def _broken(here: Stand, fault: str, operation: str, keys: tuple[str, ...]) -> OutsideError:
    """Carry it out while every such call meets the fault, and give how it ended."""
    described = OPERATIONS[operation]
    more = {"effect": "after"} if fault == "html" else {}
    await here.fault(fault, described.method, f"/3{described.at(*keys)}", times=None, **more)
    body = File("a.pdf", "application/pdf", b"%PDF") if described.sends == "file" else None
    with pytest.raises(OutsideError) as caught:
        await here.target.client.carry(operation, *keys, body=body)
    return caught.value


@pytest.mark.asyncio
@pytest.mark.capability("001-11")
@pytest.mark.parametrize(("operation", "keys", "fault"), BROKEN)
async def test_one_call_arrives_and_its_end_is_unknown(operation: str, keys: tuple[str, ...], fault: str) -> None:
    """A reset or a cut PUT, DELETE, POST or sending GET is not repeated by anything."""
    async with _prepared() as here:
        assert type(await _broken(here, fault, operation, keys)) is UnknownEnd
        described = OPERATIONS[operation]
        assert await here.calls() == [f"{described.method} /3{described.at(*keys)}"]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["reset_after", "truncated", "html"])
async def test_one_mail_and_one_credit_exist_after_their_answer_was_lost(fault: str) -> None:
    """What the far side counts is what it did."""
    async with _prepared() as here:
        await _broken(here, fault, "email_invoice", ("1",))
        await _broken(here, fault, "credit_invoice", ("2",))
        assert [one["way"] for one in await here.stored("sendings")] == ["email"]
        assert [one["Credit"] for one in await here.stored("invoices")] == ["false", "false", "true"]


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("operation", "keys"), [("read_invoice", ("1",)), ("preview_invoice", ("1",))])
async def test_a_read_is_sent_once_too_and_simply_done_later(operation: str, keys: tuple[str, ...], fault: str) -> None:
    """The next try is the queue's to make."""
    async with _prepared() as here:
        assert type(await _broken(here, fault, operation, keys)) is Later
        assert len(await here.calls()) == 1


@pytest.mark.asyncio
async def test_a_connection_that_died_while_idle_costs_no_second_call() -> None:
    """The second call meets a connection that the server resets under it: that is where libraries resend."""
    async with _prepared() as here:
        await here.target.client.carry("read_invoice", "2")
        await _broken(here, "reset_before", "credit_invoice", ("2",))
        assert await here.calls() == ["GET /3/invoices/2", "PUT /3/invoices/2/credit"]
        assert len(await here.stored("invoices")) == 2


@pytest.mark.asyncio
async def test_only_a_401_is_repeated() -> None:
    """Nothing was done then: the mail goes once, in the second call."""
    async with _prepared() as here:
        await here.fault("expire_token", "GET", "/3/invoices/1/email")
        await here.target.client.carry("email_invoice", "1")
        assert await here.calls() == ["GET /3/invoices/1/email"] * 2
        assert len(await here.stored("sendings")) == 1
