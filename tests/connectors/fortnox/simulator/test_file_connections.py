"""Files connected to vouchers, supplier invoices, articles and assets (6.17)."""

from typing import Any

import pytest

from connectors.fortnox.simulator.company import Record
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened
from tests.connectors.fortnox.simulator.upload import PDF, read_bytes, uploaded


async def _connect(caller: Caller, single: str, **fields: Any) -> Reply:
    return await caller.call("POST", f"/3/{single.lower()}s", {single: fields})


def _put(caller: Caller, name: str, key: str, **data: Any) -> None:
    """Put in an object of a resource that another part of the simulator makes."""
    company = caller.server.simulator.companies[1001]
    company.records_of(name)[key] = Record(data, caller.clock.now)


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_a_connected_file_leaves_the_inbox() -> None:
    """It is found by its stable id afterwards, and the connection tells what it belongs to."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        file = await uploaded(caller, "inbox", path="Inbox_v")
        wanted = {"FileId": file["Id"], "VoucherSeries": "B", "VoucherNumber": "1"}
        reply = await _connect(caller, "VoucherFileConnection", **wanted)
        made = reply.one
        assert (reply.status, made.pop("@url").rpartition("/")[2]) == (201, file["Id"])
        assert made == {**wanted, "VoucherDescription": "Kundfaktura 1", "VoucherYear": 26}
        assert (await caller.get("/3/inbox/inbox_v")).one["Files"] == []
        assert (await caller.get(f"/3/inbox/{file['Id']}")).status == 404
        assert (await read_bytes(caller, f"/3/archive?fileid={file['ArchiveFileId']}"))[2] == PDF
        assert (await caller.get(f"/3/voucherfileconnections/{file['Id']}")).one["VoucherNumber"] == "1"


@pytest.mark.asyncio
async def test_connections_of_vouchers_are_searched() -> None:
    """By number, series, year and description."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked()
        await caller.booked()
        for number in ("1", "2"):
            file = await uploaded(caller, "inbox", path="Inbox_v")
            await _connect(caller, "VoucherFileConnection", FileId=file["Id"], VoucherSeries="B", VoucherNumber=number)
        for query, found in (
            ({"vouchernumber": "2"}, ["2"]),
            ({"voucherdescription": "faktura 1"}, ["1"]),
            ({"voucheryear": "26"}, ["1", "2"]),
            ({"voucheryear": "25"}, []),
        ):
            assert await caller.numbers("VoucherFileConnections", "VoucherNumber", **query) == found


@pytest.mark.asyncio
async def test_a_voucher_is_one_of_a_financial_year() -> None:
    """The year of the query decides."""
    async with opened() as caller:
        await caller.customer()
        await caller.booked(InvoiceDate="2025-12-30")
        file = await uploaded(caller, "inbox", path="Inbox_v")
        body = {"VoucherFileConnection": {"FileId": file["Id"], "VoucherSeries": "B", "VoucherNumber": "1"}}
        assert (await caller.call("POST", "/3/voucherfileconnections", body)).code == 2999209
        reply = await caller.call("POST", "/3/voucherfileconnections?financialyear=25", body)
        assert (reply.status, reply.one["VoucherYear"]) == (201, 25)


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_the_other_three_kinds() -> None:
    """An article, a supplier invoice, an asset: each by its own field, each file named by either id."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        _put(caller, "supplier_invoices", "7", GivenNumber="7", SupplierName="Lev AB")
        _put(caller, "assets", "1", Id=3, Number="1")
        for single, field, value, more in (
            ("ArticleFileConnection", "ArticleNumber", "A1", {}),
            ("SupplierInvoiceFileConnection", "SupplierInvoiceNumber", "7", {"SupplierName": "Lev AB"}),
            ("AssetFileConnection", "AssetId", "3", {}),
        ):
            file = await uploaded(caller, "inbox", path="Inbox_s")
            for key in ("Id", "ArchiveFileId"):
                made = (await _connect(caller, single, FileId=file[key], **{field: value})).one
                named = {} if single.startswith("Article") else {"Name": "kvitto.pdf"}
                del made["@url"]
                assert made == {"FileId": file[key], field: value, **named, **more}
            assert len((await caller.get(f"/3/{single.lower()}s")).json[f"{single}s"]) == 2


@pytest.mark.asyncio
async def test_refused_connections_move_nothing() -> None:
    """An unknown file, an unknown object, the same file twice, an update."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        file = await uploaded(caller, "inbox", path="Inbox_a")
        kind = "ArticleFileConnection"
        assert (await _connect(caller, kind, FileId="x", ArticleNumber="A1")).code == 2999206
        for single, field in (
            (kind, "ArticleNumber"),
            ("AssetFileConnection", "AssetId"),
            ("SupplierInvoiceFileConnection", "SupplierInvoiceNumber"),
        ):
            assert (await _connect(caller, single, FileId=file["Id"], **{field: "9"})).code == 2999209
        assert len((await caller.get("/3/inbox/inbox_a")).one["Files"]) == 1
        assert (await _connect(caller, kind, FileId=file["Id"], ArticleNumber="A1")).status == 201
        assert (await _connect(caller, kind, FileId=file["Id"], ArticleNumber="A1")).code == 2999210
        path = f"/3/articlefileconnections/{file['Id']}"
        assert (await caller.call("PUT", path, {kind: {"ArticleNumber": "A1"}})).status == 404


@pytest.mark.asyncio
async def test_a_connection_is_deleted_and_the_file_stays() -> None:
    """204, then 404 for the connection; the bytes can still be had."""
    async with opened() as caller:
        await caller.article(ArticleNumber="A1")
        file = await uploaded(caller, "inbox", path="Inbox_a")
        await _connect(caller, "ArticleFileConnection", FileId=file["Id"], ArticleNumber="A1")
        path = f"/3/articlefileconnections/{file['Id']}"
        assert (await caller.call("DELETE", path)).status == 204
        assert (await caller.get(path)).code == 2999208
        assert (await read_bytes(caller, f"/3/archive/{file['ArchiveFileId']}"))[2] == PDF
