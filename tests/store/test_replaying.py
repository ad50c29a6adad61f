"""A replay brings commands to what today's rules ask for, and never sends anything a second time by itself."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.deciding import new_command
from handlers.commands import Command
from store import attempts, replaying
from store.acting import NotPossible, Person
from store.attempts import End, NewAttempt
from store.handling import Handled
from store.replaying import Replay
from tests.fakes.pipe import Pipe, booking, customer, invoice, pipe

BERTIL = Person("bertil", 1_700_000_000_000)


def _asked(inbox_id: int, *commands: Command, rule: str = "rule", version: str | None = None) -> Handled:
    made = [new_command(inbox_id, "demo", "a", rule, command) for command in commands]
    return Handled(
        inbox_id, "handled", kind="order_changed", thing="t" * 52, number="1", version=version, commands=made
    )


async def _replay(made: Pipe, handled: Handled, *, accept: bool = False) -> Replay:
    return await made.database.write(replaying.replay(handled, BERTIL, accept=accept))


def _what(replay: Replay) -> list[tuple[int, str, str]]:
    return [(entry.id, entry.what, entry.state) for entry in replay.commands]


async def _texts(made: Pipe, ids: Sequence[int]) -> list[tuple[bool, bool]]:
    """Whether each command has the new name, and whether its old text is kept."""
    rows = await made.rows("SELECT outbox_id, command, replaced FROM outbox_payload ORDER BY outbox_id")
    return [("Nytt AB" in row["command"], row["replaced"] is not None) for row in rows if row["outbox_id"] in ids]


NEW = customer("C-1").model_copy(update={"name": "Nytt AB"})


@pytest.mark.asyncio
@pytest.mark.capability("f53")
async def test_the_same_rules_on_the_same_delivery_change_nothing(tmp_path: Path) -> None:
    """Delivered or not: no command is stored, none is sent."""
    async with pipe(tmp_path) as made, made.running():
        ids = await made.add(customer("C-1"), invoice("1"))
        await made.until("done", *ids)
        replay = await _replay(made, _asked(1, customer("C-1"), invoice("1")), accept=True)
        assert _what(replay) == [(ids[0], "same", "done"), (ids[1], "same", "done")]
        assert (replay.state, replay.company) == ("handled", "demo")
        assert made.target.far.last == 2


@pytest.mark.asyncio
async def test_an_unsent_command_gets_the_new_content_and_keeps_the_old(tmp_path: Path) -> None:
    """Parked, waiting or ready: ready with the new text, before all others."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"))
        assert _what(await _replay(made, _asked(1, NEW))) == [(first, "changed", "ready")]
        assert await _texts(made, [first]) == [(True, True)]
        assert (await made.row(first))["priority"] == 0


@pytest.mark.asyncio
async def test_one_whose_end_is_unknown_is_looked_for_first(tmp_path: Path) -> None:
    """New text, state unknown, and the attempt stays open."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"))
        thing = (await made.row(first))["thing"]
        attempt = NewAttempt(first, "demo", thing, None, "create", True, {}, {}, (), {})
        attempt_id = await made.database.write(lambda connection: attempts.begin(connection, attempt, 1))
        assert _what(await _replay(made, _asked(1, NEW))) == [(first, "busy", "ready")]
        await made.database.write(lambda connection: attempts.end(connection, attempt_id, End("unknown"), 2))
        assert _what(await _replay(made, _asked(1, NEW))) == [(first, "looked_first", "unknown")]
        assert await made.attempts(first) == ["unknown"]


@pytest.mark.asyncio
@pytest.mark.capability("f53")
async def test_a_delivered_command_becomes_a_proposal_and_only_then_a_change(tmp_path: Path) -> None:
    """Reported first; accepted it is a new command on the same thing, so it can never be a second create."""
    async with pipe(tmp_path) as made, made.running():
        [first] = await made.add(customer("C-1"))
        await made.until("done", first)
        assert _what(await _replay(made, _asked(1, NEW))) == [(first, "proposed", "done")]
        [sent] = (await _replay(made, _asked(1, NEW), accept=True)).commands
        assert (sent.what, sent.id > first) == ("sent", True)
        made.delivery.wake()
        await made.until("done", sent.id)
        assert (await made.row(sent.id))["result"] == "unchanged"
        assert (await made.row(sent.id))["key"].endswith("/r1")
        assert made.target.far.last == 1
        assert _what(await _replay(made, _asked(1, NEW), accept=True)) == [(sent.id, "same", "done")]
        assert _what(await _replay(made, _asked(1, customer("C-1")), accept=False)) == [(sent.id, "proposed", "done")]


@pytest.mark.asyncio
async def test_what_the_rules_no_longer_ask_for_is_not_sent(tmp_path: Path) -> None:
    """Unsent ones are superseded, what was sent is kept; what is asked for again is stored anew."""
    async with pipe(tmp_path) as made:
        first, second = await made.add(invoice("1"), booking("1"))
        assert _what(await _replay(made, _asked(1, invoice("1")))) == [
            (first, "same", "ready"),
            (second, "superseded", "superseded"),
        ]
        again = await _replay(made, _asked(1, invoice("1"), booking("1")))
        [_, stored] = again.commands
        assert (stored.what, (await made.row(stored.id))["key"][-3:]) == ("stored", "/r1")


@pytest.mark.asyncio
async def test_a_delivery_that_was_parked_is_handled_now(tmp_path: Path) -> None:
    """After the fix of a parser the row's commands are stored for the first time."""
    async with pipe(tmp_path) as made:
        await made.add()
        await made.database.write(lambda c: c.execute("UPDATE inbox SET state = 'parked', reason = 'bug'"))
        replay = await _replay(made, _asked(1, customer("C-1"), version="5"))
        assert [entry.what for entry in replay.commands] == ["stored"]
        [row] = await made.rows("SELECT state, reason, number, version FROM inbox")
        assert row == {"state": "handled", "reason": None, "number": "1", "version": "5"}


@pytest.mark.asyncio
async def test_rules_that_ask_a_question_now_touch_no_command(tmp_path: Path) -> None:
    """A delivery that was handled stays handled; the answer says what today's rules would do."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"))
        replay = await _replay(made, Handled(1, "held", reason="question", question="which rate?"))
        assert (replay.state, replay.question, replay.commands) == ("held", "which rate?", ())
        assert (await made.rows("SELECT state FROM inbox"))[0]["state"] == "handled"
        assert await made.states([first]) == ["ready"]


@pytest.mark.asyncio
async def test_an_older_version_never_overwrites_a_newer_one(tmp_path: Path) -> None:
    """Nor does an equal version that arrived earlier; the refusal names the one to replay."""
    async with pipe(tmp_path) as made:
        await made.add(customer("C-1"))
        await made.add(customer("C-1"))
        await _replay(made, _asked(2, customer("C-1"), version="7"))
        for version in ("6", "7"):
            with pytest.raises(NotPossible, match="replay in-2"):
                await _replay(made, _asked(1, NEW, version=version))
        assert (await _replay(made, _asked(1, NEW, version="8"))).state == "handled"


@pytest.mark.asyncio
async def test_changed_references_count_as_a_change(tmp_path: Path) -> None:
    """The same text with other things to wait for is another command."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(invoice("1"))
        asked = _asked(1, invoice("1"))
        other = replace(asked, commands=[replace(asked.commands[0], refs=["x" * 52])])
        assert _what(await _replay(made, other)) == [(first, "changed", "ready")]
        assert (await made.row(first))["refs"] == f'["{"x" * 52}"]'
