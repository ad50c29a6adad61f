"""Deliveries that only hint: read at their sender, kept beside the row, and understood then; nothing is lost."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest

from connectors.base import CredentialsLost, Later, Park, Throttled
from connectors.json_body import read_object
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Stored, Wanted
from daemon.bus import Bus
from daemon.clock import Clock
from daemon.deciding import Deciding
from daemon.fetching import Fetching
from daemon.intake import Intake
from daemon.logs import get_log
from daemon.polling import Poll
from daemon.retry import RetrySteps
from handlers.commands import Command
from handlers.events import Event, SurveySubmitted
from handlers.facts import Facts
from handlers.routes import ROUTES, Rule
from handlers.settings import CompanySettings
from handlers.values import Ref
from store import acting, inbox, pruning, senders
from store.acting import Person
from store.db import Database, open_database
from store.inbox import Arrival
from store.migrate import migrate
from tests.conftest import Lines
from tests.fakes.pipe import customer
from tests.fakes.reader import FakeReader
from tests.handlers.examples import TALLBACKEN, company

ARRIVED = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)


class HintSource:
    """Bodies name an order; the order is read first, then the account that it names."""

    name = "crm"
    retry_status = 503
    kept_headers: frozenset[str] = frozenset()

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Never asked here."""
        raise NotImplementedError

    def events(self, stored: Stored) -> Sequence[Event] | Ignored | Needs:
        """A hint, until both records were read."""
        body = read_object(stored.body)
        dated = date.fromisoformat(body.get("dated", "2026-11-13"))
        if "again" in body:
            return Needs((Wanted("order", "orders", body["order"]),))
        if "order" not in stored.reads:
            return Needs((Wanted("order", "orders", body["order"]),), dated)
        order = stored.reads["order"]
        if order is None:
            return Ignored("gone", forget=True)
        if "account" not in stored.reads:
            return Needs((Wanted("account", "accounts", order["account"]),), dated)
        account = stored.reads["account"] or {}
        return [survey(body["order"], f"{order['sum']} {account.get('name')}", dated, body.get("at", 0), stored.origin)]


def survey(order: str, says: str, dated: date, at: int, origin: str) -> SurveySubmitted:
    """An event that carries what was read; its twin is named by the order."""
    return SurveySubmitted(
        thing=Ref(system="crm", kind="response", id=f"{origin}-{order}"),
        version=Decimal(1),
        occurred_at=ARRIVED + timedelta(seconds=at),
        dated=dated,
        survey=says,
        respondent=TALLBACKEN,
        twin=order,
    )


def decide(heard: Event, _: CompanySettings, _facts: Facts) -> tuple[Command, ...]:
    """One customer, named as what was read."""
    assert isinstance(heard, SurveySubmitted)
    return (customer(heard.survey),)


@dataclass
class Desk:
    """Intake, fetching and polling over one real file."""

    database: Database
    intake: Intake
    fetching: Fetching
    reader: FakeReader
    poll: Poll
    count: int = 0

    async def arrive(self, order: str, **body: Any) -> int:
        """Store one hint; its id."""
        self.count += 1
        content = json.dumps({"order": order, **body}).encode()
        arrival = Arrival("crm", "demo", f"msg_{self.count}", {}, content, ARRIVED)
        return (await self.database.write(senders.accept(arrival))).inbox_id

    async def rows(self, query: str = "SELECT * FROM inbox ORDER BY id") -> list[dict[str, Any]]:
        """What a query finds."""
        return await self.database.read(lambda connection: [dict(row) for row in connection.execute(query)])

    async def until(self, *states: str) -> None:
        """Run both loops until the rows are in ``states``, in order of their ids."""

        async def reached() -> bool:
            return [row["state"] for row in await self.rows()] == list(states)

        await self.run_until(reached)

    async def until_refused(self) -> None:
        """Run both loops until the refusal of the key is on record: a row is "reading" before any try, too."""

        async def refused() -> bool:
            return bool(await self.rows("SELECT 1 FROM reading WHERE reason = 'unauthorized'"))

        await self.run_until(refused)

    async def run_until(self, reached: Callable[[], Awaitable[bool]]) -> None:
        """Run both loops until ``reached`` says so, then let them end what they are at."""
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.intake.run)
                tasks.start_soon(self.fetching.run)
                while not await reached():  # noqa: ASYNC110 - a file has no events
                    await anyio.sleep(0.005)
                self.intake.stop()
                self.fetching.stop()
        self.intake._stopping = self.fetching._stopping = False

    async def made(self) -> list[str]:
        """The names that commands carry."""
        rows = await self.rows("SELECT command FROM outbox_payload ORDER BY outbox_id")
        return [json.loads(row["command"])["name"] for row in rows]


@asynccontextmanager
async def desk(path: Path, *, seal: bool = False, steps: Sequence[float] = (0.01, 0.01)) -> AsyncIterator[Desk]:
    """Open everything at ``path``."""
    migrate(path / "bridge.db")
    async with open_database(path / "bridge.db") as database:
        intake = Intake(
            database=database,
            deciding=Deciding(
                sources={"crm": HintSource()},
                companies={"demo": company()},
                company_of={},
                readers=frozenset({"crm"}),
                bus=Bus({**ROUTES, "survey_submitted": (Rule("note_survey", decide),)}),
                log=get_log(),
                unseal=lambda raw: raw[::-1],
            ),
            clock=Clock(),
            log=get_log(),
            wake=lambda _: None,
        )
        reader = FakeReader(
            records={
                ("orders", "4711"): {"account": "318", "sum": Decimal("1250.10")},
                ("accounts", "318"): {"name": "Tallbacken"},
            }
        )
        sealing = (lambda raw: raw[::-1]) if seal else None
        fetching = Fetching(
            "crm",
            reader,
            database=database,
            steps=RetrySteps(steps, Random(1)),
            clock=Clock(),
            log=get_log(),
            seal=sealing,
            arrived=intake.wake,
        )
        intake.wake_reader = lambda _: fetching.wake()
        poll = Poll(
            fetching,
            database=database,
            clock=Clock(),
            seal=sealing,
            since=date(2026, 1, 1),
            company=lambda: "demo",
            arrived=intake.wake,
        )
        yield Desk(database, intake, fetching, reader, poll)


@pytest.mark.asyncio
@pytest.mark.parametrize("seal", [False, True])
async def test_a_hint_is_read_round_by_round_and_understood(tmp_path: Path, log_lines: Lines, seal: bool) -> None:
    """First the order, then the account that it names; each once, decimals exact, and both stay beside the row."""
    async with desk(tmp_path, seal=seal) as made:
        await made.arrive("4711")
        await made.until("handled")
        assert await made.made() == ["1250.10 Tallbacken"]
        assert [wanted.id for wanted in made.reader.asked] == ["4711", "318"]
        kept = await made.rows("SELECT name, sealed, body FROM inbox_read ORDER BY name")
        assert [(row["name"], row["sealed"]) for row in kept] == [("account", int(seal)), ("order", int(seal))]
        assert (b"Tallbacken" in kept[0]["body"]) is not seal
        assert await made.rows("SELECT * FROM reading") == []
    assert [line["records"] for line in log_lines.named("event.read")] == [1, 1]


@pytest.mark.asyncio
async def test_what_the_sender_does_not_have_is_an_answer_and_the_key_is_free_again(tmp_path: Path) -> None:
    """Ignored for now: the same key may come again and mean something then."""
    async with desk(tmp_path) as made:
        await made.arrive("9999")
        await made.until("ignored")
        assert (await made.rows("SELECT body FROM inbox_read"))[0]["body"] is None
        again = Arrival("crm", "demo", "msg_1", {}, b'{"order": "4711"}', ARRIVED)
        assert not (await made.database.write(inbox.accept(again))).repeated
        await made.until("ignored", "handled")


@pytest.mark.asyncio
async def test_a_sender_that_fails_is_asked_again_by_the_steps_and_then_a_person_is(
    tmp_path: Path, log_lines: Lines
) -> None:
    """Two steps, then parked; a person's retry reads anew."""
    async with desk(tmp_path) as made:
        fault = Later("server_fault", system="crm", operation="read", status=500)
        made.reader.errors.extend([fault] * 3)
        inbox_id = await made.arrive("4711")
        await made.until("parked")
        [row] = await made.rows()
        assert (row["reason"], len(made.reader.asked)) == ("server_fault", 3)
        assert [line["attempt"] for line in log_lines.named("event.read_later")] == [1, 2]
        await made.database.write(acting.retry_delivery(inbox_id, Person("me", 1)))
        await made.until("handled")


@pytest.mark.asyncio
async def test_throttling_and_lost_credentials_use_no_attempt_and_are_said_once(
    tmp_path: Path, log_lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often: the delivery keeps its place until the sender answers again."""
    monkeypatch.setattr("daemon.fetching.CREDENTIALS_SECONDS", 0.01)
    async with desk(tmp_path, steps=(0.01,)) as made:
        lost = CredentialsLost("unauthorized", system="crm", operation="read", status=401)
        made.reader.errors.extend(
            [Throttled(after=timedelta(milliseconds=5), system="crm", operation="read")] * 3 + [lost] * 3
        )
        await made.arrive("4711")
        await made.until("handled")
    assert [line["reason"] for line in log_lines.named("source.refused")] == ["unauthorized"]
    assert len(log_lines.named("source.answers")) == 1
    assert log_lines.named("event.read_later") == []


@pytest.mark.asyncio
async def test_once_the_key_works_nothing_waits_for_it_any_longer(tmp_path: Path) -> None:
    """Nor after a restart: what was put off is tried at once."""
    async with desk(tmp_path) as made:
        made.reader.errors.append(CredentialsLost("unauthorized", system="crm", operation="read", status=401))
        await made.arrive("4711")
        await made.until_refused()
        await made.poll()
        await made.until("handled")
        made.reader.errors.append(CredentialsLost("unauthorized", system="crm", operation="read", status=401))
        await made.arrive("4711", at=900)
        await made.until_refused()
        await made.until("handled", "handled")


@pytest.mark.asyncio
async def test_what_the_sender_refuses_for_good_is_parked_with_what_to_do(tmp_path: Path) -> None:
    """A refusal is no reason to ask again and again."""
    async with desk(tmp_path) as made:
        made.reader.errors.append(Park("refused", system="crm", operation="read", status=400, remedy="give the right"))
        await made.arrive("4711")
        await made.until("parked")
        [row] = await made.rows()
        assert (row["reason"], row["question"], len(made.reader.asked)) == ("refused", "give the right", 1)
        counters = {row["name"]: row["value"] for row in await made.rows("SELECT name, value FROM counter")}
        assert (counters["source_crm_parked"], counters["source_crm_reading"]) == (1, 0)


@pytest.mark.asyncio
async def test_before_the_start_nothing_is_read(tmp_path: Path) -> None:
    """A history costs no calls; it is recorded as such."""
    async with desk(tmp_path) as made:
        await made.arrive("4711", dated="2020-01-01")
        await made.until("before_start")
        assert made.reader.asked == []


@pytest.mark.asyncio
async def test_a_source_that_asks_for_the_same_again_is_stopped(tmp_path: Path) -> None:
    """A fault of a source never becomes an endless loop of calls."""
    async with desk(tmp_path) as made:
        await made.arrive("4711", again=True)
        await made.until("parked")
        assert len(made.reader.asked) == 1


@pytest.mark.asyncio
async def test_retention_erases_what_was_read(tmp_path: Path) -> None:
    """With the bodies, and never of a row that waits for a person, or whose commands are not finished."""
    async with desk(tmp_path) as made:
        await made.arrive("4711")
        await made.until("handled")
        assert await made.database.write(pruning.reads(ARRIVED + timedelta(days=1), 10)) == 0
        done = "UPDATE outbox SET state = 'done', finished_at = 1"
        await made.database.write(lambda connection: connection.execute(done).rowcount)
        for job in (pruning.reads(ARRIVED + timedelta(days=1), 10), pruning.twins(ARRIVED + timedelta(days=1), 10)):
            assert await made.database.write(job) >= 1
        assert await made.rows("SELECT name FROM inbox_read UNION ALL SELECT key FROM twin") == []


@pytest.mark.asyncio
async def test_deliveries_that_hint_at_the_same_are_read_once_and_each_gets_the_answer(tmp_path: Path) -> None:
    """Three of them cost the calls of one."""
    async with desk(tmp_path) as made:
        for _ in range(3):
            await made.arrive("4711")
        await made.until("handled", "handled", "handled")
        assert [wanted.id for wanted in made.reader.asked] == ["4711", "318"]
        assert len(await made.rows("SELECT * FROM inbox_read")) == 6


@pytest.mark.asyncio
async def test_what_could_not_be_read_for_several_is_tried_again_for_each(tmp_path: Path) -> None:
    """Each keeps its place and its attempts: what is due at another moment by then is read by itself."""
    async with desk(tmp_path) as made:
        made.reader.errors.append(Later("server_fault", system="crm", operation="read", status=500))
        for _ in range(3):
            await made.arrive("4711")
        await made.until("handled", "handled", "handled")
        asked = [wanted.id for wanted in made.reader.asked]
        assert (asked[0], 2 <= asked.count("4711") <= 4) == ("4711", True)
        assert len(await made.rows("SELECT * FROM inbox_read")) == 6
