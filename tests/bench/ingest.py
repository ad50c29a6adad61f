"""Row `ingest`: durable ingest and accepted -> delivered -> done, each as a share of bare aiohttp in the same round."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import load
from tests.bench.deliveries import Prepared, prepare
from tests.bench.load import Load
from tests.bench.processes import Daemon, daemon, printing_its_address

ROUNDS = 3
BARE_SECONDS = 2
OURS_SECONDS = 3
WARM_SECONDS = 1
DRAIN_SECONDS = 20.0
PREPARED = 120_000
MUST: Mapping[str, float] = {"ingest 16": 0.20, "ingest 64": 0.28, "done 16": 0.10}


@dataclass(frozen=True)
class Figure:
    """One measured run: what it was, its rate a second, and the bare rate of its round."""

    row: str
    rate: float
    bare: float
    p50_ms: float
    p99_ms: float

    @property
    def ratio(self) -> float:
        """The share of bare aiohttp."""
        return self.rate / self.bare


class Unfit(Exception):
    """A run that measures nothing: answers were refused, connections broke, or the work was not done."""


def measured(folder: Path) -> Iterator[Figure]:
    """All rounds, run by run; raises :class:`Unfit`."""
    prepared = prepare(folder, PREPARED)
    for turn in range(ROUNDS):
        for connections in (16, 64):
            bare = _bare(prepared, connections)
            yield _ingest(folder / f"ingest-{turn}-{connections}", prepared, connections, bare)
            if connections == 16:
                yield _done(folder / f"done-{turn}", prepared, connections, bare)


def with_ordinary_rules(folder: Path) -> Iterator[Figure]:
    """The way to done with the rules of the product: the whole invoice of nine rows instead of a small command."""
    prepared = prepare(folder, PREPARED)
    for turn in range(ROUNDS):
        bare = _bare(prepared, 16)
        yield _done(folder / f"ordinary-{turn}", prepared, 16, bare, rules="ordinary")


def medians(figures: list[Figure]) -> dict[str, float]:
    """The median ratio of each row over the rounds."""
    rows = dict.fromkeys(figure.row for figure in figures)
    return {row: median(figure.ratio for figure in figures if figure.row == row) for row in rows}


def _bare(prepared: Prepared, connections: int) -> float:
    with printing_its_address("tests.bench.bare") as url:
        load.drive(f"{url}/hooks/shop", prepared, connections=connections, seconds=WARM_SECONDS)
        return _fit(load.drive(f"{url}/hooks/shop", prepared, connections=connections, seconds=BARE_SECONDS)).rate


def _ingest(folder: Path, prepared: Prepared, connections: int, bare: float) -> Figure:
    with daemon(folder) as running:
        seen = _loaded(running, prepared, connections)
        return Figure(f"ingest {connections}", seen.rate, bare, seen.p50_ms, seen.p99_ms)


def _loaded(running: Daemon, prepared: Prepared, connections: int) -> Load:
    warm = load.drive(running.hooks, prepared, connections=connections, seconds=WARM_SECONDS)
    # wrk gives up what is under way at its end: those deliveries may be stored without having been counted.
    first = warm.answers + connections
    return _fit(load.drive(running.hooks, prepared, connections=connections, seconds=OURS_SECONDS, first=first))


def _done(folder: Path, prepared: Prepared, connections: int, bare: float, *, rules: str = "small") -> Figure:
    """Events done a second, from the first request until the last accepted one is delivered and recorded."""
    with (
        printing_its_address("tests.bench.far_side") as far_side,
        daemon(folder, far_side=far_side, rules=rules) as running,
    ):
        warm = load.drive(running.hooks, prepared, connections=connections, seconds=WARM_SECONDS)
        before = _drained(running)
        started = time.monotonic()
        first = warm.answers + connections
        seen = _fit(load.drive(running.hooks, prepared, connections=connections, seconds=OURS_SECONDS, first=first))
        done = _drained(running) - before
        took = time.monotonic() - started
        if done < seen.answers:
            raise Unfit(f"{seen.answers} deliveries were accepted and only {done} were done")
        return Figure(f"done {connections}", done / took, bare, seen.p50_ms, seen.p99_ms)


def _drained(running: Daemon) -> int:
    until = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < until:
        accepted = sum(running.counter(f"inbox_{state}") for state in ("waiting", "handled"))
        done = running.counter("outbox_done")
        if done >= accepted:
            return done
        time.sleep(0.02)
    raise Unfit(f"after {DRAIN_SECONDS:g} s only {running.counter('outbox_done')} were done")


def _fit(seen: Load) -> Load:
    if seen.refused or seen.broken:
        raise Unfit(f"{seen.refused} answers were refused, {seen.broken} connections broke")
    return seen
