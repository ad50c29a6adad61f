"""Intake: stored deliveries become commands once, and a row that cannot be understood harms no other."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import pytest

from connectors.sources import Delivery, Ignored, RawRequest, Stored, Unreadable
from daemon.bus import Bus
from daemon.clock import Clock
from daemon.deciding import Deciding
from daemon.intake import Intake
from daemon.logs import get_log
from handlers.commands import Command
from handlers.events import Event, SurveySubmitted
from handlers.facts import Facts
from handlers.routes import ROUTES, Rule
from handlers.settings import CompanySettings
from handlers.values import Question, Ref
from store import inbox
from store.db import Database, StoreUnavailable, open_database
from store.inbox import Arrival
from store.migrate import migrate
from tests.conftest import Lines
from tests.fakes.pipe import customer
from tests.handlers.examples import TALLBACKEN, company, order

ARRIVED = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)


class FakeSource:
    """Reads bodies of our own: what shall become of the row, in JSON."""

    name = "shop"
    retry_status = 503
    kept_headers: frozenset[str] = frozenset()

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Never asked here."""
        raise NotImplementedError

    def events(self, stored: Stored) -> Sequence[Event] | Ignored:
        """By the body's one word."""
        body: dict[str, Any] = json.loads(stored.body)
        match body["word"]:
            case "ignored":
                return Ignored("not ours")
            case "unreadable":
                raise Unreadable("data.total: not a number")
            case "asks":
                raise Question("which company?")
            case "bug":
                raise ZeroDivisionError("a bug")
            case "nothing":
                return []
            case "order":
                return [order()]
        return [event(body)]


def event(body: dict[str, Any]) -> SurveySubmitted:
    """A survey; ``word`` becomes its name, which the rule below reads."""
    return SurveySubmitted(
        thing=Ref(system="shop", kind="response", id=body.get("id", "R-1")),
        version=Decimal(body.get("version", 1)),
        occurred_at=ARRIVED,
        dated=date.fromisoformat(body.get("dated", "2026-11-13")),
        survey=body["word"],
        respondent=TALLBACKEN,
        score=Decimal(body["score"]) if "score" in body else None,
    )


def decide(heard: Event, _: CompanySettings, _facts: Facts) -> tuple[Command, ...]:
    """One customer for each survey, unless the survey says otherwise."""
    assert isinstance(heard, SurveySubmitted)
    if heard.survey == "rule_bug":
        raise ZeroDivisionError("a bug")
    if heard.survey == "rule_asks":
        raise Question("which account?")
    return (customer(heard.thing.id, phone=str(heard.version)),)


@dataclass
class Desk:
    """Intake over a real file."""

    database: Database
    intake: Intake
    woken: list[str] = field(default_factory=list)
    count: int = 0

    async def arrive(
        self, word: str, *, source: str = "shop", of: str = "demo", sealed: bool = False, **body: Any
    ) -> int:
        """Store one delivery; its id."""
        self.count += 1
        arrival = Arrival(source, of, f"msg_{self.count}", {}, json.dumps({"word": word, **body}).encode(), ARRIVED)
        seal: Callable[[bytes], bytes] | None = (lambda raw: raw[::-1]) if sealed else None
        return (await self.database.write(inbox.accept(arrival, seal))).inbox_id

    async def rows(self, query: str = "SELECT * FROM inbox ORDER BY id") -> list[dict[str, Any]]:
        """What a query finds."""
        return await self.database.read(lambda connection: [dict(row) for row in connection.execute(query)])

    async def states(self) -> list[str]:
        """The states of all rows."""
        return [row["state"] for row in await self.rows()]

    async def run(self) -> None:
        """Handle everything that waits."""
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.intake.run)
                while "waiting" in await self.states():  # noqa: ASYNC110 - a file has no events
                    await anyio.sleep(0.002)
                self.intake.stop()


@asynccontextmanager
async def desk(path: Path, routes: dict[str, tuple[Rule, ...]] | None = None) -> AsyncIterator[Desk]:
    """Open intake at ``path``."""
    migrate(path / "bridge.db")
    async with open_database(path / "bridge.db") as database:
        woken: list[str] = []

        def unseal(raw: bytes) -> bytes:
            if b"{" not in raw[-1:]:
                raise ValueError("cannot be opened")
            return raw[::-1]

        intake = Intake(
            database=database,
            deciding=Deciding(
                sources={"shop": FakeSource()},
                companies={"demo": company()},
                company_of={},
                readers=frozenset(),
                bus=Bus(routes or {**ROUTES, "survey_submitted": (Rule("note_survey", decide),)}),
                log=get_log(),
                unseal=unseal,
            ),
            clock=Clock(),
            log=get_log(),
            wake=woken.append,
        )
        yield Desk(database, intake, woken)


@pytest.mark.asyncio
@pytest.mark.capability("000-45")
async def test_an_order_becomes_its_commands_in_one_lane(tmp_path: Path) -> None:
    """The row is handled, knows its number and version, and its commands wait in the order of the rule."""
    async with desk(tmp_path) as made:
        await made.arrive("order")
        await made.run()
        [row] = await made.rows()
        assert (row["state"], row["number"], row["version"], row["kind"]) == (
            "handled",
            "SO-20931",
            "1",
            "order_changed",
        )
        commands = await made.rows("SELECT kind, lane, state, rule FROM outbox ORDER BY id")
        assert [command["kind"] for command in commands][:2] == ["ensure_customer", "ensure_invoice"]
        assert {command["lane"] for command in commands} == {"shop:order:SO-20931"}
        assert len(await made.rows("SELECT * FROM sale")) == 1
        assert made.woken == ["demo"]


@pytest.mark.asyncio
@pytest.mark.capability("f56")
async def test_what_cannot_be_understood_is_parked_and_the_others_go_on(tmp_path: Path, log_lines: Lines) -> None:
    """Each of them says why; a bug of ours is shouted with its place."""
    async with desk(tmp_path) as made:
        for word in ("unreadable", "asks", "bug", "rule_bug", "rule_asks", "ignored", "nothing", "fine"):
            await made.arrive(word, id=word)
        await made.run()
        rows = await made.rows()
        assert [(row["state"], row["reason"]) for row in rows] == [
            ("parked", "unreadable"),
            ("held", "question"),
            ("parked", "bug"),
            ("parked", "bug"),
            ("held", "question"),
            ("ignored", "not ours"),
            ("ignored", "the delivery says nothing"),
            ("handled", None),
        ]
        assert [row["question"] for row in rows[:2]] == ["data.total: not a number", "which company?"]
        assert "rule note_survey failed" in rows[3]["question"]
        assert len(await made.rows("SELECT * FROM outbox")) == 1
        shouted = [line for line in log_lines.named("event.parked") if line["reason"] == "bug"]
        assert [line["error"] for line in shouted] == ["ZeroDivisionError", "RuleFailed"]


@pytest.mark.asyncio
async def test_a_body_that_cannot_be_opened_is_parked(tmp_path: Path) -> None:
    """A lost key is a fault of one row, not the end of the process."""
    async with desk(tmp_path) as made:
        await made.arrive("fine", sealed=True)
        row = await made.arrive("fine", sealed=True, id="R-2")
        broken = "UPDATE inbox_body SET body = x'00' WHERE inbox_id = ?"
        await made.database.write(lambda connection: connection.execute(broken, (row,)).rowcount)
        await made.run()
        assert await made.states() == ["handled", "parked"]


@pytest.mark.asyncio
async def test_what_is_no_longer_configured_is_parked(tmp_path: Path) -> None:
    """Nothing is guessed, nothing is dropped."""
    async with desk(tmp_path) as made:
        await made.arrive("fine", source="gone")
        await made.arrive("fine", of="gone")
        await made.run()
        rows = await made.rows()
        assert [(row["state"], row["reason"]) for row in rows] == [("parked", "not_configured")] * 2
        assert "company" in rows[1]["question"]


@pytest.mark.asyncio
async def test_before_the_companys_start_makes_no_command(tmp_path: Path) -> None:
    """The business date decides, not the day of arrival; the day itself counts."""
    async with desk(tmp_path) as made:
        await made.arrive("fine", dated="2025-12-31", id="R-1")
        await made.arrive("fine", dated="2026-01-01", id="R-2")
        await made.run()
        assert await made.states() == ["before_start", "handled"]
        assert len(await made.rows("SELECT * FROM outbox")) == 1


@pytest.mark.asyncio
@pytest.mark.capability("f8")
async def test_an_older_version_never_overwrites_a_newer_one(tmp_path: Path) -> None:
    """Late: stale. Equal: in order of arrival. Another thing: its own versions."""
    async with desk(tmp_path) as made:
        for version, thing in ((2, "R-1"), (1, "R-1"), (2, "R-1"), ("10", "R-1"), (9, "R-1"), (1, "R-2")):
            await made.arrive("fine", version=version, id=thing)
        await made.run()
        assert await made.states() == ["handled", "stale", "handled", "handled", "stale", "handled"]
        commands = await made.rows(
            "SELECT o.state, p.command FROM outbox o JOIN outbox_payload p ON p.outbox_id = o.id"
        )
        left = [json.loads(row["command"])["phone"] for row in commands if row["state"] == "ready"]
        assert sorted(left) == ["1", "10"]


@pytest.mark.asyncio
@pytest.mark.capability("f8")
async def test_a_held_event_gives_way_to_a_newer_one_and_not_to_an_older_one(tmp_path: Path) -> None:
    """A person need not answer what was overtaken; but what is newest stays."""
    async with desk(tmp_path) as made:
        await made.arrive("rule_asks", version=1, id="R-1")
        await made.arrive("rule_asks", version=3, id="R-1")
        await made.arrive("fine", version=2, id="R-1")
        await made.run()
        assert await made.states() == ["superseded", "held", "handled"]


@pytest.mark.asyncio
@pytest.mark.capability("f7")
async def test_rows_handled_twice_store_their_commands_once(tmp_path: Path) -> None:
    """Killed between reading a batch and recording it, or just after: the same rows come again, the commands do not."""
    async with desk(tmp_path) as made:
        for number in range(3):
            await made.arrive("fine", id=f"R-{number}")
        rows = await made.database.read(inbox.waiting(10))
        await made.intake._record(rows, (await made.intake._handled(rows))[0], 0.0)
    async with desk(tmp_path) as again:
        await again.intake._record(rows, (await again.intake._handled(rows))[0], 0.0)
        assert len(await again.rows("SELECT * FROM outbox")) == 3
        back = "UPDATE inbox SET state = 'waiting', handled_at = NULL"
        await again.database.write(lambda connection: connection.execute(back).rowcount)
        await again.run()
        assert len(await again.rows("SELECT * FROM outbox")) == 3


@pytest.mark.asyncio
async def test_event_and_commands_are_one_transaction(tmp_path: Path) -> None:
    """Where the commands cannot be stored the row is not handled; it alone is parked, loudly, and the others go on."""
    async with desk(tmp_path) as made:
        trigger = (
            "CREATE TRIGGER no BEFORE INSERT ON outbox WHEN new.lane LIKE '%R-1' BEGIN SELECT raise(ABORT, 'no'); END"
        )
        await made.database.write(lambda connection: connection.execute(trigger).rowcount)
        for number in range(3):
            await made.arrive("fine", id=f"R-{number}")
        await made.run()
        rows = await made.rows()
        assert [(row["state"], row["reason"]) for row in rows] == [
            ("handled", None),
            ("parked", "bug"),
            ("handled", None),
        ]
        assert len(await made.rows("SELECT * FROM outbox")) == 2
        assert len(await made.rows("SELECT * FROM thing_version")) == 2


@pytest.mark.asyncio
async def test_a_database_that_refuses_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk stops the batch; the rows wait and are handled when it is back."""
    monkeypatch.setattr("daemon.intake.STORE_PAUSE_SECONDS", 0.001)
    async with desk(tmp_path) as made:
        await made.arrive("fine")
        write_all, refused = made.intake._events.write_all, list[int]()

        async def sometimes(outcomes: Sequence[Any]) -> list[Any]:
            if len(refused) < 3:
                refused.append(1)
                raise StoreUnavailable("disk_full")
            return await write_all(outcomes)

        monkeypatch.setattr(made.intake._events, "write_all", sometimes)
        await made.run()
        assert (await made.states(), len(refused)) == (["handled"], 3)


@pytest.mark.asyncio
async def test_a_row_that_a_person_discarded_meanwhile_stays_discarded(tmp_path: Path) -> None:
    """Between reading and recording a person may act; the later word does not win over the person's."""
    async with desk(tmp_path) as made:
        await made.arrive("fine")
        rows = await made.database.read(inbox.waiting(10))

        def discard(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE inbox SET state = 'discarded', handled_at = 1")

        await made.database.write(discard)
        await made.intake._record(rows, (await made.intake._handled(rows))[0], 0.0)
        assert await made.states() == ["discarded"]
        assert await made.rows("SELECT * FROM outbox") == []
