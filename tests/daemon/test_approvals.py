"""The approval gate: what the configuration names is planned, asked about, and leaves by a person's word alone."""

from pathlib import Path

import pytest

from daemon.approvals import Approvals
from daemon.clock import Clock
from daemon.following import NoDaemon
from daemon.requests import Approve, Misused
from store import acting
from store.acting import NotPossible, Person
from tests.fakes.pipe import Pipe, booking, customer, invoice, pipe


def approvals(made: Pipe) -> Approvals:
    """The gate's person side, without a daemon."""
    return Approvals(database=made.database, clock=Clock(), follow=NoDaemon(), told=lambda _id, _by: None)


@pytest.mark.asyncio
@pytest.mark.capability("f18")
async def test_a_named_kind_waits_for_a_persons_word(tmp_path: Path) -> None:
    """Held with a question that names the call, no attempt used, nothing sent; then it goes, and it is on record."""
    async with pipe(tmp_path) as made:
        made.delivery.allow(read_only=False, approve=frozenset({"ensure_invoice"}))
        async with made.running():
            ids = await made.add(customer("C-1"), invoice("SO-1"), booking("SO-1"))
            await made.until("held", ids[1])
            row = await made.row(ids[1])
            assert (row["reason"], row["attempts"]) == ("approval", 0)
            assert row["question"] == f"may create leave (POST /)? approve out-{ids[1]}, or discard out-{ids[1]}"
            assert made.target.writes("ensure_invoice") == 0
            assert await made.states(ids) == ["done", "held", "ready"]
            answer = await approvals(made).approve(Approve(person="anna", ids=(f"out-{ids[1]}",)))
            assert answer == {"commands": [{"id": f"out-{ids[1]}", "state": "ready"}], "skipped": []}
            made.delivery.wake()
            await made.until("done", *ids)
        assert made.target.writes("ensure_invoice") == 1
        [said] = await made.rows("SELECT person, action, subject FROM action")
        assert said == {"person": "anna", "action": "approve", "subject": f"out-{ids[1]}"}


@pytest.mark.asyncio
@pytest.mark.capability("f18")
async def test_a_rule_or_everything_can_be_named(tmp_path: Path) -> None:
    """What needs no write asks nobody."""
    async with pipe(tmp_path) as made:
        made.delivery.allow(read_only=False, approve=frozenset({"book_order"}))
        async with made.running():
            [other] = await made.add(customer("C-1"), lane="a", rule="note_survey")
            [named] = await made.add(customer("C-2"), lane="b", rule="book_order")
            await made.until("done", other)
            await made.until("held", named)
            made.delivery.allow(read_only=False, approve=frozenset({"all"}))
            [again] = await made.add(customer("C-1"), lane="c", rule="note_survey")
            [new] = await made.add(customer("C-3"), lane="d", rule="note_survey")
            await made.until("done", again)
            await made.until("held", new)
        assert made.target.writes("ensure_customer") == 1


@pytest.mark.asyncio
@pytest.mark.capability("f18")
async def test_an_approval_counts_for_what_was_asked(tmp_path: Path) -> None:
    """A retry approves nothing, another text is asked for anew, and only what waits for an approval can get one."""
    async with pipe(tmp_path) as made:
        made.delivery.allow(read_only=False, approve=frozenset({"all"}))
        async with made.running():
            [only] = await made.add(customer("C-1"))
            await made.until("held", only)
            person = Person("anna", Clock().milliseconds())
            await made.database.write(acting.retry_command(only, person, absent=False))
            made.delivery.wake()
            await made.until_true(lambda: len(made.target.planned) == 2)
            await made.until("held", only)
            made.gate.pause("it is changed before it leaves")
            await approvals(made).approve(Approve(person="anna", ids=(str(only),)))
            text = customer("C-1", email="a@example.com").model_dump_json()
            await made.database.write(acting.retry_command(only, person, absent=False, text=text))
            made.gate.pause(None)
            await made.until_true(lambda: len(made.target.planned) == 3)
            await made.until("held", only)
            assert made.target.performed == []
            await made.database.write(acting.discard_command(only, person))
            answer = await approvals(made).approve(Approve(person="anna", ids=(f"out-{only}", "out-999")))
            assert [entry["why"] for entry in answer["skipped"]] == [
                f"out-{only} is discarded and does not wait for an approval",
                "there is no command out-999",
            ]
            with pytest.raises(Misused, match="in-1 is no id of a command"):
                await approvals(made).approve(Approve(person="anna", ids=("in-1",)))
            with pytest.raises(NotPossible):
                await made.database.write(acting.retry_command(only, person, absent=False))


@pytest.mark.asyncio
@pytest.mark.capability("f18")
async def test_read_only_lets_nothing_leave_and_costs_nothing(tmp_path: Path) -> None:
    """Everything waits as it is, with all its attempts, until the configuration lets it go."""
    async with pipe(tmp_path) as made:
        made.delivery.allow(read_only=True, approve=frozenset())
        async with made.running():
            ids = await made.add(customer("C-1"), invoice("SO-1"))
            await made.until_true(lambda: made.gate.shut_by == "read_only")
            assert await made.states(ids) == ["ready", "ready"]
            assert (made.target.planned, made.target.performed, made.target.probes) == ([], [], 0)
            made.delivery.allow(read_only=False, approve=frozenset())
            await made.until("done", *ids)
        assert [row["attempts"] for row in await made.rows("SELECT attempts FROM outbox")] == [1, 1]
