"""A stand-in of another sender as its own people use it, through its control plane ``/_stand_in/``."""

from typing import Any

import aiohttp

Json = dict[str, Any]
SECONDS = 15.0


class OtherSide:
    """One stand-in: records are put into it, and it is told to send."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def put(self, kind: str, record: Json) -> None:
        """Save a record, which has its ``id``."""
        await self._ask("PUT", f"records/{kind}/{record['id']}", record)

    async def set(self, name: str, values: Json) -> None:
        """Change one of its settings."""
        await self._ask("PUT", name, values)

    async def do(self, name: str, order: Json) -> Json:
        """Let it do something; returns what came of it."""
        return await self._ask("POST", name, order)

    async def _ask(self, method: str, name: str, body: Json) -> Json:
        url, timeout = f"{self._url}/_stand_in/{name}", aiohttp.ClientTimeout(total=SECONDS)
        async with self._session.request(method, url, json=body, timeout=timeout) as answer:
            if answer.status != 200:
                raise RuntimeError(f"the stand-in refused {method} {name}: {answer.status} {await answer.text()}")
            read: Json = await answer.json()
            return read
