"""Row `idle`: what the daemon uses while nothing happens. Row `open`: answers at a steady 200 deliveries a second."""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import aiohttp

from tests.bench.deliveries import SOURCE, body, headers
from tests.bench.processes import Daemon, daemon, printing_its_address

IDLE_SECONDS = 10.0
RATE = 200
OPEN_SECONDS = 10.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Idle:
    """Resident memory in MB, and the share of one processor, in percent."""

    rss_mb: float
    cpu_percent: float


@dataclass(frozen=True)
class Answers:
    """Times from the sending to the answer, in ms, at a steady rate; and those of bare aiohttp, sent to likewise."""

    p50_ms: float
    p99_ms: float
    bare_p50_ms: float
    bare_p99_ms: float


def idle(folder: Path) -> Idle:
    """Let a fresh daemon with a company and a source do nothing."""
    with daemon(folder / "idle") as running:
        time.sleep(2.0)
        before, started = _processor_seconds(running), time.monotonic()
        time.sleep(IDLE_SECONDS)
        used = _processor_seconds(running) - before
        return Idle(_resident_mb(running), 100 * used / (time.monotonic() - started))


def answers(folder: Path) -> Answers:
    """Send on schedule whatever the answers do, everything on, the ordinary rules and a null target behind."""
    with printing_its_address("tests.bench.bare") as url:
        bare = quantiles(asyncio.run(_sent(f"{url}/hooks/{SOURCE}")), n=100)
    with (
        printing_its_address("tests.bench.far_side") as far_side,
        daemon(folder / "open", far_side=far_side, rules="ordinary") as running,
    ):
        ours = quantiles(asyncio.run(_sent(running.hooks)), n=100)
    return Answers(ours[49], ours[98], bare[49], bare[98])


async def _sent(url: str) -> list[float]:
    async with aiohttp.ClientSession() as session:
        started = time.monotonic()

        async def send(place: int) -> float:
            number = f"SO-{place:08d}"
            signed = headers(f"msg_{place:08d}", number, int(time.time()))
            await asyncio.sleep(max(0.0, started + place / RATE - time.monotonic()))
            sent = time.monotonic()
            async with session.post(url, data=body(number), headers=signed) as answer:
                await answer.read()
                answer.raise_for_status()
            return (time.monotonic() - sent) * 1000

        return list(await asyncio.gather(*(send(place) for place in range(int(RATE * OPEN_SECONDS)))))


def _processor_seconds(running: Daemon) -> float:
    fields = Path(f"/proc/{running.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _resident_mb(running: Daemon) -> float:
    pages = int(Path(f"/proc/{running.process.pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * PAGE_BYTES / 1_000_000
