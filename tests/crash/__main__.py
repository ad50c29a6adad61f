"""`make crash`: a crash run from the command line; the last line is the verdict, the exit code says whether it held."""

import argparse
import asyncio
import dataclasses
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from tests.crash.driver import Say, crash
from tests.crash.options import Options
from tests.crash.outcome import Outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--webhooks", type=int, default=240)
    parser.add_argument("--seed", type=int, default=None, help="default: a random one, printed")
    parser.add_argument("--broken", action="store_true", help="a build that does not look before it sends again")
    parser.add_argument("--keep", action="store_true", help="keep the folder even if all is well")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _silent(text: str) -> None:
    del text


def _tell(outcome: Outcome, folder: Path | None) -> None:
    for finding in outcome.findings:
        _say(f"{finding.kind}: {finding.text}")
    for code in outcome.exits:
        _say(f"the daemon ended by itself with code {code}")
    for delivery in outcome.refused:
        _say(f"the daemon refused delivery {delivery}")
    if not outcome.quiet:
        _say("the daemon was still calling when the run ended")
    for fault in outcome.unmet:
        _say(f"met no call: {fault}")
    if folder is not None:
        _say(f"kept: {folder}")
    _say(" ".join(f"{kind}={count}" for kind, count in outcome.documents.items()))
    _say(
        f"reads_at_senders={outcome.reads} failed={outcome.failed_reads} callbacks_that_reached_nobody={outcome.untold}"
    )
    _say("steps_in_mid_call: " + " ".join(f"{step.replace(' ', '_')}={count}" for step, count in outcome.steps.items()))
    _say(f"kills_in_mid_call={outcome.mid_call} posts={outcome.posts} calls={outcome.calls}")
    _say(
        f"faulted={outcome.faults} certain_faults={outcome.certain}/{outcome.certain_planned} "
        f"over_the_window={outcome.throttled}"
    )
    _say(outcome.last_line)


def _as_json(outcome: Outcome, options: Options) -> str:
    told = dataclasses.asdict(outcome) | {"lost": outcome.count("lost"), "doubled": outcome.count("doubled")}
    return json.dumps({"seed": options.seed, **told})


async def _run(options: Options, say: Say) -> Outcome:
    """A run that SIGTERM ends as well: no daemon is left behind."""
    running = asyncio.ensure_future(crash(options, say))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def main() -> int:
    """Run; 0 where nothing was lost or doubled, else 1."""
    given = _arguments()
    seed = SystemRandom().randrange(1_000_000) if given.seed is None else given.seed
    folder = Path(tempfile.mkdtemp(prefix="crash-"))
    options = Options(seed, given.kills, given.webhooks, folder, broken=given.broken)
    say = _silent if given.json else _say
    say(f"seed={seed}")
    say(options.pace.described())
    try:
        outcome = asyncio.run(_run(options, say))
    except (TimeoutError, asyncio.CancelledError):
        sys.stderr.write(f"the run was ended before its end; kept: {folder}\n")
        return 1
    keep = given.keep or not outcome.whole
    if not keep:
        shutil.rmtree(folder)
    if given.json:
        _say(_as_json(outcome, options))
    else:
        _tell(outcome, folder if keep else None)
    return 0 if outcome.whole else 1


if __name__ == "__main__":
    sys.exit(main())
