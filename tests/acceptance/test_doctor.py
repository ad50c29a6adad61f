"""`doctor` as a person meets it, beside a daemon and without one, and as the daemon runs it by itself."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.fortnox.error_codes import MEANINGS
from daemon.config import load_config
from daemon.requests import Examine, Pause
from tests.acceptance.process import command
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.conftest import Lines
from tests.fakes.senders import order

YEAR = datetime.now(UTC).year
BOOKS = {"financial_years": sorted({2026, YEAR, YEAR + 1})}
"""Whatever day the tests run on, the years of the books are there."""
OTHER = CompanyPlan("other", 1002, sources=())


@asynccontextmanager
async def books(folder: Path, *plans: CompanyPlan, **more: Any) -> AsyncIterator[Scene]:
    """A scene whose companies have their financial years."""
    async with scene(folder, *plans, simulator=BOOKS, **more) as here:
        yield here


async def doctor(here: Scene, *words: str) -> tuple[int, Any]:
    """Run the command; its exit code and what it printed."""
    configuration = here.folder / "config.toml" if here.bridges else here.write_configuration()
    ended = await command("doctor", *words, "--config", str(configuration))
    assert ended.err == ""
    return ended.code, ended.json() if "--json" in words else ended.out


@pytest.mark.asyncio
@pytest.mark.capability("f82", "002-07", "002-14", "000-49")
async def test_a_sound_company_without_a_daemon(tmp_path: Path) -> None:
    """Every line is ok, exit 0: the machine, which company and user, the scopes, and all the rest."""
    async with books(tmp_path, run=False) as here:
        code, shown = await doctor(here)
        assert code == 0, shown
        assert shown.startswith("this machine\n  ok       sqlite: SQLite ")
        assert "company demo SIMULATOR, 17 calls\n" in shown
        assert "\n  ok       company: Simulatorbolaget AB, organisation number 555555-5555, tenant 1001" in shown
        assert "\n  ok       scopes: all that the rules need: companyinformation, currency, customer, inv" in shown
        assert shown.endswith("\ndoctor: all well\n")
        assert not [line for line in shown.splitlines() if "WARNING" in line or "FAILED" in line or "  -  " in line]
        assert {call["method"] for call in await here.calls()} == {"GET"}


@pytest.mark.asyncio
@pytest.mark.capability("f82", "f81", "001-24", "004-22")
async def test_what_is_wrong_is_said_in_both_languages(tmp_path: Path) -> None:
    """Beside a daemon, one company of two: the finding, the remedy by the catalogue, and exit 1."""
    async with books(tmp_path, CompanyPlan(), OTHER) as here:
        await here.control("settings", {"company": 1001, "missing_accounts": [3002]})
        assert (await here.act(Examine(person="anna", company="other")))["failed"] == 0
        code, shown = await doctor(here)
        assert code == 1
        told = "  FAILED   accounts: account 3002 (sales at 12 %) is not in this year's chart\n"
        assert f"{told}           {MEANINGS[2001303].text()} [fortnox-bridge errors 2001303]\n" in shown
        assert shown.endswith("\ndoctor: 1 failed\n")
        code, facts = await doctor(here, "demo", "--json", "--language", "sv")
        assert (code, facts["failed"], [company["name"] for company in facts["companies"]]) == (1, 1, ["demo"])
        (line,) = [one for one in facts["companies"][0]["findings"] if one["level"] == "failed"]
        assert (line["check"], line["about"], line["code"]) == ("accounts", "3002", 2001303)
        assert (line["remedy"], line["remedy_sv"]) == (MEANINGS[2001303].text(), MEANINGS[2001303].text("sv"))
        assert MEANINGS[2001303].text("sv") in (await doctor(here, "demo", "--language", "sv"))[1]


@pytest.mark.asyncio
async def test_a_company_that_cannot_be_asked_is_not_sound(tmp_path: Path) -> None:
    """Nobody answers: exit 1 although nothing is known to be wrong, and the other checks say so."""
    async with books(tmp_path, run=False, timeout_seconds=0.5) as here:
        here.fault("html", method="GET", path="/3/.*", times=None)
        code, facts = await doctor(here, "--json")
    assert (code, facts["failed"], facts["unanswered"]) == (1, 0, ["demo"])
    levels = {line["check"]: line["level"] for line in facts["companies"][0]["findings"]}
    assert {name for name, level in levels.items() if level == "ok"} == {"token", "scopes", "clock"}


@pytest.mark.asyncio
@pytest.mark.capability("f54")
async def test_doubles_are_named_by_number_only(tmp_path: Path) -> None:
    """Customers that share a match key, by their numbers; what they share stays out."""
    async with books(tmp_path) as here:
        doubles = [{"Name": name, "Email": "inkop@granskogen.test"} for name in ("Granskogen AB", "Granskogen")]
        await here.control("seed", {"customers": doubles})
        found = await here.act(Examine(person="anna", company="demo", duplicates=True))
    (line,) = [one for one in found["companies"][0]["findings"] if one["level"] != "ok"]
    assert (line["level"], line["check"], line["about"]) == ("warning", "duplicates", "customers.e-mail")
    assert line["says"] == "2 customers in 1 groups share their e-mail address: 1, 2"
    assert "granskogen" not in json.dumps(found).lower()


@pytest.mark.asyncio
@pytest.mark.capability("f82")
async def test_the_daemon_examines_by_itself(tmp_path: Path, log_lines: Lines) -> None:
    """At start and after a reload; the log tells findings once, `status` how many there are and how old they are."""
    async with books(tmp_path, doctor_hours=24, run=False) as here:
        await here.control("settings", {"company": 1001, "missing_accounts": [3002]})
        async with here.running() as bridge:
            await here.until(lambda: log_lines.named("doctor.finished"))
            expected = {"company": "demo", "check": "accounts", "about": "3002", "code": 2001303}
            assert log_lines.named("doctor.failed") == [expected]
            assert log_lines.named("doctor.finished")[0] | {"ms": 0} == {
                "failed": 1, "warnings": 0, "unchecked": 0, "calls": 17, "ms": 0,
            }  # fmt: skip
            status = await command("status", "--config", str(tmp_path / "config.toml"))
            assert status.code == 1
            assert "\ndoctor: 1 failed, " in status.out
            bridge.reload(load_config(tmp_path / "config.toml"))
            await here.until(lambda: len(log_lines.named("doctor.finished")) == 2)
            assert log_lines.named("doctor.failed") == [expected]
            await here.control("settings", {"company": 1001, "missing_accounts": []})
            here.plans = [CompanyPlan(sections='[companies.demo.expected]\nprojects = ["P 8"]')]
            bridge.reload(load_config(here.write_configuration()))
            await here.until(lambda: len(log_lines.named("doctor.finished")) == 3)
            assert log_lines.named("doctor.failed")[1:] == [
                {"company": "demo", "check": "projects", "about": "P_8", "code": 2001161}
            ]
    events = [line["event"] for line in log_lines]
    assert events.index("daemon.ready") < events.index("doctor.failed")


@pytest.mark.asyncio
async def test_a_paused_company_is_left_alone(tmp_path: Path, log_lines: Lines) -> None:
    """Nothing leaves for it but what a person asks for; an order meanwhile goes its way for the other."""
    async with books(tmp_path, CompanyPlan(), OTHER, doctor_hours=24, run=False) as here, here.running() as bridge:
        await here.until(lambda: log_lines.named("doctor.finished"))
        await here.act(Pause(person="anna", name="other", reason="stock-taking"))
        before = len(await here.calls(1002))
        bridge.reload(load_config(tmp_path / "config.toml"))
        await here.send(order("SO-1"))
        await here.settle()
        await here.until(lambda: len(log_lines.named("doctor.finished")) == 2)
        assert len((await here.state())["invoices"]) == 1
        assert len(await here.calls(1002)) == before
        assert log_lines.named("doctor.finished")[1]["unchecked"] == 1
        asked = await here.act(Examine(person="anna", company="other"))
        assert (asked["failed"], asked["unanswered"]) == (0, [])
        assert len(await here.calls(1002)) > before
    assert [line["action"] for line in log_lines.named("admin.acted")] == ["pause"]


@pytest.mark.asyncio
@pytest.mark.capability("f82")
async def test_after_an_outage_the_daemon_examines_again(tmp_path: Path) -> None:
    """What was not checked because nobody answered does not stay so until tomorrow."""
    async with books(tmp_path, run=False, doctor_hours=24) as here:
        await here.fortnox_down()
        async with here.running() as bridge:
            await here.until(lambda: (bridge.doctor.summary() or {}).get("unchecked", 0) > 0)
            await here.until(lambda: bridge.deliveries["demo"].gate.shut_by == "down")
            await here.fortnox_up()
            await here.until(lambda: (bridge.doctor.summary() or {}).get("unchecked") == 0)
