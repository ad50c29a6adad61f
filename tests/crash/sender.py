"""Senders: they sign and post, come again where that is their way, and keep a list of what was acknowledged."""

import asyncio
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random

import aiohttp

from tests.crash import configuration
from tests.crash.companies import CLIENTS, HIGHLEVEL, STANDARD
from tests.crash.own_rules import KEY
from tests.crash.records import signed_body
from tests.crash.stand_ins import StandIns
from tests.crash.subjects import Change, Document, Flow, Record, Webhook
from tests.stand_ins.highlevel_app import AppSigner
from tests.stand_ins.sending import RetryLaw, Sender

ATTEMPT_SECONDS = 5.0
REFUSED = frozenset(range(400, 500)) - {408, 429}
NOT_STARTED, ENDED = 404, 409
"""What a client hears that cancels a flow before it is known, and once more after it was cancelled."""

ONCE_BUT_FOR_429 = RetryLaw(lambda status: status == 429, (0.5,) * 6)
"""HighLevel's law of repetition, its ten minutes scaled."""

Booked = Callable[[Document], Awaitable[bool]]
"""Waits until a person has booked the invoice of a sale; false where there never was one."""


class Senders:
    """All senders of one run. ``acked`` holds the ids of deliveries that got a 2xx, ``tried`` of all that ever began.

    ``waiting`` counts deliveries that a person's booking comes before, ``untold`` callbacks of senders with a stand-in
    that reached nobody: those must be found by polling.
    """

    def __init__(
        self, url: str, session: aiohttp.ClientSession, random: Random, stand_ins: StandIns, booked: Booked
    ) -> None:
        self.acked: set[str] = set()
        self.tried: set[str] = set()
        self.refusals: list[str] = []
        self.posts = 0
        self.untold = 0
        self.waiting = 0
        self._hooks = f"{url}/hooks"
        self._flows = f"{url}/fortnox/workflows"
        self._session = session
        self._random = random
        self._stand_ins = stand_ins
        self._booked = booked
        self._signer = AppSigner()
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
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.refusals.append(f"{task.get_name()}: {task.exception()!r}")

    async def finish(self, seconds: float) -> None:
        """Wait until every delivery has ended, at most so long; what has not ended is given up."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()

    async def _deliver(self, webhook: Webhook, pause: float) -> None:
        await asyncio.sleep(pause)
        subject = webhook.subject
        if webhook.after_booking and isinstance(subject, Document):
            self.waiting += 1
            booked = await self._booked(subject)
            self.waiting -= 1
            if not booked:
                return
        for _ in range(1 + webhook.repeats):
            if webhook.change is None:
                await self._until_taken(webhook)
            else:
                await self._told_once(webhook, webhook.change)

    # --- senders that come again -------------------------------------------------------------------------------------

    async def _until_taken(self, webhook: Webhook) -> None:
        while not await self._post(webhook):
            if webhook.impatient or webhook.id in self.refusals:
                return
            await asyncio.sleep(self._random.uniform(0.05, 0.5))

    async def _post(self, webhook: Webhook) -> bool:
        self.tried.add(webhook.id)
        self.posts += 1
        method, url, headers = self._request(webhook)
        try:
            timeout = aiohttp.ClientTimeout(total=ATTEMPT_SECONDS)
            async with self._session.request(
                method, url, data=webhook.body, headers=headers, timeout=timeout
            ) as answer:
                status = answer.status
                await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        return self._answered(webhook, status)

    def _answered(self, webhook: Webhook, status: int) -> bool:
        stopping = webhook.status == "stopped"
        if 200 <= status < 300 or (stopping and status == ENDED):
            self.acked.add(webhook.id)
            return True
        if stopping and status == NOT_STARTED:
            return False
        if status in REFUSED:
            self.refusals.append(webhook.id)
        return False

    def _request(self, webhook: Webhook) -> tuple[str, str, dict[str, str]]:
        headers = {"Content-Type": "application/json"}
        if webhook.source in CLIENTS:
            assert isinstance(webhook.subject, Flow)
            headers["Authorization"] = f"Bearer {KEY}"
            if webhook.status == "stopped":
                return "DELETE", f"{self._flows}/{webhook.subject.code}", headers
            return "POST", self._flows, headers
        if webhook.source not in STANDARD:
            headers["X-Hook-Token"] = configuration.HEADER
            return "POST", f"{self._hooks}/{webhook.source}/{configuration.TOKEN}", headers
        moment = str(int(time.time()))
        key = b64decode(configuration.secret_of(webhook.source).removeprefix("whsec_"))
        signed = hmac.digest(key, f"{webhook.id}.{moment}.".encode() + webhook.body, "sha256")
        headers |= {"webhook-id": webhook.id, "webhook-timestamp": moment}
        headers["webhook-signature"] = "v1," + b64encode(signed).decode()
        return "POST", f"{self._hooks}/{webhook.source}", headers

    # --- senders with a stand-in: the record changes, then they tell, once -------------------------------------------

    async def _told_once(self, webhook: Webhook, change: Change) -> None:
        self.tried.add(webhook.id)
        record = await self._stand_ins.happen(webhook.source, change)
        self.posts += 1
        if webhook.source != HIGHLEVEL:
            status = await self._stand_ins.call_back(webhook.source, change, self._hooks)
        elif change.told == "workflow":
            status = await self._highlevel(f"{HIGHLEVEL}/{configuration.TOKEN}", change.more, {})
        else:
            body = signed_body(change, record, webhook.id, datetime.now(UTC))
            status = await self._highlevel(HIGHLEVEL, body, None)
        if not status or not self._answered(webhook, status):
            self.untold += 1

    async def _highlevel(self, place: str, body: Record, headers: Mapping[str, str] | None) -> int:
        raw = json.dumps(body, ensure_ascii=False).encode()
        sender = Sender(f"{self._hooks}/{place}", self._session, ONCE_BUT_FOR_429, asyncio.sleep)
        given = {"content-type": "application/json"} if headers is not None else self._signer.headers(raw)
        return (await sender.deliver(raw, given))[-1]
