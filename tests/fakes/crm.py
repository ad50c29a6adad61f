"""A sender that takes things back: it speaks our documented shape, and keeps its records in memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import pytest

from connectors import registry
from connectors.base import Json, Link, Settled, Sighting, Target, Task, Write
from connectors.registry import SourceType
from connectors.sender_target import SenderTarget
from connectors.sources import Page, ReaderFacts, Surroundings, Wanted
from connectors.standard.settings import StandardSettings
from connectors.standard.source import StandardSource
from handlers.commands import EnsureSenderRecord, SetSenderFields
from handlers.settings import WriteBack
from tests.acceptance.scene import CompanyPlan

SECTION = '[sources.crm]\ntype = "standard"\ncompany = "demo"\nsecret = "generated:crm"\n[sources.crm.write_back]\n'


class CrmSettings(StandardSettings):
    """As a sender of our documented shape, with a way back."""

    write_back: WriteBack | None = None

    @property
    def can_read(self) -> bool:
        """Its records are read before they are changed."""
        return self.write_back is not None

    @property
    def back(self) -> WriteBack | None:
        """As the section says."""
        return self.write_back


@dataclass
class Crm:
    """Records by kind and id, and every write that came."""

    records: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    writes: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def numbered(self, record: str, number: str) -> str | None:
        """The id of the record that has a number of Fortnox."""
        found = (key for (kind, key), kept in self.records.items() if kind == record and kept.get("number") == number)
        return next(found, None)


class CrmDesk:
    """Compares before it writes, as every sender's must."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm

    def far_object(self, task: Task) -> str | None:
        """Records are told apart by their commands' lanes."""
        return None

    async def plan(self, task: Task) -> Write | Settled:
        """What differs is written; what is not there and not to be made is passed by."""
        command = task.command
        assert isinstance(command, SetSenderFields | EnsureSenderRecord)
        record, key, wanted = command.record, command.id, dict(command.fields)
        if isinstance(command, EnsureSenderRecord):
            key = self.crm.numbered(record, command.number) or self._matching(command) or ""
            wanted |= {"number": "" if command.gone else command.number}
        there = self.crm.records.get((record, key))
        if there is None and not (isinstance(command, EnsureSenderRecord) and command.create):
            return Settled(None, "not_created")
        if there is None and isinstance(command, EnsureSenderRecord):
            wanted, key = {**command.made_with, **wanted}, f"of-{command.number}"
        change = {name: value for name, value in wanted.items() if (there or {}).get(name) != value}
        if not change:
            return Settled(Link(record, key, {}), "unchanged")
        evidence: Json = {"record": record, "key": key, "change": change}
        return Write("write", "PUT", f"/{record}/{key}", change, creates=there is None, evidence=evidence)

    async def perform(self, task: Task, write: Write) -> Settled:
        """One write."""
        record, key, change = (write.evidence[name] for name in ("record", "key", "change"))
        self.crm.records.setdefault((record, key), {}).update(change)
        self.crm.writes.append((record, key, change))
        return Settled(Link(record, key, {}), "created" if write.creates else "changed")

    async def look(self, task: Task, operation: str, evidence: Json) -> Sighting:
        """Nothing is ever lost on the way."""
        raise NotImplementedError

    async def probe(self) -> None:
        """It answers."""

    def _matching(self, command: EnsureSenderRecord) -> str | None:
        for name, value in command.match:
            for (kind, key), kept in self.crm.records.items():
                if kind == command.record and kept.get(name) == value:
                    return key
        return None


class CrmReader:
    """Reads nothing by itself; its target shares its window."""

    def __init__(self, crm: Crm, surroundings: Surroundings) -> None:
        monotonic, sleep = surroundings.monotonic, surroundings.sleep
        self._window = surroundings.windows.of(("crm",), 50, 0.1, monotonic=monotonic, sleep=sleep)
        self._crm = crm

    def target(self) -> Target:
        """Where commands for the sender go."""
        return SenderTarget("crm", CrmDesk(self._crm), self._window)

    async def read(self, wanted: Wanted) -> Json | None:
        """Nothing is asked for."""
        return None

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """It is not polled."""
        return None

    async def keep_alive(self) -> bool:
        """Its key does not grow old."""
        return False

    async def facts(self) -> ReaderFacts:
        """Nothing to tell."""
        return ReaderFacts()

    async def close(self) -> None:
        """Nothing is open."""


@contextmanager
def selling() -> Iterator[Crm]:
    """Senders of our documented shape may have a way back."""
    crm = Crm()

    def opened(
        _name: str, _settings: Any, _secrets: Mapping[str, str], surroundings: Surroundings, *, far: Crm
    ) -> CrmReader:
        return CrmReader(far, surroundings)

    kind = SourceType(CrmSettings, StandardSource, ("order_changed",), partial(opened, far=crm))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(dict_of_sources(), "standard", kind)
        yield crm


def dict_of_sources() -> dict[str, SourceType]:
    """The table of kinds of senders, as it may be added to by a test."""
    assert isinstance(registry.SOURCES, dict)
    return registry.SOURCES


def followed_by(back: str, *, fortnox: str = "", sections: str = "") -> CompanyPlan:
    """A company with its register, and a sender that takes back what ``back`` says (lines of TOML)."""
    return CompanyPlan(sources=(), fortnox=f"register = true\n{fortnox}", sections=f"{sections}\n{SECTION}{back}")
