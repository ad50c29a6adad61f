"""What odd answers to files, deletions, bare JSON and lists mean: a known end, a doubt, or nothing at all."""

import json
from typing import Any

import pytest

from connectors.base import Later, OutsideError, Park, UnknownEnd
from connectors.fortnox.outcomes import BareOutcome, File, FileOutcome, NothingOutcome, ObjectOutcome
from tests.connectors.fortnox.test_client import Far, client_of, refusal

NAMED = '{"id":"1","error":"%s","message":"Anna"}'


async def carried(far: Far, operation: str, *keys: str, **more: Any) -> Any:
    """What came of one operation in front of a far side."""
    async with client_of(far) as client:
        return await client.carry(operation, *keys, **more)


async def refused(far: Far, operation: str, *keys: str, **more: Any) -> OutsideError:
    """The error that it ended in; the far side saw one call."""
    with pytest.raises(OutsideError) as caught:
        await carried(far, operation, *keys, **more)
    assert len(far.seen) == 1
    assert "Anna" not in f"{caught.value}{caught.value.remedy}"
    return caught.value


def answering(status: int, text: str, content_type: str = "application/json", **headers: str) -> Far:
    """A far side with one answer."""
    far = Far()
    far.status, far.text, far.content_type = status, text, content_type
    far.headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return far


@pytest.mark.asyncio
@pytest.mark.parametrize("content_type", ["application/json", "application/pdf", "text/html"])
@pytest.mark.parametrize("operation", ["print_invoice", "preview_invoice"])
async def test_an_error_in_place_of_a_print_out(operation: str, content_type: str) -> None:
    """200 with error information is Fortnox's refusal, under whatever type it comes (4.1, item 6)."""
    error = await refused(answering(200, refusal(2000434), content_type), operation, "1")
    assert (type(error), error.reason, error.code) == (Park, "invoice_not_found", 2000434)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "content_type"),
    [("{}", "application/json"), ("<html>night</html>", "text/html"), ("", "application/pdf")],
)
async def test_no_print_out_is_a_doubt(text: str, content_type: str) -> None:
    """A print may have marked the document, so its end is unknown; a preview is asked for again later."""
    printed = await refused(answering(200, text, content_type), "print_invoice", "1")
    shown = await refused(answering(200, text, content_type), "preview_invoice", "1")
    assert [(type(error), error.reason) for error in (printed, shown)] == [
        (UnknownEnd, "file_missing"),
        (Later, "file_missing"),
    ]


@pytest.mark.asyncio
async def test_a_stored_file_may_itself_be_json_or_html() -> None:
    """It is named or marked as binary; a name keeps no folders."""
    far = answering(200, '{"a":1}', Content_Disposition='attachment; filename="../x/a.json"')
    assert await carried(far, "read_inbox_file", "1") == FileOutcome(File("a.json", "application/json", b'{"a":1}'))
    far = answering(200, "<p>", "text/html", Content_Transfer_Encoding="binary")
    assert await carried(far, "read_archive_file", "1") == FileOutcome(File("", "text/html", b"<p>"))


@pytest.mark.asyncio
async def test_a_deletion_may_answer_with_what_is_gone() -> None:
    """200 with the object, as some resources do (1.4); anything else at 200 is a doubt."""
    far = answering(200, '{"Article":{"ArticleNumber":"1"}}')
    assert await carried(far, "delete_article", "1") == ObjectOutcome("Article", {"ArticleNumber": "1"})
    assert await carried(answering(204, ""), "delete_article", "1") == NothingOutcome()
    for text, reason in (("{}", "object_missing"), ("", "unreadable"), ("<html>", "unreadable")):
        error = await refused(answering(200, text), "delete_article", "1")
        assert (type(error), error.reason) == (UnknownEnd, reason)


@pytest.mark.asyncio
async def test_the_newer_services_errors_have_names() -> None:
    """A 4xx with a name is a known end (4.1, item 5); an unknown name is not made a reason of ours."""
    error = await refused(answering(400, NAMED % "file_too_big"), "create_attachment", body=[])
    assert (type(error), error.reason, error.status) == (Park, "file_too_big", 400)
    assert error.detail == "file_too_big: Anna"
    error = await refused(answering(400, NAMED % "Anna_is_odd"), "delete_attachment", "1")
    assert (type(error), error.reason) == (Park, "refused")
    error = await refused(answering(403, refusal(2000663)), "delete_attachment", "1")
    assert (type(error), error.reason) == (Park, "scope_missing")


@pytest.mark.asyncio
async def test_a_name_is_no_known_end_elsewhere() -> None:
    """On a 500, or from a classic resource, the end of a write stays unknown."""
    for status, operation in ((500, "delete_attachment"), (400, "delete_article")):
        error = await refused(answering(status, NAMED % "file_too_big"), operation, "1")
        assert type(error) is UnknownEnd


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["", "<html>", '[{"a":'])
async def test_bare_json_that_does_not_parse(text: str) -> None:
    """Unreadable: a list is read again, a creation is in doubt."""
    assert type(await refused(answering(200, text), "list_attachments")) is Later
    assert type(await refused(answering(201, text), "create_attachment", body=[])) is UnknownEnd


@pytest.mark.asyncio
async def test_bare_json_keeps_numbers_exact_and_asks_for_json() -> None:
    """Under the host, not under /3, with the query and the body as they were given."""
    far = answering(200, "[0.10]")
    outcome = await carried(far, "count_attachments", params={"entityids": "1,2", "entitytype": "F"})
    assert isinstance(outcome, BareOutcome)
    assert [str(one) for one in outcome.value] == ["0.10"]
    assert far.seen[0][:2] == (
        "GET",
        "/api/fileattachments/attachments-v1/numberofattachments?entityids=1,2&entitytype=F",
    )


def _page(numbers: range, total: int, pages: int) -> str:
    rows = [{"ProjectNumber": str(number)} for number in numbers]
    return json.dumps({"MetaInformation": {"@TotalResources": total, "@TotalPages": pages}, "Projects": rows})


@pytest.mark.asyncio
@pytest.mark.parametrize("operation", ["list_projects", "list_cost_centers"])
async def test_a_page_that_repeats_ends_the_list(operation: str) -> None:
    """The first page again and again (5): two calls, and what was counted but not seen makes the list incomplete."""
    far = Far()
    far.text = _page(range(500), 5000, 10).replace("ProjectNumber", "Code").replace("Projects", "CostCenters")
    if operation == "list_projects":
        far.text = _page(range(500), 5000, 10)
    async with client_of(far) as client:
        with pytest.raises(Later, match="list_incomplete"):
            await client.carry(operation)
        assert len(far.seen) == 2


@pytest.mark.asyncio
async def test_a_first_page_that_holds_everything_is_the_whole_list() -> None:
    """Although more pages are counted."""
    far = Far()
    far.text = _page(range(600), 600, 2)
    async with client_of(far) as client:
        assert len(await client.search("list_projects", {})) == 600


@pytest.mark.asyncio
async def test_rows_are_told_apart_by_every_key_of_their_resource() -> None:
    """The number of a voucher stands once in each series."""
    rows = [{"VoucherSeries": series, "VoucherNumber": 1} for series in "AB"]
    far = Far()
    far.text = json.dumps({"MetaInformation": {"@TotalResources": 2, "@TotalPages": 1}, "Vouchers": rows})
    async with client_of(far) as client:
        assert await client.search("list_vouchers", {}) == rows
