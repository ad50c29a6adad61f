"""Lines that people write in comments in Fortnox, a customer's or a document's, are notes at HighLevel, each once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.scene import CompanyPlan, Scene
from tests.acceptance.test_following import UNHEARD, asked, by_hand, swept
from tests.acceptance.test_highlevel_back import OPEN, answer, answered, telling
from tests.connectors.highlevel.bodies import CONTACT, order
from tests.stand_ins import highlevel

CALLED = """
[[companies.demo.survey.rules]]
name = "called"
invoice = { text = "Besiktning", price = 1500, vat = 25, comments = "Betyg {score}" }
"""


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_a_line_in_a_customer_s_comments_is_a_note_on_its_contact_once(tmp_path: Path) -> None:
    """Not what stood there before, not our own lines, and not twice; what HighLevel tells of the note has no effect."""
    state = highlevel.State()
    plan = CompanyPlan(sources=(), fortnox="register = true")
    async with telling(tmp_path, state, "", plan, back="comments = true\n") as stage:
        await answered(stage, answer())
        await stage.settle()
        first = (await stage.state())["customers"][0]["Comments"]
        assert first.count("\n") == 0
        await by_hand(stage, "update_customer", "1", body={"Comments": f"Gammal rad\n{first}"})
        await swept(stage)
        before = len(state.written.of("notes", CONTACT))
        await by_hand(stage, "update_customer", "1", body={"Comments": f"Gammal rad\nRing före nio\n{first}"})
        await swept(stage)
        for _ in range(2):
            await customers_asked(stage)
        notes = state.written.of("notes", CONTACT)
        assert [note["body"].partition("\n")[0] for note in notes[before:]] == ["In Fortnox: Ring före nio"]
        await state.written.tell()
        await by_hand(stage, "update_customer", "1", body={"Comments": f"Ring före nio\n{first}\nNy inköpare"})
        await customers_asked(stage)
        notes = state.written.of("notes", CONTACT)
        assert [note["body"].partition("\n")[0] for note in notes[before + 1 :]] == ["In Fortnox: Ny inköpare"]
        assert (await stage.state())["customers"][0]["Comments"].count("#") == first.count("#")
        assert stage.rows(OPEN) == []


async def customers_asked(stage: Scene) -> None:
    """An hour after the last sweep: customers that changed are asked for."""
    last = (stage.bridge.clock.now() - timedelta(hours=2)).isoformat()
    await stage.bridge.store.database.write(
        lambda connection: connection.execute(
            "UPDATE sender SET cursor = json_set(cursor, '$.ended.customers.last', ?) WHERE source = 'fortnox:demo'",
            (last,),
        )
    )
    await stage.bridge.readings["fortnox:demo"].poll()
    await stage.until(lambda: not stage.rows(UNHEARD))
    await stage.settle()


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_a_line_on_a_document_is_a_note_on_who_bought_once(tmp_path: Path) -> None:
    """Neither what the sale says of itself nor a line that stood there before; each line once, however often asked."""
    state = highlevel.State()
    plan = CompanyPlan(sources=(), fortnox="register = true")
    async with telling(tmp_path, state, "", plan, back="document_comments = true\n") as stage:
        at = datetime.now(UTC).isoformat()
        assert state.written.telling is not None
        sold = order(contactId=CONTACT, createdAt=at, updatedAt=at, timestamp=at)
        state.add("orders", sold)
        await state.written.telling(sold)
        await stage.until(lambda: state.written.of("notes", CONTACT))
        (invoice,) = (await stage.state())["invoices"]
        number, ours = invoice["DocumentNumber"], invoice["Comments"] or ""
        for comments in (f"{ours}\nDelas i två", f"Delas i två\n{ours}\nSvenska villkor"):
            await by_hand(stage, "update_invoice", number, body={"Comments": comments.strip()})
            for _ in range(2):
                await asked(stage)
        notes = [note["body"].partition("\n")[0] for note in state.written.of("notes", CONTACT)[1:]]
        assert notes == [f"In Fortnox, invoice {number}: {line}" for line in ("Delas i två", "Svenska villkor")]
        assert stage.rows(OPEN) == []


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_what_we_write_in_a_document_s_comments_is_no_line_of_anybody_s(tmp_path: Path) -> None:
    """Also where somebody writes beside it before anything was ever read: only that line is told."""
    state = highlevel.State()
    plan = CompanyPlan(sources=(), fortnox="register = true", sections=CALLED)
    async with telling(tmp_path, state, "", plan, back="document_comments = true\n") as stage:
        await answered(stage, answer())
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        await asked(stage)
        assert state.written.of("notes", CONTACT) == []
        (invoice,) = (await stage.state())["invoices"]
        assert invoice["Comments"] == "Betyg 2"
        await by_hand(stage, "update_invoice", invoice["DocumentNumber"], body={"Comments": "Betyg 2\nAvböjd"})
        await asked(stage)
        added = [note["body"].partition("\n")[0] for note in state.written.of("notes", CONTACT)]
        assert added == [f"In Fortnox, invoice {invoice['DocumentNumber']}: Avböjd"]


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_what_we_wrote_before_and_fortnox_keeps_is_no_line_of_anybody_s(tmp_path: Path) -> None:
    """A change of ours without comments clears none, so that our older ones still stand there."""
    state = highlevel.State()
    said = CALLED.replace("Betyg {score}", "{answer.Varför?}").replace('"Besiktning"', '"Besiktning {score}"')
    plan = CompanyPlan(sources=(), fortnox="register = true", sections=said)
    async with telling(tmp_path, state, "", plan, back="document_comments = true\n") as stage:
        for told in (answer(), answer(3) | {"Varför?": ""}):
            await answered(stage, told)
            await stage.settle()
        (invoice,) = (await stage.state())["invoices"]
        assert (invoice["Comments"], invoice["InvoiceRows"][0]["Description"]) == ("för dyrt", "Besiktning 3")
        await asked(stage)
        assert state.written.of("notes", CONTACT) == []
        assert stage.rows(OPEN) == []


@pytest.mark.asyncio
@pytest.mark.capability("000-28", "f68")
async def test_by_the_stream_a_line_on_a_document_is_told_within_seconds(tmp_path: Path) -> None:
    """By what Fortnox tells alone: nothing is swept, and what we do to the invoice ourselves tells nothing."""
    state = highlevel.State()
    plan = CompanyPlan(sources=(), fortnox="register = true", sections=CALLED, push=True)
    async with telling(tmp_path, state, "", plan, back="document_comments = true\n") as stage:
        (stream,) = stage.bridge.pushings
        await stage.until(lambda: stream.app.state.current("demo"))
        await answered(stage, answer())
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        await by_hand(stage, "update_invoice", "1", body={"Comments": "Betyg 2\nAvböjd"})
        await stage.until(lambda: state.written.of("notes", CONTACT))
        await stage.until(lambda: not stage.rows(UNHEARD))
        await stage.settle()
        (note,) = state.written.of("notes", CONTACT)
        assert note["body"].startswith("In Fortnox, invoice 1: Avböjd\n")


@pytest.mark.asyncio
@pytest.mark.capability("000-28", "f68")
async def test_our_own_comments_are_no_line_of_anybody_s_where_fortnox_tells_of_them_first(tmp_path: Path) -> None:
    """The event of our call comes, and the document is read for it, before that call is answered."""
    state = highlevel.State()
    plan = CompanyPlan(sources=(), fortnox="register = true", sections=CALLED, push=True)
    async with telling(tmp_path, state, "", plan, back="document_comments = true\n") as stage:
        (stream,) = stage.bridge.pushings
        await stage.until(lambda: stream.app.state.current("demo"))
        await answered(stage, answer())
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_invoice' AND state = 'done'")
        await stage.settle()
        await stage.control("events", {"do": "before_answer", "seconds": 1.0, "topic": "invoices"})
        await answered(stage, answer(3))
        await stage.until("SELECT 1 FROM inbox WHERE dedupe_key LIKE 'news/document_comments/%'")
        await stage.until(lambda: not stage.rows(UNHEARD))
        await stage.settle()
        assert (await stage.state())["invoices"][0]["Comments"] == "Betyg 3"
        assert state.written.of("notes", CONTACT) == []
