"""The loop of a push stream against a server that answers oddly: whatever comes, it goes on, and doubts are kept."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest

from connectors.base import CredentialsLost, Later
from connectors.fortnox.topics import REGISTERS
from connectors.transport import open_session
from daemon.clock import Clock
from daemon.logs import get_log
from daemon.push_session import Listener, PushApp
from daemon.push_state import PushState
from daemon.pushing import Pushing
from store.db import Database, open_database
from store.migrate import migrate
from tests.conftest import Lines
from tests.fakes.push_server import Json, PushServer, event, ordinary, push_server, refusing

APP = "app"


@dataclass
class Tokens:
    """An access token, and what is raised instead."""

    access: str = "a.b.c"
    raises: Exception | None = None
    invalid: list[str] = field(default_factory=list)

    async def token(self) -> str:
        """The token."""
        if self.raises is not None:
            raise self.raises
        return self.access

    def invalidate(self, access: str) -> None:
        """Remembered."""
        self.invalid.append(access)


@dataclass
class Desk:
    """A running loop over a real file."""

    database: Database
    state: PushState
    server: PushServer
    tokens: Tokens
    lines: Lines
    refused: list[str] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)
    may_ask: bool = True
    rests: int = 0

    def rest(self) -> None:
        """The loop has nothing to do."""
        self.rests += 1

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        return await self.database.read(lambda connection: [tuple(row) for row in connection.execute(query)])

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for it, with patience."""
        with anyio.fail_after(20):
            while not condition():  # noqa: ASYNC110 - any condition
                await anyio.sleep(0.005)

    async def until_stored(self, topic: str, offset: str) -> None:
        """Wait until a topic stands there on disk."""
        with anyio.fail_after(20):
            while (topic, offset) not in await self.rows("SELECT topic, offset FROM push_offset"):  # noqa: ASYNC110
                await anyio.sleep(0.005)

    async def until_said(self, name: str, **fields: object) -> None:
        """Wait for a line of the log."""
        await self.until(lambda: any(fields.items() <= line.items() for line in self.lines.named(name)))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks and connections follow one another at once."""
    monkeypatch.setattr("daemon.push_session.CHECK_SECONDS", 0.03)
    monkeypatch.setattr("daemon.pushing.STEPS", (0.02,))
    monkeypatch.setattr("daemon.pushing.NOBODY_SECONDS", 0.02)


@asynccontextmanager
async def desk(
    path: Path, lines: Lines, server: PushServer, tokens: Tokens | None = None, *, may_ask: bool = True
) -> AsyncIterator[Desk]:
    """The loop of one company at the odd server, until the block ends."""
    migrate(path / "bridge.db")
    tokens = tokens or Tokens()
    async with open_database(path / "bridge.db") as database, open_session() as session:
        state = PushState(["demo"], Clock().monotonic, quiet_seconds=0.05)
        made = Desk(database, state, server, tokens, lines, may_ask=may_ask)
        app = PushApp(
            name="demo",
            client=APP,
            address=server.address,
            listeners={
                "demo": Listener(
                    company="demo",
                    source="fortnox:demo",
                    secret="secret",
                    stated_tenant=1001,
                    topics=frozenset(),
                    credentials=tokens,
                    may_ask=lambda: made.may_ask,
                    refused=lambda: made.refused.append("demo"),
                )
            },
            state=state,
            database=database,
            clock=Clock(),
            log=get_log(),
            seal=None,
            arrived=lambda: None,
            sweep=made.swept.append,
            beat=lambda: None,
            idle=made.rest,
        )
        pushing = Pushing(app, session, Random(1))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(pushing.run)
            yield made
            pushing.stop()


@pytest.mark.asyncio
async def test_what_nobody_can_read_is_passed_by_once_said_and_what_follows_is_stored(
    tmp_path: Path, log_lines: Lines
) -> None:
    """Also another tenant's event, and one of a topic that was never asked for: they leave no row."""
    odd: list[Json | str | bytes] = [
        "no json", "[]", '{"topic": "customers"}', b"\x00", '{"response": "dance-v1", "result": "ok"}', "again none",
        event("a", tenantId=2002), event("b", topic="vouchers", type="voucher-created-v1"), event("c"), event("d"),
    ]  # fmt: skip
    async with push_server(sends=odd) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_said("push.passed_by", reason="unreadable")
        await made.until_said("push.passed_by", reason="unknown_frame")
        await made.until_stored("customers", "d")
        assert await made.rows("SELECT dedupe_key FROM inbox ORDER BY id") == [
            ("push/1001/customers/c",),
            ("push/1001/customers/d",),
        ]
    reasons = sorted(line["reason"] for line in log_lines.named("push.passed_by"))
    assert reasons == ["unknown_frame", "unknown_tenant", "unreadable"]


@pytest.mark.asyncio
async def test_a_topic_that_is_not_given_is_said_and_the_others_are_listened_to(
    tmp_path: Path, log_lines: Lines
) -> None:
    """A register without events is never current; nobody believes it."""

    def answers(command: Json) -> Json:
        asked = {entry["topic"] for entry in command.get("topics", ())}
        return refusing(command, invalidTopics=["projects"]) if "projects" in asked else ordinary(command)

    async with push_server(answers=answers, sends=[event("a")]) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_said("push.topic_refused", topic="projects")
        await made.until(lambda: made.state.stand("demo") == "topics_missing")
        assert made.state.facts("demo")["topics_missing"] == ["projects"]
        assert {entry["topic"] for entry in server.named("add-topics-v1")[-1]["topics"]} == REGISTERS.keys() - {
            "projects"
        }


@pytest.mark.asyncio
async def test_an_offset_that_is_refused_is_given_up_and_everything_is_in_doubt(
    tmp_path: Path, log_lines: Lines
) -> None:
    """The topic goes on with what is new, and what lies between is left to a whole sweep."""

    def answers(command: Json) -> Json:
        stale = [entry["topic"] for entry in command.get("topics", ()) if entry.get("offset") == "a"]
        return refusing(command, invalidTopics=stale) if stale else ordinary(command)

    async with push_server(sends=[event("a")]) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_stored("customers", "a")
    async with push_server(answers=answers) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_said("push.doubted", reason="offset_refused")
        first, second = server.named("add-topics-v1")
        assert {"topic": "customers", "offset": "a"} in first["topics"]
        assert {"topic": "customers"} in second["topics"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "reason"),
    [(lambda command: None, "no_answer"), (refusing, "refused")],
)
async def test_a_stream_that_does_not_subscribe_is_given_up_and_tried_again(
    tmp_path: Path, log_lines: Lines, monkeypatch: pytest.MonkeyPatch, answer: Callable[[Json], Any], reason: str
) -> None:
    """Whether it says no or nothing at all."""
    monkeypatch.setattr("connectors.fortnox.push_stream.COMMAND_SECONDS", 0.1)

    def answers(command: Json) -> Any:
        return answer(command) if command["command"] == "subscribe-v1" else ordinary(command)

    async with push_server(answers=answers) as server, desk(tmp_path, log_lines, server) as made:
        await made.until(lambda: len(server.named("subscribe-v1")) > 2)
        assert made.state.stand("demo") == "closed"
        assert await made.rows("SELECT * FROM push_company") == []
    assert {line["reason"] for line in log_lines.named("push.disconnected")} == {reason}


@pytest.mark.asyncio
async def test_a_refused_handshake_has_its_status_and_nothing_is_asked(tmp_path: Path, log_lines: Lines) -> None:
    """A gateway's page is no stream."""
    async with push_server(status=503) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_said("push.disconnected", reason="refused", code=503)
    assert server.commands == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answers", "tokens", "reason", "asked"),
    [
        (lambda one: refusing(one, invalidTokens=one.get("accessTokens")), Tokens(), "refused", True),
        (lambda one: {**ordinary(one), "tenantIds": {"x": 2002}}, Tokens(), "another_company", True),
        (ordinary, Tokens(raises=CredentialsLost("spent", system="fortnox", operation="token")), "credentials", True),
        (ordinary, Tokens(raises=Later("token_unavailable", system="fortnox", operation="token")), "no_token", False),
    ],
)
async def test_a_company_that_cannot_be_added_is_left_out_and_proved_only_where_that_helps(
    tmp_path: Path, log_lines: Lines, answers: Callable[[Json], Json], tokens: Tokens, reason: str, asked: bool
) -> None:
    """A token that cannot be had just now says nothing of the company."""
    async with push_server(answers=answers) as server, desk(tmp_path, log_lines, server, tokens) as made:
        await made.until(lambda: made.state.facts("demo")["left_out"] == reason)
        assert bool(made.refused) is asked
        assert server.named("subscribe-v1") == []
        assert (tokens.invalid == ["a.b.c"]) is (reason == "refused")
    assert {line["reason"] for line in log_lines.named("push.refused")} == ({reason} if asked else set())


@pytest.mark.asyncio
async def test_nobody_connects_for_companies_that_may_not_be_asked(tmp_path: Path, log_lines: Lines) -> None:
    """Lost credentials keep the stream away, and a person's word brings it back."""
    async with push_server() as server, desk(tmp_path, log_lines, server, may_ask=False) as made:
        await made.until(lambda: made.rests > 3)
        assert server.commands == []
        made.may_ask = True
        await made.until_said("push.connected")
        made.may_ask = False
        await made.until(lambda: made.state.facts("demo")["left_out"] == "credentials")
        assert await made.rows("SELECT * FROM push_company") == []


@pytest.mark.asyncio
async def test_a_new_token_is_told_and_a_list_that_cannot_be_read_means_nothing(
    tmp_path: Path, log_lines: Lines
) -> None:
    """Tenants are added again while the old token still works; nobody is thrown out for an odd answer."""

    def answers(command: Json) -> Json:
        return {**ordinary(command), "tenantIds": "odd"}

    async with push_server(answers=answers) as server, desk(tmp_path, log_lines, server) as made:
        await made.until(lambda: len(server.named("list-tenants-v1")) > 2)
        assert len(server.named("add-tenants-v1")) == 1
        made.tokens.access = "d.e.f"
        await made.until(lambda: len(server.named("add-tenants-v1")) == 2)
        assert server.named("add-tenants-v1")[1]["accessTokens"] == ["Bearer d.e.f"]
        assert made.state.stand("demo") in {"catching_up", "in_doubt"}
    assert log_lines.named("push.refused") == []


def with_scopes(*scopes: str) -> str:
    """An access token that says what it may read."""
    claims = json.dumps({"scope": " ".join(scopes)}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.e30"


@pytest.mark.asyncio
async def test_what_the_consent_does_not_cover_is_not_told_and_begins_anew_when_it_does(
    tmp_path: Path, log_lines: Lines
) -> None:
    """An event that could never be read would wait for a person, one after the other."""
    gone = event("a", topic="articles", type="article-deleted-v1")
    tokens = Tokens(with_scopes("customer"))
    async with push_server(sends=[gone, event("b")]) as server, desk(tmp_path, log_lines, server, tokens) as made:
        await made.until_stored("customers", "b")
        assert made.state.facts("demo")["told"] == ["customers"]
        assert await made.rows("SELECT dedupe_key FROM inbox") == [("push/1001/customers/b",)]
        tokens.access = with_scopes("customer", "article", "invoice")
        await made.until_said("push.doubted", reason="scopes")
        assert made.state.facts("demo")["told"] == ["articles", "customers"]
        assert await made.rows("SELECT reason FROM push_company") == [("scopes",)]


@pytest.mark.asyncio
async def test_a_connection_on_which_nobody_answers_a_ping_is_over(
    tmp_path: Path, log_lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cable that was pulled closes nothing: only silence shows it."""
    monkeypatch.setattr("connectors.fortnox.push_stream.HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr("daemon.push_session.CHECK_SECONDS", 30)
    async with push_server(ping=False) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_said("push.disconnected", reason="lost", code=1006)
        await made.until(lambda: len(server.named("subscribe-v1")) > 1)


@pytest.mark.asyncio
async def test_a_far_side_that_cannot_prove_who_it_is_is_no_stream(tmp_path: Path, log_lines: Lines) -> None:
    """Nothing is said to it: the first command would hold the app's secret and a company's token."""
    async with push_server() as server:
        server.address = server.address.replace("ws:", "wss:")
        async with desk(tmp_path, log_lines, server) as made:
            await made.until_said("push.disconnected", reason="tls")
    assert server.commands == []


@pytest.mark.asyncio
async def test_offsets_are_given_up_where_nothing_is_taken_with_them(tmp_path: Path, log_lines: Lines) -> None:
    """A refusal that names no topic: first what is no offset of any topic, then every offset."""
    async with push_server(sends=[event("a")]) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_stored("customers", "a")

    def answers(command: Json) -> Json:
        offsets = [entry for entry in command.get("topics", ()) if "offset" in entry]
        return refusing(command) if offsets else ordinary(command)

    async with push_server(answers=answers) as server, desk(tmp_path, log_lines, server) as made:
        await made.until_said("push.doubted", reason="offset_refused")
        counted = [[entry.get("offset") for entry in one["topics"]] for one in server.named("add-topics-v1")]
        assert [len(offsets) - offsets.count(None) for offsets in counted] == [len(REGISTERS), 1, 0]
        assert "a" in counted[1]
