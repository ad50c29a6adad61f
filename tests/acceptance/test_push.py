"""The push stream against the simulated Fortnox: what happens there is known here, once, and a gap is known as one."""

import asyncio
import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.fortnox.register_entries import REGISTERED
from connectors.fortnox.topics import told_of
from daemon.cli import main
from daemon.config import load_config
from daemon.push_state import PushState
from daemon.requests import Resume
from store import push
from store.register import Swept, learn
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines

OPEN = "SELECT 1 FROM inbox WHERE source LIKE 'fortnox:%' AND state IN ('waiting', 'reading')"
TOLD = sorted(told_of(None) & REGISTERED.keys())
"""The registers of which events tell."""
TWO = (CompanyPlan(push=True), CompanyPlan("other", 1002, sources=(), push=True))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks and connections follow one another at once; after subscribing, little quiet is enough."""
    monkeypatch.setattr("daemon.push_session.CHECK_SECONDS", 0.05)
    monkeypatch.setattr("daemon.pushing.STEPS", (0.05,))


def listening(here: Scene, company: str = "demo") -> PushState:
    """How the stream of the running daemon stands for a company."""
    state = next(pushing.app.state for pushing in here.bridge.pushings if company in pushing.app.listeners)
    state.quiet_seconds = 0.1
    return state


async def make(here: Scene, topic: str, kind: str, entity: str, company: int = 1001) -> None:
    """An event at the simulated Fortnox, without anything having happened there."""
    await here.control("events", {"do": "make", "company": company, "topic": topic, "type": kind, "entityId": entity})


async def told(here: Scene, count: int) -> None:
    """Wait until so many events are stored, and handled."""
    await here.until(lambda: here.rows("SELECT count(*) FROM inbox WHERE origin = 'push'") >= [(count,)])
    await here.until(lambda: not here.rows(OPEN))


async def subscribed(here: Scene, company: str = "demo") -> None:
    """Wait until the company listens."""
    await here.until(lambda: listening(here, company).stand(company) not in {"closed", "left_out"})


def codes_of(lines: Lines) -> set[int | None]:
    """With which codes connections have ended."""
    return {line.get("code") for line in lines.named("push.disconnected")}


async def ended(here: Scene, lines: Lines, code: int, order: dict[str, int]) -> None:
    """End connections until one has ended with this code: it may have ended by itself a moment before."""
    await here.control("events", {"do": "close", **order})
    await make(here, "customers", "customer-deleted-v1", f"meanwhile-{code}")
    await asyncio.sleep(0.1)
    while code not in codes_of(lines):
        await subscribed(here)
        await here.control("events", {"do": "close", **order})
        await asyncio.sleep(0.1)


def outcomes(here: Scene) -> list[tuple[Any, ...]]:
    """What became of the events, in order."""
    return here.rows("SELECT state, reason FROM inbox WHERE origin = 'push' ORDER BY id")


def register(here: Scene) -> list[tuple[Any, ...]]:
    """The local copy."""
    return here.rows("SELECT company, resource, number FROM register WHERE fields <> 'null' ORDER BY resource, number")


def offsets(here: Scene) -> dict[str, str]:
    """Where the topics stand that told anything."""
    return dict(here.rows("SELECT topic, offset FROM push_offset WHERE offset <> ''"))


async def newest(here: Scene, topics: Iterable[str]) -> dict[str, str]:
    """The last offset of each topic at the simulated Fortnox."""
    events = (await here.control("events"))["events"]
    return {event["topic"]: event["offset"] for event in events if event["topic"] in set(topics)}


@pytest.mark.asyncio
@pytest.mark.capability("f68", "f67")
async def test_what_happens_in_fortnox_is_known_once_also_what_happened_meanwhile(
    tmp_path: Path, log_lines: Lines
) -> None:
    """Made, changed, removed, twice, unknown, on a topic that nothing asks for, while we listened and while we did not.

    A topic that had told nothing before is not passed over either, and many changes of one object cost few calls.
    """
    async with scene(tmp_path, CompanyPlan(push=True, fortnox='push_topics = ["invoices"]'), run=False) as here:
        await here.control(
            "seed",
            {"customers": [{"Name": "Tallbacken AB"}], "articles": [{"ArticleNumber": "A1", "Description": "Timme"}]},
        )
        async with here.running():
            await subscribed(here)
            await make(here, "customers", "customer-created-v1", "1")
            await make(here, "customers", "customer-created-v1", "2")
            await make(here, "invoices", "invoice-created-v1", "77")
            await make(here, "vouchers", "voucher-created-v1", "1-A-1")
            await told(here, 3)
            await here.control("events", {"do": "repeat", "topic": "customers", "last": 2})
        assert outcomes(here) == [("handled", "created"), ("handled", "deleted"), ("ignored", "nothing_asks_for_it")]
        assert register(here) == [("demo", "customers", "1")]
        # A name is no part of the copy, so it is not kept beside the delivery either.
        assert b"Tallbacken" not in here.rows("SELECT body FROM inbox_read WHERE body IS NOT NULL")[0][0]
        calls = len(await here.calls())
        for _ in range(9):
            await make(here, "customers", "customer-updated-v2", "1")
        await make(here, "articles", "article-updated-v1", "A1")
        await make(here, "articles", "article-merged-v1", "A2")
        async with here.running():
            await told(here, 14)
            assert register(here) == [("demo", "articles", "A1"), ("demo", "customers", "1")]
            assert len(await here.calls()) - calls < 8
            await make(here, "customers", "customer-deleted-v1", "1")
            await told(here, 15)
            assert register(here) == [("demo", "articles", "A1")]
        assert offsets(here) == await newest(here, ("customers", "articles", "invoices"))
        assert ("ignored", "unknown_type") in outcomes(here)
    assert [line["reason"] for line in log_lines.named("push.doubted")] == ["first"]
    assert [line["tenants"] for line in log_lines.named("push.connected")] == [1, 1]


@pytest.mark.asyncio
@pytest.mark.capability("f71")
async def test_a_consent_that_is_revoked_is_noticed_at_once_and_the_others_go_on(
    tmp_path: Path, log_lines: Lines
) -> None:
    """No call was made and no token has run out: the stream shows it, the credentials are proved, the company stops."""
    async with scene(tmp_path, *TWO) as here:
        await here.until("SELECT 1 FROM push_company WHERE company = 'other'")
        await here.control("settings", {"company": 1002, "service_consent": False})
        here.simulator.events.consent_ended("simulator", 1002)
        await here.until(lambda: here.bridge.deliveries["other"].gate.stopped_by is not None)
        await here.until(lambda: here.rows("SELECT company FROM push_company") == [("demo",)])
        await make(here, "articles", "article-created-v1", "A9")
        await told(here, 1)
        assert here.bridge.deliveries["demo"].gate.open
        assert listening(here, "other").stand("other") == "left_out"
        await here.control("settings", {"company": 1002, "service_consent": True})
        await here.act(Resume(person="anna", name="other"))
        await subscribed(here, "other")
        await make(here, "articles", "article-created-v1", "A9", 1002)
        await told(here, 2)
    assert {line["company"] for line in log_lines.named("push.refused")} == {"other"}
    reasons = [(line["company"], line["reason"]) for line in log_lines.named("push.doubted")]
    assert reasons == [("demo", "first"), ("other", "first"), ("other", "left_out")]


@pytest.mark.asyncio
async def test_a_company_whose_token_is_refused_is_left_out_and_comes_in_later(tmp_path: Path) -> None:
    """One bad tenant costs the others nothing; their offsets move on, so it begins anew when it comes."""
    async with scene(tmp_path, *TWO, run=False) as here:
        await here.control("settings", {"company": 1002, "service_consent": False})
        async with here.running():
            await subscribed(here)
            await make(here, "articles", "article-deleted-v1", "A1")
            await told(here, 1)
            assert here.rows("SELECT company FROM push_company") == [("demo",)]
            await here.until(lambda: here.bridge.deliveries["other"].gate.stopped_by is not None)
            await here.control("settings", {"company": 1002, "service_consent": True})
            await here.act(Resume(person="anna", name="other"))
            await here.until("SELECT 1 FROM push_company WHERE company = 'other' AND reason = 'left_out'")


@pytest.mark.asyncio
async def test_any_end_of_a_connection_is_normal_and_a_new_token_is_told_in_time(
    tmp_path: Path, log_lines: Lines
) -> None:
    """Closed with a code, torn, refused, and with tokens of three seconds: nothing is missed, nothing comes twice."""
    short = {"access_token_seconds": 3.0, "close_on_token_expiry": True}
    async with scene(tmp_path, CompanyPlan(push=True), simulator=short) as here:
        orders = {1000: {"code": 1000}, 1006: {"code": 1006}, 4001: {"company": 1001, "code": 4001}, 1001: {}}
        for number, (code, order) in enumerate(orders.items(), start=1):
            await subscribed(here)
            await make(here, "customers", "customer-deleted-v1", str(number))
            await told(here, 2 * number - 1)
            await ended(here, log_lines, code, order)
        await told(here, 8)
        given = here.simulator.calls.entries
        await here.until(lambda: sum(call.grant == "client_credentials" for call in given) > 1)
        await here.until(lambda: listening(here).stand("demo") == "in_doubt")
        await here.fortnox_down()
        await here.until(lambda: any(line["reason"] == "connect" for line in log_lines.named("push.disconnected")))
        await here.fortnox_up()
        await subscribed(here)
    assert len(outcomes(here)) == 8
    assert 1008 not in codes_of(log_lines)
    assert [line["reason"] for line in log_lines.named("push.doubted")] == ["first"]


@pytest.mark.asyncio
@pytest.mark.capability("f68")
async def test_after_fifteen_days_away_nothing_is_believed_before_a_whole_sweep_has_ended(
    tmp_path: Path, log_lines: Lines
) -> None:
    """What Fortnox no longer keeps cannot be told: every register is in doubt, and sweeps end that, one by one."""
    async with scene(tmp_path, CompanyPlan(push=True), run=False) as here:
        async with here.running():
            await subscribed(here)
            # A sweep that ends before the doubt was seen ends nothing that could be said.
            await here.until(lambda: listening(here).facts("demo")["in_doubt"])
            await swept(here, *TOLD)
            await here.until(lambda: listening(here).current("demo"))
            await here.until(lambda: len(log_lines.named("push.doubt_ended")) == 1)
        async with here.running():
            await here.until(lambda: listening(here).current("demo"))
            [[app]] = here.rows("SELECT client FROM push_client")
            store = here.bridge.store.database
            here.bridge.pushings[0].stop()
            await here.until(lambda: not listening(here).current("demo"))
            away = datetime.now(UTC) - timedelta(days=15)
            await store.write(push.attend(app, round(away.timestamp() * 1000)))
        async with here.running():
            await here.until(lambda: listening(here).stand("demo") == "in_doubt")
            await swept(here, *(set(TOLD) - {"articles"}))
            await here.until(lambda: listening(here).facts("demo")["in_doubt"] == ["articles"])
            assert not listening(here).current("demo")
            await swept(here, "articles")
            await here.until(lambda: listening(here).current("demo"))
            await here.until(lambda: len(log_lines.named("push.doubt_ended")) == 2)
    assert [line["reason"] for line in log_lines.named("push.doubted")] == ["first", "away"]


async def swept(here: Scene, *registers: str) -> None:
    """A whole sweep of registers that hold nothing came to its end."""
    begun = round(datetime.now(UTC).timestamp() * 1000)

    def job(connection: sqlite3.Connection) -> None:
        for name in registers:
            learn(connection, "demo", [], Swept(name, begun, whole=True))

    await here.bridge.store.database.write(job)


@pytest.mark.asyncio
async def test_it_is_current_only_while_nothing_is_missing(tmp_path: Path) -> None:
    """An event that is not handled yet, or waits for a person, takes the trust away until it is; so does silence."""
    async with scene(tmp_path, CompanyPlan(push=True)) as here:
        await subscribed(here)
        state = listening(here)
        assert not state.current("demo")
        await swept(here, *TOLD)
        await here.until(lambda: state.current("demo"))
        await here.control("seed", {"customers": [{"Name": "Tallbacken AB"}]})
        here.fault("status", method="GET", path="/3/customers/1", status=503, times=2)
        await make(here, "customers", "customer-created-v1", "1")
        await here.until(lambda: state.stand("demo") == "behind")
        await here.until(lambda: state.current("demo"))
        assert outcomes(here) == [("handled", "created")]
        refusal = {"ErrorInformation": {"error": 1, "message": "Du saknar rättighet", "code": 2000663}}
        here.fault("status", method="GET", path="/3/customers/1", status=400, body=json.dumps(refusal))
        await make(here, "customers", "customer-updated-v2", "1")
        await here.until("SELECT 1 FROM inbox WHERE state = 'parked'")
        assert state.stand("demo") == "behind"
        fields = await here.bridge.heartbeat.fields()
        assert (fields["push_behind"], fields["push_silent_s"] is None) == (1, False)
        state.heard_seconds = -1
        assert state.stand("demo") == "silent"


async def status(here: Scene, *words: str) -> str:
    """What the command says beside the running daemon, or without one."""
    given = ["status", *words, "--config", str(here.folder / "config.toml")]
    return (await asyncio.to_thread(CliRunner().invoke, main, given, catch_exceptions=False)).stdout


@pytest.mark.asyncio
async def test_status_says_how_the_stream_stands(tmp_path: Path) -> None:
    """Live beside a daemon, from the disk without one; a company that does not listen has no such line.

    Its source has no door, before and after a reload.
    """
    async with scene(tmp_path, CompanyPlan(push=True), CompanyPlan("other", 1002, sources=()), run=False) as here:
        async with here.running():
            await subscribed(here)
            await make(here, "customers", "customer-deleted-v1", "1")
            await told(here, 1)
            await here.until(lambda: listening(here).stand("demo") == "in_doubt")
            shown = await status(here)
            assert "push stream: events may have been missed, a whole sweep is due; open since" in shown
            assert f"in doubt: {', '.join(TOLD)}" in shown
            assert shown.count("push stream") == 1
            assert "push.demo" in here.bridge._progress._bounds
            here.bridge.reload(load_config(here.folder / "config.toml"))
            assert "fortnox:demo" in here.bridge.intake.deciding.sources
            assert "fortnox:demo" not in {*here.bridge.listener.hooks, *here.bridge.listener.removed}
        told_without = await status(here)
        assert "push stream: last listened to 20" in told_without
        facts = json.loads(await status(here, "--json"))["companies"]
        assert (facts[0]["push"]["stream"], facts[0]["push"]["began_because"], facts[1]["push"]) == (
            None,
            "first",
            None,
        )
        assert facts[0]["push"]["newest_offset_of"] is not None


@pytest.mark.asyncio
@pytest.mark.capability("f68")
async def test_after_fifteen_days_away_the_sweep_finds_what_nobody_told(tmp_path: Path, log_lines: Lines) -> None:
    """A customer that was made and one that was removed meanwhile, of whom Fortnox keeps no event any more."""
    plan = CompanyPlan(push=True, fortnox="register = true")
    async with scene(tmp_path, plan, run=False, more="[retention]\nseal_bodies = true\n") as here:
        await here.control("seed", {"customers": [{"Name": "Tallbacken AB"}, {"Name": "Ekbacken AB"}]})
        async with here.running():
            await here.until(lambda: listening(here).current("demo"))
            assert customers(here) == {"1", "2"}
            [[app]] = here.rows("SELECT client FROM push_client")
            store = here.bridge.store.database
            here.bridge.pushings[0].stop()
            await here.until(lambda: not listening(here).current("demo"))
            await store.write(push.attend(app, round((datetime.now(UTC) - timedelta(days=15)).timestamp() * 1000)))
        await here.control("seed", {"customers": [{"Name": "Granbacken AB"}]})
        here.simulator.companies[1001].customers.pop("1")
        async with here.running():
            await here.until(lambda: listening(here).current("demo"))
            assert customers(here) == {"2", "3"}
            await make(here, "customers", "customer-updated-v2", "3")
            await told(here, 1)
            assert outcomes(here) == [("handled", "updated")]
            assert here.rows("SELECT DISTINCT sealed FROM inbox_body UNION SELECT sealed FROM inbox_read") == [(1,)]
    assert [line["reason"] for line in log_lines.named("push.doubted")] == ["first", "away"]


def customers(here: Scene) -> set[str]:
    """The customers in the local copy."""
    return {number for _, resource, number in register(here) if resource == "customers"}
