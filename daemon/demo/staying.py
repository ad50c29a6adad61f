"""The demo on a terminal after its end: the addresses to try with curl, until Ctrl-C."""

import asyncio
import shlex
import sys
from datetime import UTC, datetime, timedelta

from daemon.demo.bodies import TALLBACKEN, Line, Sale
from daemon.demo.stage import Stage
from daemon.demo.viewing import View


def show(stage: Stage) -> None:
    """Print what can be tried."""
    configuration, screen = stage.configuration, stage.screen
    config = shlex.quote(str(configuration.path))
    screen.chapter("6  Try it: everything stays up until Ctrl-C   (SIMULATOR)")
    screen.line()
    screen.say("An order, signed, good for an hour; paste it twice to see that a repetition makes nothing new:")
    screen.line()
    screen.line(signed_curl(stage))
    screen.line()
    screen.say("What became of it, and what stands in the simulated Fortnox:")
    screen.line()
    command_line = shlex.quote(sys.argv[0])
    screen.line(f"{command_line} explain SO-30001 --config {config}")
    for command in ("status", "inbox", "outbox"):
        screen.line(f"{command_line} {command} --config {config}")
    screen.line(f"curl -s {configuration.url}/healthz")
    screen.line(f"curl -s {configuration.simulator}/_sim/state")
    screen.line(f"curl -s {configuration.simulator}/_sim/calls")
    screen.line(f"tail -f {shlex.quote(str(stage.daemon.log))}")
    if configuration.story.exists():
        screen.line(f"less {shlex.quote(str(configuration.story))}")
    screen.line()
    screen.say(f"The shop's secret is {configuration.data_dir}/secrets/shop;")
    screen.say("docs/senders/standard-webhooks.md shows how to sign.")


def signed_curl(stage: Stage) -> str:
    """One command line that delivers an order, with its signature."""
    sale = Sale(
        "SO-30001",
        TALLBACKEN,
        (Line("ART-9", "Arbetsbänk", "1", "st", "3200.00"),),
        datetime.now(UTC) - timedelta(hours=2),
    )
    url, headers, body = stage.senders.request(sale.event("order.won", "msg_curl01"))
    given = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    return f"curl -s {url} {given} --data-binary {shlex.quote(body.decode())}"


async def until_interrupted(stage: Stage, view: View) -> bool:
    """Wait for Ctrl-C; returns false where the daemon ended by itself instead, with a word about it."""
    try:
        async with view.staying(stage):
            code = await stage.daemon.ended()
    except asyncio.CancelledError:
        stage.screen.line()
        stage.screen.say("Ctrl-C: the daemon is stopped in order, the temporary folder is removed.")
        return True
    stage.screen.line()
    stage.screen.say(f"the daemon ended by itself with code {code}; its log is {stage.daemon.log}")
    return False
