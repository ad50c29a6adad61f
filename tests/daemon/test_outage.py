"""An outage of the far side is told from the trouble of one command, and ends with the first answer."""

from pathlib import Path

import anyio
import pytest

from connectors.base import Unreachable
from daemon.outage import Outage
from tests.conftest import Lines
from tests.fakes.pipe import customer, pipe
from tests.fakes.target import later, park, unreachable


def test_three_failures_in_a_row_in_two_lanes_are_an_outage() -> None:
    """Not two, and not three of one lane."""
    outage = Outage()
    for lane in ("a", "a", "a", "a"):
        outage.failed(lane)
        assert not outage.on
    outage.failed("b")
    assert outage.on


def test_a_success_between_begins_the_count_anew() -> None:
    """In a row means without any answer between."""
    outage = Outage()
    outage.failed("a")
    outage.failed("b")
    outage.succeeded()
    outage.failed("a")
    outage.failed("b")
    assert not outage.on
    outage.failed("a")
    assert outage.on
    outage.succeeded()
    assert not outage.on


def test_no_connection_is_an_outage_at_once() -> None:
    """Nothing can be sent, so nothing is tried."""
    outage = Outage()
    outage.unreachable()
    assert (outage.on, outage.proved) == (True, True)


def test_what_is_owed_is_what_a_proved_outage_cost() -> None:
    """A run of failures alone proves nothing; a failure that is heard while the debt is paid stays owed."""
    outage = Outage()
    for outbox_id, lane in ((1, "a"), (1, "a"), (2, "b"), (None, "c")):
        outage.failed(lane, outbox_id)
    assert outage.on
    assert not outage.owed
    outage.unreachable()
    owed = outage.owed
    assert owed == (1, 1, 2)
    outage.failed("d", 3)
    outage.given_back(owed)
    assert outage.owed == (3,)
    outage.succeeded()
    assert not outage.on
    assert not outage.owed


@pytest.mark.asyncio
@pytest.mark.capability("f59")
@pytest.mark.capability("f9")
async def test_unreachable_far_side_uses_no_attempt_and_the_first_probe_that_works_ends_it(
    tmp_path: Path, log_lines: Lines
) -> None:
    """Said once each way; the command keeps all its attempts."""
    async with pipe(tmp_path, slots=1) as made, made.running():
        await made.until_true(lambda: made.target.probes == 1)
        down = Unreachable("refused", system="fake", operation="probe")
        made.target.scripts["ensure_customer"] = [unreachable()]
        made.target.probing = [down, down]
        ids = [(await made.add(customer(f"C-{n}"), lane=f"lane {n}"))[0] for n in range(3)]
        await made.until("done", *ids)
        assert made.target.probes == 4
        assert [row["attempts"] for row in await made.rows("SELECT attempts FROM outbox")] == [1, 1, 1]
        assert [line["reason"] for line in log_lines.named("target.paused")] == ["down"]
        assert [line["reason"] for line in log_lines.named("target.resumed")] == ["down"]
        assert log_lines.named("command.retried") == []


@pytest.mark.asyncio
@pytest.mark.capability("f59")
async def test_failures_in_two_lanes_stop_the_company_before_attempts_are_burnt(tmp_path: Path) -> None:
    """After the third failure nothing more leaves until a probe has worked; what the first three cost is given back."""
    async with pipe(tmp_path, probe_seconds=0.05, slots=1) as made, made.running():
        await made.until_true(lambda: made.target.probes == 1)
        down = Unreachable("refused", system="fake", operation="probe")
        made.target.scripts["ensure_customer"] = [later(), later(), later()]
        made.target.probing = [down]
        ids = [(await made.add(customer(f"C-{n}"), lane=f"lane {n}"))[0] for n in range(6)]
        await made.until_true(lambda: made.gate.shut_by == "down")
        assert made.target.writes("ensure_customer") == 3
        await made.until("done", *ids)
        used = await made.rows("SELECT sum(attempts) AS used FROM outbox")
        assert used == [{"used": 6}]


@pytest.mark.asyncio
@pytest.mark.capability("f59")
async def test_what_was_under_way_when_an_outage_is_noticed_keeps_its_attempts(tmp_path: Path) -> None:
    """Of twenty calls that fail together three show the outage; the others lose no attempt by it.

    The first probe works, so it was none, and the three keep what their failures cost: what fails again and again while
    the far side answers comes to a person.
    """
    async with pipe(tmp_path) as made, made.running():
        await made.until_true(lambda: made.target.probes == 1)
        made.target.scripts["ensure_customer"] = [later() for _ in range(20)]
        made.gate.pause("they shall leave together")
        ids = [(await made.add(customer(f"C-{n}"), lane=f"lane {n}"))[0] for n in range(20)]
        made.gate.pause(None)
        await made.until("done", *ids)
        used = await made.rows("SELECT sum(attempts) AS used FROM outbox")
        assert used == [{"used": 20 + 3}]


@pytest.mark.asyncio
@pytest.mark.capability("f59")
async def test_an_outage_parks_nobody(tmp_path: Path, log_lines: Lines) -> None:
    """A command whose last attempt was an outage's first sign goes again by itself, with all its attempts."""
    async with pipe(tmp_path, steps=(0.001,), slots=1) as made, made.running():
        await made.until_true(lambda: made.target.probes == 1)
        down = Unreachable("refused", system="fake", operation="probe")
        made.target.scripts["ensure_customer"] = [later(), later(), later()]
        made.target.probing = [down]
        [first] = await made.add(customer("C-1"), lane="a")
        await made.until("parked", first)
        [second] = await made.add(customer("C-2"), lane="b")
        await made.until("done", first, second)
        rows = await made.rows("SELECT attempts, question FROM outbox")
        assert rows == [{"attempts": 1, "question": None}] * 2
        assert log_lines.named("command.released") == [{"outbox_id": first, "by": "outage"}]


@pytest.mark.asyncio
async def test_trouble_of_one_lane_is_never_an_outage(tmp_path: Path) -> None:
    """One command that fails again and again uses its own attempts; nobody else waits."""
    async with pipe(tmp_path, steps=(0.001,) * 5) as made, made.running():
        made.target.scripts["ensure_customer"] = [later()] * 6
        [only] = await made.add(customer("C-1"))
        await made.until("parked", only)
        assert (made.gate.shut_by, made.target.probes) == (None, 1)


@pytest.mark.asyncio
async def test_what_needs_no_call_is_no_sign_of_life(tmp_path: Path) -> None:
    """A customer that is known without a call does not break a run of failures."""
    async with pipe(tmp_path, steps=(0.001, 5)) as made, made.running():
        await made.until("done", *await made.add(customer("C-1", email="a@example.com"), lane="x"))
        down = Unreachable("refused", system="fake", operation="probe")
        made.target.probing = [down] * 100
        for lane, failing in (("a", "C-2"), ("b", "C-3")):
            made.target.scripts[customer(failing).thing.thing("demo")] = [later(), later()]
            [first] = await made.add(customer(failing), lane=lane)
            with anyio.fail_after(30):
                # An outage gives the attempts back.
                while made.gate.shut_by is None and not (await made.row(first))["attempts"]:  # noqa: ASYNC110 - a file
                    await anyio.sleep(0.005)
            if made.gate.shut_by is None:
                await made.add(customer(f"K-{lane}", email="a@example.com"), lane=f"k {lane}")
        await made.until_true(lambda: made.gate.shut_by == "down")


@pytest.mark.asyncio
async def test_a_complete_refusal_is_a_sign_of_life(tmp_path: Path) -> None:
    """A 4xx that parses is an answer: what failed before it is no outage any more."""
    async with pipe(tmp_path, steps=(5.0,), slots=1) as made, made.running():
        acts = [later(), later(), park(), later()]
        made.target.scripts["ensure_customer"] = acts
        for number in range(4):
            await made.add(customer(f"C-{number}"), lane=f"lane {number}")
            count = number + 1
            await made.until_true(lambda count=count: made.target.writes("ensure_customer") == count)  # type: ignore[misc]
        await anyio.sleep(0.02)
        assert made.gate.shut_by is None
