"""Other senders beside the demo: started, asked, stopped, and what is said where that does not go well."""

import asyncio
import io
import os
import time
import tomllib
import urllib.request
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connectors.registry import SOURCES
from daemon.demo import configuration, others_scene, run, stand_ins
from daemon.demo.far_side import FarSide
from daemon.demo.other_senders import SECTIONS, misfit, section
from daemon.demo.other_side import OtherSide
from daemon.demo.process import Daemon, NotStarted
from daemon.demo.screen import Screen
from daemon.demo.senders import Senders
from daemon.demo.stage import Stage
from tests.stand_ins.highlevel_app import AppSigner
from tests.stand_ins.sending import REFUSED

ROOT = Path(__file__).resolve().parents[2]
TINY = "tests.demo.tiny_stand_in"


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ``python -m`` finds the tests."""
    monkeypatch.chdir(ROOT)


def processes(way: str) -> list[int]:
    """The processes of this test that run the tiny stand-in in this way; another test run may have its own."""
    wanted, ours = f"{TINY}\0{way}\0".encode(), f"PPid:\t{os.getpid()}\n"
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words, status = (folder / "cmdline").read_bytes(), (folder / "status").read_text()
        except OSError:
            continue
        if wanted in words and ours in status:
            found.append(int(folder.name))
    return found


def fetched(url: str) -> bytes:
    """What stands there."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body


@pytest.mark.asyncio
async def test_each_runs_while_the_block_does_however_much_it_says(tmp_path: Path) -> None:
    """Two at once, each at its own address; what they print goes to a file; none outlives the block."""
    async with stand_ins.serving(TINY, ["good", "stubborn"], tmp_path, stop_seconds=0.2) as addresses:
        assert set(addresses) == {"good", "stubborn"}
        assert len(set(addresses.values())) == 2
        for url in addresses.values():
            assert await asyncio.to_thread(fetched, url) == b"hello"
        assert processes("good")
    assert processes("good") == processes("stubborn") == []
    assert (tmp_path / "stand-in-good.log").read_text().startswith("heard\n")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("way", "said"),
    [
        (
            "broken",
            r"ended with code 1 \(python -m tests.demo.tiny_stand_in broken --port 0\)\nthere is no such sender",
        ),
        ("babbles", "its first line is no address of this machine: hello, I am a stand-in"),
        ("silent", "it printed no address within 1.5 s"),
    ],
)
async def test_one_that_does_not_start_is_told_and_the_others_end(tmp_path: Path, way: str, said: str) -> None:
    """Which, why, its last lines; and in time."""
    began = time.monotonic()
    with pytest.raises(NotStarted, match=rf"(?s)a stand-in did not start: .*{said}"):
        async with stand_ins.serving(TINY, ["good", way], tmp_path, start_seconds=1.5):
            raise AssertionError("it started")
    assert time.monotonic() - began < 30
    assert processes(way) == []


@pytest.mark.asyncio
async def test_a_module_that_is_not_there_is_known_before_it_is_started() -> None:
    """By name, also where its package is missing."""
    assert await stand_ins.exists(TINY)
    assert not await stand_ins.exists("tests.demo.nobody")
    assert not await stand_ins.exists("nobody.at_all")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("module", "said"),
    [(None, "none were named (--stand-ins)"), ("nobody.at_all", "there is no module nobody.at_all here")],
)
async def test_without_stand_ins_the_demo_says_so_in_one_line(tmp_path: Path, module: str | None, said: str) -> None:
    """And goes on without them."""
    written = io.StringIO()
    async with run._others(Screen(written), tmp_path, module) as others:
        assert others == {}
    assert written.getvalue() == (
        f"  stand-ins  {said}; the demo runs without those of highlevel, upsales, subscriptionflow\n"
    )


@pytest.mark.parametrize("sender", SECTIONS)
def test_each_section_fits_as_soon_as_the_sender_is_there(sender: str) -> None:
    """A build without the sender, or without a field that the section sets, says so; any other takes it."""
    values: dict[str, Any] = tomllib.loads(section(sender, "http://127.0.0.1:9", "demo"))["sources"][sender]
    kind = SOURCES.get(values.pop("type"))
    if kind is None:
        assert misfit(sender) == "this build does not know that sender"
    elif not set(values) <= set(kind.settings.model_fields):
        assert "this build reads its section otherwise" in str(misfit(sender))
    else:
        assert misfit(sender) is None


def test_the_key_of_the_section_is_the_one_that_the_stand_in_signs_with() -> None:
    """HighLevel's own keys are built in; the demo's is that of the stand-in."""
    assert AppSigner().public_key in section("highlevel", "http://127.0.0.1:9", "demo")


@pytest.mark.asyncio
async def test_a_scene_without_its_stand_in_is_left_out_in_one_line(tmp_path: Path) -> None:
    """All three, and no scene is tried."""
    written = io.StringIO()
    async with aiohttp.ClientSession() as session:
        configured = configuration.write(tmp_path, "http://127.0.0.1:9", 8099, date(2026, 11, 27), {})
        fortnox = FarSide("http://127.0.0.1:9", session)
        daemon, senders = Daemon(configured.path, configured.url, session), Senders(configured, session)
        unread: Any = None
        stage = Stage(Screen(written), configured, daemon, senders, fortnox, stories=unread, read=unread)
        await others_scene.play(stage, datetime(2026, 11, 27, tzinfo=UTC))
    assert written.getvalue().splitlines()[-1] == (
        "  left out   highlevel, subscriptionflow, upsales: no stand-in of them runs here"
    )
    assert stage.promises == []


@pytest.mark.asyncio
async def test_the_stand_ins_send_what_they_are_told(tmp_path: Path) -> None:
    """Through their control planes; one whose receiver is down says so, and a wrong order is told with its answer."""
    async with (
        stand_ins.serving("tests.stand_ins", ["highlevel", "upsales"], tmp_path) as urls,
        aiohttp.ClientSession() as session,
    ):
        app, crm = (OtherSide(urls[name], session) for name in ("highlevel", "upsales"))
        nobody = "http://127.0.0.1:9/hooks"
        assert await app.do("webhooks", {"to": nobody, "body": {"type": "x"}}) == {"statuses": [REFUSED]}
        await crm.put("orders", {"id": 4711})
        told = {"to": nobody, "trigger": "orderupdate", "kind": "orders", "id": 4711}
        assert await crm.do("callbacks", told) == {"status": None}
        with pytest.raises(RuntimeError, match="the stand-in refused POST nothing: 404"):
            await crm.do("nothing", {})


def test_sections_are_written_with_their_addresses(tmp_path: Path) -> None:
    """The file is TOML, each source is known by its name, the stand-in's address stands in it."""
    others = {sender: f"http://127.0.0.1:{port}" for port, sender in enumerate(SECTIONS, 40001)}
    written = configuration.write(tmp_path, "http://127.0.0.1:9", 8099, date(2026, 11, 27), others)
    read = tomllib.loads(written.path.read_text(encoding="utf-8"))
    sources = read["sources"]
    assert {name: company["fortnox"]["tenant_id"] for name, company in read["companies"].items()} == {
        "demo": 1001,
        "sales": 1002,
    }
    assert (sources["upsales"]["company"], sources["highlevel"]["company"]) == ("sales", "demo")
    assert tuple(sources) == written.sources == ("shop", "ghl", *SECTIONS)
    assert sources["upsales"]["base_url"] == "http://127.0.0.1:40002/api/v2"
    assert sources["subscriptionflow"]["company"] == "demo"
