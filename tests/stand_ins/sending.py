"""How senders deliver webhooks and when they come again: one small model for all of them, on a clock of the test."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from random import Random

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout

ANSWERLESS = 0
"""Stands for an attempt that got no answer: cut or out of time. What it brought may have arrived."""

REFUSED = -1
"""Stands for an attempt that got no connection: nothing of it arrived."""

HOUR = 3600.0
Headers = Mapping[str, str] | Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class RetryLaw:
    """After which answers a sender comes again, and after how many seconds each time.

    ``jitter`` is at most added to each delay, ``heeds_retry_after`` tells whether the receiver's wish may lengthen it.
    ``patience`` is how many seconds it waits for an answer. ``scale`` shortens delays, jitter and wishes for a test
    that really waits; patience stays, because the receiver works no faster.
    """

    again: Callable[[int], bool]
    delays: Sequence[float]
    jitter: float = 0.0
    heeds_retry_after: bool = False
    patience: float = 10.0
    scale: float = 1.0

    def wait(self, attempt: int, wish: float, random: Random | None) -> float:
        """Seconds after the attempt of this number (from 0) until the next; ``wish`` is what Retry-After asks for."""
        delay = max(self.delays[attempt], wish if self.heeds_retry_after else 0.0)
        return (delay + (random.uniform(0, self.jitter) if random else 0.0)) * self.scale


HIGHLEVEL = RetryLaw(lambda status: status == 429, (600.0,) * 6, jitter=60.0)
"""An app's webhooks: only 429 comes again, up to six times, ten minutes apart plus jitter (HighLevel facts, section 6).
How much jitter is not published; six times this makes "a little over an hour"."""

STANDARD = RetryLaw(
    lambda status: not 200 <= status < 300,
    (5.0, 300.0, 1800.0, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
    heeds_retry_after=True,
    patience=15.0,
)
"""Everything but 2xx comes again for days (Generic webhook facts, section 3); 410, which ends it, we never answer."""

NEVER = RetryLaw(lambda _status: False, ())
"""For senders that publish nothing: a HighLevel workflow (HighLevel facts, section 5), Upsales (Upsales facts, section
3), SubscriptionFlow (SubscriptionFlow facts, section 3). Nothing comes again."""


@dataclass
class Delivery:
    """One delivery: which record it tells of, and what each attempt was answered."""

    record: str
    statuses: list[int] = field(default_factory=list)
    ended: bool = False

    @property
    def delivered(self) -> bool:
        """Whether an attempt was answered 2xx; its sender believes that it arrived."""
        return bool(self.statuses) and 200 <= self.statuses[-1] < 300

    @property
    def given_up(self) -> bool:
        """Whether its sender will not try again although nobody took it."""
        return self.ended and not self.delivered


@dataclass
class Sender:
    """Posts to ``url`` and keeps its own list of deliveries; ``random`` gives the jitter, none without it."""

    url: str
    session: ClientSession
    law: RetryLaw
    sleep: Callable[[float], Awaitable[None]]
    random: Random | None = None
    deliveries: list[Delivery] = field(default_factory=list)

    async def deliver(self, body: bytes, headers: Headers, path: str = "", into: Delivery | None = None) -> list[int]:
        """Deliver once, and again as the law says; the status of each attempt, noted in ``into`` as it comes.

        ``ANSWERLESS`` or ``REFUSED`` stand where no answer came. ``headers`` that can be called are made anew for each
        attempt.
        """
        delivery = into or Delivery("")
        self.deliveries.append(delivery)
        for attempt in range(len(self.law.delays) + 1):
            status, wish = await self._attempt(body, headers() if callable(headers) else headers, path)
            delivery.statuses.append(status)
            if attempt == len(self.law.delays) or not self.law.again(status):
                break
            await self.sleep(self.law.wait(attempt, wish, self.random))
        delivery.ended = True
        return delivery.statuses

    async def _attempt(self, body: bytes, headers: Mapping[str, str], path: str) -> tuple[int, float]:
        """What was answered, and after how many seconds the receiver wishes to be asked again."""
        timeout = ClientTimeout(total=self.law.patience)
        try:
            async with self.session.post(
                self.url + path, data=BytesIO(body), headers=headers, timeout=timeout
            ) as answer:
                await answer.read()
                wish = answer.headers.get("Retry-After", "")
                return answer.status, float(wish) if wish.isdecimal() else 0.0
        except ClientConnectorError:
            return REFUSED, 0.0
        except (ClientError, TimeoutError, OSError):
            return ANSWERLESS, 0.0
