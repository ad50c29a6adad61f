"""A dry run beside the real way of the same event: the bytes that leave, and whether both are the same calls."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from connectors import transport
from connectors.transport import Answer
from daemon.requests import DryRun
from tests.acceptance.scene import Scene
from tests.fakes.senders import Json

Sent = tuple[str, str, Any]
"""Method, path below the version with its query, and body (``None`` without one) of one write."""


@contextmanager
def writes_leaving() -> Iterator[list[Sent]]:
    """Every write to Fortnox that leaves meanwhile, as it is on the wire."""
    left: list[Sent] = []
    real = transport.call

    async def call(session: Any, method: str, url: str, **more: Any) -> Answer:
        parts = urlsplit(url)
        if method != "GET":
            query = f"?{parts.query}" if parts.query else ""
            body = None if more["body"] is None else json.loads(more["body"], parse_float=Decimal)
            left.append((method, parts.path.removeprefix("/3") + query, body))
        return await real(session, method, url, **more)

    with patch("connectors.fortnox.client.call", call):
        yield left


async def run_dry(stage: Scene, body: Json | bytes, *, source: str = "shop", **more: Any) -> Json:
    """What a person is shown who runs a body dry."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    asked = DryRun(person="anna", source=source, body=b64encode(raw).decode(), **more)
    return await stage.act(asked)


def calls_of(told: Json) -> list[Sent]:
    """The writes of a dry run."""
    return [(call["method"], call["path"], call["body"]) for command in told["commands"] for call in command["calls"]]


def same_calls(dry: Sequence[Sent], real: Sequence[Sent]) -> bool:
    """Whether both are the same, each number of the dry run (``new-1``) standing for one real number throughout."""
    meant: dict[str, str] = {}

    def same(ours: Any, theirs: Any) -> bool:
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return ours.keys() == theirs.keys() and all(same(ours[name], theirs[name]) for name in ours)
        if isinstance(ours, list) and isinstance(theirs, list):
            return len(ours) == len(theirs) and all(map(same, ours, theirs))
        if isinstance(ours, str) and ours.startswith("new-"):
            return meant.setdefault(ours, str(theirs)) == str(theirs)
        if isinstance(theirs, Decimal):
            return Decimal(ours) == theirs
        return bool(ours == theirs and type(ours) is type(theirs))

    def same_path(ours: str, theirs: str) -> bool:
        return same(ours.split("/"), theirs.split("/"))

    return len(dry) == len(real) and all(
        mine[0] == theirs[0] and same_path(mine[1], theirs[1]) and same(mine[2], theirs[2])
        for mine, theirs in zip(dry, real, strict=True)
    )
