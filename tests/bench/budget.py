"""Row `budget`: the share of Fortnox's budget that is used at the true window while more work waits than may go."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.window import CALLS, Seen, queued

COMMANDS = 130
"""Enough for 26 s of the true window."""

WINDOW_SECONDS = 5.0
MUST = 0.96


@dataclass(frozen=True)
class Share:
    """What was used of what was possible, from the first of the queued calls to the last; 1 is all."""

    seen: Seen
    used: float

    @property
    def held(self) -> bool:
        """Whether the share is enough, and no window held too many."""
        return self.used >= MUST and self.seen.most <= CALLS and self.seen.refused == 0


def measured(folder: Path) -> Share:
    """Queue the commands behind a pause, let them go, and count at the simulated Fortnox."""
    seen = asyncio.run(queued(folder, COMMANDS, WINDOW_SECONDS))
    return Share(seen, share_used(seen.released))


def share_used(arrivals: Sequence[float]) -> float:
    """How near each call comes to its earliest moment: one window after the call that stands 25 places before it."""
    waits = [later - earlier for earlier, later in zip(arrivals, arrivals[CALLS:], strict=False)]
    return WINDOW_SECONDS * len(waits) / sum(waits)
