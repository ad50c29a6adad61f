"""An inbox in memory: one row for each source and key, with a gate to hold commits back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.sources import Delivery


class DiskFull(Exception):
    """What the fake raises when it is told that it cannot write."""


@dataclass(frozen=True)
class Row:
    """One stored delivery."""

    source: str
    company: str | None
    delivery: Delivery
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True)
class Answer:
    """What ``accept`` returns."""

    inbox_id: int
    repeated: bool


class FakeInbox:
    """Commits at once unless ``gate`` is cleared; raises ``fails`` where it is set."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = 0
        self.fails: Exception | None = None

    async def accept(
        self,
        *,
        source: str,
        company: str | None,
        delivery: Delivery,
        headers: Mapping[str, str],
        body: bytes,
        received_at: datetime,
    ) -> Answer:
        """Keep the row, or find the known one."""
        if self.fails is not None:
            raise self.fails
        self.waiting += 1
        await self.gate.wait()
        self.waiting -= 1
        for known, row in enumerate(self.rows, start=1):
            if (row.source, row.delivery.key) == (source, delivery.key):
                return Answer(known, repeated=True)
        self.rows.append(Row(source, company, delivery, headers, body, received_at))
        return Answer(len(self.rows), repeated=False)
