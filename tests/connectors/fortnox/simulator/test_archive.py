"""The archive: folders by path, files by id, and folders deleted with everything in them (6.17)."""

import pytest

from tests.connectors.fortnox.simulator.caller import opened
from tests.connectors.fortnox.simulator.upload import PDF, post_file, read_bytes, uploaded


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_a_file_lies_in_its_folder() -> None:
    """The folders of the path are made; each level lists what lies in it."""
    async with opened() as caller:
        made = await uploaded(caller, "archive", path="2026/avtal")
        assert (made["Path"], made["Size"]) == ("2026/avtal", len(PDF))
        root = (await caller.get("/3/archive")).json["Folder"]
        assert ([one["Name"] for one in root["Folders"]], root["Files"]) == (["2026"], [])
        folder = (await caller.get("/3/archive?path=2026%2Favtal")).one
        assert folder["Files"] == [made]
        assert (await caller.get(f"/3/archive/{folder['Id']}")).one == folder
        for key in ("Id", "ArchiveFileId"):
            assert (await read_bytes(caller, f"/3/archive/{made[key]}"))[2] == PDF


@pytest.mark.asyncio
async def test_an_upload_by_folder_id_or_into_the_root() -> None:
    """Without path and id the root takes it."""
    async with opened() as caller:
        await uploaded(caller, "archive", path="avtal")
        folder = (await caller.get("/3/archive?path=avtal")).one["Id"]
        assert (await uploaded(caller, "archive", folderid=folder))["Path"] == "avtal"
        assert (await uploaded(caller, "archive"))["Path"] == ""
        assert (await post_file(caller, "archive", folderid="x")).code == 2999207
        assert (await post_file(caller, "archive", path="x" * 31)).code == 2000107


@pytest.mark.asyncio
@pytest.mark.capability("001-10")
async def test_a_folder_is_deleted_with_its_content() -> None:
    """By path, folders inside too; what lies beside it stays."""
    async with opened() as caller:
        inside = await uploaded(caller, "archive", path="2026/avtal")
        beside = await uploaded(caller, "archive", path="2026b")
        assert (await caller.call("DELETE", "/3/archive?path=2026")).status == 204
        assert (await caller.get(f"/3/archive/{inside['Id']}")).status == 404
        assert (await caller.get("/3/archive?path=2026%2Favtal")).code == 2999207
        assert [one["Id"] for one in (await caller.state())["files"]] == [beside["Id"]]


@pytest.mark.asyncio
async def test_a_file_or_a_folder_is_deleted_by_id() -> None:
    """The root is not."""
    async with opened() as caller:
        made = await uploaded(caller, "archive", path="a")
        assert (await caller.call("DELETE", f"/3/archive/{made['Id']}")).status == 204
        folder = (await caller.get("/3/archive?path=a")).one["Id"]
        assert (await caller.call("DELETE", f"/3/archive/{folder}")).status == 204
        assert (await caller.call("DELETE", "/3/archive?path=a")).status == 404
        assert (await caller.call("DELETE", "/3/archive")).status == 404
        assert (await caller.call("PUT", "/3/archive")).status == 404


@pytest.mark.asyncio
async def test_a_file_of_the_inbox_is_no_file_of_the_archive() -> None:
    """It can be fetched by its stable id, and deleted in the inbox only."""
    async with opened() as caller:
        made = await uploaded(caller, "inbox", path="Inbox_v")
        assert (await caller.call("DELETE", f"/3/archive/{made['ArchiveFileId']}")).status == 404
        assert (await read_bytes(caller, f"/3/archive?fileid={made['ArchiveFileId']}"))[2] == PDF
