"""A company's own rules for its surveys, from the webhook to Fortnox: who went before, corrections, documents."""

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from daemon.requests import StartTask
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.daemon.test_cli import beside, told
from tests.fakes.senders import Json, survey

RESPONDENT: Json = {"company": "Tallbacken Bygg", "organisation_number": "559904-2032", "email": "ny@example.com"}

RULES = """
[companies.demo.survey.scales."kundenkat-*"]
kind = "nps"

[[companies.demo.survey.rules]]
name = "falling"
survey = "kundenkat-*"
when = { dropped_by = 3 }
insight = "{previous} to {score}: {answer.kommentar}"

[[companies.demo.survey.rules]]
name = "promoter"
survey = "kundenkat-*"
when = { class = "promoter", first = true }
note = "asked for a reference"
customer = { OurReference = "Maja", YourReference = "NPS {score}" }

[[companies.demo.survey.rules]]
name = "inspection"
when = { answers = { besok = "yes" } }
label = "Enkät"
invoice = { text = "Besiktning {answer.kommentar}", price = 1500, vat = 25, comments = "Betyg {score}" }

[[companies.demo.survey.rules]]
name = "spare"
when = { keywords = ["reservdel*"] }
offer = { text = "Reservdelar", price_answer = "pris", quantity = 2, vat = 25 }

[[companies.demo.survey.rules]]
name = "test-panel"
when = { answers = { panel = true } }
nothing = true
"""


OBJECTS = """
[[companies.demo.survey.rules]]
name = "partner"
survey = "partner"
instead = true
project = { ProjectNumber = "P-{response}", Description = "Partner {name}" }
supplier = { Name = "{name}", OrganisationNumber = "{organisation_number}" }
account = { Number = 6993, Description = "Goodwill {survey}" }
voucher = { series = "A", text = "Goodwill {response}", debit = 3004, credit = 1930, amount_answer = "kredit" }
"""


def company(rules: str = RULES) -> CompanyPlan:
    """A company with these rules."""
    return CompanyPlan(sections=rules)


def said(key: str, value: object) -> Json:
    """One answer more."""
    return {"key": key, "question": key, "value": value}


def answered(response: str, score: int, *more: Json, word: str = "bra", **data: object) -> Json:
    """A response with the usual two answers and more."""
    body = survey(response, RESPONDENT, word=word, score=score, **data)
    body["data"]["answers"] += more
    return body


async def lines(stage: Scene) -> list[str]:
    """The lines on the one card, without their marks."""
    (card,) = (await stage.state())["customers"]
    return [line.rsplit(" #", 1)[0] for line in card["Comments"].splitlines()]


@pytest.mark.asyncio
@pytest.mark.capability("000-35", "000-44")
@pytest.mark.capability("f21")
async def test_ten_responses_of_one_person_at_once_see_each_other_in_order(tmp_path: Path) -> None:
    """None waits for the one before it to be handled, and each is told of all before it, across two surveys."""
    scores = [9, 5, 8, 2, 10, 7, 4, 8, 1, 9]
    async with scene(tmp_path, company()) as stage:
        for turn, score in enumerate(scores):
            await stage.send(answered(f"resp-{turn}", score, word=f"nr{turn}", survey_id=f"kundenkat-{turn % 2}"))
        await stage.settle()
        pairs = pairwise(scores)
        fell = [f"{a} to {b}: nr{turn}" for turn, (a, b) in enumerate(pairs, start=1) if a - b >= 3]
        assert len(fell) == 5
        insights = (
            "SELECT p.command FROM outbox o JOIN outbox_payload p ON p.outbox_id = o.id WHERE kind = 'ensure_note'"
        )
        made = [json.loads(text) for (text,) in stage.rows(f"{insights} AND rule = 'survey_rules' ORDER BY o.id")]
        assert [note["detail"] for note in made if note["core"] == "insight falling"] == fell
        assert [note["detail"] for note in made if note["core"] == "promoter"] == ["asked for a reference"]
        (card,) = (await stage.state())["customers"]
        assert (card["OurReference"], card["YourReference"]) == ("Maja", "NPS 9")
        assert any(line.endswith("insight falling; 8 to 1: nr8") for line in await lines(stage))
        (story,) = told(await beside(stage, "explain", "in-9", "--json"))
        assert story["response"]["rules_met"] == ["falling", "note_survey"]
        meets = "answered kundenkat-0 with 1; rules that it meets, or met before: falling, note_survey"
        assert meets in (await beside(stage, "explain", "in-9")).stdout
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("000-28", "000-43", "000-36", "000-44")
@pytest.mark.capability("f21")
async def test_a_corrected_response_updates_what_it_caused(tmp_path: Path) -> None:
    """A line is replaced, no second one joins it; a draft is changed, then cancelled; a booked one is asked about."""
    async with scene(tmp_path, company()) as stage:
        yes = said("besok", "yes")
        for response, word in (("resp-1", "tak"), ("resp-2", "vind")):
            await stage.send(answered(response, 9, yes, word=word))
            await stage.settle()
        invoices = (await stage.state())["invoices"]
        assert [(one["Net"], one["TotalVAT"], one["Booked"]) for one in invoices] == [(1500, 375, False)] * 2
        await stage.send(answered("resp-1", 3, yes, word="golv", timestamp="2026-11-13T11:15:00Z"))
        await stage.settle()
        first = (await stage.state())["invoices"][0]
        assert (first["InvoiceRows"][0]["Description"], first["Comments"]) == ("Besiktning golv", "Betyg 3")
        found = await lines(stage)
        assert [line for line in found if "kundenkat-q4" in line] == [
            "2026-11-13 kundenkat-q4 3; kommentar: golv; besok: yes",
            "2026-11-13 kundenkat-q4 9; kommentar: vind; besok: yes",
        ]
        assert [line for line in found if "promoter" in line] == [
            "2026-11-13 promoter: no longer so, the response was corrected"
        ]
        assert stage.rows("SELECT score FROM response ORDER BY inbox_id") == [("3",), ("9",)]
        await stage.act(StartTask(person="anna", company="demo", operation="book_invoice", keys=("2",), key="books"))
        await stage.settle()
        await stage.send(
            answered("resp-1", 3, word="golv", timestamp="2026-11-13T12:15:00Z"),
            answered("resp-2", 9, word="vind", timestamp="2026-11-13T12:15:00Z"),
        )
        await stage.settle()
        assert [one["Cancelled"] for one in (await stage.state())["invoices"]] == [True, False]
        stopped = stage.rows("SELECT kind, state FROM outbox WHERE state NOT IN ('done', 'superseded')")
        assert stopped == [("ensure_cancelled", "held")]


@pytest.mark.asyncio
@pytest.mark.capability("000-36")
@pytest.mark.capability("f4", "f21")
async def test_documents_and_objects_are_made_by_conditions_and_nothing_means_nothing(tmp_path: Path) -> None:
    """An offer priced by an answer; a project, a supplier, an account, a voucher; and a panel that leaves no note."""
    async with scene(tmp_path, company(RULES + OBJECTS)) as stage:
        await stage.send(
            answered("resp-1", 7, said("pris", "124,50"), word="Saknar Reservdelarna, tack"),
            answered("resp-2", 8, said("panel", True), said("besok", "yes"), survey_id="panel"),
            answered("resp-3", 8, said("kredit", 250), survey_id="partner"),
        )
        await stage.settle()
        assert {state for _, state, _ in stage.commands()} == {"done"}
        state = await stage.state()
        (offer,) = state["offers"]
        assert (offer["Net"], offer["TotalVAT"], offer["OfferRows"][0]["Quantity"]) == (249, Decimal("62.25"), "2")
        (invoice,) = state["invoices"]
        assert invoice["ExternalInvoiceReference2"] == "shop survey resp-2"
        assert [state["labels"][0]["Description"], invoice["Labels"]] == ["Enkät", [{"Id": state["labels"][0]["Id"]}]]
        assert "panel" not in (await stage.state())["customers"][0]["Comments"]
        (voucher,) = state["vouchers"]
        assert [(row["Account"], row["Debit"], row["Credit"]) for row in voucher["VoucherRows"]] == [
            (3004, 250, 0),
            (1930, 0, 250),
        ]
        again = answered("resp-3", 8, said("kredit", 250), survey_id="partner", timestamp="2026-11-20T09:00:00Z")
        await stage.send(again)
        await stage.settle()
        assert {what for _, what, _ in stage.commands()} == {"done"}, "corrected on another day, it says the same"
        assert [one["Description"] for one in state["projects"]] == ["Partner Tallbacken Bygg"]
        assert [one["Name"] for one in state["suppliers"]] == ["Tallbacken Bygg"]
