"""Attachments of customer documents: bare JSON, every operation and every refusal by name (6.17)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, Reply, opened
from tests.connectors.fortnox.simulator.upload import uploaded

PATH = "/api/fileattachments/attachments-v1"


def _error(reply: Reply) -> tuple[int, str]:
    """Status and name of a refusal, which has an id, a name and a message and no envelope (4.1, item 5)."""
    body = reply.json
    assert set(body) == {"id", "error", "message"}, body
    return reply.status, body["error"]


@asynccontextmanager
async def _invoiced(**switches: Any) -> AsyncIterator[Caller]:
    """A caller with one invoice of a customer who has an address."""
    async with opened(CompanySettings(rate_limit=0, **switches)) as caller:
        await caller.customer(Email="kund@example.test")
        await caller.invoice()
        yield caller


async def _file(caller: Caller, content: bytes = b"%PDF /Type /Page ", **given: str) -> str:
    made = await uploaded(caller, "inbox", content, **{"path": "Inbox_kf", **given})
    return str(made["ArchiveFileId"])


def _one(file_id: str, **fields: Any) -> dict[str, Any]:
    return {"entityId": 1, "entityType": "F", "fileId": file_id, **fields}


async def _attach(caller: Caller, *attachments: dict[str, Any]) -> Reply:
    return await caller.call("POST", PATH, list(attachments))


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_files_are_attached_listed_counted_changed_and_taken_away() -> None:
    """A bare array goes in and comes back; the file leaves the inbox."""
    async with _invoiced() as caller:
        reply = await _attach(caller, _one(await _file(caller), includeOnSend=True), _one(await _file(caller)))
        first, second = reply.json
        assert (reply.status, first["includeOnSend"], second["includeOnSend"]) == (201, True, False)
        assert (await caller.get("/3/inbox/inbox_kf")).one["Files"] == []
        assert (await caller.get(f"{PATH}?entityid=1&entitytype=F")).json == [first, second]
        assert (await caller.get(f"{PATH}?entityid=1&entitytype=O")).json == []
        counted = (await caller.get(f"{PATH}/numberofattachments?entityids=1,7&entitytype=F")).json
        assert [(one["entityId"], one["numberOfAttachments"]) for one in counted] == [(1, 2), (7, 0)]
        changed = await caller.call("PUT", f"{PATH}/{second['id']}", {**second, "includeOnSend": True})
        assert (changed.status, changed.json) == (200, {**second, "includeOnSend": True})
        gone = await caller.call("DELETE", f"{PATH}/{first['id']}")
        assert (gone.status, gone.text) == (204, "")
        assert [one["id"] for one in (await caller.state())["attachments"]] == [second["id"]]


@pytest.mark.asyncio
async def test_what_is_included_goes_along_with_the_mail() -> None:
    """And what is not stays."""
    async with _invoiced() as caller:
        sent = await _file(caller, name="avtal.pdf")
        await _attach(caller, _one(sent, includeOnSend=True), _one(await _file(caller, name="intern.pdf")))
        await caller.get("/3/invoices/1/email")
        assert (await caller.state())["sendings"][0]["attachments"] == ["avtal.pdf"]


@pytest.mark.asyncio
async def test_orders_and_offers_have_attachments_too() -> None:
    """By their own entityType, though the numbers are the same."""
    async with _invoiced() as caller:
        await caller.order()
        await caller.offer()
        for kind, folder in (("O", "Inbox_o"), ("OF", "Inbox_of")):
            assert (await _attach(caller, _one(await _file(caller, path=folder), entityType=kind))).status == 201
        assert (await caller.get(f"{PATH}?entityid=1&entitytype=F")).json == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"entityId": 9}, (404, "document_not_found")),
        ({"fileId": "x"}, (404, "file_not_found")),
        ({"fileId": ""}, (400, "missing_mandatory_field")),
        ({"entityType": None}, (400, "missing_mandatory_field")),
        ({"entityId": "1"}, (400, "missing_mandatory_field")),
        ({"entityType": "X"}, (400, "missing_mandatory_field")),
        ({"entityType": "LGR_IO"}, (400, "could_not_retrieve_document")),
        ({"id": "x"}, (400, "field_not_writable")),
    ],
)
async def test_refused_by_what_was_sent(fields: dict[str, Any], refused: tuple[int, str]) -> None:
    """Each by its name, when attaching and when only asking whether it might be; nothing is attached."""
    async with _invoiced() as caller:
        wanted = {**_one(await _file(caller)), **fields}
        assert _error(await _attach(caller, wanted)) == refused
        assert _error(await caller.call("POST", f"{PATH}/validateincludedonsend", [wanted])) == refused
        assert (await caller.state())["attachments"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [[], {}, b"x", [1]])
async def test_refused_without_an_attachment(body: Any) -> None:
    """A bare array with something in it is needed."""
    async with _invoiced() as caller:
        assert _error(await caller.call("POST", PATH, body)) == (400, "no_attachment_provided")


@pytest.mark.asyncio
async def test_one_document_at_a_time() -> None:
    """mixed_documents."""
    async with _invoiced() as caller:
        await caller.invoice()
        both = _one(await _file(caller)), _one(await _file(caller), entityId=2)
        assert _error(await _attach(caller, *both)) == (400, "mixed_documents")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": "lista.xls"}, "wrong_file_type"),
        ({"path": "Inbox_v"}, "wrong_file_location"),
        ({"content": b"x" * 101}, "file_too_big"),
    ],
)
async def test_refused_by_the_file(given: dict[str, Any], name: str) -> None:
    """Type, place and size."""
    async with _invoiced(largest_attachment_bytes=100) as caller:
        assert _error(await _attach(caller, _one(await _file(caller, **given)))) == (400, name)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("switch", "name"),
    [
        ({"most_attachments_at_once": 1}, "too_many_attachments_in_one_request"),
        ({"most_attachments": 1}, "max_total_attachments_exceeded"),
        ({"most_files_sent_along": 1}, "attachment_files_max_count_exceeded"),
        ({"most_bytes_sent_along": 30}, "attachment_files_max_size_exceeded"),
        ({"most_pages_sent_along": 1}, "attachment_files_max_pages_exceeded"),
    ],
)
async def test_refused_by_a_limit(switch: dict[str, int], name: str) -> None:
    """Each limit is a switch."""
    async with _invoiced(**switch) as caller:
        two = [_one(await _file(caller), includeOnSend=True) for _ in range(2)]
        assert _error(await _attach(caller, *two)) == (400, name)
        assert (await _attach(caller, two[0])).status == 201


@pytest.mark.asyncio
async def test_asking_whether_files_may_go_along_attaches_nothing() -> None:
    """204, or the limit's name."""
    async with _invoiced(most_files_sent_along=1) as caller:
        two = [_one(await _file(caller), includeOnSend=True) for _ in range(2)]
        reply = await caller.call("POST", f"{PATH}/validateincludedonsend", two[:1])
        assert (reply.status, reply.text) == (204, "")
        refused = await caller.call("POST", f"{PATH}/validateincludedonsend", two)
        assert _error(refused) == (400, "attachment_files_max_count_exceeded")
        assert (await caller.state())["attachments"] == []


@pytest.mark.asyncio
async def test_refused_changes() -> None:
    """Another id, another document, one that is not there, and one that would send too much along."""
    async with _invoiced(most_files_sent_along=1) as caller:
        files = [await _file(caller) for _ in range(2)]
        _, made = (await _attach(caller, _one(files[0], includeOnSend=True), _one(files[1]))).json
        path = f"{PATH}/{made['id']}"
        assert _error(await caller.call("PUT", path, {"id": "x"})) == (400, "mismatch_attachment_id")
        assert _error(await caller.call("PUT", path, {"entityId": 2})) == (400, "field_not_writable")
        refused = await caller.call("PUT", path, {"includeOnSend": True})
        assert _error(refused) == (400, "attachment_files_max_count_exceeded")
        for method, body in (("PUT", {"includeOnSend": True}), ("DELETE", None)):
            assert _error(await caller.call(method, f"{PATH}/x", body)) == (404, "attachment_not_found")


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["", "?entityid=1", "?entityid=x&entitytype=F", "/numberofattachments?entityids=1"])
async def test_lists_need_the_document(query: str) -> None:
    """missing_mandatory_field."""
    async with opened() as caller:
        assert _error(await caller.get(PATH + query)) == (400, "missing_mandatory_field")


@pytest.mark.asyncio
async def test_the_service_stands_under_api_only() -> None:
    """Another path is unknown, a missing scope is the usual 403."""
    async with opened(CompanySettings(rate_limit=0, scopes=("customer",))) as caller:
        assert (await caller.get("/3/fileattachments/attachments-v1")).status == 404
        assert (await caller.get(PATH)).code == 2000663
