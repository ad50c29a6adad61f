"""The inbox: fixed folders, uploads by path or id, the bytes back, two ids (6.17)."""

from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings
from tests.connectors.fortnox.simulator.caller import Caller, opened
from tests.connectors.fortnox.simulator.upload import PDF, post_file, read_bytes, uploaded


async def _files(caller: Caller, folder: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.get(f"/3/inbox/{folder}")).one["Files"]
    return found


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_the_root_has_nine_fixed_folders() -> None:
    """Under the envelope Folder; each can be read by its id or its path."""
    async with opened() as caller:
        root = (await caller.get("/3/inbox")).json["Folder"]
        assert (root["Id"], root["Files"], len(root["Folders"])) == ("root", [], 9)
        assert {one["Id"] for one in root["Folders"]} == {
            f"inbox_{one}" for one in ("a", "b", "d", "kf", "l", "o", "of", "s", "v")
        }
        assert (await caller.get("/3/inbox/Inbox_v")).one["Id"] == "inbox_v"


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
@pytest.mark.parametrize("query", [{"path": "Inbox_s"}, {"folderId": "inbox_s"}])
async def test_a_file_goes_in_and_comes_back_byte_for_byte(query: dict[str, str]) -> None:
    """201 with both ids; the answer names the file and marks it as binary."""
    async with opened() as caller:
        reply = await post_file(caller, "inbox", name='räkning "4".pdf'.replace('"', "%22"), **query)  # type: ignore[arg-type]
        made = reply.json["File"]
        assert (reply.status, reply.headers["Location"]) == (201, "inbox")
        assert set(made) == {"@url", "ArchiveFileId", "Comments", "Id", "Name", "Path", "Size"}
        assert (made["Name"], made["Path"], made["Size"]) == ('räkning "4".pdf', "Inbox_s", len(PDF))
        assert made["Id"] != made["ArchiveFileId"]
        assert await _files(caller, "inbox_s") == [made]
        assert await _files(caller, "inbox_v") == []
        status, headers, content = await read_bytes(caller, f"/3/inbox/{made['Id']}")
        assert (status, content, headers["Content-Type"]) == (200, PDF, "application/pdf")
        assert headers["Content-Transfer-Encoding"] == "binary"
        assert "filename*=UTF-8''r%C3%A4kning%20%224%22.pdf" in headers["Content-Disposition"]


@pytest.mark.asyncio
async def test_the_part_may_have_another_name() -> None:
    """As an SDK sends it, and works."""
    async with opened() as caller:
        assert (await post_file(caller, "inbox", part="upload", path="Inbox_v")).status == 201


@pytest.mark.asyncio
async def test_a_file_is_deleted_and_gone() -> None:
    """204 with nothing, then 404."""
    async with opened() as caller:
        made = await uploaded(caller, "inbox", path="Inbox_v")
        reply = await caller.call("DELETE", f"/3/inbox/{made['Id']}")
        assert (reply.status, reply.text) == (204, "")
        assert (await caller.get(f"/3/inbox/{made['Id']}")).code == 2999206
        assert (await caller.call("DELETE", f"/3/inbox/{made['Id']}")).status == 404
        assert (await caller.state())["files"] == []


@pytest.mark.asyncio
async def test_refused_uploads_leave_nothing() -> None:
    """No folder, no file, no form, too large."""
    async with opened(CompanySettings(rate_limit=0, largest_file_bytes=10)) as caller:
        assert (await post_file(caller, "inbox", b"x")).code == 2999207
        assert (await post_file(caller, "inbox", b"x", path="Inbox_x")).code == 2999207
        assert (await post_file(caller, "inbox", b"x" * 11, path="Inbox_v")).code == 2999205
        multipart = {"Content-Type": "multipart/form-data; boundary=b0"}
        assert (await caller.call("POST", "/3/inbox?path=Inbox_v", b"--b0--\r\n", **multipart)).code == 2999204
        assert (await caller.call("POST", "/3/inbox?path=Inbox_v", {"File": {}})).code == 1000031
        assert (await caller.state())["files"] == []
        assert (await post_file(caller, "inbox", b"x" * 10, path="Inbox_v")).status == 201


@pytest.mark.asyncio
async def test_a_file_of_several_megabytes_arrives() -> None:
    """The server's own limit of a body does not stand in the way."""
    async with opened() as caller:
        assert (await uploaded(caller, "inbox", b"\r\n" * 2_000_000, path="Inbox_v"))["Size"] == 4_000_000


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "inbox/inbox_v"), ("DELETE", "inbox"), ("GET", "inbox/inbox_v/x")]
)
async def test_other_calls_are_unknown_routes(method: str, path: str) -> None:
    """404; folders stay."""
    async with opened() as caller:
        assert (await caller.call(method, f"/3/{path}")).status == 404


@pytest.mark.asyncio
async def test_each_store_needs_its_scope() -> None:
    """403 with 2000663."""
    async with opened(CompanySettings(rate_limit=0, scopes=("customer",))) as caller:
        for path in ("/3/inbox", "/3/archive", "/3/voucherfileconnections"):
            reply = await caller.get(path)
            assert (reply.status, reply.code) == (403, 2000663)
