"""Each example payload of HighLevel on its whole way, compared with books that were worked out by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.clock import Clock
from tests.acceptance.books import (
    Books,
    Card,
    Document,
    Payment,
    Row,
    Wall,
    books_of,
    comments,
    decoded,
    files_of,
    settled,
    told,
)
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.examples import example
from tests.stand_ins import highlevel
from tests.stand_ins.highlevel_app import AppSigner, app_sender
from tests.stand_ins.serving import serving

FIELD = "4jEDCN7RpB0fWeo4NjQr"
LABELS = {
    "UhAtFfsTcm4FwSWzQiUB": "Hur nöjd är du med leveransen (0-10)?",
    FIELD: "Organisationsnummer",
    "En0GbG5UaEB5uAPP9Dga": "Vad kan vi göra bättre?",
    "wbcEnrN0uTXFVXAczHJR": "Vilka tjänster är du intresserad av?",
}
"""The fields of the submissions as the location's custom fields name them: the labels of the workflow's example."""

SECTION = """
[scheduler]
poll_seconds = 1
[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "hQ4nVw8sLtR2eXbKc7Pm"
path_token = "plain:path-token-of-a-test"
app = true
app_keys = ['''{key}''']
organisation_number_field = "4jEDCN7RpB0fWeo4NjQr"
{more}
[sources.ghl.api]
base_url = "{url}"
client_id = "stand-in-app"
client_secret = "plain:stand-in-secret"
refresh_token = "plain:refresh-0"
poll = {poll}
[sources.custom]
type = "highlevel"
company = "demo"
path_token = "plain:path-token-of-another"
"""
"""``custom`` is a source for the action "Custom Webhook", whose example names no location."""

COMPANY = """[companies.demo.bookkeeping]
round_off_account = 3740
our_reference = "Orderkontoret"
[companies.demo.documents]
credit_cancelled = "{credit}"
"""

VATTERN = Card(
    number="1",
    name="Vättern Mekaniska AB",
    organisation_number="559901-1045",
    email="asa.wikstrom@example.com",
    phone="+46701740605",
    street="Verkstadsgatan 4",
    zip_code="553 16",
    city="Jönköping",
    country="SE",
)
ORDER = Document(
    date="2026-11-06",  # made at 12:00 UTC, 13:00 in Stockholm
    due="2026-12-06",  # HighLevel states none: 30 days
    rows=(
        Row("", "Servicepaket svarv", "1", "1990", "0", "25", "3001", "1990"),
        Row("", "Packningssats", "4", "210", "0", "25", "3001", "840"),  # 4 x 210
    ),
    net="2830",  # 1990 + 840
    vat="707.5",  # 25 % of 2830: 497.50 + 210.00
    round_off="0.5",  # 3537.50 to whole kronor
    total="3538",
    our_reference="Orderkontoret",
    order_number="80b21ead8f062d15a4f4ef27",
    booked=True,
    balance="0",
)
ORDER_PAID = Payment(invoice="1", amount="3537.5", date="2026-11-06", written_off=(("0.5", "3740"),))
INVOICE = Document(
    date="2026-11-01",
    due="2026-12-01",
    rows=(Row("", "Rådgivning, 8 timmar", "8", "1250", "0", "25", "3001", "10000"),),  # 8 x 1250
    net="10000",
    vat="2500",  # 25 % of 10000
    total="12500",
    our_reference="Orderkontoret",
    order_number="1043",
    booked=True,
    balance="0",
)
INVOICE_PAID = Payment(invoice="2", amount="12500", date="2026-11-09")  # updatedAt of the paid invoice

SURVEYED = Books(customers=(VATTERN,))
ORDERED = replace(SURVEYED, invoices=(ORDER,), payments=(ORDER_PAID,))
INVOICED = replace(ORDERED, invoices=(ORDER, INVOICE), payments=(ORDER_PAID, INVOICE_PAID))

SURVEY_LINE = (
    "2026-11-03 eVKFk27vrCpbesyqsLqA 9; Vad kan vi göra bättre?: Snabbare återkoppling på offerter, gärna samma dag.; "
    "Vilka tjänster är du intresserad av?: Service, Reservdelar; Antal anställda: 10–49"
)
POLLED_LINE = (  # in the form's order, which is another, and without what only the contact's card knows
    "2026-11-03 eVKFk27vrCpbesyqsLqA 9; Vilka tjänster är du intresserad av?: Service, Reservdelar; "
    "Vad kan vi göra bättre?: Snabbare återkoppling på offerter, gärna samma dag."
)
NOTE_LINE = "2026-11-12 note; Kunden vill ha månadsfaktura från januari."

IN_ORDER = (
    # file, when it comes (a second after HighLevel signed it), what the inbox says, the books from then on
    ("contact-create.json", "2026-03-14T08:12:46Z", ("handled", None), Books()),  # nobody bought anything yet
    ("app-install.json", "2026-11-01T07:00:13Z", ("ignored", "app_installed"), Books()),
    ("workflow-webhook-survey-submitted.json", "2026-11-03T08:41:30Z", ("handled", None), SURVEYED),
    # A card is never overwritten: it keeps the e-mail of the survey.
    ("contact-update.json", "2026-11-05T10:20:03Z", ("handled", None), SURVEYED),
    ("order-create.json", "2026-11-06T12:00:06Z", ("ignored", "status_not_mapped"), SURVEYED),
    ("order-status-update.json", "2026-11-06T12:04:42Z", ("handled", None), ORDERED),
    ("invoice-paid.json", "2026-11-09T13:22:12Z", ("handled", None), INVOICED),
    ("invoice-void.json", "2026-11-10T08:00:02Z", ("handled", None), INVOICED),  # 1044 was never here
    ("opportunity-status-update.json", "2026-11-12T14:00:02Z", ("ignored", "opportunity"), INVOICED),
    ("note-create.json", "2026-11-12T14:05:02Z", ("handled", None), INVOICED),
)
CUSTOM = "custom-webhook-survey-submitted.json"
SUBMISSIONS, TOKENS = "api-survey-submissions.json", "oauth-token-response.json"
NO_EVENTS = {"api-surveys-list.json": "surveys are told by the id in each submission; the list is never asked for"}


def test_every_example_has_its_place() -> None:
    """A new example makes this fail until somebody says what becomes of it."""
    sent = {name for name, *_ in IN_ORDER} | {CUSTOM}
    assert files_of("highlevel") == sent | {SUBMISSIONS, TOKENS} | set(NO_EVENTS)


def contact() -> dict[str, Any]:
    """The contact as the API gives it: the fields of the example webhook."""
    found: dict[str, Any] = decoded("highlevel/contact-create.json")
    return {name: value for name, value in found.items() if name not in {"type", "timestamp", "webhookId"}}


@asynccontextmanager
async def standing(
    folder: Path, wall: Wall, *, poll: str = "[]", more: str = "", credit: str = "hold"
) -> AsyncIterator[tuple[Scene, highlevel.State]]:
    """The stand-in with what the examples tell of the location, and the daemon; both live by ``wall``."""
    state = highlevel.State(now=wall.now)
    state.add("contacts", contact())
    state.add("customFields", *({"id": number, "name": label} for number, label in LABELS.items()))
    tokens = decoded(f"highlevel/{TOKENS}")
    state.token_answers.append((200, tokens))
    state.access_tokens[tokens["access_token"]] = datetime.fromisoformat("2027-01-01T00:00:00Z")
    state.refresh_tokens = {tokens["refresh_token"]}
    plan = CompanyPlan(sources=(), sections=COMPANY.format(credit=credit))
    async with serving(highlevel.application(state)) as url:
        section = SECTION.format(key=AppSigner().public_key, url=url, poll=poll, more=more)
        async with scene(folder, plan, more=section, clock=Clock(now=wall.now)) as stage:
            yield stage, state


async def sent(stage: Scene, body: bytes | dict[str, Any]) -> None:
    """One app webhook, signed over exactly these bytes, until all is done that follows from it."""
    assert await app_sender(f"{stage.bridge.url}/hooks/ghl", stage.session, asyncio.sleep).send(body) == [200]
    await settled(stage)


async def answered(stage: Scene, body: bytes, path: str = "ghl/path-token-of-a-test") -> None:
    """One workflow webhook, until all is done that follows from it."""
    async with stage.session.post(f"{stage.bridge.url}/hooks/{path}", data=body) as answer:
        assert answer.status == 200
    await settled(stage)


@pytest.mark.asyncio
@pytest.mark.capability("000-01", "000-03", "000-13", "000-14", "000-28", "000-47", "000-48", "004-06")
@pytest.mark.capability("f3", "f4", "f27")
async def test_all_webhooks_in_the_order_of_their_times(tmp_path: Path) -> None:
    """After each: what the inbox says, and every customer, invoice and payment to the öre."""
    wall = Wall(datetime.fromisoformat("2026-03-14T08:00:00Z"))
    async with standing(tmp_path, wall) as (stage, state):
        for turn, (name, moment, outcome, books) in enumerate(IN_ORDER):
            wall.turn(moment)
            calls = len(await stage.calls())
            deliver = answered if name.startswith("workflow") else sent
            await deliver(stage, example(f"highlevel/{name}"))
            assert told(stage)[turn] == outcome, name
            assert books_of(await stage.state()) == books, name
            if outcome[0] == "ignored":
                assert len(await stage.calls()) == calls, name
        assert comments(await stage.state()) == [SURVEY_LINE, NOTE_LINE]
        assert {state for _, state, _ in stage.commands()} == {"done"}
        # The contact was read once each for the paid order, both invoices and the note, with tokens of the example.
        paths = [call["path"] for call in state.calls if call["path"] != "/oauth/token"]
        assert paths == ["/contacts/e6m50fei5oNM2igrq1MG"] * 4
        assert state.refreshes[:2] == ["refresh-0", decoded(f"highlevel/{TOKENS}")["refresh_token"]]


def state_of(name: str, **fields: Any) -> dict[str, Any]:
    """An example of an invoice in another state, told by another webhook."""
    found: dict[str, Any] = decoded(f"highlevel/{name}")
    return {**found, "webhookId": f"{found['webhookId']}-{fields['status']}", **fields}


SENT = replace(INVOICE, order_number="1045", booked=False, balance="12500")
PAID = replace(INVOICE, order_number="1044")
CREDIT = replace(
    SENT,
    date="2026-11-10",  # the day on which it was voided
    due="2026-12-10",
    rows=(replace(SENT.rows[0], quantity="-8", total="-10000"),),
    net="-10000",
    vat="-2500",
    total="-12500",
    booked=True,
    balance="0",
)


@pytest.mark.asyncio
@pytest.mark.capability("000-48", "f26", "f28")
@pytest.mark.parametrize("credit", ["hold", "credit"])
async def test_an_invoice_that_is_voided_after_it_came(tmp_path: Path, credit: str) -> None:
    """1045 was sent: cancelled, or credited where a person booked it. 1044 was paid: money is there, so a person is
    asked whatever the settings say."""
    wall = Wall(datetime.fromisoformat("2026-11-09T13:22:12Z"))
    void, other = "invoice-void.json", {"_id": "of-another-invoice", "invoiceNumber": "1045"}
    earlier = {"updatedAt": "2026-11-09T13:22:10.450Z", "timestamp": "2026-11-09T13:22:11.003Z"}
    async with standing(tmp_path, wall, more='invoices = "sent"', credit=credit) as (stage, _):
        await sent(stage, state_of(void, status="sent", type="InvoiceSent", **other, **earlier))
        paid = {"status": "paid", "type": "InvoicePaid", "amountPaid": 12500, "amountDue": 0}
        await sent(stage, state_of(void, **paid, **earlier))
        before = Books(customers=(VATTERN,), invoices=(SENT, PAID), payments=(INVOICE_PAID,))
        assert books_of(await stage.state()) == before
        if credit == "credit":
            await stage.bridge.targets["demo"].client.request("book_invoice", "1")  # type: ignore[attr-defined]
        wall.turn("2026-11-10T08:00:02Z")
        await sent(stage, state_of(void, status="void", **other))
        await sent(stage, example(f"highlevel/{void}"))
        gone = (replace(SENT, cancelled=True, balance="0"), PAID)
        credited = (replace(SENT, booked=True, balance="0"), PAID, CREDIT)
        expected = gone if credit == "hold" else credited
        assert books_of(await stage.state()) == replace(before, invoices=expected)
        held = stage.rows("SELECT kind, reason FROM outbox WHERE state = 'held'")
        asked = {"hold": ("ensure_cancelled", "invoice_booked"), "credit": ("ensure_credit", "invoice_paid")}
        assert held == [asked[credit]]


@pytest.mark.asyncio
@pytest.mark.capability("004-18")
async def test_a_won_opportunity_is_an_order_where_settings_say_so(tmp_path: Path) -> None:
    """Its value is without VAT: 45,000 and 25 % on top; dated the day it was won."""
    wall = Wall(datetime.fromisoformat("2026-11-12T14:00:02Z"))
    async with standing(tmp_path, wall, more='opportunities = { vat_rate = 25, currency = "SEK" }') as (stage, _):
        await sent(stage, example("highlevel/opportunity-status-update.json"))
        won = Document(
            date="2026-11-12",
            due="2026-12-12",
            rows=(Row("", "Serviceavtal 2027 – Vättern Mekaniska", "1", "45000", "0", "25", "3001", "45000"),),
            net="45000",
            vat="11250",  # 25 % of 45000
            total="56250",
            our_reference="Orderkontoret",
            order_number="YjKHZeJtcfpSroucZ0yj",
            booked=False,
            balance="56250",
        )
        assert books_of(await stage.state()) == Books(customers=(VATTERN,), invoices=(won,))


@pytest.mark.asyncio
@pytest.mark.capability("000-13", "000-14", "f4", "f14")
async def test_a_custom_webhook_brings_the_same_survey(tmp_path: Path) -> None:
    """Its body has no address of the contact, and the owner's names of the questions."""
    wall = Wall(datetime.fromisoformat("2026-11-03T08:41:02Z"))
    async with standing(tmp_path, wall) as (stage, _):
        await answered(stage, example(f"highlevel/{CUSTOM}"), "custom/path-token-of-another")
        card = replace(VATTERN, street="", zip_code="", city="", country="")
        assert books_of(await stage.state()) == Books(customers=(card,))
        assert comments(await stage.state()) == [
            "2026-11-03 eVKFk27vrCpbesyqsLqA 9; comment: Snabbare återkoppling på offerter, gärna samma dag.; "
            "services: Service, Reservdelar"
        ]


JONAS = Card(number="2", name="Jonas Ekdahl", organisation_number="559901-2050", email="jonas.ekdahl@example.com")
"""The second submission's contact is gone at HighLevel, so only what the submission itself says is known."""

JONAS_LINE = "2026-11-02 eVKFk27vrCpbesyqsLqA 6; Vilka tjänster är du intresserad av?: Service, Reservdelar"


@pytest.mark.asyncio
@pytest.mark.capability("000-13", "000-14", "000-19", "000-43", "f4", "f5")
@pytest.mark.parametrize("first", ["poll", "workflow"])
async def test_a_submission_is_one_response_whichever_way_comes_first(tmp_path: Path, first: str) -> None:
    """The example of polling and the example of the workflow are one response: one card, one line."""
    wall = Wall(datetime.fromisoformat("2026-11-03T08:41:20Z"))
    polled = decoded(f"highlevel/{SUBMISSIONS}")["submissions"]
    async with standing(tmp_path, wall, poll='["surveys"]') as (stage, state):
        ways = ["poll", "workflow"] if first == "poll" else ["workflow", "poll"]
        for way in ways:
            if way == "poll":
                state.add("submissions", polled[0])
                await stage.until("SELECT 1 FROM inbox WHERE origin = 'poll' AND state NOT IN ('waiting', 'reading')")
                await settled(stage)
            else:
                await answered(stage, example("highlevel/workflow-webhook-survey-submitted.json"))
            assert books_of(await stage.state()) == SURVEYED
        line = POLLED_LINE if first == "poll" else SURVEY_LINE
        assert comments(await stage.state()) == [line]
        state.add("submissions", *polled)
        await stage.until("SELECT 1 FROM outbox WHERE kind = 'ensure_note' AND state = 'done' LIMIT 1 OFFSET 1")
        await settled(stage)
        assert books_of(await stage.state()) == Books(customers=(VATTERN, JONAS))
        assert comments(await stage.state()) == [line, JONAS_LINE]
