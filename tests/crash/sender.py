"""Senders: they sign, post, come again until a 2xx, and keep their own list of what was acknowledged."""

import asyncio
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from random import Random

import aiohttp

from tests.crash import configuration
from tests.crash.mix import STANDARD, Webhook

ATTEMPT_SECONDS = 5.0
REFUSED = frozenset(range(400, 500)) - {408, 429}


class Senders:
    """All senders of one run. ``acked`` holds the ids of deliveries that got a 2xx, ``tried`` of all ever posted."""

    def __init__(self, url: str, session: aiohttp.ClientSession, random: Random) -> None:
        self.acked: set[str] = set()
        self.tried: set[str] = set()
        self.refusals: list[str] = []
        self.posts = 0
        self._url = url
        self._session = session
        self._random = random
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """Deliveries that are still on their way."""
        return len(self._tasks)

    def send(self, webhooks: Sequence[Webhook], within_seconds: float) -> None:
        """Begin to deliver each at some moment within the given time."""
        for webhook in webhooks:
            pause = self._random.uniform(0, within_seconds)
            task = asyncio.create_task(self._deliver(webhook, pause), name=webhook.id)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self, seconds: float) -> None:
        """Wait until every delivery has ended, at most so long; what has not ended is given up."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()

    async def _deliver(self, webhook: Webhook, pause: float) -> None:
        await asyncio.sleep(pause)
        for _ in range(1 + webhook.repeats):
            while not await self._post(webhook):
                if webhook.impatient or webhook.id in self.refusals:
                    return
                await asyncio.sleep(self._random.uniform(0.05, 0.5))

    async def _post(self, webhook: Webhook) -> bool:
        self.tried.add(webhook.id)
        self.posts += 1
        url, headers = self._request(webhook)
        try:
            timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
            async with self._session.post(url, data=webhook.body, headers=headers, timeout=timeout) as answer:
                status = answer.status
                await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        if 200 <= status < 300:
            self.acked.add(webhook.id)
            return True
        if status in REFUSED:
            self.refusals.append(webhook.id)
        return False

    def _request(self, webhook: Webhook) -> tuple[str, dict[str, str]]:
        headers = {"Content-Type": "application/json"}
        if webhook.source not in STANDARD:
            headers["X-Hook-Token"] = configuration.HEADER
            return f"{self._url}/hooks/{webhook.source}/{configuration.TOKEN}", headers
        moment = str(int(time.time()))
        key = b64decode(configuration.secret_of(webhook.source).removeprefix("whsec_"))
        signed = hmac.digest(key, f"{webhook.id}.{moment}.".encode() + webhook.body, "sha256")
        headers |= {"webhook-id": webhook.id, "webhook-timestamp": moment}
        headers["webhook-signature"] = "v1," + b64encode(signed).decode()
        return f"{self._url}/hooks/{webhook.source}", headers
