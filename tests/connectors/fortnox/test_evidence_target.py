"""Evidence of its own accord: up, attached, each once, whatever is lost; taken off only where nothing is booked."""

from pathlib import Path
from typing import Any, cast

import pytest

from connectors.base import Held, Later, Link, Park, UnknownEnd, Unprovable
from connectors.fortnox.client import Client
from connectors.fortnox.contents import multipart
from connectors.fortnox.evidence_file import evidence_file, name_of, read_name
from connectors.fortnox.evidence_places import OnInvoice
from connectors.fortnox.evidence_search import in_inbox
from connectors.fortnox.outcomes import File, FileOutcome, ObjectOutcome
from connectors.fortnox.table import OPERATIONS
from handlers.commands import EnsureEvidence, EnsureRecord, evidence_of
from handlers.values import Ref
from store import acting
from store.acting import Person
from tests.connectors.fortnox.stand import DAY, INVOICE, Stand, booking, customer, invoice, stand
from tests.fakes.pipe import pipe
from tests.fakes.target import FakeTarget

PAGE = "/api/fileattachments/attachments-v1"
CONNECTIONS = "/3/voucherfileconnections"
VOUCHER = Ref(system="shop", kind="payout", id="po-1")
SAYS = ("0123456789abcdef", "fedcba9876543210")

pytestmark = [pytest.mark.asyncio, pytest.mark.capability("f43")]


def evidence(document: Ref = INVOICE, says: str = SAYS[0]) -> EnsureEvidence:
    """The evidence of a document of ours."""
    lines = ("Namn   Åsa Öberg", f"Belopp 125,00 {says}")
    return EnsureEvidence(
        thing=evidence_of(document), document=document, number="1042", title="Underlag: 1042", lines=lines, says=says
    )


def voucher() -> EnsureRecord:
    """A payout's voucher."""
    rows = [{"Account": 1930, "Debit": 100, "Credit": 0}, {"Account": 1580, "Debit": 0, "Credit": 100}]
    fields: dict[str, Any] = {
        "Description": "Utbetalning shop po-1",
        "TransactionDate": DAY.isoformat(),
        "VoucherSeries": "A",
        "VoucherRows": rows,
    }
    return EnsureRecord(thing=VOUCHER, resource="vouchers", fields=fields)


async def made(here: Stand, document: Ref = INVOICE) -> None:
    """The document that is to get evidence."""
    for command in (customer(), invoice()) if document == INVOICE else (voucher(),):
        assert (await here.carry_out(command)).question is None


async def files(here: Stand) -> list[tuple[str, str]]:
    """Every file of ours at Fortnox: what its name says, and where it lies."""
    named = [(read_name(one["Name"]), one["Place"]) for one in await here.stored("files")]
    return [(name.says, place) for name, place in named if name is not None]


async def hanging(here: Stand) -> int:
    """How many files hang on documents and vouchers."""
    return len(await here.stored("attachments")) + len(await here.stored("voucher_file_connections"))


async def test_an_invoice_gets_its_evidence_in_two_calls_and_a_second_run_costs_none() -> None:
    """The bytes are those that the command comes to, and the file does not go along when the invoice is sent."""
    async with stand() as here:
        await made(here)
        before = await here.spent()
        settled = await here.carry_out(evidence())
        assert (await here.calls())[before:] == ["POST /3/inbox", f"POST {PAGE}"]
        assert (settled.result, settled.question) == ("changed", None)
        (attached,) = await here.stored("attachments")
        assert (attached["entityId"], attached["entityType"], attached["includeOnSend"]) == (1, "F", False)
        outcome = await here.target.client.carry("read_archive_file", attached["fileId"])
        assert outcome == FileOutcome(evidence_file(evidence(), evidence().thing.thing("demo")))
        assert (await here.carry_out(evidence())).result == "unchanged"
        assert await here.spent() == before + 3


async def test_a_voucher_gets_its_evidence() -> None:
    """Connected in the voucher's own year; what is told later changes nothing of a voucher."""
    async with stand() as here:
        await made(here, VOUCHER)
        await here.carry_out(evidence(VOUCHER))
        (connection,) = await here.stored("voucher_file_connections")
        assert (connection["VoucherSeries"], connection["VoucherNumber"]) == ("A", "1")
        again = await here.carry_out(evidence(VOUCHER, SAYS[1]))
        assert again.result == "unchanged"
        assert await files(here) == [(SAYS[0], "connected")]


@pytest.mark.parametrize("document", [INVOICE, VOUCHER], ids=["invoice", "voucher"])
@pytest.mark.parametrize("fault", ["answer_lost", "truncated", "reset_before"])
@pytest.mark.parametrize("step", ["up", "attached"])
@pytest.mark.capability("f51")
async def test_a_lost_answer_makes_no_second_file(document: Ref, fault: str, step: str, tmp_path: Path) -> None:
    """The upload is found by its name and compared, the connection on the document; what never left goes once."""
    attaching = PAGE if document == INVOICE else CONNECTIONS
    async with stand() as here:
        await here.fault(fault, "POST", "/3/inbox" if step == "up" else attaching)
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(tmp_path, targets=targets, settle=0.1) as line, line.running():
            before = await line.add(*((customer(), invoice()) if document == INVOICE else (voucher(),)))
            only = await line.add(evidence(document))
            await line.until("done", *before, *only)
        assert await files(here) == [(SAYS[0], "connected")]
        assert await hanging(here) == 1


async def test_evidence_waits_while_what_it_is_of_stands_still(tmp_path: Path) -> None:
    """Its invoice stands there, and a change of it is refused: evidence waits for the end of that, not for the link."""
    async with stand() as here:
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(tmp_path, targets=targets, settle=0.1) as line, line.running():
            await line.until("done", *await line.add(customer(), invoice()))
            refused = {"ErrorInformation": {"error": 1, "message": "nej", "code": 2000359}}
            await here.fault("status", "PUT", "/3/invoices/1", status=400, body=refused)
            (changed,) = await line.add(invoice(your_reference="Alva Nyberg"))
            await line.until("parked", changed)
            (waiting,) = await line.add(evidence())
            await line.until("waiting", waiting)
            assert (await line.row(waiting))["reason"] == f"out-{changed}"
            assert await here.stored("files") == []
            await line.database.write(acting.discard_command(changed, Person("anna", 1, "as it stands")))
            line.delivery.wake()
            await line.until("done", waiting)
        assert await hanging(here) == 1


async def test_evidence_of_what_nothing_makes_is_not_needed(tmp_path: Path) -> None:
    """It ends by itself, and nothing was sent."""
    async with stand() as here:
        targets = cast("dict[str, FakeTarget]", {"demo": here.target})
        async with pipe(tmp_path, targets=targets, settle=0.1) as line, line.running():
            (only,) = await line.add(evidence())
            await line.until("done", only)
            assert (await line.row(only))["result"] == "not_created"
        assert await here.stored("files") == []


async def test_what_says_something_else_takes_the_place_of_what_hung_on_an_unbooked_invoice() -> None:
    """Taken off, sent up, attached: at no moment do two hang there."""
    async with stand() as here:
        await made(here)
        await here.carry_out(evidence())
        before = await here.spent()
        await here.carry_out(evidence(says=SAYS[1]))
        calls = (await here.calls())[before:]
        (old,) = [call for call in calls if call.startswith("DELETE")]
        assert calls == ["GET /3/invoices/1", old, "POST /3/inbox", f"POST {PAGE}"]
        (attached,) = await here.stored("attachments")
        outcome = await here.target.client.carry("read_archive_file", attached["fileId"])
        assert isinstance(outcome, FileOutcome)
        assert outcome.file.name == name_of(evidence(says=SAYS[1]), evidence().thing.thing("demo"))


async def test_a_booked_invoice_keeps_what_it_was_booked_on() -> None:
    """Whatever its source says later."""
    async with stand() as here:
        await made(here)
        await here.carry_out(evidence())
        await here.carry_out(booking())
        settled = await here.carry_out(evidence(says=SAYS[1]))
        assert settled.proof["because"] == "invoice:1 is booked, so what it was booked on stays attached"
        assert await files(here) == [(SAYS[0], "connected")]


async def test_a_file_that_was_not_attached_yet_makes_room() -> None:
    """Told anew between its upload and its connection: it does not stay behind in the inbox."""
    async with stand() as here:
        await made(here)
        await here.fault("status", "POST", PAGE, status=400, body={"id": "x", "error": "file_too_big"})
        with pytest.raises(Park, match="file_too_big"):
            await here.carry_out(evidence())
        assert await files(here) == [(SAYS[0], "inbox")]
        await here.carry_out(evidence(says=SAYS[1]))
        assert await files(here) == [(SAYS[1], "connected")]


@pytest.mark.parametrize("attached", [False, True], ids=["in the inbox", "attached"])
@pytest.mark.parametrize("document", [INVOICE, VOUCHER], ids=["invoice", "voucher"])
async def test_a_company_that_lost_its_memory_finds_its_evidence(document: Ref, attached: bool) -> None:
    """While the company is looking, by the name: in the folder, or on the document."""
    async with stand() as here:
        await made(here, document)
        if attached:
            await here.carry_out(evidence(document))
        else:
            await here.target.perform(here.task(evidence(document)), await here.write_of(evidence(document)))
        here.known.pop(evidence(document).thing, None)
        here.looking = True
        await here.carry_out(evidence(document))
        assert await files(here) == [(SAYS[0], "connected")]
        assert await hanging(here) == 1


async def test_two_files_and_one_that_is_torn_are_asked_about() -> None:
    """Nothing is attached on a guess."""
    async with stand() as here:
        await made(here)
        write = await here.write_of(evidence())
        thing = evidence().thing.thing("demo")
        name = name_of(evidence(), thing)
        torn = File(name, "application/pdf", b"%PDF-1.4 torn")
        await here.target.client.carry("create_inbox_file", params={"path": "Inbox_kf"}, body=torn)
        with pytest.raises(Held, match="file_differs") as differs:
            await here.target.look(here.task(evidence()), write.operation, write.evidence)
        assert differs.value.remedy.endswith("delete it there, then retry.")
        await here.target.client.carry("create_inbox_file", params={"path": "Inbox_kf"}, body=torn)
        with pytest.raises(Held, match="several_files"):
            await here.target.look(here.task(evidence()), write.operation, write.evidence)


async def test_a_look_that_cannot_be_read_is_no_absence() -> None:
    """A folder that Fortnox does not show, and an outage."""
    async with stand() as here:
        await made(here)
        write = await here.write_of(evidence())
        await here.fault("answer_lost", "GET", "/3/inbox/inbox_kf")
        with pytest.raises(Exception, match="list_inbox_folder"):
            await here.target.look(here.task(evidence()), write.operation, write.evidence)
        await here.fault(
            "status", "GET", "/3/inbox/inbox_kf", status=404,
            body={"ErrorInformation": {"error": 1, "message": "Kan inte hitta mappen.", "code": 4711}},
        )  # fmt: skip
        with pytest.raises(Unprovable):
            await here.target.look(here.task(evidence()), write.operation, write.evidence)


class Inbox:
    """An inbox whose folders have the ids that a test gives them; each holds one file of its own name."""

    def __init__(self, *folders: str) -> None:
        self.folders = folders

    async def carry(self, operation: str, *keys: str) -> ObjectOutcome:
        """A listing, or the refusal of a folder that is not there."""
        if not keys:
            return ObjectOutcome("Folder", {"Folders": [{"Id": one} for one in self.folders], "Files": []})
        if keys[0] not in self.folders:
            raise Park("refused", system="fortnox", operation=operation, status=404, remedy="")
        return ObjectOutcome("Folder", {"Files": [{"Name": keys[0]}]})


@pytest.mark.parametrize("number", ["inbox_kf", "Inbox_kf", "INBOX_KF"])
async def test_a_folder_is_found_by_whatever_id_the_inbox_gives_it(number: str) -> None:
    """Its path is documented, its id is not (Fortnox facts, section 6.17)."""
    place = OnInvoice("1")
    assert await in_inbox(place, cast("Client", Inbox("Inbox_v", number))) == [{"Name": number}]
    with pytest.raises(Unprovable):
        await in_inbox(place, cast("Client", Inbox("Inbox_v", "7")))


@pytest.mark.parametrize("body", [{"attachments": []}, [1], [{"id": "a1", "entityId": 1}]], ids=["object", "row", "id"])
async def test_attachments_that_are_not_shown_whole_are_no_absence(body: Any) -> None:
    """A list of another form, a row that is none, one that names no file: nothing is attached a second time."""
    async with stand() as here:
        await made(here)
        for _ in range(2):
            task = here.task(evidence())
            settled = await here.target.perform(task, write := await here.write_of(evidence()))
            assert settled.link is not None
            here.known[evidence().thing] = settled.link
        await here.fault("status", "GET", PAGE, status=200, body=body)
        with pytest.raises(Later, match="list_unreadable"):
            await here.target.look(here.task(evidence()), write.operation, write.evidence)


async def test_a_refusal_is_held_against_what_hangs_there() -> None:
    """Attached already (by hand, or by a call whose answer was lost long ago): that is as it shall be."""
    async with stand() as here:
        await made(here, VOUCHER)
        await here.target.perform(here.task(evidence(VOUCHER)), write := await here.write_of(evidence(VOUCHER)))
        (file,) = await here.stored("files")
        body = {"FileId": file["Id"], "VoucherSeries": "A", "VoucherNumber": "1"}
        await here.target.client.carry("create_voucher_file_connection", body=body)
        state = {"file": file["Id"], "says": SAYS[0], "stage": "uploaded", "attachment": ""}
        here.known[evidence(VOUCHER).thing] = Link("evidence", file["ArchiveFileId"], state)
        settled = await here.carry_out(evidence(VOUCHER))
        assert settled.result == "unchanged"
        assert settled.link is not None
        assert settled.link.state["stage"] == "attached"
        assert write.creates


async def test_a_person_cannot_name_another_file() -> None:
    """What hangs there is found by itself; anything else would be attached twice."""
    async with stand() as here:
        await made(here)
        with pytest.raises(Park, match="not_identified"):
            await here.target.identify(here.task(evidence()), "evidence", "x")


async def test_an_upload_without_ids_has_no_known_end() -> None:
    """Fortnox answers 201 and says nothing of the file: it is looked for."""
    async with stand() as here:
        await made(here)
        await here.fault("status", "POST", "/3/inbox", status=201, body={"File": {"Name": "x"}}, effect="after")
        write = await here.write_of(evidence())
        with pytest.raises(UnknownEnd):
            await here.target.perform(here.task(evidence()), write)
        seen = await here.target.look(here.task(evidence()), write.operation, write.evidence)
        assert seen.settled is not None
        assert seen.settled.again


async def test_the_same_file_is_the_same_request() -> None:
    """Down to its boundary, so that two attempts of one upload can be compared."""
    thing = evidence().thing.thing("demo")
    forms = [multipart(OPERATIONS["create_inbox_file"], evidence_file(evidence(), thing)) for _ in range(2)]
    assert forms[0] == forms[1]
