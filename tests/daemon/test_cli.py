"""The command: exit codes, one line for every refusal, beside a running daemon and without one."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon.cli import main
from daemon.lock import exclusive
from store.migrate import migrate
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.configuration import unserved
from tests.fakes.senders import order

PROGRAM = [sys.executable, "-c", "from daemon.cli import main; main()"]


def command(*words: str, config: Path | None = None) -> Result:
    """Run the command in this process."""
    given = [*words, *(["--config", str(config)] if config else [])]
    return CliRunner().invoke(main, given, catch_exceptions=False)


def told(result: Result) -> Any:
    """The JSON that was printed."""
    return json.loads(result.stdout)


async def beside(here: Scene, *words: str) -> Result:
    """Run the command beside the daemon of a scene (whose loop must go on meanwhile)."""
    return await asyncio.to_thread(command, *words, config=here.folder / "config.toml")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose simulator nobody runs."""
    return unserved(tmp_path)


# --- usage and configuration -----------------------------------------------------------------------------------------


def test_a_missing_or_faulty_configuration_is_exit_2_and_no_traceback(tmp_path: Path, config: Path) -> None:
    """Every command says so in plain lines, one for each fault."""
    nowhere = tmp_path / "nowhere.toml"
    every = [
        ["status"],
        ["inbox"],
        ["outbox"],
        ["explain", "1"],
        ["retry", "1"],
        ["link", "1", "invoice:1"],
        ["replay", "1"],
        ["discard", "1", "--reason", "x"],
        ["pause", "--reason", "x"],
        ["resume"],
        ["company", "declare-empty", "demo"],
        ["check-config"],
    ]
    for words in every:
        result = command(*words, config=nowhere)
        assert (result.exit_code, result.stdout) == (2, ""), words
        assert "cannot be read" in result.stderr
        assert "Traceback" not in result.stderr
    config.write_text(config.read_text().replace("tenant_id = 1001", "tenantid = 1001").replace("2026-01-01", '"soon"'))
    result = command("status", config=config)
    assert result.exit_code == 2
    assert "companies.demo.start" in result.stderr
    assert "did you mean tenant_id" in result.stderr


def test_wrong_usage_is_exit_2(config: Path) -> None:
    """Unknown commands and options, and requests that say too little or too much."""
    for words in (
        ["dance"],
        ["retry"],
        ["retry", "1", "--reason", "x"],
        ["discard", "1"],
        ["discard", "1", "--reason", " "],
        ["link", "1", "receipt:7"],
        ["link", "1", "invoice:"],
        ["pause"],
        ["inbox", "--state", "lost"],
        ["outbox", "--limit", "0"],
    ):
        result = command(*words, config=config if words != ["dance"] else None)
        assert result.exit_code == 2, words
        assert "Traceback" not in result.stderr


def test_the_configuration_is_found_where_it_lies(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option, else the environment, else config.toml here (where no system-wide one exists)."""
    monkeypatch.setattr("daemon.cli.common.SYSTEM_CONFIG", tmp_path / "absent.toml")
    monkeypatch.setenv("FORTNOX_BRIDGE_CONFIG", str(config))
    assert command("check-config", "--skip-secrets").exit_code == 0
    monkeypatch.delenv("FORTNOX_BRIDGE_CONFIG")
    monkeypatch.chdir(config.parent)
    assert command("check-config", "--skip-secrets").exit_code == 0
    monkeypatch.chdir("/")
    assert command("check-config", "--skip-secrets").exit_code == 2


def test_check_config_shows_what_is_not_live_and_leaves_no_trace_unasked(config: Path) -> None:
    """Without secrets nothing is made beside the file; faults come as JSON too."""
    result = command("check-config", "--skip-secrets", config=config)
    assert "company demo SIMULATOR" in result.stdout
    assert not (config.parent / "data").exists()
    assert told(command("check-config", "--json", config=config))["ok"] is True
    assert (config.parent / "data" / "secrets" / "shop").exists()
    config.write_text(config.read_text().replace('company = "demo"', 'company = "dmo"'))
    result = command("check-config", "--json", config=config)
    assert result.exit_code == 2
    [fault] = told(result)["faults"]
    assert (fault["key"], fault["given"]) == ("sources.shop.company", '"dmo"')


def test_starting_is_fast_because_nothing_is_imported_unasked() -> None:
    """The version and the help of the whole need neither pydantic nor aiohttp; a wrong word is exit 2."""
    look = "import sys; from daemon.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
    look += "print(sorted({'pydantic', 'aiohttp', 'aiosqlite', 'structlog'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
    wrong = subprocess.run([*PROGRAM, "dance"], capture_output=True, text=True, check=False, timeout=60)
    assert (wrong.returncode, wrong.stdout) == (2, "")


# --- without a daemon ------------------------------------------------------------------------------------------------


def test_without_a_daemon_changes_are_made_under_the_lock(config: Path) -> None:
    """Declared and paused before the first start; status tells both, and is exit 1 while something is paused."""
    result = command("status", config=config)
    assert result.exit_code == 2
    assert "no database" in result.stderr
    assert "demo  empty" in command("company", "declare-empty", "demo", config=config).stdout
    assert command("pause", "demo", "--reason", "audit", config=config).exit_code == 0
    result = command("status", config=config)
    assert result.exit_code == 1
    assert "company demo SIMULATOR: declared empty" in result.stdout
    assert "PAUSED by a person: audit" in result.stdout
    shown = told(command("status", "--json", config=config))
    assert (shown["daemon"], shown["companies"][0]["paused"]) == ("not running", "audit")
    assert command("resume", config=config).exit_code == 0
    result = command("resume", config=config)
    assert (result.exit_code, result.stderr) == (1, "nothing was paused\n")
    assert command("status", config=config).exit_code == 0


def test_while_another_process_holds_the_folder_nothing_is_changed(config: Path) -> None:
    """One clear line, exit 2; so does a second daemon."""
    command("company", "declare-new-work", "demo", config=config)
    with exclusive(config.parent / "data"):
        result = command("company", "declare-empty", "demo", config=config)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"fortnox-bridge: another fortnox-bridge (process {os.getpid()})")
        second = subprocess.run(
            [*PROGRAM, "run", "--config", str(config)], capture_output=True, text=True, check=False, timeout=60
        )
        assert second.returncode == 2
        assert "another fortnox-bridge" in second.stderr
        assert "Traceback" not in second.stderr
    assert told(command("status", "--json", config=config))["companies"][0]["proof"] == "new_work"


def test_a_folder_of_another_user_is_left_alone(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that root leaves behind would stop the daemon: reading and changing are refused alike."""
    command("company", "declare-empty", "demo", config=config)
    monkeypatch.setattr("daemon.cli.common.os.geteuid", lambda: 54321)
    for words in (["status"], ["explain", "1"], ["resume"], ["check-config"]):
        result = command(*words, config=config)
        assert result.exit_code == 2
        assert "run this as that user" in result.stderr


def test_a_database_of_a_newer_version_is_said_to_be_newer(config: Path) -> None:
    """Reading and changing end with exit 2 and what to do."""
    folder = config.parent / "data"
    folder.mkdir(mode=0o700)
    migrate(folder / "bridge.db")
    script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')"
    subprocess.run([sys.executable, "-c", script, str(folder / "bridge.db")], check=True, timeout=60)
    for words in (["status"], ["resume"]):
        result = command(*words, config=config)
        assert result.exit_code == 2
        assert "install the newer version" in result.stderr


def test_a_file_that_is_no_database_is_one_line_too(config: Path) -> None:
    """Neither shown nor changed."""
    folder = config.parent / "data"
    folder.mkdir(mode=0o700)
    (folder / "bridge.db").write_text("this is not a database, however long it may be made to look " * 40)
    for words in (["status"], ["resume"]):
        result = command(*words, config=config)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert "file is not a database" in result.stderr


# --- beside a running daemon -----------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f80")
async def test_everything_is_shown_beside_a_running_daemon(tmp_path: Path) -> None:
    """Status with live facts, both lists, and the story of the delivered invoice, as text and as JSON."""
    async with scene(tmp_path) as here:
        await here.send(order("SO-1042"))
        await here.settle()
        result = await beside(here, "status")
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("daemon running\ncompany demo SIMULATOR: declared empty\n")
        assert re.search(r"rate window: [0-9]+ of [0-9]+ calls in [0-9.]+ s free now", result.stdout)
        assert "source shop (standard) -> demo\n  last webhook 20" in result.stdout
        shown = told(await beside(here, "status", "--json"))
        assert shown["companies"][0]["delivered"] == 2
        assert shown["sources"][0]["last_webhook_at"] is not None
        [delivery] = told(await beside(here, "inbox", "--json"))
        assert (delivery["id"], delivery["number"], delivery["company_kind"]) == ("in-1", "SO-1042", "simulator")
        commands = told(await beside(here, "outbox", "--state", "done", "--json"))
        assert [entry["document"] for entry in commands] == ["invoice:1", "customer:1"]
        assert "demo SIMULATOR" in (await beside(here, "outbox")).stdout
        assert (await beside(here, "outbox", "--state", "parked")).exit_code == 1
        result = await beside(here, "explain", "invoice:1")
        assert result.exit_code == 0
        assert "in-1  shop -> demo SIMULATOR" in result.stdout
        assert "call create_invoice" in result.stdout
        assert "linked to invoice:1" in result.stdout
        [story] = told(await beside(here, "explain", "SO-1042", "--json"))
        assert [entry["command"] for entry in story["commands"]] == ["ensure_customer", "ensure_invoice"]
        result = await beside(here, "explain", "nonsense")
        assert (result.exit_code, result.stdout) == (1, "")


@pytest.mark.asyncio
@pytest.mark.capability("f60")
async def test_a_stopped_command_is_seen_retried_and_discarded_through_the_daemon(tmp_path: Path) -> None:
    """Trouble is exit 1 in status; the retry is carried out by the running daemon at once."""
    async with scene(tmp_path) as here:
        refusal = {"ErrorInformation": {"error": 1, "message": "no", "code": 2000106}}
        here.fault("status", method="POST", path="/3/invoices", status=400, body=refusal)
        await here.send(order("SO-1"))
        await here.until("SELECT 1 FROM outbox WHERE state = 'parked'")
        result = await beside(here, "status")
        assert result.exit_code == 1
        [stopped] = told(await beside(here, "outbox", "--state", "parked", "--json"))
        result = await beside(here, "retry", "--reason", stopped["reason"], "--company", "demo")
        assert (result.exit_code, result.stdout) == (0, f"{stopped['id']}  ready\n")
        await here.settle()
        assert [state for _, state, _ in here.commands()] == ["done", "done"]
        result = await beside(here, "retry", stopped["id"])
        assert (result.exit_code, result.stdout) == (1, "")
        assert (
            result.stderr
            == f"fortnox-bridge: {stopped['id']} is done: only a stopped or delayed command is sent again\n"
        )
        assert (await beside(here, "retry", "--reason", "nothing like it")).exit_code == 1


@pytest.mark.asyncio
@pytest.mark.capability("f53")
async def test_replay_and_link_ask_the_far_side_also_without_a_daemon(tmp_path: Path) -> None:
    """After the daemon stopped: a replay changes nothing that was delivered, a link is read in Fortnox first."""
    async with scene(tmp_path, CompanyPlan(), run=False) as here:
        async with here.running():
            await here.send(order("SO-1"))
            await here.settle()
            await beside(here, "pause", "demo", "--reason", "audit")
            buyer = {"external_id": "C-9", "name": "Granskogen AB", "email": "granskogen@example.com"}
            await here.send(order("SO-2", buyer=buyer))
            await here.until("SELECT 1 FROM outbox WHERE id = 4")
        result = await beside(here, "replay", "in-1")
        assert result.exit_code == 0, result.output
        assert result.stdout.count("unchanged") == 2
        result = await beside(here, "link", "out-3", "customer:99")
        assert result.exit_code == 1
        assert "99" in result.stderr
        result = await beside(here, "link", "out-3", "invoice:1")
        assert result.exit_code == 1
        result = await beside(here, "link", "out-4", "invoice:1")
        assert result.exit_code == 1
        assert (await beside(here, "discard", "3", "--reason", "a test")).stdout == "out-3  discarded\n"
        assert here.rows("SELECT subject, reason FROM action WHERE action = 'discard'") == [("out-3", "a test")]
        assert len((await here.state())["invoices"]) == 1


# --- the simulator ---------------------------------------------------------------------------------------------------


def test_the_simulator_runs_alone_until_it_is_told_to_stop() -> None:
    """Its first line is its address, on a free port; its control plane answers; SIGTERM ends it with 0."""
    words = [*PROGRAM, "simulator", "--port", "0", "--tenant", "7", "--tenant", "8"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/_sim/state", timeout=10) as answer:
            assert set(json.load(answer)["companies"]) == {"7", "8"}
        taken = subprocess.run(
            [*PROGRAM, "simulator", "--port", url.rpartition(":")[2]],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert taken.returncode == 2
        assert "cannot be used" in taken.stderr
        assert "Traceback" not in taken.stderr
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0


@pytest.mark.asyncio
@pytest.mark.capability("002-06")
async def test_the_companies_are_listed_by_what_they_are(tmp_path: Path) -> None:
    """Live, test or simulated, the tenant that each was pinned to, and those that are no longer configured."""
    plans = CompanyPlan(), CompanyPlan("later", 1002, sources=(), proof=None)
    async with scene(tmp_path, *plans) as here:
        await here.until("SELECT 1 FROM company WHERE name = 'later' AND tenant IS NOT NULL")
        listed = told(await beside(here, "company", "list", "--json"))
        assert [(one["name"], one["kind"], one["tenant"], one["proof"]) for one in listed] == [
            ("demo", "simulator", "1001", "empty"),
            ("later", "simulator", "1002", "looking"),
        ]
        lines = (await beside(here, "company", "list")).stdout.splitlines()
        assert lines[1].split()[:3] == ["demo", "SIMULATOR", "1001"]
        assert told(await beside(here, "company", "list", "--kind", "test", "--json")) == []
        here.plans = plans[:1]
        here.write_configuration()
        gone = told(await beside(here, "company", "list", "--json"))[1]
        assert (gone["name"], gone["configured"], gone["kind"]) == ("later", False, "simulator")
