"""Stands in for VIES on loopback: it says of each number what it was told to, and numbers consultations."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.stand_ins.serving import serving

ASKED = "2026-11-13T10:20:30.000Z"


@dataclass
class Vies:
    """What it says of each number (``VALID``, ``INVALID``, ``MS_UNAVAILABLE`` …), and who asked about which."""

    url: str = ""
    says: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """One question: the number, and the requester where one is named."""
        number = request.match_info["country"] + request.match_info["number"]
        query = request.query
        requester = query.get("requesterMemberStateCode", "") + query.get("requesterNumber", "")
        self.asked.append((number, requester))
        word = self.says.get(number, "INVALID")
        if word == "BROKEN":
            return web.Response(status=500, text="<html></html>", content_type="text/html")
        return web.json_response(
            {
                "isValid": word == "VALID",
                "requestDate": ASKED,
                "userError": word,
                "name": "NORDHAFEN MOEBEL GMBH",
                "address": "HAFENSTRASSE 1",
                "requestIdentifier": f"WAPI{len(self.asked)}" if requester and word == "VALID" else "",
                "vatNumber": request.match_info["number"],
            }
        )


@asynccontextmanager
async def vies(**says: str) -> AsyncIterator[Vies]:
    """Serve until the block ends; ``says`` are words by number."""
    stand_in = Vies(says=dict(says))
    app = web.Application()
    app.router.add_get("/rest-api/ms/{country}/vat/{number}", stand_in.answer)
    async with serving(app) as url:
        stand_in.url = f"{url}/rest-api"
        yield stand_in
