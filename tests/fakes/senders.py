"""Senders as they are in the world: real-shaped bodies, correctly signed, posted over HTTP."""

import json
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from itertools import count
from typing import Any

from aiohttp import ClientSession

from connectors.signing import sign

ORE = Decimal("0.01")
TIMESTAMP = "2026-11-13T10:15:00.000Z"
NUMBERS = count(1)
COMPANY = {
    "external_id": "C-778",
    "name": "Tallbacken Bygg & Entreprenad AB",
    "organisation_number": "559904-2032",
    "email": "inkop.tallbacken@example.com",
    "country": "SE",
}
"""The buyer of the example payloads: every kind of key."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the daemon answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def line(price: str = "1000.00", *, quantity: str = "1", vat: str = "25", **more: Any) -> Json:
    """One line of an order."""
    return {"description": "Konsulttid", "quantity": quantity, "unit_price": price, "vat_rate": vat} | more


def money(lines: list[Json]) -> Json:
    """The lines with the totals that they give, VAT rounded per line."""
    rows = [
        Decimal(row["quantity"]) * Decimal(row["unit_price"]) * (100 - Decimal(row.get("discount_percent", 0))) / 100
        - Decimal(row.get("discount_amount", 0))
        for row in lines
    ]
    net = [row.quantize(ORE, ROUND_HALF_UP) for row in rows]
    vat = [
        (amount * Decimal(row["vat_rate"]) / 100).quantize(ORE, ROUND_HALF_UP)
        for amount, row in zip(net, lines, strict=True)
    ]
    return {
        "lines": lines,
        "total_excluding_vat": str(sum(net)),
        "total_vat": str(sum(vat)),
        "total": str(sum(net) + sum(vat)),
    }


def document(kind: str, identity: Json, buyer: Json, *, price: str = "1000.00", **more: Any) -> Json:
    """A document of any kind; ``more`` overrides fields of ``data``, and ``timestamp``.

    The buyer is copied: what a test changes in its document is no other test's.
    """
    timestamp = more.pop("timestamp", TIMESTAMP)
    lines = more.pop("lines", [line(price)])
    data = {**identity, "currency": "SEK", "prices_include_vat": False, "customer": deepcopy(buyer), **money(lines)}
    if kind in {"order.paid", "invoice.paid"}:
        data["paid_at"] = timestamp
    return {"type": kind, "timestamp": timestamp, "data": data | more}


def order(number: str, kind: str = "order.won", *, buyer: Json | None = None, **more: Any) -> Json:
    """An order of our own documented shape; see :func:`document`."""
    return document(kind, {"order_id": number}, COMPANY if buyer is None else buyer, **more)


def invoice_paid(number: str, *, buyer: Json | None = None, **more: Any) -> Json:
    """An invoice of the sender that was paid; with ``order_id`` it belongs to that order."""
    return document("invoice.paid", {"invoice_id": number}, COMPANY if buyer is None else buyer, **more)


def survey(response: str, respondent: Json, *, word: str = "bra", score: int = 9, **more: Any) -> Json:
    """A finished survey; ``word`` is its answer in free text."""
    answers = [
        {"key": "nps", "question": "Rekommenderar du oss?", "value": score},
        {"key": "kommentar", "question": "Kommentar", "value": word},
    ]
    data: Json = {"survey_id": "kundenkat-q4", "response_id": response, "respondent": respondent, "answers": answers}
    return {
        "type": "survey.completed",
        "timestamp": more.pop("timestamp", TIMESTAMP),
        "data": data | more,
    }


@dataclass
class StandardSender:
    """Signs by Standard Webhooks and posts to ``url`` (of its source)."""

    url: str
    secret: str
    session: ClientSession

    async def send(
        self, body: Json | bytes, *, delivery_id: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Post one delivery, under a new id unless one is given."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        known = delivery_id or f"msg_{next(NUMBERS)}"
        now = int(time.time())
        signed = {
            "webhook-id": known,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(self.secret, known, now, raw),
            "content-type": "application/json",
        }
        return await post(self.session, self.url, raw, signed | dict(headers or {}))


@dataclass
class HighLevelSender:
    """A HighLevel workflow: unsigned, with a token in the path and a secret in a header."""

    url: str
    path_token: str
    header_secret: str
    session: ClientSession

    async def send(self, body: Json | bytes) -> Reply:
        """Post one delivery."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", "x-hook-token": self.header_secret}
        return await post(self.session, f"{self.url}/{self.path_token}", raw, headers)


async def post(session: ClientSession, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """One POST as it is."""
    async with session.post(url, data=BytesIO(body), headers=headers) as answer:
        return Reply(answer.status, await answer.read(), dict(answer.headers))
