"""A notice of a consent concerns the companies of one app, and changes nothing but that they must prove themselves."""

from pathlib import Path

import anyio
import pytest

from connectors.base import CredentialsLost
from daemon.gate import Gate
from daemon.logs import get_log
from daemon.rechecking import Recheck
from tests.conftest import Lines
from tests.daemon.test_config import loaded
from tests.fakes.clock import ManualClock
from tests.fakes.target import WORDS, FakeTarget


class Distrusted(FakeTarget):
    """A target that counts how often its access was doubted."""

    def __init__(self) -> None:
        super().__init__()
        self.distrusted = 0

    def distrust(self) -> None:
        """Once more."""
        self.distrusted += 1


class Loop:
    """A company's loop: its gate, which has been opened, and how often it was woken."""

    def __init__(self, name: str, target: FakeTarget) -> None:
        self.gate = Gate(name, target, ManualClock().clock, get_log(), 0.01)
        self.woken = 0

    def wake(self) -> None:
        """Once more."""
        self.woken += 1


async def opened(gate: Gate, seconds: float = 30) -> None:
    """Wait for the gate, at most so long."""
    with anyio.move_on_after(seconds):
        await gate.wait_until_open(lambda: False)


@pytest.mark.asyncio
@pytest.mark.capability("f71")
async def test_only_companies_of_that_app_prove_themselves(tmp_path: Path, log_lines: Lines) -> None:
    """One more probe each, and nothing is said where Fortnox answers as before; lost ones say so once."""
    targets = {"demo": Distrusted(), "real": Distrusted()}
    loops = {name: Loop(name, target) for name, target in targets.items()}
    for loop in loops.values():
        await opened(loop.gate)
    recheck = Recheck(loaded(tmp_path).companies, targets, loops)
    recheck("demo")
    assert [target.distrusted for target in targets.values()] == [loop.woken for loop in loops.values()] == [1, 0]
    assert [loop.gate.shut_by for loop in loops.values()] == ["unproved", None]
    await opened(loops["demo"].gate)
    assert (targets["demo"].probes, loops["demo"].gate.shut_by, list(log_lines)) == (2, None, [])
    for _ in range(2):
        targets["demo"].probing = [CredentialsLost("invalid_grant", **WORDS)]
        recheck("demo")
        await opened(loops["demo"].gate, 0.05)
        assert loops["demo"].gate.shut_by == "invalid_grant"
    recheck("demo")
    await opened(loops["demo"].gate)
    assert [line["event"] for line in log_lines] == ["target.paused", "target.resumed"]
    recheck("of_no_company_here")
    assert (targets["demo"].distrusted, targets["real"].distrusted) == (4, 0)


@pytest.mark.asyncio
async def test_a_pause_of_a_person_stays(tmp_path: Path) -> None:
    """What a person has paused is proved when that person lets it go on."""
    target = Distrusted()
    loop = Loop("demo", target)
    await opened(loop.gate)
    loop.gate.pause("stock-taking")
    Recheck(loaded(tmp_path).companies, {"demo": target}, {"demo": loop})("demo")
    assert loop.gate.shut_by == "person"
    loop.gate.pause(None)
    assert loop.gate.shut_by == "unproved"
