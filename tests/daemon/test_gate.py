"""The gate of a company: nothing leaves before the far side has answered as the company that was pinned."""

from datetime import timedelta

import anyio
import pytest

from connectors.base import CredentialsLost, OutsideError, Throttled, Unreachable
from daemon.gate import Gate
from daemon.logs import get_log
from store.db import StoreUnavailable
from tests.conftest import Lines
from tests.fakes.clock import ManualClock
from tests.fakes.target import WORDS, FakeTarget


def gate(target: FakeTarget, clock: ManualClock | None = None, probe_seconds: float = 0.01) -> Gate:
    """The gate of company demo."""
    return Gate("demo", target, (clock or ManualClock()).clock, get_log(), probe_seconds)


async def opened(made: Gate) -> None:
    """Wait for the gate, at most five seconds."""
    with anyio.fail_after(30):
        await made.wait_until_open(lambda: False)


@pytest.mark.asyncio
async def test_it_is_shut_until_one_probe_has_worked() -> None:
    """Even after a start in which nothing is known to be wrong."""
    target = FakeTarget()
    made = gate(target)
    assert (made.shut_by, made.open) == ("unproved", False)
    await opened(made)
    assert (made.shut_by, made.open, target.probes) == (None, True, 1)
    await opened(made)
    assert target.probes == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "shut_by"),
    [
        (Unreachable("refused", **WORDS), "down"),
        (OutsideError("html", **WORDS), "down"),
        (Throttled(after=timedelta(seconds=5), **WORDS), "unproved"),
        (StoreUnavailable("disk_full"), "unproved"),
    ],
)
@pytest.mark.capability("f59")
async def test_probe_goes_on_until_it_works(error: Exception, shut_by: str) -> None:
    """One a probe time; a 429 is an answer and a full disk is ours, so neither is called an outage."""
    target = FakeTarget()
    target.probing = [error]
    made = gate(target, probe_seconds=30)
    with anyio.move_on_after(0.02):
        await made.wait_until_open(lambda: False)
    assert (made.shut_by, target.probes) == (shut_by, 1)
    made.wake()
    await opened(made)
    assert (made.shut_by, target.probes) == (None, 2)


@pytest.mark.asyncio
async def test_lost_credentials_are_not_probed_for(log_lines: Lines) -> None:
    """Only a person can help: no call until the company is resumed, and then a probe before anything else."""
    target = FakeTarget()
    target.probing = [CredentialsLost("credentials", **WORDS)]
    made = gate(target)
    with anyio.move_on_after(0.05):
        await made.wait_until_open(lambda: False)
    assert (made.shut_by, target.probes) == ("credentials", 1)
    made.pause(None)
    assert made.shut_by == "unproved"
    await opened(made)
    assert target.probes == 2
    assert [line["reason"] for line in log_lines.named("target.paused")] == ["credentials"]
    assert [line["reason"] for line in log_lines.named("target.resumed")] == ["credentials"]


@pytest.mark.asyncio
async def test_a_stop_during_a_probe_is_not_slept_through() -> None:
    """The probe hangs while the daemon is told to stop: when it fails, nobody waits a probe time more."""
    target = FakeTarget()
    made = gate(target, probe_seconds=30)
    probing, stopping = anyio.Event(), False

    async def slow() -> None:
        probing.set()
        await anyio.sleep(0.01)
        raise Unreachable("timeout", **WORDS)

    target.probe = slow  # type: ignore[method-assign]
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(made.wait_until_open, lambda: stopping)
            await probing.wait()
            stopping = True
            made.wake()


@pytest.mark.asyncio
async def test_a_resume_during_a_probe_is_not_missed() -> None:
    """A person's word that comes while a probe is failing is acted on at once."""
    target = FakeTarget()
    target.probing = [CredentialsLost("credentials", **WORDS)]
    made = gate(target)
    probe = target.probe

    async def resumed_meanwhile() -> None:
        made.wake()
        try:
            await probe()
        except CredentialsLost:
            made.stopped_by = None
            raise Unreachable("cut", **WORDS) from None

    target.probe = resumed_meanwhile  # type: ignore[method-assign]
    await opened(made)
    assert target.probes == 2


def test_a_pause_of_a_person_is_said_once_with_its_length(log_lines: Lines) -> None:
    """The log names who keeps it shut and for how long."""
    clock = ManualClock()
    made = gate(FakeTarget(), clock)
    made.pause("audit")
    made.check()
    clock.move(90)
    made.pause(None)
    assert log_lines.named("target.paused") == [{"target": "fortnox", "company": "demo", "reason": "person"}]
    assert log_lines.named("target.resumed") == [
        {"target": "fortnox", "company": "demo", "reason": "person", "paused_s": 90}
    ]


@pytest.mark.asyncio
async def test_a_stopping_gate_lets_nothing_more_leave() -> None:
    """Open for the far side, shut for us."""
    made = gate(FakeTarget())
    await opened(made)
    made.stopping = True
    assert (made.shut_by, made.open) == (None, False)
