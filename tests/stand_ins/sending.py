"""How senders deliver webhooks and when they come again: one small model for all of them, on a clock of the test."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from aiohttp import ClientError, ClientSession, ClientTimeout

ANSWERLESS = 0
"""Stands for an attempt that got no answer: refused, cut or out of time."""


@dataclass(frozen=True, slots=True)
class RetryLaw:
    """After which answers a sender comes again, and after how many seconds each time.

    ``patience`` is how long it waits for an answer. ``scale`` shortens both for a test that really waits.
    """

    again: Callable[[int], bool]
    delays: Sequence[float]
    patience: float = 10.0
    scale: float = 1.0


HIGHLEVEL = RetryLaw(lambda status: status == 429, (600.0,) * 6)
"""Only 429 comes again, up to six times, ten minutes apart; its jitter is left out (HighLevel facts, section 6)."""


@dataclass
class Sender:
    """Posts to ``url`` and keeps what each delivery was answered, attempt by attempt."""

    url: str
    session: ClientSession
    law: RetryLaw
    sleep: Callable[[float], Awaitable[None]]
    answers: list[list[int]] = field(default_factory=list)

    async def deliver(self, body: bytes, headers: Mapping[str, str], path: str = "") -> list[int]:
        """Deliver once, and again as the law says; the status of each attempt, ``ANSWERLESS`` where none came."""
        statuses: list[int] = []
        self.answers.append(statuses)
        statuses.append(await self._attempt(body, headers, path))
        for delay in self.law.delays:
            if not self.law.again(statuses[-1]):
                break
            await self.sleep(delay * self.law.scale)
            statuses.append(await self._attempt(body, headers, path))
        return statuses

    async def _attempt(self, body: bytes, headers: Mapping[str, str], path: str) -> int:
        timeout = ClientTimeout(total=max(0.5, self.law.patience * self.law.scale))
        try:
            async with self.session.post(
                self.url + path, data=BytesIO(body), headers=headers, timeout=timeout
            ) as answer:
                await answer.read()
                return answer.status
        except (ClientError, TimeoutError, OSError):
            return ANSWERLESS
