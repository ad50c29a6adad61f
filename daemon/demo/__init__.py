"""``fortnox-bridge demo``: the whole path on loopback, beside the built-in Fortnox simulator."""

import asyncio
import os

from daemon.demo.run import demonstrate

INTERRUPTED = 130


def main(*, once: bool, stand_ins: str | None) -> int:
    """Run the demo; with ``once`` (or ``ONCE=1`` in the environment) it ends by itself, else it stays up until Ctrl-C.

    ``stand_ins`` is the module whose ``python -m MODULE SENDER --port 0`` plays another sender, ``None``: none.

    Returns 0 where every promise was seen to hold, 1 where one was not, 130 where it was interrupted before its end.
    """
    try:
        asked = once or os.environ.get("ONCE", "0") not in {"", "0"}
        return asyncio.run(demonstrate(once=asked, module=stand_ins))
    except asyncio.CancelledError:
        return INTERRUPTED
