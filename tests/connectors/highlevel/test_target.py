"""HighLevel as a target in front of the stand-in: one note, one task, one field, whatever happens to the answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from connectors.base import CredentialsLost, Json, Link, Park, Settled, Target, Task, UnknownEnd, Unprovable, Write
from connectors.highlevel.marks import has_mark, is_ours, mark_of, marked
from connectors.highlevel.tasks import end_of
from handlers.commands import EnsureSenderNote, EnsureSenderTask, SenderCommand, SetSenderFields
from handlers.events import TaskCompleted
from handlers.values import Ref
from tests.connectors.fortnox.stand import MemoryLinks
from tests.connectors.highlevel.bodies import CONTACT, contact, order, read
from tests.connectors.highlevel.reading import Reading, reading
from tests.stand_ins.highlevel import State

FIELD = "Fx7mQ2vT9sLr4KbWc1Pd"
BACK = {"notes": True, "tasks": True, "customer_number_field": FIELD}
THING = Ref(system="ghl", kind="response_sender_note", id="r1/detractor")
CUSTOMER = Ref(system="ghl", kind="customer", id=CONTACT)
MARK = mark_of(THING.thing("demo"))


@dataclass
class Stand:
    """The target, with what it is asked."""

    place: Reading
    target: Target

    @property
    def state(self) -> State:
        """What the account holds."""
        return self.place.state

    def task(self, command: SenderCommand, link: Link | None = None, number: str = "17") -> Task:
        """The command as delivery hands it over."""
        return Task(
            company="to:ghl",
            command=command,  # type: ignore[arg-type]
            thing=command.thing.thing("demo"),
            link=link,
            refs={ref: Link("customer", number, {}) for ref in command.refs},
            looking=False,
            links=MemoryLinks(),
        )

    async def send(self, task: Task) -> Settled:
        """Plan a write, and send it."""
        write = await self.planned(task)
        async with self.target.place(1):
            return await self.target.perform(task, write)

    async def planned(self, task: Task) -> Write:
        """What would be sent."""
        write = await self.target.plan(task)
        assert isinstance(write, Write)
        return write

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Method and path of every call that changed something."""
        return [(call["method"], call["path"]) for call in self.state.calls if call["method"] != "GET"]


@asynccontextmanager
async def standing(**more: Any) -> AsyncIterator[Stand]:
    """The target of a reader whose settings let everything be written."""
    state = State()
    state.add("contacts", contact(customFields=[{"id": "other", "value": "kept"}], tags=["vip"]))
    async with reading(state=state, back=BACK, **more) as place:
        target = place.reader.target()
        assert target is not None
        yield Stand(place, target)


def note(**fields: Any) -> EnsureSenderNote:
    """A note on the contact."""
    given: Json = {"target": "ghl", "company": "demo", "thing": THING, "record": "contact", "id": CONTACT}
    return EnsureSenderNote(**given | {"text": "NPS 2: för dyrt"} | fields)


def job(**fields: Any) -> EnsureSenderTask:
    """A task on the contact."""
    given: Json = {"target": "ghl", "company": "demo", "thing": THING, "record": "contact", "id": CONTACT}
    return EnsureSenderTask(**given | {"title": "Ring upp", "text": "NPS 2", "due": date(2026, 11, 20)} | fields)


def number() -> SetSenderFields:
    """The customer's number on the contact."""
    told = Ref(system="ghl", kind="customer_told", id=CONTACT)
    numbers = (("customer_number", CUSTOMER),)
    return SetSenderFields(target="ghl", company="demo", thing=told, record="contact", id=CONTACT, numbers=numbers)


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
@pytest.mark.capability("000-15")
async def test_only_the_one_field_is_sent() -> None:
    """Tags and other fields stay; what holds the number already is unchanged; a lost answer is looked for."""
    async with standing() as here:
        task = here.task(number())
        planned = await here.planned(task)
        assert planned.body == {"customFields": [{"id": FIELD, "field_value": "17"}]}
        assert (await here.target.look(task, planned.operation, planned.evidence)).settled is None
        here.state.written.lose = 1
        with pytest.raises(UnknownEnd):
            await here.send(task)
        seen = await here.target.look(task, planned.operation, planned.evidence)
        assert seen.settled is not None
        assert seen.settled.link == Link("contact", CONTACT, {"customer_number": "17"})
        again = await here.target.plan(task)
        assert isinstance(again, Settled)
        assert again.result == "unchanged"
        changed = await here.send(here.task(number(), number="18"))
        assert changed.result == "changed"
        held = here.state.records["contacts"][CONTACT]
        assert held["tags"] == ["vip"]
        assert held["customFields"] == [{"id": "other", "value": "kept"}, {"id": FIELD, "value": "18"}]


def numbered(kind: str = "order") -> SetSenderFields:
    """The numbers of an order's documents."""
    told = Ref(system="ghl", kind=f"{kind}_told", id="o1")
    sale = Ref(system="ghl", kind=kind, id="o1")
    numbers = (("order_number", sale), ("invoice_number", sale.model_copy(update={"kind": "order_invoice"})))
    return SetSenderFields(target="ghl", company="demo", thing=told, record="order", id="o1", numbers=numbers)


@pytest.mark.asyncio
@pytest.mark.capability("000-28")
async def test_documents_are_told_by_a_note() -> None:
    """On the contact that the order names; other numbers are told by another one, a lost answer is looked for."""
    async with standing() as here:
        here.state.add("orders", order(_id="o1"))
        task = here.task(numbered())
        assert here.target.far_object(task) is None
        settled = await here.send(task)
        [left] = here.state.written.of("notes", CONTACT)
        assert left["body"].startswith("In Fortnox: order 17, invoice 17 (for order o1)\n\nfortnox-bridge #")
        again = await here.target.plan(here.task(numbered(), settled.link))
        assert isinstance(again, Settled)
        assert again.result == "unchanged"
        anew = here.task(numbered(), settled.link, number="18")
        planned = await here.planned(anew)
        assert not planned.creates
        assert (await here.target.look(anew, planned.operation, planned.evidence)).settled is None
        here.state.written.lose = 1
        with pytest.raises(UnknownEnd):
            await here.send(anew)
        seen = await here.target.look(anew, planned.operation, planned.evidence)
        assert seen.settled is not None
        assert seen.settled.link is not None
        assert seen.settled.link != settled.link
        known = await here.target.plan(here.task(numbered(), seen.settled.link, number="18"))
        assert isinstance(known, Settled)
        assert known.result == "unchanged"
        assert len(here.state.written.of("notes", CONTACT)) == 2


@pytest.mark.asyncio
async def test_a_sale_that_names_no_contact_is_told_nothing() -> None:
    """One that is gone, and one whose contact HighLevel does not let us read."""
    async with standing() as here:
        for kind in ("order", "opportunity"):
            settled = await here.target.plan(here.task(numbered(kind)))
            assert isinstance(settled, Settled)
            assert (settled.result, settled.proof) == ("not_created", {"because": "the sale names no contact"})


@pytest.mark.asyncio
async def test_a_field_that_does_not_take_the_value_is_said() -> None:
    """The answer shows the contact without it: the setting is named."""
    async with standing() as here:
        task = here.task(number())
        write = await here.planned(task)
        here.state.will_answer = [(200, {"contact": {"id": CONTACT, "customFields": []}})]
        async with here.target.place(1):
            with pytest.raises(Park, match="not_taken") as parked:
                await here.target.perform(task, write)
        assert "write_back.customer_number_field" in parked.value.remedy


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
