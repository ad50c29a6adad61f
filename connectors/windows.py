"""The rate windows of one process: whoever spends the same budget at a far side waits for the same window."""

from collections.abc import Awaitable, Callable

from connectors.window import Window


class Windows:
    """One window for each budget; a budget is named by what the far side counts by (system, app, account)."""

    def __init__(self) -> None:
        self._by_budget: dict[tuple[str, ...], Window] = {}

    def of(
        self,
        budget: tuple[str, ...],
        calls: int,
        seconds: float,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> Window:
        """The window of ``budget``; where two users of it state different limits, the stricter of each counts."""
        found = self._by_budget.get(budget)
        if found is None:
            found = self._by_budget[budget] = Window(calls, seconds, monotonic=monotonic, sleep=sleep)
        else:
            found.narrow(calls, seconds)
        return found
