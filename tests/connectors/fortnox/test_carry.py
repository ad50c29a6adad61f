"""Every kind of operation through one door: objects, lists, bare JSON, files both ways, deletions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Park
from connectors.fortnox.client import Client
from connectors.fortnox.contents import LARGEST_FILE, LONGEST_NAME, multipart
from connectors.fortnox.outcomes import BareOutcome, File, FileOutcome, ListOutcome, NothingOutcome, ObjectOutcome
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.multipart import read_file
from connectors.fortnox.table import OPERATIONS
from tests.connectors.fortnox.stand import Stand, stand

PDF = File("kvitto.pdf", "application/pdf", b"%PDF-1.4\r\n\x00\xff\r\n--\r\n%%EOF")
ROW = {"Description": "Timme", "DeliveredQuantity": "1", "Price": Decimal("100.10"), "VAT": 25, "AccountNumber": 3001}


@asynccontextmanager
async def invoiced() -> AsyncIterator[tuple[Stand, Client]]:
    """A client whose company has one customer with one unbooked invoice."""
    async with stand() as here:
        client = here.target.client
        await client.carry("create_customer", body={"Name": "Exempel AB", "Email": "kund@example.test"})
        await client.carry("create_invoice", body={"CustomerNumber": "1", "InvoiceRows": [ROW]})
        yield here, client


async def _object(client: Client, operation: str, *keys: str, **more: Any) -> dict[str, Any]:
    outcome = await client.carry(operation, *keys, **more)
    assert isinstance(outcome, ObjectOutcome), outcome
    return outcome.fields


@pytest.mark.asyncio
@pytest.mark.capability("001-11")
async def test_an_object_goes_without_its_envelope_and_comes_with_exact_decimals() -> None:
    """Create, read, update, act; the envelope that came is told."""
    async with invoiced() as (_, client):
        outcome = await client.carry("read_invoice", "1")
        assert isinstance(outcome, ObjectOutcome)
        assert (outcome.envelope, outcome.fields["Net"]) == ("Invoice", Decimal("100.1"))
        changed = await _object(client, "update_invoice", "1", body={"Comments": "Avser vecka 48"})
        assert changed["Comments"] == "Avser vecka 48"
        assert (await _object(client, "book_invoice", "1"))["Booked"] is True
        assert (await _object(client, "credit_invoice", "1"))["CreditInvoiceReference"] == "2"
        assert (await _object(client, "email_invoice", "1"))["Sent"] is True


@pytest.mark.asyncio
async def test_a_list_takes_its_own_query_and_all_pages() -> None:
    """Rows of the filter only; a list with a key in its path too."""
    async with invoiced() as (_, client):
        await client.carry("create_customer", body={"Name": "B", "Active": False})
        outcome = await client.carry("list_customers", params={"filter": "inactive"})
        assert isinstance(outcome, ListOutcome)
        assert [row["Name"] for row in outcome.rows] == ["B"]
        await client.carry("create_article", body={"ArticleNumber": "A1", "Description": "Timme"})
        for start in (0, 10):
            price = {"ArticleNumber": "A1", "PriceList": "A", "FromQuantity": start, "Price": 5}
            await client.carry("create_price", body=price)
        prices = await client.carry("list_article_prices", "A", "A1")
        assert isinstance(prices, ListOutcome)
        assert [row["FromQuantity"] for row in prices.rows] == [0, 10]


@pytest.mark.asyncio
async def test_a_deletion_is_nothing_to_show() -> None:
    """204; a second one is refused by Fortnox's own word."""
    async with stand() as here:
        client = here.target.client
        await client.carry("create_article", body={"ArticleNumber": "A/1", "Description": "Timme"})
        assert await client.carry("delete_article", "A/1") == NothingOutcome()
        with pytest.raises(Park, match="article_not_found"):
            await client.carry("delete_article", "A/1")
        assert await here.stored("articles") == []


@pytest.mark.asyncio
@pytest.mark.capability("001-11")
@pytest.mark.parametrize("operation", ["print_invoice", "preview_invoice", "printreminder_invoice"])
async def test_a_print_out_is_a_file(operation: str) -> None:
    """Asked for with Accept: application/json, since another is refused (1.2)."""
    async with invoiced() as (_, client):
        outcome = await client.carry(operation, "1")
        assert isinstance(outcome, FileOutcome)
        assert (outcome.file.name, outcome.file.content_type) == ("Faktura_1.pdf", "application/pdf")
        assert outcome.file.content.startswith(b"%PDF")


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_a_file_goes_up_comes_back_and_is_deleted() -> None:
    """Into the inbox by path, out by its id, and into the archive and out with its folder."""
    async with stand() as here:
        client = here.target.client
        file = File('räkning "4711" 100%.pdf', "application/pdf", PDF.content)
        made = await _object(client, "create_inbox_file", params={"path": "Inbox_v"}, body=file)
        assert (made["Name"], made["Size"]) == (file.name, len(file.content))
        assert await client.carry("read_inbox_file", made["Id"]) == FileOutcome(file)
        folder = await _object(client, "list_inbox_folder", "Inbox_v")
        assert [one["Id"] for one in folder["Files"]] == [made["Id"]]
        assert await client.carry("delete_inbox_file", made["Id"]) == NothingOutcome()
        kept = await _object(client, "create_archive_file", params={"path": "avtal"}, body=file)
        assert await client.carry("read_archive_file", kept["Id"]) == FileOutcome(file)
        assert await client.carry("delete_archive_folder", params={"path": "avtal"}) == NothingOutcome()
        assert await here.stored("files") == []


@pytest.mark.asyncio
@pytest.mark.capability("001-10", "f43")
async def test_a_file_is_connected_to_a_voucher() -> None:
    """It leaves the inbox for the voucher."""
    async with invoiced() as (_, client):
        await client.carry("book_invoice", "1")
        made = await _object(client, "create_inbox_file", params={"path": "Inbox_v"}, body=PDF)
        fields = {"FileId": made["Id"], "VoucherSeries": "B", "VoucherNumber": "1"}
        assert (await _object(client, "create_voucher_file_connection", body=fields))["FileId"] == made["Id"]
        assert (await _object(client, "list_inbox_folder", "Inbox_v"))["Files"] == []
        listed = await client.carry("list_voucher_file_connections")
        assert isinstance(listed, ListOutcome)
        assert len(listed.rows) == 1
        assert await client.carry("delete_voucher_file_connection", made["Id"]) == NothingOutcome()


@pytest.mark.asyncio
@pytest.mark.capability("001-10", "f43")
async def test_bare_json_under_api() -> None:
    """Attachments: a bare array there and back, refused by a symbolic name."""
    async with invoiced() as (here, client):
        made = await _object(client, "create_inbox_file", params={"path": "Inbox_kf"}, body=PDF)
        wanted = [{"entityId": 1, "entityType": "F", "fileId": made["ArchiveFileId"], "includeOnSend": True}]
        assert await client.carry("validate_attachments", body=wanted) == NothingOutcome()
        attached = await client.carry("create_attachment", body=wanted)
        assert isinstance(attached, BareOutcome)
        (one,) = attached.value
        document = {"entityid": "1", "entitytype": "F"}
        assert await client.carry("list_attachments", params=document) == BareOutcome([one])
        changed = await client.carry("update_attachment", one["id"], body={"includeOnSend": False})
        assert changed == BareOutcome({**one, "includeOnSend": False})
        assert await client.carry("delete_attachment", one["id"]) == NothingOutcome()
        with pytest.raises(Park, match="attachment_not_found") as caught:
            await client.carry("delete_attachment", one["id"])
        assert (caught.value.status, bool(caught.value.remedy)) == (404, True)
        assert (await here.calls())[-1].startswith("DELETE /api/fileattachments/")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("operation", "keys", "body"),
    [
        ("create_customer", (), None),
        ("create_customer", (), [1]),
        ("read_customer", ("1",), {"Name": "A"}),
        ("create_inbox_file", (), {"Name": "A"}),
        ("create_attachment", (), None),
        ("read_customer", (), None),
        ("read_customer", ("1", "2"), None),
    ],
)
async def test_what_the_table_does_not_say_is_not_sent(operation: str, keys: tuple[str, ...], body: Any) -> None:
    """A body or keys of another kind are our own fault."""
    async with stand() as here:
        with pytest.raises(ValueError, match=operation):
            await here.target.client.carry(operation, *keys, body=body)
        assert await here.calls() == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (File("", "application/pdf", b"x"), "file_name"),
        (File("a/b.pdf", "application/pdf", b"x"), "file_name"),
        (File("a\r\nb.pdf", "application/pdf", b"x"), "file_name"),
        (File("a" * (LONGEST_NAME + 1), "application/pdf", b"x"), "file_name"),
        (File("a.pdf", "application/pdf\r\nX: y", b"x"), "file_type"),
        (File("a.pdf", "application/pdf", b""), "file_size"),
        (File("a.pdf", "application/pdf", bytes(LARGEST_FILE + 1)), "file_size"),
    ],
)
async def test_a_file_that_is_not_sent(file: File, reason: str) -> None:
    """A person is told; nothing leaves."""
    async with stand() as here:
        with pytest.raises(Park, match=reason):
            await here.target.client.carry("create_inbox_file", params={"path": "Inbox_v"}, body=file)
        assert await here.calls() == []


@pytest.mark.asyncio
async def test_a_file_of_several_megabytes_goes_up_whole() -> None:
    """Above what goes out in one piece."""
    async with stand() as here:
        file = File("stor.bin", "application/octet-stream", b"\r\n-" * 1_000_000)
        made = await _object(here.target.client, "create_archive_file", body=file)
        assert await here.target.client.carry("read_archive_file", made["Id"]) == FileOutcome(file)


_NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\\x7f", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
)


@given(
    name=_NAMES.filter(lambda name: name == name.strip() and 0 < len(name) <= LONGEST_NAME and "%22" not in name),
    content=st.binary(min_size=1),
)
def test_any_name_and_any_bytes_survive_the_form(name: str, content: bytes) -> None:
    """What we write, the simulator's reader, which shares no code with us, reads."""
    sent = multipart(OPERATIONS["create_inbox_file"], File(name, "application/pdf", content))
    call = Call("POST", "/3/inbox", {}, None, sent.content_type, sent.body, "", frozenset())
    assert read_file(call) == (name, "application/pdf", content)
