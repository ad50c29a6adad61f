"""Fair share between accepting and delivering: while deliveries are saturated, one request enters per delivery done."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable


class Turnstile:
    """The rule: accepting never starves delivering, and delivering never shuts the door.

    While delivery reports itself saturated (all places taken and more work runnable), each finished delivery lets one
    waiting request in, oldest first, and none waits longer than ``longest_wait`` seconds. Otherwise passage is free.
    A finished delivery that nobody waits for is not saved up.
    """

    def __init__(self, saturated: Callable[[], bool], longest_wait: float = 0.1) -> None:
        """``saturated`` is asked at each entry and must be cheap."""
        self._saturated = saturated
        self._longest_wait = longest_wait
        self._waiting: OrderedDict[asyncio.Future[None], None] = OrderedDict()

    async def enter(self) -> None:
        """Pass: at once where delivery is not saturated, else in turn."""
        if not self._saturated():
            return
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting[turn] = None
        patience = loop.call_later(self._longest_wait, self._let_in, turn)
        try:
            await turn
        finally:
            patience.cancel()
            self._waiting.pop(turn, None)

    def finished(self) -> None:
        """Delivery calls this once for each delivery that ended; at the end of saturation everybody may enter."""
        places = 1 if self._saturated() else len(self._waiting)
        for _ in range(min(places, len(self._waiting))):
            self._let_in(next(iter(self._waiting)))

    def _let_in(self, turn: asyncio.Future[None]) -> None:
        self._waiting.pop(turn, None)
        if not turn.done():
            turn.set_result(None)
