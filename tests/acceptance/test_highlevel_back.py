"""What HighLevel is told back, through the whole daemon: notes, tasks and numbers on its contacts, each once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.requests import FinishTodo, Retry
from tests.acceptance.rehearsed import calls_of, run_dry
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.connectors.highlevel.bodies import CONTACT, LOCATION, SIGNER, contact, order
from tests.stand_ins import highlevel
from tests.stand_ins.highlevel_app import app_sender
from tests.stand_ins.serving import serving

PATH_TOKEN, API_TOKEN = "canary-path-token-of-highlevel", "canary-pit-of-highlevel"
FIELD = "Fx7mQ2vT9sLr4KbWc1Pd"
COMPANY, MAIL = "Kanariebåtar AB", "canarina@canary.example.com"

SOURCE = """
[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "{location}"
path_token = "plain:{path_token}"
app = true
app_keys = ['''{key}''']
fields = {{ delivery_id = "customData.event_id" }}
[sources.ghl.api]
base_url = "{url}"
token = "plain:{token}"
poll = []
window_seconds = 0.5
[sources.ghl.write_back]
notes = true
tasks = true
document_notes = true
customer_number_field = "{field}"
"""

RULES = """
[[companies.demo.survey.rules]]
name = "detractor"
when = { score_at_most = 6 }
sender_note = "NPS {score}: {answer.Varför?}"
sender_task = { title = "Ring {name}", days = 2 }
"""

FLOW = """
[companies.demo.workflows.callback]
event = "survey_submitted"
[[companies.demo.workflows.callback.steps]]
name = "call"
todo = "Ring om {event.survey}"
todo_days = 3
todo_awaited = true
todo_at_sender = true
[[companies.demo.workflows.callback.steps]]
name = "said"
sender_note = "Uppringd om {event.survey}"
"""

OPEN = "SELECT 1 FROM outbox WHERE company = 'to:ghl' AND state NOT IN ('done', 'superseded')"


def answer(score: int = 2, response: str = "r1") -> dict[str, Any]:
    """A response as a workflow of HighLevel sends it; another score is another delivery of it."""
    told = {
        "event": "survey_submitted",
        "survey_id": "nps",
        "submission_id": response,
        "event_id": f"{response}-{score}",
    }
    return {
        "contact_id": CONTACT,
        "company_name": COMPANY,
        "email": MAIL,
        "Hur nöjd är du (0-10)?": str(score),
        "Varför?": "för dyrt",
        "location": {"id": LOCATION},
        "customData": told,
    }


@asynccontextmanager
async def telling(
    folder: Path, state: highlevel.State, sections: str, plan: CompanyPlan | None = None, back: str = ""
) -> AsyncIterator[Scene]:
    """The stand-in, and the daemon that writes back to it; ``back`` are more lines of what it takes."""
    state.private_tokens = {API_TOKEN}
    state.add("contacts", contact(companyName=COMPANY, email=MAIL, tags=["vip"]))
    async with serving(highlevel.application(state)) as url:
        more = SOURCE.format(
            location=LOCATION, path_token=PATH_TOKEN, key=SIGNER.public_key, url=url, token=API_TOKEN, field=FIELD
        )
        async with scene(folder, plan or CompanyPlan(sources=(), sections=sections), more=more + back) as stage:

            async def told(body: dict[str, Any]) -> None:
                sender = app_sender(f"{stage.bridge.url}/hooks/ghl", stage.session, asyncio.sleep)
                assert await sender.send(body) == [200]

            state.written.telling = told
            yield stage


async def answered(stage: Scene, body: dict[str, Any]) -> None:
    """One workflow webhook to the daemon's door."""
    async with stage.session.post(f"{stage.bridge.url}/hooks/ghl/{PATH_TOKEN}", json=body) as reply:
        assert reply.status == 200


def changes(state: highlevel.State) -> list[str]:
    """What was changed at HighLevel, in order of its kinds."""
    return sorted(f"{call['method']} {call['path']}" for call in state.calls if call["method"] in {"POST", "PUT"})


WRITTEN = [f"POST /contacts/{CONTACT}/notes", f"POST /contacts/{CONTACT}/tasks", f"PUT /contacts/{CONTACT}"]


@pytest.mark.asyncio
@pytest.mark.capability("000-26", "000-28", "f32")
async def test_a_detractor_leaves_a_note_a_task_and_a_number(tmp_path: Path, log_lines: Lines) -> None:
    """Also where the first answer is lost; what HighLevel then tells of it has no effect; no token is logged."""
    state = highlevel.State()
    state.written.lose = 1
    async with telling(tmp_path, state, RULES) as stage:
        await answered(stage, answer())
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'set_sender_fields' AND state = 'done'")
        await stage.settle()
        [note], [task] = state.written.of("notes", CONTACT), state.written.of("tasks", CONTACT)
        assert note["body"].startswith("NPS 2: för dyrt\n\nfortnox-bridge #")
        assert (task["title"], task["completed"]) == (f"Ring {COMPANY}", False)
        (customer,) = (await stage.state())["customers"]
        there = state.records["contacts"][CONTACT]
        assert {"id": FIELD, "value": customer["CustomerNumber"]} in there["customFields"]
        assert there["tags"] == ["vip"]
        assert changes(state) == WRITTEN
        assert stage.rows("SELECT count(*) FROM attempt WHERE end = 'found'") == [(1,)]
        await state.written.tell()
        await answered(stage, answer(score=3))  # the response is corrected: nothing is left twice
        await stage.settle()
        assert stage.rows(OPEN) == []
        assert changes(state) == WRITTEN
        assert stage.rows("SELECT count(*) FROM inbox WHERE kind = 'survey_submitted' AND state = 'handled'") == [(2,)]
        assert stage.rows("SELECT reason FROM inbox WHERE kind IS NULL ORDER BY id") == [
            ("our_own_note",),
            ("event_not_used",),
        ]
    logged = b"".join(log_lines.raw)
    assert b"set_sender_fields" in logged
    for secret in (API_TOKEN, PATH_TOKEN, CONTACT, MAIL):
        assert secret.encode() not in logged


@pytest.mark.asyncio
async def test_what_cannot_be_looked_for_waits_for_a_person(tmp_path: Path) -> None:
    """No second note goes by itself; the person's word that none is there lets it go again."""
    state = highlevel.State()
    state.written.lose, state.written.lists_refused = 1, 422
    async with telling(tmp_path, state, RULES.replace("sender_task", "# sender_task")) as stage:
        await answered(stage, answer())
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_sender_note' AND state = 'held'")
        assert [call for call in changes(state) if call.endswith("/notes")] == [WRITTEN[0]]
        status = await stage.status()
        assert status["sources"][0]["back"]["stopped"] == 1
        state.written.of("notes", CONTACT).clear()
        (number,) = stage.rows("SELECT id FROM outbox WHERE kind = 'ensure_sender_note'")[0]
        await stage.act(Retry(person="anna", id=f"out-{number}", absent=True))
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_sender_note' AND state = 'done'")
        assert len(state.written.of("notes", CONTACT)) == 1


@pytest.mark.asyncio
@pytest.mark.capability("000-40")
async def test_a_dry_run_shows_the_calls(tmp_path: Path) -> None:
    """Each with its path and body, the contact having been read for it; and nothing is written."""
    state = highlevel.State()
    async with telling(tmp_path, state, RULES) as stage:
        told = await run_dry(stage, answer(), source="ghl")
        shown = {path: body for _, path, body in calls_of(told) if path.startswith("/contacts/")}
        assert sorted(shown) == [f"/contacts/{CONTACT}", f"/contacts/{CONTACT}/notes", f"/contacts/{CONTACT}/tasks"]
        assert shown[f"/contacts/{CONTACT}/notes"]["body"].startswith("NPS 2: för dyrt\n\nfortnox-bridge #")
        assert shown[f"/contacts/{CONTACT}/tasks"]["title"] == f"Ring {COMPANY}"
        assert shown[f"/contacts/{CONTACT}"] == {"customFields": [{"id": FIELD, "field_value": "new-1"}]}
        assert changes(state) == []


@pytest.mark.asyncio
@pytest.mark.capability("000-26", "000-28")
async def test_a_task_of_a_workflow_is_one_here_and_there(tmp_path: Path) -> None:
    """Done at our side it is completed there; completed there it is done at our side; then the run goes on."""
    state = highlevel.State()
    async with telling(tmp_path, state, FLOW) as stage:
        await answered(stage, answer())
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_sender_task' AND state = 'done'")
        [task] = state.written.of("tasks", CONTACT)
        assert (task["title"], task["completed"]) == ("Ring om nps", False)
        await stage.act(FinishTodo(person="anna", id="todo-1"))
        await stage.until(lambda: task["completed"])
        await stage.until("SELECT 1 FROM workflow WHERE state = 'done'")
        await state.written.tell()
        await answered(stage, answer(response="r2"))
        await stage.until("SELECT 1 FROM todo WHERE state = 'open'")
        await stage.until(lambda: len(state.written.of("tasks", CONTACT)) == 2)
        other = state.written.of("tasks", CONTACT)[1]
        other["completed"] = True
        state.written.raise_event("TaskComplete", LOCATION, other)
        await state.written.tell()
        await stage.until("SELECT 1 FROM todo WHERE id = 2 AND state = 'done' AND person = 'ghl'")
        await stage.until(lambda: not stage.rows("SELECT 1 FROM workflow WHERE ended_at IS NULL"))
        await stage.settle()
        assert [note["body"].partition("\n")[0] for note in state.written.of("notes", CONTACT)] == [
            "Uppringd om nps",
            "Uppringd om nps",
        ]
        assert [call for call in changes(state) if call.startswith("PUT") and "tasks" in call] == [
            f"PUT /contacts/{CONTACT}/tasks/{task['id']}/completed"
        ]
        assert stage.rows(OPEN) == []


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_an_order_s_contact_is_told_its_documents(tmp_path: Path) -> None:
    """By one note, once both stand in Fortnox; what the order says again changes nothing."""
    state = highlevel.State()
    async with telling(tmp_path, state, "") as stage:
        at = datetime.now(UTC).isoformat()
        sold = order(contactId=CONTACT, createdAt=at, updatedAt=at, timestamp=at)
        state.add("orders", sold)
        assert state.written.telling is not None
        await state.written.telling(sold)
        await stage.until(lambda: state.written.of("notes", CONTACT))
        (invoice,) = (await stage.state())["invoices"]
        [note] = state.written.of("notes", CONTACT)
        assert f"invoice {invoice['DocumentNumber']} (for order {sold['_id']})" in note["body"]
        await state.written.telling(sold | {"webhookId": "again"})
        await stage.settle()
        assert len(state.written.of("notes", CONTACT)) == 1
        assert stage.rows(OPEN) == []
