"""Runs one stand-in as a process: ``python -m tests.stand_ins upsales --port 0`` prints its address as one line."""

import argparse
import asyncio
import signal
import sys
from importlib import import_module
from types import ModuleType

from tests.stand_ins.serving import serving


async def _run(module: ModuleType, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with serving(module.application(module.State()), port) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    """Serve the stand-in that is named, until a signal; its module has ``State`` and ``application(state)``."""
    parser = argparse.ArgumentParser(prog="python -m tests.stand_ins", allow_abbrev=False)
    parser.add_argument("sender", help="a module of this package, for instance upsales")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    asyncio.run(_run(import_module(f"tests.stand_ins.{wanted.sender}"), wanted.port))


if __name__ == "__main__":
    main()
