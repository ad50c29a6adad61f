"""Places for commands under way in the whole process, and each company's share of them."""

from collections.abc import Callable

import anyio


def _nobody_watches() -> None:
    """The default where no turnstile asks (tests)."""


class Slots:
    """How many commands may be under way at once. Half of the places are anybody's, half are shared out for good.

    So a company that is flooded, or whose calls hang until their timeout, never takes the last place of another one.
    """

    def __init__(self, total: int) -> None:
        self.saturated = False
        self.on_finished: Callable[[], None] = _nobody_watches
        self._total = total
        self._used: dict[str, int] = {}
        self._freed = anyio.Event()

    @property
    def total(self) -> int:
        """All places: as many as were given, and at least one for each company."""
        return max(self._total, len(self._used))

    @property
    def free(self) -> int:
        """Places that nobody has taken."""
        return self.total - sum(self._used.values())

    @property
    def own(self) -> int:
        """Places of each company that no other one may take."""
        return max(1, self.total // 2 // len(self._used)) if self._used else 0

    def share(self, company: str) -> "Share":
        """The view of one company; all companies take theirs before any of them takes a place."""
        self._used.setdefault(company, 0)
        return Share(self, company)

    def free_for(self, company: str) -> int:
        """Places that the company may take now."""
        others = (used for name, used in self._used.items() if name != company)
        return self.free - sum(max(0, self.own - used) for used in others)

    def used_by(self, company: str) -> int:
        """Places that the company has taken."""
        return self._used[company]

    def take(self, company: str) -> None:
        """One more command is under way."""
        self._used[company] += 1

    def give_back(self, company: str) -> None:
        """One is done; whoever waits for a place or for progress goes on."""
        self._used[company] -= 1
        self._freed.set()
        self.on_finished()

    async def wait(self, seconds: float) -> None:
        """Return when a place may have come free, at the latest after ``seconds``."""
        if self._freed.is_set():
            self._freed = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._freed.wait()


class Share:
    """The places as one company sees them."""

    def __init__(self, slots: Slots, company: str) -> None:
        self._slots = slots
        self._company = company

    @property
    def free(self) -> int:
        """Places that the company may take now."""
        return self._slots.free_for(self._company)

    def take(self) -> None:
        """One more command of the company is under way; where none is left for it, no other may follow."""
        self._slots.take(self._company)

    def give_back(self) -> None:
        """One is done."""
        self._slots.give_back(self._company)

    def saturated(self, saturated: bool) -> None:
        """Whether more is due than there are places: then accepting gives way to delivering."""
        self._slots.saturated = saturated

    async def wait(self, seconds: float) -> None:
        """Return when a place may have come free, at the latest after ``seconds``."""
        await self._slots.wait(seconds)
