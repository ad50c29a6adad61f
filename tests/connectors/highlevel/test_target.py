"""Notes and tasks at HighLevel, in front of the stand-in: one of each, whatever happens to the answer."""

from datetime import date

import pytest

from connectors.base import CredentialsLost, Json, Link, Park, Settled, UnknownEnd, Unprovable
from connectors.highlevel.marks import has_mark, is_ours, marked
from connectors.highlevel.tasks import end_of
from handlers.events import TaskCompleted
from handlers.values import Ref
from tests.connectors.highlevel.bodies import CONTACT, read
from tests.connectors.highlevel.reading import reading
from tests.connectors.highlevel.writing import MARK, job, note, number, standing


@pytest.mark.asyncio
async def test_nothing_is_a_target_without_the_table() -> None:
    """A section that names nothing to be written has no target."""
    async with reading() as place:
        assert place.reader.target() is None


def test_marks_are_told_exactly() -> None:
    """Also inside HTML, and never as the beginning of another."""
    assert marked("", MARK) == f"fortnox-bridge #{MARK}"
    assert has_mark(f"<p>x</p><p>fortnox-bridge #{MARK}</p>", MARK)
    for other in (f"fortnox-bridge #{MARK}a", f"#{MARK}", f"fortnox-bridge #{MARK[:-1]}", "fortnox-bridge #"):
        assert not has_mark(other, MARK)
        assert not is_ours(other)


@pytest.mark.parametrize(
    ("day", "moment"),
    [(date(2026, 11, 20), "2026-11-20T22:59:59Z"), (date(2026, 7, 1), "2026-07-01T21:59:59Z")],
)
def test_a_day_ends_in_stockholm(day: date, moment: str) -> None:
    """In winter and in summer."""
    assert end_of(day) == moment


@pytest.mark.asyncio
@pytest.mark.capability("000-28", "f32")
async def test_a_note_is_left_once() -> None:
    """With our mark as its last line; known, it is unchanged, whatever its text would be now."""
    async with standing() as here:
        task = here.task(note())
        planned = await here.planned(task)
        assert (planned.creates, here.target.far_object(task)) == (True, None)
        settled = await here.send(task)
        [left] = here.state.written.of("notes", CONTACT)
        assert left["body"] == f"NPS 2: för dyrt\n\nfortnox-bridge #{MARK}"
        assert settled == Settled(Link("note", left["id"], {}), "created")
        again = await here.target.plan(here.task(note(text="other"), settled.link))
        assert isinstance(again, Settled)
        assert again.result == "unchanged"
        assert here.sent == [("POST", f"/contacts/{CONTACT}/notes")]


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["notes", "tasks"])
async def test_a_lost_answer_is_looked_for(kind: str) -> None:
    """What stands there is found by its mark; what does not is absent, by the whole list; two are a question."""
    command = note() if kind == "notes" else job()
    async with standing() as here:
        task = here.task(command)
        planned = await here.planned(task)
        absent = await here.target.look(task, planned.operation, planned.evidence)
        assert absent.settled is None
        here.state.written.lose = 1
        with pytest.raises(UnknownEnd):
            await here.send(task)
        seen = await here.target.look(task, planned.operation, planned.evidence)
        [left] = here.state.written.of(kind, CONTACT)
        assert seen.settled is not None
        assert seen.settled.link is not None
        assert (seen.settled.link.number, seen.settled.result, seen.settled.question) == (left["id"], "found", None)
        here.state.written.of(kind, CONTACT).append({**left, "id": "copy"})
        twice = await here.target.look(task, planned.operation, planned.evidence)
        assert twice.settled is not None
        assert "carry the mark" in (twice.settled.question or "")


@pytest.mark.asyncio
async def test_what_cannot_be_read_is_no_absence() -> None:
    """A refused list, one that is not found, one of another form, one of several pages: a person is asked."""
    async with standing() as here:
        task = here.task(note())
        evidence = (await here.planned(task)).evidence
        for status in (404, 405, 422):
            here.state.written.lists_refused = status
            with pytest.raises(Unprovable, match="note_unprovable") as asked:
                await here.target.look(task, "create note", evidence)
            assert "retry it with --absent" in asked.value.remedy
        here.state.written.lists_refused = None
        answers: list[Json] = [
            {"data": []},
            {"notes": [], "meta": {"total": 3}},
            {"notes": [], "total": "3"},
            {"notes": [], "total": {"count": 3}},
            {"notes": [], "meta": {"nextPage": 2}},
        ]
        for answer in answers:
            here.state.will_answer = [(200, answer)]
            with pytest.raises(Unprovable):
                await here.target.look(task, "create note", evidence)
        here.state.private_tokens.clear()
        with pytest.raises(CredentialsLost):
            await here.target.look(task, "create note", evidence)


@pytest.mark.asyncio
@pytest.mark.capability("000-26")
async def test_a_task_is_left_and_completed() -> None:
    """Due at the end of its day; completed by a call of its own, which is looked for by reading the task."""
    async with standing() as here:
        settled = await here.send(here.task(job()))
        [left] = here.state.written.of("tasks", CONTACT)
        assert (left["title"], left["dueDate"], left["completed"]) == ("Ring upp", "2026-11-20T22:59:59Z", False)
        assert has_mark(left["body"], MARK)
        task = here.task(job(done=True), settled.link)
        planned = await here.planned(task)
        assert here.target.far_object(task) == planned.far_object == f"task:{left['id']}"
        assert (await here.target.look(task, planned.operation, planned.evidence)).settled is None
        here.state.written.lose = 1
        with pytest.raises(UnknownEnd):
            await here.send(task)
        seen = await here.target.look(task, planned.operation, planned.evidence)
        assert seen.settled is not None
        assert seen.settled.link == Link("task", left["id"], {"completed": True})
        for link in (seen.settled.link, settled.link):
            again = await here.target.plan(here.task(job(done=True), link))
            assert isinstance(again, Settled)
            assert again.result == "unchanged"
        assert [method for method, _ in here.sent] == ["POST", "PUT"]


@pytest.mark.asyncio
async def test_a_task_that_is_done_before_it_was_made_is_not_made() -> None:
    """And one that somebody deleted there is left alone; one that was made without an answer is still completed."""
    async with standing() as here:
        assert await here.target.plan(here.task(job(done=True))) == Settled(None, "not_created")
        gone = await here.target.plan(here.task(job(done=True), Link("task", "gone", {"completed": False})))
        assert isinstance(gone, Settled)
        assert (gone.result, gone.proof) == ("unchanged", {"read": "task", "gone": True})
        await here.send(here.task(job()))
        done = here.task(job(done=True))
        seen = await here.target.look(done, "create task", {"contact": CONTACT, "mark": MARK})
        assert seen.settled is not None
        assert seen.settled.again


@pytest.mark.asyncio
async def test_a_contact_that_is_gone_parks() -> None:
    """HighLevel says so in words."""
    async with standing() as here:
        with pytest.raises(Park, match="gone"):
            await here.send(here.task(note(id="nobody")))
        with pytest.raises(Park, match="gone"):
            await here.target.plan(here.task(number().model_copy(update={"id": "nobody"})))
        here.state.will_answer = [(422, {"message": ["body is wrong"]})]
        with pytest.raises(Park, match="refused") as parked:
            await here.send(here.task(note()))
        assert "contacts.write" in parked.value.remedy
        with pytest.raises(Park, match="no_place_for_it"):
            await here.target.plan(here.task(note(record="order")))


@pytest.mark.asyncio
async def test_an_answer_that_is_not_the_note_is_an_unknown_end() -> None:
    """Then it is looked for."""
    async with standing() as here:
        here.state.will_answer = [(201, {"ok": True})]
        with pytest.raises(UnknownEnd):
            await here.send(here.task(note()))


@pytest.mark.asyncio
async def test_the_probe_knows_token_and_version() -> None:
    """A wrong version is no proof; a wrong token loses the credentials."""
    async with standing() as here:
        await here.target.probe()
        here.state.private_tokens.clear()
        with pytest.raises(CredentialsLost):
            await here.target.probe()
    async with standing(version="2020-01-01") as here:
        with pytest.raises(Park):
            await here.target.probe()


@pytest.mark.capability("f32")
def test_our_own_note_comes_back_and_is_ignored() -> None:
    """The webhook that our note causes is nothing new, before anything is read for it."""
    body = {"type": "NoteCreate", "id": "n1", "contactId": CONTACT, "body": marked("NPS 2", MARK)}
    ignored = read(body)
    assert getattr(ignored, "reason", "") == "our_own_note"


@pytest.mark.capability("000-26")
def test_only_our_own_task_is_heard_of() -> None:
    """Its mark says which; every other task of the location is its people's own."""
    body = {"type": "TaskComplete", "id": "t1", "contactId": CONTACT, "title": "Ring"}
    found = read(body | {"body": f"<p>fortnox-bridge #{MARK}</p>", "timestamp": "2026-11-18T06:59:00.000Z"})
    assert isinstance(found, tuple)
    (done,) = found
    assert isinstance(done, TaskCompleted)
    assert (done.mark, done.thing) == (MARK, Ref(system="ghl", kind="task", id="t1"))
    for text in ("", "ring dem", f"#{MARK}"):
        assert getattr(read(body | {"body": text}), "reason", "") == "not_our_task"
