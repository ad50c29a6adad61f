"""Whose turn it is: a person before live before batch before backfill, and nobody is passed over for ever."""

from collections import defaultdict
from collections.abc import Sequence

PATIENCE = 24
"""How often in a row work of a higher priority goes before lower work that is due: at Fortnox 24 of 25 calls."""


class Precedence:
    """Chooses among what is due; it remembers whom it has passed over, so one company has one of them."""

    def __init__(self) -> None:
        self._passed: defaultdict[int, int] = defaultdict(int)

    def choose(self, due: Sequence[tuple[int, int]], limit: int) -> list[int]:
        """At most ``limit`` of the commands that are due, each a priority and an id, oldest first in each priority."""
        queues: dict[int, list[int]] = {}
        for priority, outbox_id in due:
            queues.setdefault(priority, []).append(outbox_id)
        chosen: list[int] = []
        while queues and len(chosen) < limit:
            turn = self._turn(sorted(queues))
            chosen.append(queues[turn].pop(0))
            if not queues[turn]:
                del queues[turn]
        return chosen

    def _turn(self, waiting: Sequence[int]) -> int:
        impatient = [priority for priority in waiting if self._passed[priority] >= PATIENCE]
        turn = max(impatient, key=lambda priority: self._passed[priority]) if impatient else waiting[0]
        for priority in waiting:
            self._passed[priority] += priority > turn
        self._passed[turn] = 0
        return turn


def a_persons(due: Sequence[tuple[int, int]], limit: int) -> list[int]:
    """Only what a person asked for."""
    return [outbox_id for priority, outbox_id in due if priority == 0][:limit]
