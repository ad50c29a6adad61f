"""A file as evidence of a voucher and of an invoice: up, connected and read back by the product's client (6.17)."""

from typing import Any

import pytest

from connectors.base import Park
from connectors.fortnox.client import Client
from connectors.fortnox.outcomes import BareOutcome, File, FileOutcome, ObjectOutcome
from tests.connectors.fortnox.stand import Stand, booking, customer, invoice, stand

EVIDENCE = File("underlag 4711.pdf", "application/pdf", b"%PDF-1.4 /Type /Page \r\n\x00\xff%%EOF")
PAGE = "/api/fileattachments/attachments-v1"

pytestmark = [pytest.mark.asyncio, pytest.mark.capability("f43", "001-10")]


async def _object(client: Client, operation: str, *keys: str, **more: Any) -> dict[str, Any]:
    outcome = await client.carry(operation, *keys, **more)
    assert isinstance(outcome, ObjectOutcome), outcome
    return outcome.fields


async def _uploaded(here: Stand, folder: str) -> dict[str, Any]:
    """The evidence in a folder of the inbox, with its two ids."""
    return await _object(here.target.client, "create_inbox_file", params={"path": folder}, body=EVIDENCE)


async def _booked(here: Stand) -> None:
    for command in (customer(), invoice(), booking()):
        assert (await here.carry_out(command)).question is None


async def test_a_file_is_the_evidence_of_a_voucher_and_comes_back_whole() -> None:
    """The voucher that booked the invoice; the file leaves the inbox and is read by the id that stays."""
    async with stand() as here:
        client = here.target.client
        await _booked(here)
        file = await _uploaded(here, "Inbox_v")
        voucher = {"VoucherSeries": "B", "VoucherNumber": "1"}
        await client.carry("create_voucher_file_connection", body={"FileId": file["Id"], **voucher})
        told = await _object(client, "read_voucher_file_connection", file["Id"])
        assert {name: told[name] for name in voucher} == voucher
        with pytest.raises(Park):
            await client.carry("read_inbox_file", file["Id"])
        assert await client.carry("read_archive_file", file["ArchiveFileId"]) == FileOutcome(EVIDENCE)


async def test_a_file_is_the_evidence_of_an_invoice_and_goes_along_with_it() -> None:
    """Attached to the invoice by its number, listed there, counted, read back, and part of the mail."""
    async with stand() as here:
        client = here.target.client
        await _booked(here)
        file = await _uploaded(here, "Inbox_kf")
        wanted = {"entityId": 1, "entityType": "F", "fileId": file["ArchiveFileId"], "includeOnSend": True}
        attached = await client.carry("create_attachment", body=[wanted])
        assert isinstance(attached, BareOutcome)
        (one,) = attached.value
        assert {name: one[name] for name in wanted} == wanted
        listed = await client.carry("list_attachments", params={"entityid": "1", "entitytype": "F"})
        assert listed == BareOutcome([one])
        assert await client.carry("read_archive_file", one["fileId"]) == FileOutcome(EVIDENCE)
        await client.carry("email_invoice", "1")
        [mail] = await here.stored("sendings")
        assert mail["attachments"] == [EVIDENCE.name]


async def test_evidence_that_is_lost_on_its_way_is_not_connected() -> None:
    """The connection of a file that Fortnox does not have is refused by name, and nothing hangs on the voucher."""
    async with stand() as here:
        await _booked(here)
        client = here.target.client
        wanted = {"entityId": 1, "entityType": "F", "fileId": "none", "includeOnSend": True}
        with pytest.raises(Park, match="file_not_found"):
            await client.carry("create_attachment", body=[wanted])
        assert await client.carry("list_attachments", params={"entityid": "1", "entitytype": "F"}) == BareOutcome([])
        assert f"POST {PAGE}" in await here.calls()
