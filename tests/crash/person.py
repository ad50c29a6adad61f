"""A person at the company's bookkeeping who books invoices by hand in Fortnox, with a client of its own."""

import asyncio
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.crash.companies import COMPANIES
from tests.crash.processes import PERSON
from tests.crash.subjects import Document

PAUSE = 0.7
PATIENCE = 150.0

State = Callable[[], Awaitable[Any]]
"""Gives what ``/_sim/state`` shows now."""


class Person:
    """Looks now and then for the invoices that somebody waits for, and books each until Fortnox shows it as booked."""

    def __init__(self, url: str, session: aiohttp.ClientSession, state: State) -> None:
        self._url = url
        self._session = session
        self._state = state
        self._looking = asyncio.Lock()
        self._shown: Any = None
        self._looked = 0.0

    async def booked(self, document: Document) -> bool:
        """Wait until the document's invoice stands there, book it; false where it did not come within patience."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            invoice = self._invoice(await self._look(), document)
            if invoice is not None and invoice["Booked"]:
                return True
            if invoice is not None:
                await self._book(document, invoice["DocumentNumber"])
            await asyncio.sleep(PAUSE)
        return False

    async def _look(self) -> Any:
        """One look serves all who wait."""
        async with self._looking:
            if time.monotonic() - self._looked > PAUSE:
                self._shown = await self._state()
                self._looked = time.monotonic()
            return self._shown

    def _invoice(self, state: Any, document: Document) -> Any:
        invoices = state["companies"][str(COMPANIES[document.company].tenant)]["invoices"]
        return next((one for one in invoices if one["ExternalInvoiceReference2"] == document.origin), None)

    async def _book(self, document: Document, number: str) -> None:
        """One try; what became of it is seen at the next look."""
        timeout = aiohttp.ClientTimeout(total=3)
        try:
            token = await self._token(COMPANIES[document.company].tenant)
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
            address = f"{self._url}/3/invoices/{number}/bookkeep"
            async with self._session.put(address, headers=headers, timeout=timeout) as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError):
            return

    async def _token(self, tenant: int) -> str:
        proof = b64encode(":".join(PERSON).encode()).decode()
        headers = {"Authorization": f"Basic {proof}", "TenantId": str(tenant)}
        form = {"grant_type": "client_credentials"}
        timeout = aiohttp.ClientTimeout(total=3)
        async with self._session.post(
            f"{self._url}/oauth-v1/token", data=form, headers=headers, timeout=timeout
        ) as answer:
            return str((await answer.json())["access_token"])
