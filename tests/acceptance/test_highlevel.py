"""A stand-in of HighLevel on its way into the simulated Fortnox: by app, by workflow and by polling, each once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.connectors.highlevel.bodies import CONTACT, LOCATION, SIGNER, contact, invoice, order
from tests.connectors.highlevel.reading import submission
from tests.stand_ins import highlevel
from tests.stand_ins.highlevel_app import app_sender
from tests.stand_ins.serving import serving

PATH_TOKEN, CLIENT_SECRET = "canary-path-token-of-highlevel", highlevel.CLIENT["client_secret"]
FIELD, SCORE = "4jEDCN7RpB0fWeo4NjQr", "UhAtFfsTcm4FwSWzQiUB"
COMPANY, MAIL = "Kanariebåtar AB", "canarina@canary.example.com"
SURVEY = "s1"

SECTION = """
[scheduler]
poll_seconds = 1
[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "{location}"
path_token = "plain:{token}"
app = true
app_keys = ['''{key}''']
organisation_number_field = "{field}"
[sources.ghl.api]
base_url = "{url}"
client_id = "{client}"
client_secret = "plain:{secret}"
refresh_token = "plain:{refresh}"
"""


def buyer() -> dict[str, Any]:
    """The contact of all records."""
    return contact(companyName=COMPANY, email=MAIL)


def today() -> str:
    """Five minutes ago, as HighLevel writes it."""
    return (datetime.now(UTC) - timedelta(minutes=5)).isoformat()


def bill(**fields: Any) -> dict[str, Any]:
    """An invoice of 12,500 made today."""
    details = {"id": CONTACT, "companyName": COMPANY, "email": MAIL}
    return invoice(**{"contactDetails": details, "createdAt": today(), "timestamp": today(), **fields})


@asynccontextmanager
async def selling(folder: Path, state: highlevel.State) -> AsyncIterator[Scene]:
    """The stand-in, and the daemon that reads it and takes its webhooks."""
    state.add("contacts", buyer())
    state.add("customFields", {"id": SCORE, "name": "Hur nöjd är du (0-10)?"})
    async with serving(highlevel.application(state)) as url:
        more = SECTION.format(
            location=LOCATION,
            token=PATH_TOKEN,
            key=SIGNER.public_key,
            field=FIELD,
            url=url,
            client=highlevel.CLIENT["client_id"],
            secret=CLIENT_SECRET,
            refresh=highlevel.FIRST_REFRESH_TOKEN,
        )
        async with scene(folder, CompanyPlan(sources=()), more=more) as stage:
            yield stage


async def told(stage: Scene, body: dict[str, Any]) -> list[int]:
    """One signed webhook to the daemon's door."""
    return await app_sender(f"{stage.bridge.url}/hooks/ghl", stage.session, asyncio.sleep).send(body)


async def answered(stage: Scene, body: dict[str, Any], token: str = PATH_TOKEN) -> int:
    """One workflow webhook to the daemon's door."""
    async with stage.session.post(f"{stage.bridge.url}/hooks/ghl/{token}", json=body) as answer:
        return answer.status


@pytest.mark.asyncio
@pytest.mark.capability("000-19", "000-47", "f5", "f7")
async def test_one_record_by_every_way_is_one_document(tmp_path: Path) -> None:
    """An invoice by app, again and by polling is one, paid once; a survey by poll and by workflow is one note."""
    state = highlevel.State()
    asked = submission("4ddc74c8-97bd", today(), contactId=CONTACT, surveyId=SURVEY, others={SCORE: 9})
    state.add("submissions", asked)
    async with selling(tmp_path, state) as stage:
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_note' AND state = 'done'")
        state.add("invoices", bill())
        for _ in range(2):
            assert await told(stage, bill()) == [200]
        workflow = {
            "contact_id": CONTACT,
            "company_name": COMPANY,
            "email": MAIL,
            "Organisationsnummer": "559901-1045",
            "Hur nöjd är du (0-10)?": "9",
            "location": {"id": LOCATION},
            "customData": {"event": "survey_submitted", "survey_id": SURVEY, "submitted_at": asked["createdAt"]},
        }
        assert await answered(stage, workflow) == 200
        await stage.until("SELECT 1 FROM inbox WHERE origin = 'poll' AND dedupe_key LIKE 'record:invoice:%'")
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'book_payment' AND state = 'done'")
        await stage.settle()
        books = stage.simulator.companies[1001]
        assert [str(one.data["Total"]) for one in books.invoices.values()] == ["12500"]
        assert len(books.payments) == 1
        [customer] = books.customers.values()
        assert (customer.data["Name"], customer.data["OrganisationNumber"]) == (COMPANY, "559901-1045")
        assert str(customer.data["Comments"]).count(SURVEY) == 1
        assert state.refreshes == ["refresh-0"]


@pytest.mark.asyncio
@pytest.mark.capability("000-47")
async def test_what_is_not_ours_is_kept_for_nobody(tmp_path: Path) -> None:
    """Another location is parked, an app's record by a workflow's token is no invoice, and a stranger is refused."""
    async with selling(tmp_path, highlevel.State()) as stage:
        assert await told(stage, bill(locationId="of-somebody-else", webhookId="w-7")) == [200]
        assert await answered(stage, {**bill(), "location_id": LOCATION}) == 200
        assert await answered(stage, bill(), token="guessed-by-nobody") == 401
        await stage.settle()
        rows = stage.rows("SELECT state, reason FROM inbox ORDER BY id")
        assert rows == [("parked", "unknown_account"), ("parked", "unreadable")]
        assert stage.commands() == []


@pytest.mark.asyncio
@pytest.mark.capability("000-02", "000-03", "f17")
async def test_tokens_rotate_and_no_secret_is_on_disk_or_in_a_log_line(tmp_path: Path, log_lines: Lines) -> None:
    """Refused tokens are renewed, an uninstalled app is told once, and webhooks are taken all the while."""
    state = highlevel.State()
    async with selling(tmp_path, state) as stage:
        await stage.until(lambda: state.refreshes)
        state.access_tokens.clear()
        await stage.until(lambda: len(state.refreshes) == 2)
        state.revoke_all()
        await stage.until(lambda: any(line["event"] == "source.refused" for line in log_lines))
        assert await told(stage, order(timestamp=today())) == [200]
        state.refresh_tokens.add("refresh-2")
        await stage.until(lambda: any(line["event"] == "source.answers" for line in log_lines))
        files = [path for path in stage.data.iterdir() if path.is_file()]
        on_disk = b"".join(path.read_bytes() for path in files)
    seen = b"".join(log_lines.raw).decode()
    for secret in (PATH_TOKEN, CLIENT_SECRET, "refresh-1", "refresh-2", "access-1", "access-3"):
        assert secret.encode() not in on_disk, secret
        assert secret not in seen, secret
    assert COMPANY not in seen
    assert MAIL not in seen
