"""One command's step: claims, turns at far objects, and a head that was read before the world moved on."""

from pathlib import Path

import anyio
import pytest

from connectors.base import Task, Write
from handlers.commands import EnsureCustomer
from handlers.values import Ref
from store import claims, heads, outbox
from tests.conftest import Lines
from tests.fakes.pipe import booking, customer, invoice, note, pipe
from tests.fakes.target import Act, hangs, lost, park, success, throttled, vanished

SETTLE = 0.03


@pytest.mark.asyncio
async def test_twenty_lanes_that_write_to_one_customer_leave_twenty_lines(tmp_path: Path) -> None:
    """A read-modify-write reads inside its turn: with lost answers among them, no line is lost and none is doubled."""
    async with pipe(tmp_path, settle=SETTLE) as made, made.running():
        made.target.scripts["ensure_note"] = [
            act for _ in range(5) for act in (Act(takes=0.002), lost(), vanished(), Act(takes=0.001))
        ]
        await made.until("done", *await made.add(customer("C-1")))
        ids = [(await made.add(note(f"R-{n}"), lane=f"lane {n}"))[0] for n in range(20)]
        await made.until("done", *ids)
        lines = made.target.far.comments["customer:1"]
        assert sorted(lines) == sorted({note(f"R-{n}").thing.thing("demo") for n in range(20)})
        assert made.target.most_at_once["customer:1"] == 1


@pytest.mark.asyncio
async def test_unknown_end_on_a_far_object_keeps_every_other_thing_away(tmp_path: Path) -> None:
    """The others wait by name, use no attempt, and are woken by the transaction that ends the doubt."""
    async with pipe(tmp_path, settle=0.25) as made, made.running():
        made.target.scripts["ensure_note"] = [lost()]
        await made.until("done", *await made.add(customer("C-1")))
        [first] = await made.add(note("R-1"), lane="a")
        await made.until("unknown", first)
        [second] = await made.add(note("R-2"), lane="b")
        await made.until("waiting", second)
        row = await made.row(second)
        assert (row["waits_for"], row["reason"], row["attempts"]) == ("far:demo:customer:1", f"out-{first}", 0)
        assert made.target.writes("ensure_note") == 1
        await made.until("done", first, second)


@pytest.mark.asyncio
async def test_writes_to_different_far_objects_go_side_by_side(tmp_path: Path) -> None:
    """A turn is kept per object: one slow customer does not keep another one waiting."""
    async with pipe(tmp_path) as made, made.running():
        await made.until("done", *await made.add(customer("C-1"), customer("C-2")))
        made.target.scripts[note("R-1").thing.thing("demo")] = [hangs(effect=False)]
        await made.add(note("R-1", "C-1"), lane="a")
        [other] = await made.add(note("R-2", "C-2"), lane="b")
        await made.until("done", other)


@pytest.mark.asyncio
async def test_a_write_outside_its_turn_is_a_bug_and_never_sent(tmp_path: Path) -> None:
    """A target must ask for the turn of what it writes to."""
    async with pipe(tmp_path) as made, made.running():

        async def plans(_: Task) -> Write:
            return Write("update", "PUT", "/", {}, creates=False, far_object="customer:9")

        made.target.plan = plans  # type: ignore[method-assign, assignment]
        [only] = await made.add(customer("C-1"))
        await made.until("parked", only)
        assert made.target.performed == []
        assert (await made.row(only))["reason"] == "bug"


# --- claims ----------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f24")
async def test_fifty_first_orders_of_one_buyer_make_one_customer(tmp_path: Path) -> None:
    """From two sources at once, with lost answers: whoever waits takes over the link without a call."""
    async with pipe(tmp_path, settle=SETTLE) as made:
        made.target.scripts["ensure_customer"] = [vanished(), lost()]
        ids = []
        for number in range(50):
            source = ("shop", "portal")[number % 2]
            buyer = EnsureCustomer(
                thing=Ref(system=source, kind="customer", id=f"C-{number}"),
                name="Tallbacken",
                organisation_number="559904-2032",
            )
            ids += await made.add(buyer, lane=f"{source}:order:{number}")
        async with made.running():
            await made.until("done", *ids)
        assert made.target.far.last == 1
        assert [row["number"] for row in await made.rows("SELECT DISTINCT number FROM link")] == ["1"]
        assert len(await made.rows("SELECT * FROM link")) == 50
        assert await made.rows("SELECT * FROM claim") == []


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_two_companies_that_share_an_e_mail_have_two_customers(tmp_path: Path) -> None:
    """Nothing of one company is known in another."""
    async with pipe(tmp_path, names=("demo", "other")) as made, made.running():
        [first] = await made.add(customer("C-1", email="a@example.com"))
        [second] = await made.add(customer("C-1", email="a@example.com"), company="other")
        await made.until("done", first, second)
        assert [target.far.last for target in made.targets.values()] == [1, 1]


@pytest.mark.asyncio
async def test_a_waiter_names_who_holds_the_claim_and_takes_it_over_when_the_holder_is_parked(tmp_path: Path) -> None:
    """Only when no attempt of the holder is open; until then the row says whom it waits for."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [Act(takes=0.15, effect=False, error=park().error), success()]
        [holder] = await made.add(customer("C-1", email="a@example.com"), lane="a")
        await made.until("in_flight", holder)
        [waiter] = await made.add(customer("C-2", email="a@example.com"), lane="b")
        await made.until("waiting", waiter)
        row = await made.row(waiter)
        assert (row["waits_for"], row["reason"]) == ("claim:demo:email:a@example.com", f"out-{holder}")
        await made.until("parked", holder)
        await made.until("done", waiter)
        assert made.target.far.last == 1


@pytest.mark.asyncio
async def test_same_e_mail_and_an_organisation_number_on_one_side_only_asks_a_person(
    tmp_path: Path, log_lines: Lines
) -> None:
    """It may be the same customer or not: no guess, and the question names the customer."""
    async with pipe(tmp_path) as made, made.running():
        await made.until("done", *await made.add(customer("C-1", email="a@example.com"), lane="a"))
        other = customer("C-2", email="a@example.com", organisation_number="559904-2032")
        [held] = await made.add(other, lane="b")
        await made.until("held", held)
        row = await made.row(held)
        assert row["reason"] == "ambiguous_customer"
        assert f"link out-{held} customer:1" in row["question"]
        assert "a@example.com" not in str(log_lines.raw)


@pytest.mark.asyncio
async def test_a_key_whose_link_was_lost_is_no_knowledge(tmp_path: Path) -> None:
    """With the link table emptied the claim is taken again, and the command does not spin."""
    async with pipe(tmp_path) as made, made.running():
        await made.until("done", *await made.add(customer("C-1", email="a@example.com"), lane="a"))
        await made.database.write(lambda connection: connection.execute("DELETE FROM link").rowcount)
        made.target.known[customer("C-2").thing.thing("demo")] = "1"
        [second] = await made.add(customer("C-2", email="a@example.com"), lane="b")
        await made.until("done", second)
        assert len(made.target.planned) == 2
        known = await made.rows("SELECT thing, number FROM party_key")
        assert known == [{"thing": customer("C-2").thing.thing("demo"), "number": "1"}]


@pytest.mark.asyncio
async def test_known_customer_that_may_be_filled_goes_once_more(tmp_path: Path) -> None:
    """The link comes from memory; filling the card is its own pass with the link in place."""
    async with pipe(tmp_path) as made, made.running():
        await made.until("done", *await made.add(customer("C-1", email="a@example.com"), lane="a"))
        [second] = await made.add(customer("C-2", email="a@example.com", update="fill"), lane="b")
        await made.until("done", second)
        assert (await made.row(second))["result"] == "unchanged"
        assert len(made.target.planned) == 2


@pytest.mark.asyncio
async def test_throttled_customer_keeps_its_claims(tmp_path: Path) -> None:
    """The command goes on by itself, so nobody else may make the party meanwhile."""
    async with pipe(tmp_path) as made, made.running():
        made.target.scripts["ensure_customer"] = [throttled(0.15), success()]
        [holder] = await made.add(customer("C-1", email="a@example.com"), lane="a")
        await made.until_true(lambda: made.target.writes("ensure_customer") == 1)
        [waiter] = await made.add(customer("C-2", email="a@example.com"), lane="b")
        await made.until("done", holder, waiter)
        assert made.target.far.last == 1


@pytest.mark.asyncio
async def test_a_head_read_before_its_thing_was_linked_makes_nothing(tmp_path: Path) -> None:
    """Between reading a head and claiming its thing another lane may have made it: the claim sees the link."""
    async with pipe(tmp_path) as made:
        [first] = await made.add(customer("C-1"), lane="a")
        [second] = await made.add(customer("C-1"), lane="b")
        stale = await made.database.read(heads.head(second))
        async with made.running():
            await made.until("done", first, second)
            again = "UPDATE outbox SET state = 'ready', finished_at = NULL WHERE id = ?"
            await made.database.write(lambda connection: connection.execute(again, (second,)).rowcount)
            await made.delivery.step.carry(stale)
            assert await made.states([second]) == ["done"]
        assert made.target.writes("ensure_customer") == 1


@pytest.mark.asyncio
async def test_a_head_read_before_its_doubt_was_ended_holds_nothing_against_that(tmp_path: Path) -> None:
    """What is there by then was made by another lane's attempt: the look that comes late proves nothing of the old one.

    Two orders name one new article, say: it stands there as the other order means it, which is no question.
    """
    async with pipe(tmp_path, settle=SETTLE) as made:
        made.target.scripts["ensure_invoice"] = [vanished()]
        async with made.running():
            await made.until("done", *await made.add(customer("C-1")))
            [first] = await made.add(invoice("SO-1"), lane="a")
            await made.until("unknown", first)
            [second] = await made.add(invoice("SO-1"), lane="b")
            stale = await made.database.read(heads.head(second))
            await made.until("done", first, second)
        assert [attempt.outbox_id for attempt in stale.open] == [first]
        made.target.far.make(stale.thing)
        again = "UPDATE outbox SET state = 'ready', finished_at = NULL WHERE id = ?"
        await made.database.write(lambda connection: connection.execute(again, (second,)).rowcount)
        await anyio.sleep(SETTLE)
        await made.delivery.step.carry(stale)
        assert await made.states([second]) == ["ready"]
        assert await made.attempts(first) + await made.attempts(second) == ["absent", "known"]
        async with made.running():
            await made.delivery.step.carry(await made.database.read(heads.head(second)))
            await made.until("done", second)


@pytest.mark.asyncio
async def test_a_booking_waits_for_nothing_that_is_itself(tmp_path: Path) -> None:
    """A booking whose invoice nobody makes is parked; it does not wait for its own thing."""
    async with pipe(tmp_path) as made, made.running():
        [only] = await made.add(booking("SO-1"))
        await made.until("parked", only)
        assert (await made.row(only))["reason"] == "depends_on_ended"


@pytest.mark.asyncio
async def test_an_invoice_waits_for_its_customer_from_another_lane(tmp_path: Path) -> None:
    """Order across lanes comes only from a Ref."""
    async with pipe(tmp_path) as made:
        made.target.scripts["ensure_customer"] = [Act(takes=0.03)]
        [maker] = await made.add(customer("C-1"), lane="a")
        [needs] = await made.add(invoice("SO-1"), lane="b")
        async with made.running():
            await made.until("waiting", needs)
            await made.until("done", maker, needs)
        assert [kind for kind, _ in made.target.performed] == ["ensure_customer", "ensure_invoice"]


def test_claims_are_named_by_company() -> None:
    """Two companies never wait for each other's claims."""
    assert claims.waits_for("demo", "email:a") != claims.waits_for("other", "email:a")


@pytest.mark.asyncio
async def test_carry_is_quiet_about_a_command_that_is_gone(tmp_path: Path, log_lines: Lines) -> None:
    """Ended by somebody else while it was prepared: nothing is sent, nothing is said, nothing is held."""
    async with pipe(tmp_path) as made:
        [only] = await made.add(customer("C-1", email="a@example.com"))
        head = await made.database.read(heads.head(only))
        await made.database.write(lambda c: outbox.finish(c, only, "discarded", 1, reason="x"))
        made.gate.proved = True
        with anyio.fail_after(30):
            await made.delivery.step.carry(head)
        assert made.target.performed == []
        assert list(log_lines) == []
        assert await made.rows("SELECT * FROM claim") == []
