"""What stands in the simulated Fortnox and what it was asked, through its control plane ``/_sim/``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import aiohttp

from daemon.demo.configuration import COMPANY, TENANTS

Json = dict[str, Any]
SECONDS = 10.0
WINDOW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call as Fortnox received it; ``arrived`` is seconds on its monotonic clock, ``status`` None: no answer."""

    number: int
    kind: str
    method: str
    path: str
    status: int | None
    arrived: float

    @property
    def shown(self) -> str:
        """Method, path and what was searched for; paging and order of a search are left out."""
        searched, more, _ = unquote(self.path).partition("&")
        return f"{self.method:<4} {searched}{' …' if more else ''}"

    @property
    def asked_at_start(self) -> bool:
        """Whether the daemon asks it of itself when it starts: which company this is."""
        return self.path.startswith("/3/companyinformation")

    @property
    def spent(self) -> bool:
        """Whether work cost it: no call for a token, and none of the daemon's start."""
        return self.kind == "rest" and not self.asked_at_start

    @property
    def end(self) -> str:
        """The status, or that no answer came."""
        return "no answer" if self.status is None else str(self.status)


class FarSide:
    """The control plane, read as any outsider may read it, about one company."""

    def __init__(self, url: str, session: aiohttp.ClientSession, company: str = COMPANY) -> None:
        self._url = url
        self._session = session
        self._tenant = TENANTS[company]

    def of(self, company: str) -> "FarSide":
        """The same Fortnox, seen by another company."""
        return FarSide(self._url, self._session, company)

    async def count(self) -> int:
        """How many calls came so far, of all companies."""
        return len((await self._ask("GET", "calls"))["calls"])

    async def calls(self, since: int = 0) -> list[Call]:
        """The company's calls after number ``since``, in order of arrival."""
        answer = await self._ask("GET", f"calls?since={since}")
        return [
            Call(
                call["number"],
                call["kind"],
                call["method"],
                call["path"],
                call["status"],
                float(call["monotonic"]),
            )
            for call in answer["calls"]
            if call["company"] == self._tenant
        ]

    async def state(self) -> Json:
        """Every stored object of the company; amounts are ``Decimal``."""
        found: Json = (await self._ask("GET", "state"))["companies"][str(self._tenant)]
        return found

    async def order_fault(self, fault: Mapping[str, Any]) -> None:
        """Let something go wrong on purpose."""
        await self._ask("POST", "faults", fault)

    async def _ask(self, method: str, name: str, body: Mapping[str, Any] | None = None) -> Json:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with self._session.request(method, f"{self._url}/_sim/{name}", json=body, timeout=timeout) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise RuntimeError(f"the simulator refused {method} {name}: {text}")
            read: Json = json.loads(text, parse_float=Decimal)
            return read


def fullest_window(calls: Sequence[Call]) -> int:
    """The most of one company's calls that arrived within any five seconds; those for tokens have their own limit."""
    arrivals = [call.arrived for call in calls if call.kind == "rest"]
    return max((sum(first <= other < first + WINDOW_SECONDS for other in arrivals) for first in arrivals), default=0)
