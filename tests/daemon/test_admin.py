"""The admin socket and the lock: people act on a running daemon, one process writes, and others cannot even knock."""

import asyncio
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from daemon.admin import NAME, Facts, NoDaemonAnswers, ask, ask_facts, serve_admin, short_path
from daemon.lock import Locked, exclusive
from daemon.requests import Declare, Misused, Pause, Resume, Retry
from store.acting import NotPossible
from tests.acceptance.scene import CompanyPlan, scene
from tests.fakes.people import People
from tests.fakes.pipe import customer, pipe
from tests.fakes.target import park

# --- the socket ------------------------------------------------------------------------------------------------------


def told(facts: dict[str, Any]) -> Facts:
    """A daemon that knows just this."""

    async def tell() -> dict[str, Any]:
        return facts

    return tell


@pytest.mark.asyncio
async def test_a_request_goes_through_the_socket_and_its_answer_comes_back(tmp_path: Path) -> None:
    """Retried through the socket, the command is delivered; refusals and misuse come back as what they are."""
    async with pipe(tmp_path) as made, made.running():
        people = People(made, tmp_path)
        async with serve_admin(tmp_path, people.actions, told({"companies": {}})):
            made.target.scripts["ensure_customer"] = [park()]
            [only] = await made.add(customer("C-1"))
            await made.until("parked", only)
            answer = await ask(tmp_path, Retry(person="anna", id=f"out-{only}"))
            assert answer == {"action": "retry", "commands": [{"id": f"out-{only}", "state": "ready"}]}
            await made.until("done", only)
            with pytest.raises(NotPossible, match="is done"):
                await ask(tmp_path, Retry(person="anna", id=f"out-{only}"))
            with pytest.raises(Misused, match="no company nobody"):
                await ask(tmp_path, Declare(person="anna", company="nobody", proof="empty"))
            assert await ask_facts(tmp_path) == {"companies": {}}


@pytest.mark.asyncio
async def test_the_socket_is_its_owners_and_goes_with_the_daemon(tmp_path: Path) -> None:
    """Mode 0600 from the first moment; a leftover of a killed process is replaced; afterwards nothing answers."""
    async with pipe(tmp_path) as made:
        actions = People(made, tmp_path).actions
        left = socket.socket(socket.AF_UNIX)
        left.bind(str(tmp_path / NAME))
        left.close()
        with pytest.raises(NoDaemonAnswers):
            await ask_facts(tmp_path)
        async with serve_admin(tmp_path, actions, told({})):
            assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
            assert await ask_facts(tmp_path) == {}
        assert not (tmp_path / NAME).exists()
        with pytest.raises(NoDaemonAnswers):
            await ask_facts(tmp_path)


@pytest.mark.asyncio
async def test_a_folder_with_a_long_name_has_its_socket_too(tmp_path: Path) -> None:
    """The kernel takes 108 bytes of a socket's path; the folder may have more."""
    folder = tmp_path / ("a" * 120)
    folder.mkdir()
    async with pipe(folder) as made, serve_admin(folder, People(made, folder).actions, told({"here": 1})):
        assert await ask_facts(folder) == {"here": 1}


@pytest.mark.asyncio
async def test_what_is_no_request_of_ours_is_refused_without_an_echo(tmp_path: Path) -> None:
    """Unknown actions and faulty bodies, as another version of the command may send them."""
    async with pipe(tmp_path) as made, serve_admin(tmp_path, People(made, tmp_path).actions, told({})):
        with short_path(tmp_path) as path:
            async with aiohttp.ClientSession("http://admin", connector=aiohttp.UnixConnector(path=path)) as session:
                for action, body in (("dance", b"{}"), ("retry", b"{"), ("retry", b'{"person": "x", "no": "hush"}')):
                    async with session.post(f"/{action}", data=body) as answer:
                        assert answer.status == 400
                        assert "hush" not in await answer.text()


# --- the lock --------------------------------------------------------------------------------------------------------


def test_a_second_holder_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    """One line with the process id; after the first one ends, also by a crash, the folder is free."""
    hold = "import sys, time; from pathlib import Path; from daemon.lock import exclusive\n"
    hold += "with exclusive(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=f"process {holder.pid}"), exclusive(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with exclusive(tmp_path):
        assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


# --- the whole daemon ------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_a_pause_through_the_socket_stops_one_company_and_survives_a_restart(tmp_path: Path) -> None:
    """Webhooks are still taken, the other company delivers, and a restarted daemon is still paused until resumed."""
    plans = CompanyPlan("demo", 1001, ("shop",)), CompanyPlan("other", 1002, ("web",))
    async with scene(tmp_path, *plans, run=False) as here:
        async with here.running() as bridge:
            await ask(here.data, Pause(person="anna", name="demo", reason="audit"))
            assert (await ask_facts(here.data))["companies"]["demo"]["shut_by"] == "person"
            assert bridge.deliveries["other"].gate.paused_by_person is None
        async with here.running() as bridge:
            assert bridge.deliveries["demo"].gate.paused_by_person == "audit"
            await ask(here.data, Pause(person="anna", name="book_order", reason="accounts"))
            assert bridge.store.pauses.rules() == {"book_order"}
            answer = await ask(here.data, Resume(person="anna"))
            assert len(answer["resumed"]) == 2
            assert bridge.deliveries["demo"].gate.paused_by_person is None
            assert bridge.store.pauses.rules() == frozenset()


@pytest.mark.asyncio
async def test_a_declaration_through_the_socket_counts_at_once(tmp_path: Path) -> None:
    """The company no longer looks before each create, and facts about its rate window are told."""
    async with scene(tmp_path, CompanyPlan(proof=None)) as here:
        assert here.bridge.store.looking("demo")
        await ask(here.data, Declare(person="anna", company="demo", proof="empty"))
        assert not here.bridge.store.looking("demo")
        async with asyncio.timeout(5):
            while (await ask_facts(here.data))["companies"]["demo"]["shut_by"] is not None:  # noqa: ASYNC110 - a socket
                await asyncio.sleep(0.01)
        facts = (await ask_facts(here.data))["companies"]["demo"]
        assert 0 <= facts["room"] <= 25
        assert facts["in_flight"] == 0
