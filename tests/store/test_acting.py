"""What a person does to a command or a delivery: one transaction, and never a way around a doubt."""

from pathlib import Path
from typing import Any

import pytest

from handlers.commands import Command, EnsurePayment
from handlers.values import Ref
from store import acting, attempts, delivering, inbox, pausing
from store.acting import NotPossible, Person
from store.attempts import NewAttempt
from store.db import Job
from store.inbox import Arrival
from store.links import LinkRow
from tests.fakes.pipe import ARRIVED, Pipe, booking, customer, invoice, note, pipe

NOW = 1_700_000_000_000
ANNA = Person("anna", NOW, "asked by the shop")


async def _stopped(made: Pipe, *commands: Command, lane: str = "a", state: str = "parked") -> list[int]:
    """Commands of one event; the first of them is stopped."""
    ids = await made.add(*commands, lane=lane)
    job = delivering.put_back(ids[0], NOW, state=state, due_at=NOW, reason="refused", question="what now?")
    await made.database.write(job)
    return ids


async def _attempt(made: Pipe, outbox_id: int, end: str = "unknown") -> int:
    """Leave an attempt of a command open, as a lost answer (or a call that is under way) does."""
    row = await made.row(outbox_id)
    attempt = NewAttempt(outbox_id, row["company"], row["thing"], None, "create", True, {}, {}, (), {})

    def job(connection: Any) -> int:
        attempt_id = attempts.begin(connection, attempt, NOW)
        if end != "in_flight":
            attempts.end(connection, attempt_id, attempts.End(end), NOW)
        return attempt_id

    return await made.database.write(job)


async def _refused(made: Pipe, job: Job[Any]) -> str:
    with pytest.raises(NotPossible) as refused:
        await made.database.write(job)
    return str(refused.value)


async def _actions(made: Pipe) -> list[tuple[str, str, str]]:
    rows = await made.rows("SELECT person, action, subject FROM action ORDER BY id")
    return [(row["person"], row["action"], row["subject"]) for row in rows]


# --- retry -----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_a_retried_command_goes_before_all_others_with_all_its_attempts(tmp_path: Path) -> None:
    """Ready, due now, priority of a person, no question left, and its lane runs again."""
    async with pipe(tmp_path) as made:
        [first] = await _stopped(made, customer("C-1"))
        await made.database.write(lambda connection: connection.execute("UPDATE outbox SET attempts = 9"))
        touched = await made.database.write(acting.retry_command(first, ANNA, absent=False))
        assert (touched.state, touched.company, touched.doubts_ended) == ("ready", "demo", 0)
        row = await made.row(first)
        assert (row["priority"], row["attempts"], row["due_at"], row["question"]) == (0, 0, NOW, None)
        assert (await made.rows("SELECT priority, runnable FROM lane"))[0] == {"priority": 0, "runnable": 1}
        assert await _actions(made) == [("anna", "retry", f"out-{first}")]


@pytest.mark.asyncio
async def test_retrying_never_forgets_a_doubt(tmp_path: Path) -> None:
    """With an open attempt of its thing, also one of another command, it is looked for first."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"), lane="a")
        await _attempt(made, first)
        await made.database.write(acting.discard_command(first, ANNA))
        [second] = await _stopped(made, customer("C-1"), lane="b")
        touched = await made.database.write(acting.retry_command(second, ANNA, absent=False))
        assert touched.state == "unknown"
        assert await made.attempts(first) == ["unknown"]


@pytest.mark.asyncio
async def test_a_persons_word_of_absence_ends_the_doubt_with_that_word_as_its_proof(tmp_path: Path) -> None:
    """The look row says who said so; the command may be sent again at once."""
    async with pipe(tmp_path) as made:
        [first] = await _stopped(made, customer("C-1"))
        await _attempt(made, first)
        touched = await made.database.write(acting.retry_command(first, ANNA, absent=True))
        assert (touched.state, touched.doubts_ended) == ("ready", 1)
        assert await made.attempts(first) == ["absent"]
        [look] = await made.rows("SELECT found, proof FROM look")
        assert look == {"found": "absent", "proof": '{"person": "anna", "says": "nothing of it exists"}'}


@pytest.mark.asyncio
async def test_a_call_under_way_is_nobodys_to_declare_absent(tmp_path: Path) -> None:
    """Neither --absent nor a link nor a discard overtakes a call that is running; nothing is changed."""
    async with pipe(tmp_path) as made:
        first, second = await made.add(invoice("1"), booking("1"))
        await _attempt(made, second, "in_flight")
        await made.database.write(lambda connection: connection.execute("UPDATE outbox SET state = 'in_flight'"))
        assert "under way" in await _refused(made, acting.discard_command(second, ANNA))
        await made.database.write(lambda connection: connection.execute("UPDATE outbox SET state = 'parked'"))
        assert "under way" in await _refused(made, acting.retry_command(first, ANNA, absent=True))
        found = LinkRow((await made.row(first))["thing"], "demo", "invoice", "7", {}, verified=True)
        assert "under way" in await _refused(made, acting.link(first, found, ANNA, keys=(), again=False, shared=False))
        assert await made.attempts(second) == ["in_flight"]
        assert await _actions(made) == []


@pytest.mark.asyncio
async def test_what_is_over_is_not_sent_again(tmp_path: Path) -> None:
    """A command that ended stays ended, and an id that nobody has is said to be unknown."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"))
        await made.database.write(acting.discard_command(first, ANNA))
        assert "is discarded" in await _refused(made, acting.retry_command(first, ANNA, absent=False))
        assert await _refused(made, acting.discard_command(first, ANNA)) == f"out-{first} is discarded already"
        assert await _refused(made, acting.retry_command(99, ANNA, absent=False)) == "there is no command out-99"


@pytest.mark.asyncio
async def test_a_parked_delivery_is_read_again_or_ended(tmp_path: Path) -> None:
    """Back to waiting for intake, or discarded with the reason; one that is not stopped is left alone."""
    async with pipe(tmp_path) as made:
        arrival = Arrival("shop", "demo", "msg_x", {}, b"?", ARRIVED, parked="unreadable")
        row = await made.database.write(inbox.accept(arrival))
        assert await made.database.write(acting.retry_delivery(row.inbox_id, ANNA)) == "demo"
        assert [waiting.id for waiting in await made.database.read(inbox.waiting(10))] == [row.inbox_id]
        assert "is waiting" in await _refused(made, acting.retry_delivery(row.inbox_id, ANNA))
        assert "is waiting" in await _refused(made, acting.discard_delivery(row.inbox_id, ANNA))
        assert await _refused(made, acting.retry_delivery(77, ANNA)) == "there is no delivery in-77"


@pytest.mark.asyncio
async def test_stopped_rows_are_found_by_reason_and_company_in_pages(tmp_path: Path) -> None:
    """Filters of the bulk retry; a page begins behind the last one."""
    async with pipe(tmp_path, names=("demo", "other")) as made:
        ids = [(await _stopped(made, customer(f"C-{n}"), lane=f"{n}"))[0] for n in range(3)]
        [elsewhere] = await made.add(customer("C-9"), company="other")
        await made.database.write(
            delivering.put_back(elsewhere, NOW, state="held", due_at=NOW, reason="question", question="?")
        )

        async def found(reason: str | None, company: str | None, after: int = 0) -> list[int]:
            job = acting.stopped("outbox", reason=reason, company=company, after=after, limit=2)
            return await made.database.read(job)

        assert await found("refused", None) == ids[:2]
        assert await found("refused", None, ids[1]) == ids[2:]
        assert await found(None, "other") == [elsewhere]
        assert await found("question", "demo") == []


# --- link ------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_link_by_a_person_ends_the_command_and_its_doubts_and_wakes_who_waited(tmp_path: Path) -> None:
    """Done with result found, the doubt closed as found with a look that names the person, the waiter ready."""
    async with pipe(tmp_path) as made:
        [first] = await _stopped(made, customer("C-1", email="a@example.com"))
        await _attempt(made, first)
        [waiter] = await made.add(note("R-1"), lane="b")
        thing = (await made.row(first))["thing"]
        await made.database.write(delivering.wait(waiter, f"thing:{thing}", "command"))
        found = LinkRow(thing, "demo", "customer", "17", {"seen": "17"}, verified=True)
        job = acting.link(first, found, ANNA, keys=["email:a@example.com"], again=False, shared=True)
        linked = await made.database.write(job)
        assert (linked.command.state, linked.command.doubts_ended, linked.freed) == ("done", 1, ())
        assert (await made.row(first))["result"] == "found"
        assert await made.attempts(first) == ["found"]
        assert await made.states([waiter]) == ["ready"]
        assert (await made.rows("SELECT number FROM party_key"))[0]["number"] == "17"
        assert await _actions(made) == [("anna", "link customer:17", f"out-{first}")]


@pytest.mark.asyncio
async def test_one_document_is_never_two_things_of_ours(tmp_path: Path) -> None:
    """An invoice that another command made is refused, naming that command; a customer may be shared."""
    async with pipe(tmp_path) as made, made.running():
        await made.until("done", *await made.add(customer("C-1"), invoice("1")))
        [taken] = await made.rows("SELECT number, outbox_id FROM link WHERE kind = 'invoice'")
        made.target.planning = [ZeroDivisionError("stop")]
        [other] = await made.add(invoice("2"), lane="b")
        await made.until("parked", other)
        thing = (await made.row(other))["thing"]
        again = LinkRow(thing, "demo", "invoice", taken["number"], {}, verified=True)
        job = acting.link(other, again, ANNA, keys=(), again=False, shared=False)
        assert await _refused(made, job) == (
            f"invoice:{taken['number']} belongs to another thing: see explain out-{taken['outbox_id']}"
        )
        assert await made.states([other]) == ["parked"]


@pytest.mark.asyncio
async def test_linking_a_discarded_command_frees_what_was_parked_for_want_of_it(tmp_path: Path) -> None:
    """The answer to depends_on_ended: the discarded one stays discarded, the others go."""
    async with pipe(tmp_path) as made, made.running():
        [first] = await _stopped(made, customer("C-1"))
        [waiter] = await made.add(note("R-1"), lane="b")
        await made.until("waiting", waiter)
        discarded = await made.database.write(acting.discard_command(first, ANNA))
        assert discarded.parked == (waiter,)
        row = await made.row(waiter)
        assert (row["state"], row["reason"]) == ("parked", "depends_on_ended")
        assert f"out-{first}" in row["question"]
        found = LinkRow((await made.row(first))["thing"], "demo", "customer", "17", {}, verified=True)
        linked = await made.database.write(acting.link(first, found, ANNA, keys=(), again=False, shared=True))
        assert (linked.command.state, linked.freed) == ("discarded", (waiter,))
        made.delivery.wake()
        await made.until("done", waiter)


@pytest.mark.asyncio
async def test_a_party_linked_to_another_card_takes_its_keys_along(tmp_path: Path) -> None:
    """The next order of the same buyer goes to the card that the person named."""
    async with pipe(tmp_path) as made, made.running():
        [first] = await made.add(customer("C-1", email="a@example.com"))
        await made.until("done", first)
        await made.database.write(
            lambda connection: connection.execute(
                "UPDATE outbox SET state = 'held', finished_at = NULL WHERE id = ?", (first,)
            )
        )
        found = LinkRow((await made.row(first))["thing"], "demo", "customer", "99", {}, verified=True)
        await made.database.write(
            acting.link(first, found, ANNA, keys=["email:a@example.com"], again=False, shared=True)
        )
        [second] = await made.add(customer("C-2", email="a@example.com"), lane="b")
        await made.until("done", second)
        assert {row["number"] for row in await made.rows("SELECT number FROM link")} == {"99"}


# --- discard ---------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f51")
async def test_discarding_closes_no_attempt(tmp_path: Path) -> None:
    """The doubt stays open, so the next command of the thing looks before it writes."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"))
        await _attempt(made, first)
        await made.database.write(acting.discard_command(first, ANNA))
        assert (await made.row(first))["reason"] == "asked by the shop"
        assert await made.attempts(first) == ["unknown"]


@pytest.mark.asyncio
async def test_discarding_an_invoice_parks_its_payment_and_its_booking_too(tmp_path: Path) -> None:
    """A booking of the same invoice does not make it: nobody waits for ever."""
    async with pipe(tmp_path) as made, made.running():
        await made.until("done", *await made.add(customer("C-1")))
        made.target.planning = [ZeroDivisionError("stop")]
        paying = EnsurePayment.model_validate(
            {
                "thing": Ref(system="shop", kind="order_payment", id="P-1"),
                "invoice": invoice("1").thing,
                "amount": "125",
                "currency": "SEK",
                "paid": "2026-11-13",
                "mode": "BG",
            }
        )
        first, book = await made.add(invoice("1"), booking("1"), lane="a")
        await made.until("parked", first)
        [payment] = await made.add(paying, lane="b")
        await made.until("waiting", payment)
        await made.database.write(acting.discard_command(first, ANNA))
        made.delivery.wake()
        await made.until("parked", book, payment)
        assert {row["reason"] for row in (await made.row(book), await made.row(payment))} == {"depends_on_ended"}


@pytest.mark.asyncio
async def test_nobody_is_parked_while_another_command_makes_the_same_thing(tmp_path: Path) -> None:
    """Two orders of one named buyer: the second one's customer command still makes it."""
    async with pipe(tmp_path) as made:
        [first] = await _stopped(made, customer("C-1"), lane="a")
        await made.add(customer("C-1"), lane="b")
        [waiter] = await made.add(note("R-1"), lane="c")
        await made.database.write(delivering.wait(waiter, f"thing:{(await made.row(first))['thing']}", "command"))
        assert (await made.database.write(acting.discard_command(first, ANNA))).parked == ()
        assert await made.states([waiter]) == ["waiting"]


# --- pauses and declarations -----------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_resuming_a_rule_wakes_what_waited_for_it(tmp_path: Path) -> None:
    """In the same transaction that ends the pause."""
    async with pipe(tmp_path) as made, made.running():
        await made.database.write(pausing.pause("rule", "rule", ANNA))
        made.paused_rules.add("rule")
        [first] = await made.add(customer("C-1"))
        await made.until("waiting", first)
        made.paused_rules.clear()
        [ended] = await made.database.write(pausing.resume(None, "rule", ANNA))
        assert (ended.scope, ended.name, ended.reason) == ("rule", "rule", "asked by the shop")
        made.delivery.wake()
        await made.until("done", first)
        assert await made.database.write(pausing.resume(None, "rule", ANNA)) == []
        assert [action for _, action, _ in await _actions(made)] == ["pause", "resume"]


@pytest.mark.asyncio
async def test_a_declaration_is_kept_with_who_made_it(tmp_path: Path) -> None:
    """Also of a company that never ran yet."""
    async with pipe(tmp_path) as made:
        await made.database.write(pausing.declare("new", "empty", ANNA))
        assert await made.rows("SELECT name, proof FROM company WHERE name = 'new'") == [
            {"name": "new", "proof": "empty"}
        ]
        assert await _actions(made) == [("anna", "declare empty", "company:new")]
