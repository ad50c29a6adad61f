"""Other senders beside the demo: started, asked, stopped, and what is said where that does not go well."""

import asyncio
import io
import os
import time
import tomllib
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import SOURCES
from daemon.demo import configuration, run, stand_ins
from daemon.demo.other_senders import SECTIONS, misfit, section
from daemon.demo.process import NotStarted
from daemon.demo.screen import Screen

ROOT = Path(__file__).resolve().parents[2]
TINY = "tests.demo.tiny_stand_in"


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where ``python -m`` finds the tests."""
    monkeypatch.chdir(ROOT)


def processes(way: str) -> list[int]:
    """The processes that run the tiny stand-in in this way."""
    wanted = f"{TINY}\0{way}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if wanted in words and os.getpid() != int(folder.name):
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


def test_sections_are_written_with_their_addresses(tmp_path: Path) -> None:
    """The file is TOML, each source is known by its name, the stand-in's address stands in it."""
    others = {sender: f"http://127.0.0.1:{port}" for port, sender in enumerate(SECTIONS, 40001)}
    written = configuration.write(tmp_path, "http://127.0.0.1:9", 8099, date(2026, 11, 27), others)
    sources = tomllib.loads(written.path.read_text(encoding="utf-8"))["sources"]
    assert tuple(sources) == written.sources == ("shop", "ghl", *SECTIONS)
    assert sources["upsales"]["base_url"] == "http://127.0.0.1:40002/api/v2"
    assert sources["subscriptionflow"]["company"] == "demo"
