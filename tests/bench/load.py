"""The load: wrk in a closed loop, one thread, kept-alive connections, one POST after another on each."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench.deliveries import Prepared

SCRIPT = Path(__file__).with_name("post.lua")


@dataclass(frozen=True)
class Load:
    """What a run of load saw: answers a second, answers that were no 2xx, broken connections, times in ms."""

    answers: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def installed() -> bool:
    """Whether wrk is there."""
    return shutil.which("wrk") is not None


def drive(url: str, prepared: Prepared, *, connections: int, seconds: int, first: int = 0) -> Load:
    """Post deliveries from number ``first`` on; raises ``RuntimeError`` where the prepared ones ran out."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), url, "--"]
    ran = subprocess.run(
        [*command, str(prepared.path), str(first)], capture_output=True, text=True, check=True, timeout=seconds + 30
    )
    result = next(line for line in ran.stdout.splitlines() if line.startswith("RESULT"))
    answers, microseconds, refused, broken, p50, p99 = (int(part) for part in result.split()[1:])
    if first + answers + connections > prepared.count:
        raise RuntimeError("more deliveries were sent than had been prepared")
    return Load(answers, microseconds / 1_000_000, refused, broken, p50 / 1000, p99 / 1000)
