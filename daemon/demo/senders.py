"""The two senders of the demo: a shop that signs (Standard Webhooks), and a HighLevel workflow with its tokens."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from connectors.signing import sign
from daemon.demo.configuration import STANDARD, WORKFLOW, Configuration

Json = dict[str, Any]
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request as a sender makes it, before it is signed. ``id`` is the sender's own delivery id."""

    source: str
    id: str
    body: Json

    @property
    def name(self) -> str:
        """What it is about, for the reader: ``order.won SO-20931``."""
        data = self.body.get("data", {})
        number = data.get("invoice_id") or data.get("order_id") or data.get("response_id")
        if self.source == WORKFLOW:
            number = self.body["customData"]["submission_id"]
        return f"{self.body.get('type', 'survey submitted')} {number}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, the id of our inbox row where there is one, and how long it took."""

    status: int
    id: str | None
    milliseconds: float


class Senders:
    """Signs and posts."""

    def __init__(self, configuration: Configuration, session: aiohttp.ClientSession) -> None:
        self._configuration = configuration
        self._session = session

    async def post(self, webhook: Webhook, *, secret: str | None = None) -> Reply:
        """Send once; ``secret`` signs with another key than the right one. Raises ``aiohttp.ClientError``."""
        url, headers, content = self.request(webhook, secret)
        began = time.perf_counter()
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with self._session.post(url, data=content, headers=headers, timeout=timeout) as answer:
            text = await answer.text()
        taken = (time.perf_counter() - began) * 1000
        return Reply(answer.status, _id(text) if answer.status == 200 else None, taken)

    async def knock(self, source: str, secret: str, body: Json) -> int:
        """Post to a door whose address ends with a generated secret, unsigned; gives the status."""
        url = f"{self._configuration.url}/hooks/{source}/{self._configuration.secret(secret)}"
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with self._session.post(url, json=body, timeout=timeout) as answer:
            return answer.status

    def request(self, webhook: Webhook, secret: str | None = None) -> tuple[str, Mapping[str, str], bytes]:
        """Address, headers and body of the request, proved in the way of its source."""
        content = json.dumps(webhook.body, ensure_ascii=False, separators=(",", ":")).encode()
        url = f"{self._configuration.url}/hooks/{webhook.source}"
        headers = {"content-type": "application/json"}
        if webhook.source == WORKFLOW:
            header = secret or self._configuration.secret(f"{WORKFLOW}-header")
            path = self._configuration.secret(f"{WORKFLOW}-path")
            return f"{url}/{path}", headers | {"X-Hook-Token": header}, content
        now = int(datetime.now(UTC).timestamp())
        signature = sign(secret or self._configuration.secret(STANDARD), webhook.id, now, content)
        proof = {"webhook-id": webhook.id, "webhook-timestamp": str(now), "webhook-signature": signature}
        return url, headers | proof, content


def _id(text: str) -> str:
    return f"in-{json.loads(text)['id']}"
