"""Surveys become customer cards and lines on them; what people wrote stays."""

import json
from pathlib import Path

import pytest

from handlers.values import Ref, short_reference
from tests.acceptance.scene import WORKFLOW, CompanyPlan, Scene, scene
from tests.fakes.examples import example
from tests.fakes.senders import Json, survey

NUMBER = "559904-2032"
RESPONDENT: Json = {"company": "Tallbacken Bygg", "organisation_number": NUMBER, "email": "ny@example.com"}
CARD: Json = {"Name": "Tallbacken Bygg & Entreprenad AB", "OrganisationNumber": NUMBER, "Email": "inkop@example.com"}


def settings(text: str) -> CompanyPlan:
    """A company with these survey settings."""
    return CompanyPlan(sections=f"[companies.demo.survey]\n{text}")


async def seeded(stage: Scene, *cards: Json) -> None:
    """Cards that people made in Fortnox before us."""
    await stage.control("seed", {"company": 1001, "customers": list(cards)})


async def cards(stage: Scene) -> list[Json]:
    """All customer cards."""
    found: list[Json] = (await stage.state())["customers"]
    return found


@pytest.mark.asyncio
@pytest.mark.capability("000-13")
@pytest.mark.capability("f24")
async def test_empty_fields_are_filled_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """A card that is there keeps its name and gets the address that it lacked."""
    async with scene(tmp_path) as stage:
        await seeded(stage, {name: value for name, value in CARD.items() if name != "Email"})
        await stage.send(survey("resp-1", RESPONDENT))
        await stage.settle()
        (card,) = await cards(stage)
        assert (card["Name"], card["Email"]) == (CARD["Name"], "ny@example.com")
        assert len(card["Comments"].splitlines()) == 1


@pytest.mark.asyncio
@pytest.mark.capability("000-45")
@pytest.mark.parametrize(
    ("overwrite", "email", "name"),
    [
        ("[]", CARD["Email"], CARD["Name"]),
        ('["email"]', "ny@example.com", CARD["Name"]),
        ('["email", "name"]', "ny@example.com", "Tallbacken Bygg"),
    ],
)
async def test_only_listed_fields_are_overwritten(tmp_path: Path, overwrite: str, email: str, name: str) -> None:
    """``survey.overwrite`` names what the survey may replace, and nothing else is replaced."""
    async with scene(tmp_path, settings(f"overwrite = {overwrite}")) as stage:
        await seeded(stage, CARD)
        await stage.send(survey("resp-1", RESPONDENT))
        await stage.settle()
        (card,) = await cards(stage)
        assert (card["Email"], card["Name"]) == (email, name)


@pytest.mark.asyncio
@pytest.mark.capability("000-13")
@pytest.mark.parametrize(
    ("create", "respondent", "made"),
    [
        ("always", {"name": "Par", "email": "par@example.com"}, 1),
        ("with_organisation_number", {"name": "Par", "email": "par@example.com"}, 0),
        ("with_organisation_number", RESPONDENT, 1),
        ("never", RESPONDENT, 0),
    ],
)
async def test_who_becomes_a_customer_is_a_setting(tmp_path: Path, create: str, respondent: Json, made: int) -> None:
    """Where no card may be made, the response is recorded as such: nothing waits, nothing is parked."""
    async with scene(tmp_path, settings(f'create_customers = "{create}"')) as stage:
        await stage.send(survey("resp-1", respondent))
        await stage.settle()
        assert len(await cards(stage)) == made
        assert stage.rows("SELECT kind, state, result FROM outbox ORDER BY id") == [
            ("ensure_customer", "done", "created" if made else "not_created"),
            ("ensure_note", "done", "changed" if made else "not_created"),
        ]


@pytest.mark.asyncio
@pytest.mark.capability("000-14")
async def test_only_our_own_oldest_lines_give_way(tmp_path: Path) -> None:
    """Other people's text stays to the letter; our lines shrink and go, oldest first; each stands there once."""
    theirs = "Ring alltid Maj på ekonomi.\nFaktura via e-post."
    async with scene(tmp_path) as stage:
        await seeded(stage, CARD | {"Comments": theirs})
        for turn in range(30):
            await stage.send(survey(f"resp-{turn}", RESPONDENT, word=f"svar {turn:02} " + "mycket text " * 10))
            await stage.settle()
        (card,) = await cards(stage)
        assert card["Comments"].startswith(theirs + "\n")
        assert len(card["Comments"]) <= 1024
        lines = card["Comments"].removeprefix(theirs + "\n").splitlines()
        newest = short_reference(Ref(system="shop", kind="response", id="resp-29").thing("demo"))
        assert lines[-1].endswith(f" #{newest}")
        marks = [entry.rsplit("#", 1)[1] for entry in lines]
        assert len(marks) == len(set(marks)) < 30
        assert {state for _, state, _ in stage.commands()} == {"done"}


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_no_room_beside_other_peoples_text_is_held(tmp_path: Path) -> None:
    """Where other people's text leaves no room, nothing of it is cut: a person is asked."""
    theirs = "x" * 1010
    async with scene(tmp_path) as stage:
        await seeded(stage, CARD | {"Comments": theirs})
        await stage.send(survey("resp-1", RESPONDENT))
        await stage.settle()
        (card,) = await cards(stage)
        assert card["Comments"] == theirs
        assert stage.commands()[-1] == ("ensure_note", "held", "no_room")


def payload(name: str) -> Json:
    """A recorded payload of a HighLevel workflow."""
    found: Json = json.loads(example(f"highlevel/{name}"))
    return found


@pytest.mark.asyncio
@pytest.mark.capability("000-44")
@pytest.mark.capability("000-13")
@pytest.mark.capability("f14")
@pytest.mark.parametrize("name", ["workflow-webhook-survey-submitted.json", "custom-webhook-survey-submitted.json"])
async def test_highlevel_surveys_reach_the_card(tmp_path: Path, name: str) -> None:
    """The recorded payloads end to end: card with keys and phone, and one line with the score and the answers."""
    async with scene(tmp_path, more=WORKFLOW) as stage:
        reply = await stage.workflow().send(payload(name))
        assert reply.status == 200
        again = await stage.workflow().send(payload(name))
        assert again.status == 200
        await stage.settle()
        (card,) = await cards(stage)
        assert card["Name"] == "Vättern Mekaniska AB"
        assert (card["OrganisationNumber"], card["Email"]) == ("559901-1045", "asa.wikstrom@example.com")
        assert card["Phone1"] == "+46701740605"
        (written,) = card["Comments"].splitlines()
        assert " 9" in written
        assert "Snabbare återkoppling" in written
        assert stage.rows("SELECT count(*) FROM inbox") == [(1,)]


@pytest.mark.asyncio
@pytest.mark.capability("f14")
@pytest.mark.capability("000-01")
@pytest.mark.parametrize("wrong", ["path_token", "header_secret"])
async def test_an_unsigned_sender_needs_both_tokens(tmp_path: Path, wrong: str) -> None:
    """One right token of two is not enough, and nothing is stored."""
    async with scene(tmp_path, more=WORKFLOW) as stage:
        sender = stage.workflow()
        setattr(sender, wrong, "guessed-guessed-guessed")
        reply = await sender.send(payload("custom-webhook-survey-submitted.json"))
        assert reply.status == 401
        assert stage.rows("SELECT count(*) FROM inbox") == [(0,)]
