"""Requests of people: names and ids understood, what follows in the running daemon, and one log line each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from connectors.base import Park, Settled, Task
from daemon.actions import BULK
from daemon.deciding import new_command
from daemon.requests import AnyRequest, Declare, Discard, LinkThing, Misused, Pause, Replay, Resume, Retry
from daemon.subjects import Answer
from handlers.values import Ref
from store import delivering, inbox
from store.acting import NotPossible
from store.handling import Handled
from store.inbox import Arrival
from tests.conftest import Lines
from tests.fakes.people import People
from tests.fakes.pipe import ARRIVED, Pipe, booking, customer, invoice, pipe
from tests.fakes.target import WORDS, park

WHO = "anna"


@asynccontextmanager
async def acting(folder: Path, *names: str) -> AsyncIterator[tuple[Pipe, People]]:
    """A running pipe and the people in front of it."""
    async with pipe(folder, names=names or ("demo",)) as made, made.running():
        yield made, People(made, folder)


async def _parked(made: Pipe, name: str, *, company: str = "demo", lane: str | None = None) -> int:
    thing = customer(name).thing.thing(company)
    made.targets[company].scripts[thing] = [park()]
    [outbox_id] = await made.add(customer(name), lane=lane or name, company=company)
    await made.until("parked", outbox_id)
    return outbox_id


async def _parked_delivery(made: Pipe, key: str, company: str = "demo") -> int:
    arrival = Arrival("shop", company, key, {}, b"?", ARRIVED, parked="unreadable")
    return (await made.database.write(inbox.accept(arrival))).inbox_id


async def _refused(people: People, request: AnyRequest) -> str:
    with pytest.raises((NotPossible, Misused)) as refused:
        await people.actions.perform(request)
    return str(refused.value)


def _ids(answer: Answer, part: str) -> list[str]:
    return [entry["id"] for entry in answer[part]]


# --- retry -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_a_retried_command_is_delivered_and_said_in_the_log(tmp_path: Path, log_lines: Lines) -> None:
    """A bare number is a command; the loop is woken; the log names who did it and to what."""
    async with acting(tmp_path) as (made, people):
        only = await _parked(made, "C-1")
        answer = await people.actions.perform(Retry(person=WHO, id=str(only)))
        assert answer == {"action": "retry", "commands": [{"id": f"out-{only}", "state": "ready"}]}
        await made.until("done", only)
        assert log_lines.named("admin.acted") == [{"action": "retry", "by": "anna", "ids": f"out-{only}"}]
        assert log_lines.named("command.released") == [{"outbox_id": only, "by": "anna"}]


@pytest.mark.asyncio
@pytest.mark.capability("f60", "f23")
async def test_bulk_retry_by_reason_and_company_takes_both_tables(tmp_path: Path) -> None:
    """Only what matches, commands and deliveries, also more than one page of them."""
    async with acting(tmp_path, "demo", "other") as (made, people):
        mine = [await _parked(made, f"C-{n}") for n in range(2)]
        theirs = await _parked(made, "C-9", company="other")
        delivery = await _parked_delivery(made, "x")
        answer = await people.actions.perform(Retry(person=WHO, reason="refused", company="demo"))
        assert (_ids(answer, "commands"), answer["deliveries"]) == ([f"out-{one}" for one in mine], [])
        assert await made.states([theirs]) == ["parked"]
        answer = await people.actions.perform(Retry(person=WHO, company="demo"))
        assert answer["deliveries"] == [{"id": f"in-{delivery}", "state": "waiting"}]
        assert "deliveries" in people.follow.told
        many = [await _parked_delivery(made, f"y{n}") for n in range(BULK + 1)]
        answer = await people.actions.perform(Retry(person=WHO, reason="unreadable"))
        assert _ids(answer, "deliveries") == [f"in-{one}" for one in many]


@pytest.mark.asyncio
async def test_bulk_absence_skips_what_is_under_way(tmp_path: Path) -> None:
    """One that cannot be declared absent does not keep the others from going; it is named with the reason."""
    async with acting(tmp_path) as (made, people):
        await made.until("done", *await made.add(customer("C-1")))
        [first, second] = await made.add(invoice("1"), booking("1"))
        await made.until("done", first, second)
        made.target.free = 0
        [stopped] = await made.add(invoice("1"), lane="b")
        other = await made.add(customer("C-2"), lane="c")
        for outbox_id in (stopped, *other):
            job = delivering.put_back(outbox_id, 1, state="held", due_at=1, reason="question", question="?")
            await made.database.write(job)
        await made.database.write(
            lambda c: c.execute("UPDATE attempt SET end = 'in_flight', ended_at = NULL WHERE outbox_id = ?", (second,))
        )
        answer = await people.actions.perform(Retry(person=WHO, reason="question", absent=True))
        assert _ids(answer, "commands") == [f"out-{other[0]}"]
        assert _ids(answer, "skipped") == [f"out-{stopped}"]
        assert "under way" in answer["skipped"][0]["why"]


@pytest.mark.asyncio
async def test_absence_answers_the_question_whether_a_sale_is_known_already(tmp_path: Path) -> None:
    """The command goes without the guard that asked; its old text is kept."""
    async with acting(tmp_path) as (made, people):
        await made.until("done", *await made.add(customer("C-1")))
        guarded = invoice("1").model_copy(update={"made_from": "invoice", "hold_same_total_days": 60})
        made.target.planning = [Park("same_sale", remedy="which?", **WORDS)]
        [only] = await made.add(guarded)
        await made.until("parked", only)
        await people.actions.perform(Retry(person=WHO, id=f"out-{only}", absent=True))
        [payload] = await made.rows("SELECT command, replaced FROM outbox_payload WHERE outbox_id = ?", only)
        assert '"hold_same_total_days":0' in payload["command"]
        assert '"hold_same_total_days":60' in payload["replaced"]


@pytest.mark.asyncio
async def test_requests_that_name_nothing_we_know_are_refused_in_one_line(tmp_path: Path) -> None:
    """Wrong ids and names, with the nearest right one."""
    async with acting(tmp_path) as (_, people):
        assert "in-12 names a delivery" in await _refused(people, Retry(person=WHO, id="twelve"))
        assert await _refused(people, Retry(person=WHO, id="9")) == "there is no command out-9"
        assert await _refused(people, Retry(person=WHO, id="in-9")) == "there is no delivery in-9"
        assert "an id, --reason or --company" in await _refused(people, Retry(person=WHO))
        assert "did you mean demo" in await _refused(people, Retry(person=WHO, company="demmo"))
        assert "did you mean book_order" in await _refused(people, Pause(person=WHO, name="book_orders", reason="x"))
        assert "no company" in await _refused(people, Declare(person=WHO, company="nobody", proof="empty"))
        assert "is not linked" in await _refused(people, LinkThing(person=WHO, id="in-1", kind="invoice", number="1"))
        assert "is not replayed" in await _refused(people, Replay(person=WHO, id="out-1"))
        assert "no delivery in-5" in await _refused(people, Replay(person=WHO, id="5"))


# --- link, replay, discard -------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_link_is_read_before_it_is_stored(tmp_path: Path) -> None:
    """The target is asked about exactly this object; what it says is what is linked."""
    async with acting(tmp_path) as (made, people):
        only = await _parked(made, "C-1")
        asked: list[tuple[str, str, str]] = []
        believed = made.target.identify

        async def identify(task: Task, kind: str, number: str) -> Settled:
            asked.append((task.thing, kind, number))
            return await believed(task, kind, number)

        made.target.identify = identify  # type: ignore[method-assign]
        answer = await people.actions.perform(LinkThing(person=WHO, id=f"out-{only}", kind="customer", number="17"))
        assert asked == [(customer("C-1").thing.thing("demo"), "customer", "17")]
        [told] = answer["commands"]
        assert (told["state"], told["link"], told["question"]) == ("done", "customer:17", None)


@pytest.mark.asyncio
async def test_a_refused_link_changes_nothing_and_says_why(tmp_path: Path) -> None:
    """The target's own words reach the person; the command stays as it was."""
    async with acting(tmp_path) as (made, people):
        only = await _parked(made, "C-1")

        async def identify(task: Task, kind: str, number: str) -> Settled:
            del task, kind
            raise Park("not_identified", remedy=f"there is no customer {number}", **WORDS)

        made.target.identify = identify  # type: ignore[method-assign]
        request = LinkThing(person=WHO, id=str(only), kind="customer", number="99")
        assert await _refused(people, request) == "there is no customer 99"
        assert (await made.states([only]), await made.rows("SELECT * FROM link")) == (["parked"], [])
        assert await made.rows("SELECT * FROM action") == []


@pytest.mark.asyncio
async def test_an_object_that_is_not_as_meant_is_linked_and_held(tmp_path: Path) -> None:
    """Nothing more is done to it before the question is answered, and the person sees the question."""
    async with acting(tmp_path) as (made, people):
        await made.until("done", *await made.add(customer("C-1")))
        made.target.planning = [Park("refused", remedy="?", **WORDS)]
        [only] = await made.add(invoice("1"))
        await made.until("parked", only)
        believed = made.target.identify

        async def identify(task: Task, kind: str, number: str) -> Settled:
            settled = await believed(task, kind, number)
            return Settled(settled.link, "found", question="Total: meant 125, stored 120")

        made.target.identify = identify  # type: ignore[method-assign]
        answer = await people.actions.perform(LinkThing(person=WHO, id=str(only), kind="invoice", number="7"))
        assert answer["commands"][0]["state"] == "held"
        row = await made.row(only)
        assert (row["state"], row["question"]) == ("held", "Total: meant 125, stored 120")


@pytest.mark.asyncio
async def test_a_booking_that_is_linked_goes_once_more(tmp_path: Path) -> None:
    """To know the invoice is not to have booked it."""
    async with acting(tmp_path) as (made, people):
        [only] = await made.add(booking("1"))
        await made.until("parked", only)
        await people.actions.perform(LinkThing(person=WHO, id=str(only), kind="invoice", number="7"))
        await made.until("done", only)
        assert made.target.far.booked["invoice:7"] == 1


@pytest.mark.asyncio
@pytest.mark.capability("f53")
async def test_a_replay_reports_each_command_and_the_delivery(tmp_path: Path) -> None:
    """A bare number is a delivery; delivered and unchanged commands are left alone."""
    async with acting(tmp_path) as (made, people):
        [only] = await made.add(customer("C-1"))
        await made.until("done", only)
        people.outcome = Handled(1, "handled", commands=[new_command(1, "demo", "a", "rule", customer("C-1"))])
        answer = await people.actions.perform(Replay(person=WHO, id="1"))
        assert answer["deliveries"] == [{"id": "in-1", "state": "handled", "reason": None, "question": None}]
        assert answer["commands"] == [
            {"id": f"out-{only}", "command": "ensure_customer", "what": "same", "state": "done"}
        ]


@pytest.mark.asyncio
async def test_a_discard_names_what_it_parked(tmp_path: Path) -> None:
    """Who waits for the thing learns at once that it will not come; a delivery can be discarded too."""
    async with acting(tmp_path) as (made, people):
        only = await _parked(made, "C-1")
        [waiter] = await made.add(invoice("1"), lane="b")
        await made.until("waiting", waiter)
        answer = await people.actions.perform(Discard(person=WHO, id=str(only), reason="a test order"))
        assert (_ids(answer, "commands"), _ids(answer, "parked")) == ([f"out-{only}"], [f"out-{waiter}"])
        delivery = await _parked_delivery(made, "x")
        answer = await people.actions.perform(Discard(person=WHO, id=f"in-{delivery}", reason="nonsense"))
        assert answer["deliveries"] == [{"id": f"in-{delivery}", "state": "discarded"}]
        reasons = await made.rows("SELECT person, subject, reason FROM action ORDER BY id")
        assert reasons == [
            {"person": "anna", "subject": f"out-{only}", "reason": "a test order"},
            {"person": "anna", "subject": f"in-{delivery}", "reason": "nonsense"},
        ]


# --- pause, resume, declare ------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_a_pause_without_a_name_is_of_every_company(tmp_path: Path) -> None:
    """With one it is of that company or rule; a resume without a name ends all, and forgives lost credentials."""
    async with acting(tmp_path, "demo", "other") as (made, people):
        answer = await people.actions.perform(Pause(person=WHO, reason="audit"))
        assert [entry["name"] for entry in answer["paused"]] == ["demo", "other"]
        await people.actions.perform(Pause(person=WHO, name="rule:book_order", reason="accounts"))
        assert people.follow.told == [
            "pause company:demo audit",
            "pause company:other audit",
            "pause rule:book_order accounts",
        ]
        answer = await people.actions.perform(Resume(person=WHO, name="other"))
        assert answer["resumed"] == [{"scope": "company", "name": "other", "reason": "audit"}]
        people.follow.stopped = {"other"}
        answer = await people.actions.perform(Resume(person=WHO))
        assert sorted((entry["name"], entry["reason"]) for entry in answer["resumed"]) == [
            ("book_order", "accounts"),
            ("demo", "audit"),
            ("other", "credentials"),
        ]
        assert await made.rows("SELECT * FROM pause") == []


@pytest.mark.asyncio
async def test_a_declaration_is_read_by_the_daemon_at_once(tmp_path: Path, log_lines: Lines) -> None:
    """The company's row says so, the daemon reads it again, and the log names the company."""
    async with acting(tmp_path) as (made, people):
        await people.actions.perform(Declare(person="DOMAIN\\anna berg", company="demo", proof="new_work"))
        assert (await made.rows("SELECT proof FROM company"))[0]["proof"] == "new_work"
        assert people.follow.told == ["declared"]
        assert log_lines.named("admin.acted") == [
            {"action": "declare", "by": "DOMAIN_anna_berg", "ids": "company:demo"}
        ]


@pytest.mark.asyncio
async def test_a_command_that_still_waits_can_be_linked_by_a_person(tmp_path: Path) -> None:
    """What it waited for is not needed any more; that stays as it was."""
    async with acting(tmp_path) as (made, people):
        buyer = Ref(system="shop", kind="customer", id="C-1")
        only = await _parked(made, "C-1")
        [waiter] = await made.add(invoice("1"), lane="b")
        await made.until("waiting", waiter)
        await people.actions.perform(LinkThing(person=WHO, id=str(waiter), kind="invoice", number="7"))
        assert await made.states([waiter, only]) == ["done", "parked"]
        assert await made.rows("SELECT * FROM link WHERE thing = ?", buyer.thing("demo")) == []
