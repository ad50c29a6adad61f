"""One measured row: `python -m tests.bench ROW`, or `make bench ROW=...`."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from daemon import logs
from tests.bench import budget, ingest, load, quiet

Say = Callable[[str], None]
Measured = tuple[dict[str, Any], str, bool]
"""All figures for a program, the last line for people, and whether the row reaches what it must."""


def main(arguments: Sequence[str]) -> int:
    """Measure one row; 0 where it reaches what it must, 1 where it does not or could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("row", choices=ROWS, nargs="?", default="ingest")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures, line, reached = ROWS[wanted.row](Path(folder), _silent if wanted.json else _say)
    _say(json.dumps({"row": wanted.row, "reached": reached, **figures}) if wanted.json else line)
    return 0 if reached else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _silent(_: str) -> None:
    """Figures are told at the end only."""


def _ingest(folder: Path, say: Say) -> Measured:
    return _rounds(ingest.measured(folder), say)


def _done(folder: Path, say: Say) -> Measured:
    return _rounds(ingest.with_ordinary_rules(folder), say)


def _rounds(measured: Iterator[ingest.Figure], say: Say) -> Measured:
    if not load.installed():
        return {"generator": None}, "generator-bound (wrk is not installed: apt install wrk)", False
    figures: list[ingest.Figure] = []
    try:
        for figure in measured:
            figures.append(figure)
            say(
                f"{figure.row:<10} {figure.rate:>7.0f}/s   bare {figure.bare:>7.0f}/s   ratio {figure.ratio:.3f}"
                f"   p50 {figure.p50_ms:5.1f} ms   p99 {figure.p99_ms:5.1f} ms"
            )
    except ingest.Unfit as fault:
        return {"fault": str(fault)}, f"not measured: {fault}", False
    found = ingest.medians(figures)
    line = "  ".join(f"{row}: {ratio:.2f} (must {ingest.MUST[row]:.2f})" for row, ratio in found.items())
    reached = all(ratio >= ingest.MUST[row] for row, ratio in found.items())
    return {"runs": [asdict(figure) for figure in figures], "medians": found}, line, reached


def _budget(folder: Path, _: Say) -> Measured:
    logs.configure(write=lambda _: None, strict=True)
    share = budget.measured(folder)
    seen = share.seen
    line = (
        f"budget: {share.used:.1%} (must {budget.MUST:.0%})  calls={seen.calls} window={budget.WINDOW_SECONDS:g}s "
        f"most_in_any_window={seen.most} status_429={seen.refused} seconds={seen.seconds:.1f}"
    )
    return {"used": share.used, "most_in_any_window": seen.most, "status_429": seen.refused}, line, share.held


def _idle(folder: Path, _: Say) -> Measured:
    seen = quiet.idle(folder)
    line = f"idle: {seen.rss_mb:.0f} MB resident (must <= 90)  {seen.cpu_percent:.2f} % of a core (must <= 0.5)"
    return asdict(seen), line, seen.rss_mb <= 90 and seen.cpu_percent <= 0.5


def _open(folder: Path, _: Say) -> Measured:
    seen = quiet.answers(folder)
    line = f"open {quiet.RATE}/s: p50 {seen.p50_ms:.1f} ms (must <= 3)  p99 {seen.p99_ms:.1f} ms (must <= 15)"
    line += f"  bare through the same sender: p50 {seen.bare_p50_ms:.1f} ms  p99 {seen.bare_p99_ms:.1f} ms"
    return asdict(seen), line, seen.p50_ms <= 3 and seen.p99_ms <= 15


ROWS: dict[str, Callable[[Path, Say], Measured]] = {
    "ingest": _ingest,
    "done": _done,
    "budget": _budget,
    "idle": _idle,
    "open": _open,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
