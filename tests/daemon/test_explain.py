"""Explain: from the disk alone, the whole way from the webhook to the document, whatever name one has for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from daemon.cli.story_text import print_story
from daemon.explain import Explainer
from daemon.requests import Discard, Retry
from handlers.commands import COMMANDS
from store.db import open_reader
from tests.fakes.people import People
from tests.fakes.pipe import Pipe, customer, invoice, note, pipe
from tests.fakes.target import Act, late, park, vanished

Json = dict[str, Any]
KINDS = {"demo": "simulator", "other": "live"}


async def _explained(folder: Path, named: str, *, company: str | None = None, body: bool = False) -> list[Json]:
    async with open_reader(folder / "bridge.db") as read:
        return await Explainer(read, kinds=KINDS, unseal=None, body=body).stories(named, company)


async def _one(folder: Path, named: str) -> Json:
    [story] = await _explained(folder, named)
    return story


async def _delivered(made: Pipe) -> list[int]:
    """A customer whose first call vanished, and an invoice for it."""
    made.target.scripts["ensure_customer"] = [vanished()]
    ids = await made.add(customer("C-1"), invoice("1"))
    await made.until("done", *ids)
    await made.database.write(
        lambda c: c.execute("UPDATE inbox SET number = '1042', kind = 'order_changed', version = '7' WHERE id = 1")
    )
    return ids


@pytest.mark.asyncio
@pytest.mark.capability("f80")
async def test_a_delivered_invoice_is_told_with_every_attempt_and_look(tmp_path: Path) -> None:
    """Delivery, rule, commands, the call that vanished, the looks with their proof, the call that made it, the link."""
    async with pipe(tmp_path) as made, made.running():
        first, second = await _delivered(made)
        story = await _one(tmp_path, "in-1")
        assert (story["source"], story["delivery_id"], story["state"], story["number"]) == (
            "shop",
            "msg_0",
            "handled",
            "1042",
        )
        assert story["received_at"] == "2026-11-13T10:15:00.000Z"
        buyer, document = story["commands"]
        assert (buyer["id"], buyer["rule"], buyer["state"], buyer["result"]) == (
            f"out-{first}",
            "rule",
            "done",
            "created",
        )
        vanished_call, made_call = buyer["attempts"]
        assert (vanished_call["end"], vanished_call["reason"], made_call["end"]) == ("absent", "timeout", "known")
        assert [look["found"] for look in vanished_call["looks"]] == ["absent", "absent"]
        assert vanished_call["looks"][0]["proof"] == {"mark": customer("C-1").thing.thing("demo"), "hits": 0}
        assert [look["found"] for look in made_call["looks"]] == ["found"]
        assert buyer["link"]["document"] == "customer:1"
        assert (document["id"], document["link"]["document"]) == (f"out-{second}", "invoice:2")
        assert {story["company_kind"], buyer["company_kind"]} == {"simulator"}


@pytest.mark.asyncio
@pytest.mark.capability("001-01")
async def test_every_command_names_fortnox_as_its_target(tmp_path: Path) -> None:
    """As it lies in the outbox and as explain shows it; a command for any other system cannot be read."""
    async with pipe(tmp_path) as made, made.running():
        await _delivered(made)
        stored = [json.loads(row["command"]) for row in await made.rows("SELECT command FROM outbox_payload")]
        assert [command["target"] for command in stored] == ["fortnox", "fortnox"]
        assert [command["target"] for command in (await _one(tmp_path, "in-1"))["commands"]] == ["fortnox", "fortnox"]
    for command in stored:
        assert COMMANDS.validate_python(command).target == "fortnox"
        with pytest.raises(ValueError, match="target"):
            COMMANDS.validate_python({**command, "target": "elsewhere"})


@pytest.mark.asyncio
@pytest.mark.capability("f80")
async def test_every_name_leads_to_the_same_story(tmp_path: Path) -> None:
    """Our ids, the delivery id, the source's own number, the document; a command alone names its brothers."""
    async with pipe(tmp_path) as made, made.running():
        first, second = await _delivered(made)
        for name in ("in-1", "msg_0", "1042", "IN-1"):
            assert [command["id"] for command in (await _one(tmp_path, name))["commands"]] == [
                f"out-{first}",
                f"out-{second}",
            ]
        for name in (f"out-{second}", "invoice:2"):
            story = await _one(tmp_path, name)
            assert [command["id"] for command in story["commands"]] == [f"out-{second}"]
            assert story["other_commands"] == [f"out-{first}"]
        assert await _explained(tmp_path, "invoice:99") == []
        assert await _explained(tmp_path, "out-99") == []
        assert await _explained(tmp_path, "never heard of it") == []


@pytest.mark.asyncio
async def test_a_bare_number_means_everything_of_that_number(tmp_path: Path) -> None:
    """The delivery of that number first, then the command's delivery, then the source's own number."""
    async with pipe(tmp_path) as made, made.running():
        ids = await made.add(customer("C-1"), lane="a") + await made.add(customer("C-2"), customer("C-3"), lane="b")
        await made.add(customer("C-4"), lane="c")
        await made.until("done", *ids)
        await made.database.write(lambda c: c.execute("UPDATE inbox SET number = '2' WHERE id = 3"))
        assert [story["id"] for story in await _explained(tmp_path, "2")] == ["in-2", "in-3"]
        assert [story["id"] for story in await _explained(tmp_path, "3")] == ["in-3", "in-2"]


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_a_company_narrows_what_a_number_means(tmp_path: Path) -> None:
    """Two companies with an invoice 1 each: both are told, or the one that was asked for."""
    async with pipe(tmp_path, names=("demo", "other")) as made, made.running():
        for name in ("demo", "other"):
            await made.until("done", *await made.add(customer("C-1"), company=name))
        assert [story["company"] for story in await _explained(tmp_path, "customer:1")] == ["demo", "other"]
        [story] = await _explained(tmp_path, "customer:1", company="other")
        assert (story["company"], story["company_kind"]) == ("other", "live")


@pytest.mark.asyncio
async def test_who_waits_is_told_for_what_and_for_whom(tmp_path: Path) -> None:
    """A reference, a claimed key (its name only), and the head of the lane."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [Act(takes=5)]
        [holder] = await made.add(customer("C-1", email="a@example.com"), lane="a")
        await made.until("in_flight", holder)
        claiming, behind = await made.add(customer("C-2", email="a@example.com"), note("R-2", "C-2"), lane="b")
        [referring] = await made.add(note("R-1"), lane="c")
        await made.until("waiting", claiming, referring)

        async def waits(outbox_id: int) -> Json:
            return dict((await _one(tmp_path, f"out-{outbox_id}"))["commands"][0]["waits_for"])

        held = {"held_by": f"out-{holder}", "held_by_state": "in_flight"}
        assert await waits(claiming) == {"what": "claim", "name": "email", **held}
        assert await waits(referring) == {"what": "link", "name": "what it refers to", **held}
        assert await waits(behind) == {
            "what": "lane",
            "name": "b",
            "held_by": f"out-{claiming}",
            "held_by_state": "waiting",
        }


@pytest.mark.asyncio
async def test_what_people_did_stands_between_what_happened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who, what and why, in the order of time; the text shows Stockholm's clock and that nothing is live."""
    async with pipe(tmp_path) as made, made.running():
        people = People(made, tmp_path)
        made.target.scripts["ensure_customer"] = [park(), park()]
        [only] = await made.add(customer("C-1"))
        await made.until("parked", only)
        await people.actions.perform(Retry(person="anna", id=str(only)))
        await made.until("parked", only)
        await people.actions.perform(Discard(person="bertil", id=str(only), reason="a test order"))
        story = await _one(tmp_path, f"out-{only}")
        print_story(story)
    lines = capsys.readouterr().out.splitlines()
    happened = [line.split("  ")[-1] for line in lines if line.startswith("    2")]
    assert [line for line in happened if not line.startswith("altered")] == [
        "made by rule rule",
        "call create",
        "call create: end known, status 400, code 2000433, reason refused",
        "anna did retry",
        "call create",
        "call create: end known, status 400, code 2000433, reason refused",
        "bertil did discard: a test order",
        "discarded",
    ]
    assert lines[0] == "in-1  shop -> demo SIMULATOR"
    assert "received 2026-11-13 11:15:00" in lines[1]


@pytest.mark.asyncio
async def test_a_doubt_that_another_command_left_is_named(tmp_path: Path) -> None:
    """After a discard the next command of the thing says whose call it looks for."""
    async with pipe(tmp_path, settle=30) as made, made.running():
        people = People(made, tmp_path)
        made.target.scripts["ensure_customer"] = [late(60)]
        [first] = await made.add(customer("C-1"), lane="a")
        await made.until("unknown", first)
        await people.actions.perform(Discard(person="anna", id=str(first), reason="x"))
        [second] = await made.add(customer("C-1"), lane="b")
        await made.until("waiting", second)
        [told] = (await _one(tmp_path, f"out-{second}"))["commands"]
        assert (told["waits_for"]["held_by"], told["waits_for"]["held_by_state"]) == (f"out-{first}", "discarded")
        assert told["doubts_of_others"] == [{"command": f"out-{first}", "operation": "create", "end": "unknown"}]


@pytest.mark.asyncio
async def test_bodies_and_texts_are_told_only_on_demand(tmp_path: Path) -> None:
    """They hold personal data; a body that was erased by retention is told as absent."""
    async with pipe(tmp_path) as made, made.running():
        [only] = await made.add(customer("Tallbacken"))
        await made.until("done", only)
        assert "Tallbacken" not in str(await _explained(tmp_path, "in-1"))
        [story] = await _explained(tmp_path, "in-1", body=True)
        assert (story["body"], story["commands"][0]["text"]["name"]) == ("{}", "Tallbacken")
        await made.database.write(lambda c: c.execute("DELETE FROM inbox_body"))
        [story] = await _explained(tmp_path, "in-1", body=True)
        assert story["body"] is None
