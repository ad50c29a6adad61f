"""Prepared deliveries: won orders of about 1500 bytes, signed before the measurement, each with an id of its own."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = "shop"
KEY = b"a bench key of thirty-two bytes!"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
MARK = "@NUMBER@"
BYTES = 1500


def order(number: str) -> dict[str, Any]:
    """An order of nine lines; only the number differs from one to the next."""
    lines = [
        {
            "sku": f"ART-{place}",
            "description": f"Regel 45x95 C24, meter nr {place}",
            "quantity": "1",
            "unit": "st",
            "unit_price": "10.00",
            "vat_rate": "25",
        }
        for place in range(9)
    ]
    buyer = {
        "external_id": "C-778",
        "name": "Tallbacken Bygg & Entreprenad AB",
        "organisation_number": "559904-2032",
        "email": "inkop.tallbacken@example.com",
        "country": "SE",
    }
    data = {
        "order_id": number,
        "currency": "SEK",
        "prices_include_vat": False,
        "customer": buyer,
        "lines": lines,
        "total_excluding_vat": "90.00",
        "total_vat": "22.50",
        "total": "112.50",
    }
    return {"type": "order.won", "timestamp": "2026-11-20T10:15:00.000Z", "data": data}


TEMPLATE = json.dumps(order(MARK), separators=(",", ":"))


@dataclass(frozen=True)
class Prepared:
    """A file of signed deliveries: the template's line first, then id, time, signature and number a line."""

    path: Path
    count: int


def body(number: str) -> bytes:
    """The body of one delivery."""
    return TEMPLATE.replace(MARK, number).encode()


def headers(delivery_id: str, number: str, sent: int) -> dict[str, str]:
    """The signed headers of one delivery sent at ``sent`` (seconds since 1970)."""
    message = f"{delivery_id}.{sent}.".encode() + body(number)
    signature = "v1," + base64.b64encode(hmac.new(KEY, message, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(sent),
        "webhook-signature": signature,
    }


def prepare(folder: Path, count: int) -> Prepared:
    """Write ``count`` deliveries, signed a little ahead of now, so that they stay fresh for the whole run."""
    path = folder / "deliveries.txt"
    sent = int(time.time()) + 100
    with path.open("w", encoding="ascii") as file:
        file.write(TEMPLATE + "\n")
        for place in range(count):
            number = f"SO-{place:08d}"
            delivery_id = f"msg_{place:08d}"
            signature = headers(delivery_id, number, sent)["webhook-signature"]
            file.write(f"{delivery_id} {sent} {signature} {number}\n")
    return Prepared(path, count)
