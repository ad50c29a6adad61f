"""Begins a sale's next generation, where what stands in Fortnox can no longer follow it and may be made anew."""

from collections.abc import Callable

from connectors.base import Held
from connectors.reissue import Reissue
from daemon.clock import Clock
from daemon.logs import get_log
from daemon.looking import Looks
from daemon.outcomes import Outcomes
from store import reissuing
from store.db import Database
from store.delivering import Gone
from store.heads import Head
from store.reissuing import Generation

FIRST = {"generation": 1}
"""Events name their things in the first generation: under that name the newest one is remembered."""


def _nobody_decides() -> None:
    """The default where there is no intake (tests)."""


class Reissuing:
    """Carries out for one company what its target asks for by raising :class:`connectors.reissue.Reissue`."""

    def __init__(self, *, database: Database, looks: Looks, outcomes: Outcomes, clock: Clock) -> None:
        self._database = database
        self._looks = looks
        self._outcomes = outcomes
        self._clock = clock
        self.wake_intake: Callable[[], None] = _nobody_decides

    async def begin(self, head: Head, anew: Reissue) -> None:
        """The delivery of the command is decided again, and its rule hears of the new generation.

        Where another write of the sale is in doubt, the command waits for that; what cannot be decided again is held.
        """
        absent = [attempt.id for attempt in head.open]
        thing = anew.sale.model_copy(update=FIRST).thing(head.company)
        begun = Generation(thing, anew.sale.generation, f"out-{head.outbox_id}: {anew.because}")
        job = reissuing.issue_anew(head.outbox_id, begun, self._clock.milliseconds(), absent=absent)
        try:
            await self._database.write(job)
        except Gone:
            return
        except reissuing.InDoubt:
            await self._outcomes.look_later(head, self._outcomes.first_step())
        except reissuing.Undecidable as error:
            held = Held(error.reason, system=anew.system, operation=anew.operation, remedy=str(error))
            await self._outcomes.not_sent(head, held)
        else:
            self._looks.forget(absent)
            self._say(head, anew)
            self.wake_intake()

    def _say(self, head: Head, anew: Reissue) -> None:
        get_log().info(
            "sale.reissued",
            trace=f"in-{head.inbox_id}",
            outbox_id=head.outbox_id,
            target=anew.system,
            company=head.company,
            generation=anew.sale.generation,
        )
