"""Browsers that are awaited after a consent: each state counts once, for ten minutes, and nothing else does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

import anyio

CALLBACK = "/oauth/callback/"
"""Below it stands the company's name: the redirect address of a company where the daemon has a public address."""

MINUTES = 10
"""How long a browser is awaited: as long as the code lives that it brings (Fortnox facts, section 2.1)."""

MOST = 100
"""States that may wait at once; the oldest gives way."""


@dataclass(slots=True)
class _Pending:
    company: str
    until: float
    address: str | None = None
    came: anyio.Event = field(default_factory=anyio.Event)


class NotAwaited(Exception):
    """Nobody waits for this state (any more)."""


class Awaited:
    """Kept in memory: after a restart a person begins anew, and no address of before counts."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """``monotonic`` gives seconds of a clock that never jumps."""
        self._monotonic = monotonic
        self._pending: dict[str, _Pending] = {}

    def expect(self, company: str, state: str) -> None:
        """From now on a browser may come back with this state, for the company and no other."""
        self._drop_old()
        while len(self._pending) >= MOST:
            del self._pending[next(iter(self._pending))]
        self._pending[state] = _Pending(company, self._monotonic() + MINUTES * 60)

    def came(self, company: str, address: str) -> bool:
        """A browser came to ``address`` (path and query); whether it was awaited. The first one counts."""
        self._drop_old()
        for state in _states(address):
            pending = self._pending.get(state)
            if pending is not None and pending.company == company and pending.address is None:
                pending.address = address
                pending.came.set()
                return True
        return False

    async def wait(self, state: str, seconds: float) -> str | None:
        """The address that the browser came with, once; ``None`` where it has not come after ``seconds``.

        Raises :class:`NotAwaited`.
        """
        self._drop_old()
        pending = self._pending.get(state)
        if pending is None:
            raise NotAwaited
        with anyio.move_on_after(seconds):
            await pending.came.wait()
        if pending.address is not None:
            self._pending.pop(state, None)
        return pending.address

    def _drop_old(self) -> None:
        now = self._monotonic()
        for state in [state for state, pending in self._pending.items() if pending.until <= now]:
            del self._pending[state]


def _states(address: str) -> list[str]:
    try:
        return parse_qs(urlsplit(address).query).get("state", [])[:1]
    except ValueError:
        return []


class LinkEnded(Protocol):
    """What became of a link that was opened."""

    @property
    def company_name(self) -> str | None:
        """Of the company that was connected; ``None`` where none was."""
        ...

    @property
    def sentence(self) -> str:
        """Why not."""
        ...


LinkCame = Callable[[str, str], Awaitable[LinkEnded | None]]
"""Told of a company and of the path and query that a browser came to; ``None`` where it has no link of ours."""


async def no_links(_company: str, _address: str) -> LinkEnded | None:
    """The default where nobody keeps links (tests)."""
    return None
