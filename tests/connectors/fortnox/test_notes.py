"""Notes: one marked line each, nobody's text lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Held, Later, UnknownEnd
from connectors.fortnox.note_text import OURS, Note, appended, has_mark, shortened
from handlers.values import Ref, short_reference
from tests.connectors.fortnox.stand import NOTE, customer, note, stand

MARK = short_reference(NOTE.thing("demo"))
LINE = f"2026-11-20 nps-2026 9; why: snabb leverans #{MARK}"


def _note(number: int, detail: str = "", core: str = "nps 9") -> Note:
    return Note("2026-11-20", core, detail, "abcdefghijk" + "abcdefghijklmnopqrstuvwxyz234567"[number % 32])


@pytest.mark.asyncio
@pytest.mark.capability("f32")
async def test_a_note_is_one_line_of_two_calls() -> None:
    """Read, append, write; other people's text stands."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "A", "Email": "inkop@example.test", "Comments": "Ring före tolv\nFaktura"}])
        await here.carry_out(customer())
        before = await here.calls()
        settled = await here.carry_out(note())
        assert (settled.result, settled.question) == ("changed", None)
        assert (await here.calls())[len(before) :] == ["GET /3/customers/1", "PUT /3/customers/1"]
        (card,) = await here.stored("customers")
        assert card["Comments"] == f"Ring före tolv\nFaktura\n{LINE}"
        assert here.target.far_object(here.task(note())) == "customer:1"


@pytest.mark.asyncio
async def test_a_line_that_stands_there_is_not_written_again() -> None:
    """With a link no call, without one a read."""
    async with stand() as here:
        await here.carry_out(customer())
        await here.carry_out(note())
        before = await here.spent()
        assert (await here.carry_out(note())).result == "unchanged"
        assert await here.spent() == before
        here.known.pop(NOTE)
        assert (await here.carry_out(note())).result == "unchanged"
        assert await here.spent() == before + 1


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["answer_lost", "reset_before"])
@pytest.mark.capability("f51", "f32")
async def test_a_lost_note_is_read(kind: str) -> None:
    """The mark stands there or it does not; a failed read is neither."""
    async with stand() as here:
        await here.carry_out(customer())
        write = await here.write_of(note())
        task = here.task(note())
        await here.fault(kind, "PUT", "/3/customers/1")
        with pytest.raises(UnknownEnd):
            await here.target.perform(task, write)
        settled = (await here.target.look(task, write.operation, write.evidence)).settled
        assert (settled is None) == (kind == "reset_before")
        await here.fault("html", "GET", "/3/customers/1")
        with pytest.raises(Later):
            await here.target.look(task, write.operation, write.evidence)


@pytest.mark.asyncio
async def test_twenty_notes_of_twenty_respondents_are_twenty_lines() -> None:
    """One after the other on one card, with room made by shortening our own older lines only."""
    async with stand() as here:
        await here.carry_out(customer())
        for number in range(20):
            answer = Ref(system="survey", kind="response", id=f"r{number}")
            settled = await here.carry_out(note(thing=answer, detail="why: " + "ord " * 40))
            assert settled.question is None
        (card,) = await here.stored("customers")
        lines = card["Comments"].split("\n")
        assert len(lines) == 20
        assert len({line[-12:] for line in lines}) == 20
        assert all(line.startswith("2026-11-20 nps-2026 9") for line in lines)
        assert len(card["Comments"]) <= 1024


@pytest.mark.asyncio
async def test_no_room_beside_other_peoples_text_is_held() -> None:
    """A thousand characters of a person are not touched."""
    async with stand() as here:
        await here.seed(customers=[{"Name": "A", "Email": "inkop@example.test", "Comments": "x" * 1000}])
        await here.carry_out(customer())
        with pytest.raises(Held, match="no_room"):
            await here.carry_out(note())
        assert (await here.stored("customers"))[0]["Comments"] == "x" * 1000


@pytest.mark.asyncio
async def test_refused_characters_leave_the_note_and_are_told() -> None:
    """Emoji and signs go by the table."""
    async with stand() as here:
        await here.carry_out(customer())
        command = note(detail="bra 😀 <b>")
        write = await here.write_of(command)
        assert write.altered == (("detail", "bra 😀 <b>", "bra (b)"),)
        await asyncio.wait_for(here.carry_out(command), 5)


def test_room_is_made_in_a_stated_order() -> None:
    """Older details first, then the new detail, then the oldest of our lines; never another's line."""
    theirs = "t" * 700
    old = [_note(n, "d" * 100).line(1024) for n in range(2)]
    comments = "\n".join([str(old[0]), theirs, str(old[1])])
    made = appended(comments, _note(2, "n" * 60))
    assert made is not None
    text, touched = made
    assert text.split("\n") == [shortened(str(old[0])), theirs, str(old[1]), str(_note(2, "n" * 60).line(1024))]
    assert touched == 1
    fuller = "\n".join([str(old[0]), "t" * 950, str(old[1])])
    made = appended(fuller, _note(2, "n" * 60))
    assert made is not None
    assert made[0].split("\n") == ["t" * 950, _note(2).line(1024)] or len(made[0]) <= 1024
    assert "t" * 950 in made[0]


FOREIGN = st.text(alphabet="abc å.#;\r", max_size=120).filter(lambda line: not OURS.match(line.rstrip("\r")))


@given(st.lists(st.one_of(FOREIGN, st.tuples(st.integers(0, 30), st.text("xy ", max_size=200))), max_size=14))
def test_other_peoples_lines_survive_whatever_happens(parts: list[str | tuple[int, str]]) -> None:
    """Every foreign line stands unchanged and in order, the new mark is there, and the limit holds."""
    lines = [part if isinstance(part, str) else str(_note(part[0], part[1].strip()).line(2000)) for part in parts]
    foreign = [line for line in lines if not OURS.match(line.rstrip("\r"))]
    new = _note(31, "en lång förklaring som får vara med om den får plats")
    made = appended("\n".join(lines), new)
    if made is None:
        assert sum(len(line) + 1 for line in foreign) + len(str(_note(31).line(1024))) > 1024
        return
    text, _ = made
    assert len(text) <= 1024
    assert has_mark(text, new.mark)
    kept = [line for line in text.split("\n")[:-1] if not OURS.match(line.rstrip("\r"))]
    while foreign and foreign[-1] == "" and len(kept) < len(foreign):
        foreign.pop()
    assert kept == foreign
