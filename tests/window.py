"""The rate window counted on arrival, at full length: `python -m tests.window`, or `make window`."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from daemon import logs
from tests.acceptance.scene import scene
from tests.fakes.senders import order

CALLS = 25
SENDING = 16
LONGEST_SECONDS = 900.0


@dataclass(frozen=True)
class Seen:
    """What arrived at the simulated Fortnox: calls in all, the most in any window, and refusals with 429.

    ``released`` are the moments (monotonic) of the calls that were made while the queued work went.
    """

    calls: int
    most: int
    refused: int
    invoices: int
    seconds: float
    released: tuple[float, ...]


def most_in_any(arrivals: Sequence[float], seconds: float) -> int:
    """The most arrivals in any half-open window of this length; ``arrivals`` are in order."""
    most = first = 0
    for last, arrival in enumerate(arrivals):
        while arrival - arrivals[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


async def queued(folder: Path, commands: int, seconds: float) -> Seen:
    """Queue so many invoices of one known buyer behind a pause, let them go, and count what arrives."""
    async with scene(folder, window_seconds=seconds) as stage:
        await stage.send(order("SO-0"))
        await stage.settle()
        gate = stage.bridge.deliveries["demo"].gate
        gate.pause("the window is measured")
        numbers = iter(range(1, commands + 1))

        async def send() -> None:
            sender = stage.sender()
            for number in numbers:
                assert (await sender.send(order(f"SO-{number}"))).status == 200

        await asyncio.gather(*(send() for _ in range(SENDING)))
        await stage.until(f"SELECT 1 FROM counter WHERE name = 'inbox_handled' AND value = {commands + 1}")
        started = monotonic()
        gate.pause(None)
        await stage.settle(seconds=LONGEST_SECONDS)
        took = monotonic() - started
        calls = [call for call in (await stage.control("calls"))["calls"] if call["kind"] == "rest"]
        arrivals = [call["monotonic"] for call in calls]
        refused = sum(call["status"] == 429 for call in calls)
        invoices = len((await stage.state())["invoices"])
        released = tuple(arrival for arrival in arrivals if arrival >= started)
        return Seen(len(calls), most_in_any(arrivals, seconds), refused, invoices, took, released)


def main(arguments: Sequence[str]) -> int:
    """300 commands at the true window and 10,000 at a scaled one; 0 where no window held more than 25 calls."""
    parser = argparse.ArgumentParser(prog="python -m tests.window", description=__doc__)
    parser.add_argument("--true", type=int, default=300, help="commands at the true window of 5 s")
    parser.add_argument("--scaled", type=int, default=10_000, help="commands at the scaled window")
    parser.add_argument("--scaled-seconds", type=float, default=0.25, help="length of the scaled window")
    wanted = parser.parse_args(arguments)
    logs.configure(write=lambda _: None, strict=True)
    held = True
    for commands, seconds in ((wanted.true, 5.0), (wanted.scaled, wanted.scaled_seconds)):
        if commands == 0:
            continue
        with tempfile.TemporaryDirectory() as folder:
            seen = asyncio.run(queued(Path(folder), commands, seconds))
        whole = seen.most <= CALLS and seen.refused == 0 and seen.invoices == commands + 1
        held = held and whole
        sys.stdout.write(
            f"calls={seen.calls} window={seconds:g}s most_in_any_window={seen.most} status_429={seen.refused} "
            f"commands={commands} seconds={seen.seconds:.1f} {'ok' if whole else 'FAILED'}\n"
        )
        sys.stdout.flush()
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
