"""The source's document as evidence: from the webhook to the file on invoice, credit invoice and voucher."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from connectors.fortnox.outcomes import FileOutcome
from connectors.fortnox.scopes import needed
from daemon.config import load_config
from daemon.explain import Explainer
from daemon.requests import Discard, Pause, Resume, Retry
from tests.acceptance.rehearsed import run_dry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.acceptance.test_doctor import books, doctor
from tests.acceptance.test_payouts import payout
from tests.acceptance.test_refunds import BOOK, CHAIR, paid, refund
from tests.conftest import Lines
from tests.fakes.senders import order

PAGE = "/api/fileattachments/attachments-v1"
SECTIONS = """[companies.demo.bookkeeping]
attach_source = true
[companies.demo.documents]
credit_cancelled = "credit"
[companies.demo.payouts]
voucher_series = "A"
bank_account = 1930
clearing_account = 1580
fee_account = 6570
reverse_charge_output_account = 2614
reverse_charge_input_account = 2645
"""
PLAN = CompanyPlan(sections=SECTIONS)
EVIDENCE = "SELECT id, state, result, reason FROM outbox WHERE kind = 'ensure_evidence' ORDER BY id"
REST = "SELECT DISTINCT state FROM outbox WHERE kind <> 'ensure_evidence'"


async def read(stage: Scene, file: str) -> list[str]:
    """The lines of a file at Fortnox, as a person reads them."""
    client: Any = stage.bridge.targets["demo"]
    outcome = await client.client.carry("read_moved_file", params={"fileid": file})
    assert isinstance(outcome, FileOutcome)
    pages = PdfReader(BytesIO(outcome.file.content), strict=True).pages
    return [line for page in pages for line in page.extract_text().splitlines()]


@pytest.mark.asyncio
@pytest.mark.capability("f43")
async def test_invoice_credit_and_voucher_carry_what_their_source_told(tmp_path: Path, log_lines: Lines) -> None:
    """A paid order, a refund of a part of it and a payout: one file each, which names its own delivery."""
    async with scene(tmp_path, PLAN) as stage:
        await stage.send(paid())
        await stage.settle()
        await stage.send(refund("R-1", CHAIR, BOOK), payout("po-1", "2026-11-16"), paid(version="2000000000"))
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}, stage.rows("SELECT question FROM outbox")
        state = await stage.state()
        named = {(one["entityId"], one["entityType"], one["includeOnSend"]) for one in state["attachments"]}
        assert named == {(1, "F", False), (2, "F", False)}
        assert len(state["files"]) == 3
        sold, credited = [await read(stage, one["fileId"]) for one in state["attachments"]]
        assert sold[0] == "Underlag: order SO-1"
        assert any(line.startswith("Leverans                in-1 (") for line in sold)
        assert "Stol                                      2       800,00              25 %      1 600,00" in sold
        assert "25 %                                      1 600,00           400,00" in sold
        assert "12 %                                        200,00            24,00" in sold
        assert "Inklusive moms          2 224,00 SEK" in sold
        assert "Inklusive moms          1 224,00 SEK" in credited
        (connection,) = state["voucher_file_connections"]
        assert (connection["VoucherSeries"], connection["VoucherNumber"]) == ("A", "1")
        assert "1580                                                       1 000,00" in await read(
            stage, connection["FileId"]
        )
        assert not any("Tallbacken" in json.dumps(line, ensure_ascii=False) for line in log_lines)


@pytest.mark.asyncio
@pytest.mark.capability("f43")
async def test_evidence_that_fails_stops_nothing_and_goes_when_a_person_says_so(tmp_path: Path) -> None:
    """Booked, paid and credited beside it; `explain` tells why it stands still, and the retry attaches it once."""
    refused = {"status": 400, "body": {"id": "x", "error": "file_too_big", "message": "too big"}}
    async with scene(tmp_path, PLAN) as stage:
        stage.fault("status", method="POST", path=PAGE, **refused)
        await stage.send(paid())
        await stage.settle()
        [(number, *ended)] = stage.rows(EVIDENCE)
        assert ended == ["parked", None, "file_too_big"]
        await stage.send(refund("R-1", CHAIR))
        await stage.settle()
        assert stage.rows(REST) == [("done",)]
        explainer = Explainer(stage.bridge.store.database.read, kinds={"demo": "simulator"}, unseal=None)
        (story,) = await explainer.stories("in-1")
        (told,) = [one for one in story["commands"] if one["command"] == "ensure_evidence"]
        assert (told["state"], told["reason"]) == ("parked", "file_too_big")
        assert [attempt["operation"] for attempt in told["attempts"]] == ["create_inbox_file", "create_attachment"]
        await stage.act(Retry(person="anna", id=f"out-{number}"))
        await stage.settle()
        assert [state for _, state, *_ in stage.rows(EVIDENCE)] == ["done", "done"]
        state = await stage.state()
        assert sorted(one["entityId"] for one in state["attachments"]) == [1, 2]
        assert len(state["files"]) == 2


@pytest.mark.asyncio
@pytest.mark.capability("f43")
async def test_what_is_never_made_needs_no_evidence(tmp_path: Path) -> None:
    """Called off before it left, or discarded by a person: nothing is attached, and nobody is asked."""
    brake = "[companies.demo.brakes]\nmax_document_kronor = 5000"
    async with scene(tmp_path, CompanyPlan(sections=SECTIONS + brake)) as stage:
        await stage.act(Pause(person="anna", name="demo", reason="lunch"))
        await stage.send(order("SO-1", "order.invoiced", version="1"), order("SO-1", "order.cancelled", version="2"))
        await stage.send(order("SO-2", "order.invoiced", price="9000.00"))
        await stage.until("SELECT 1 FROM inbox WHERE id = 3 AND state = 'handled'")
        await stage.act(Resume(person="anna", name="demo"))
        await stage.settle()
        [(held,)] = stage.rows("SELECT id FROM outbox WHERE state = 'held'")
        assert [state for _, state, *_ in stage.rows(EVIDENCE)].count("waiting") == 1
        await stage.act(Discard(person="anna", id=f"out-{held}", reason="not ours"))
        await stage.settle()
        ends = [(state, result) for _, state, result, _ in stage.rows(EVIDENCE)]
        assert ends == [("done", "not_created")] * 3
        assert (await stage.state())["files"] == []


@pytest.mark.asyncio
@pytest.mark.capability("f43", "000-49", "002-03")
async def test_the_computed_scopes_are_enough_and_the_dry_run_is_the_real_way(tmp_path: Path) -> None:
    """A company that looks before every create, with no scope more than it needs; dry, it shows the same two calls."""
    plan = CompanyPlan(sections=SECTIONS, proof="looking")
    async with scene(tmp_path, plan, run=False) as here:
        scopes = list(needed(load_config(here.write_configuration()).companies["demo"].settings))
        assert {"archive", "connectfile", "inbox"} <= {*scopes}
        await here.control("settings", {"company": 1001, "scopes": scopes})
        async with here.running():
            told = await run_dry(here, paid())
            offline = await run_dry(here, paid(), offline=True)
            for one in (told, offline):
                shown = one["commands"][-1]
                assert (shown["command"], shown["state"]) == ("ensure_evidence", "done"), shown
                assert [call["path"] for call in shown["calls"]] == ["/inbox?path=Inbox_kf", PAGE]
                assert shown["calls"][0]["body"]["name"].startswith("underlag-SO-1-")
                assert shown["calls"][1]["body"][0]["entityId"]
            assert (await here.state())["files"] == []
            await here.send(paid(), payout("po-1", "2026-11-16"))
            await here.settle()
            assert {state for _, state, _ in here.commands()} == {"done"}
            assert len((await here.state())["files"]) == 2
            assert {call["status"] for call in await here.calls()} <= {200, 201, 404}


@pytest.mark.asyncio
@pytest.mark.capability("f43", "f82")
async def test_the_doctor_sees_the_scopes_and_folders_of_evidence(tmp_path: Path) -> None:
    """All well with them; without one the finding names what it is for."""
    async with books(tmp_path, PLAN, run=False) as here:
        code, shown = await doctor(here)
        assert code == 0, shown
        wanted = needed(load_config(here.write_configuration()).companies["demo"].settings)
        await here.control("settings", {"company": 1001, "scopes": [scope for scope in wanted if scope != "inbox"]})
        code, shown = await doctor(here)
        assert code == 1
        assert "scope inbox is missing; it attaches what the source told (attach_source)" in shown
