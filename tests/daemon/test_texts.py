"""What people read says enough: which address is taken, why an event was ignored, what Fortnox cut."""

import asyncio
import socket
from pathlib import Path

import anyio
import pytest
from click.testing import CliRunner, Result

from daemon.app import running
from daemon.cli import main
from daemon.cli.repaint import painted
from daemon.config import load_config
from tests.acceptance.scene import Scene, scene
from tests.conftest import Lines
from tests.fakes.senders import order


async def beside(here: Scene, *words: str) -> Result:
    """Run the command beside the daemon of a scene."""
    given = [*words, "--config", str(here.folder / "config.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, given, catch_exceptions=False)


@pytest.mark.asyncio
async def test_a_taken_address_is_named(tmp_path: Path) -> None:
    """With its host and port, and where they stand in the configuration."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with scene(tmp_path, run=False, port=port) as here:
            config = load_config(here.write_configuration())
            with pytest.raises(
                OSError, match=rf"^cannot listen on 127\.0\.0\.1 port {port}: .* \(http\.host and http\."
            ):
                async with running(config):
                    raise AssertionError("it runs")


@pytest.mark.asyncio
async def test_the_log_says_why_an_event_was_ignored(tmp_path: Path, log_lines: Lines) -> None:
    """The row's own reason where that is a word, else the row's state."""
    async with scene(tmp_path) as here:
        early = order("SO-2", timestamp="2025-11-13T10:15:00Z")
        await here.send(order("SO-1") | {"type": "order.shipped"}, early)
        await here.settle()
        assert here.rows("SELECT state, reason FROM inbox WHERE id = 1") == [("ignored", "unknown_type")]
        with anyio.fail_after(30):  # the line follows the commit
            while len(log_lines.named("event.ignored")) < 2:  # noqa: ASYNC110 - a log has no events
                await anyio.sleep(0.005)
        assert [line["reason"] for line in log_lines.named("event.ignored")] == ["unknown_type", "before_start"]


@pytest.mark.asyncio
async def test_explain_says_what_fortnox_cut(tmp_path: Path) -> None:
    """On a line of its own, as it was sent and as it is stored."""
    number = "SO-" + "7" * 40
    async with scene(tmp_path) as here:
        await here.send(order(number))
        await here.settle()
        shown = (await beside(here, "explain", "invoice:1")).stdout.splitlines()
        [line] = [line for line in shown if "stored as" in line]
        assert line.endswith(f"  YourOrderNumber {number!r} stored as {number[:30]!r}")
        assert "stored as" not in (await beside(here, "explain", "customer:1")).stdout


def test_a_renewed_text_is_written_over_the_old_one() -> None:
    """Every line is cleared behind its end, the rest of the screen below; what is too much for it is said."""
    assert painted("one\n\ntwo", 80, 24) == "\x1b[Hone\x1b[K\n\x1b[K\ntwo\x1b[K\n\x1b[J"
    assert painted("abcdef", 4, 24) == "\x1b[Habcd\x1b[K\nef\x1b[K\n\x1b[J"
    many = painted("\n".join("abcdefgh"), 80, 6)
    assert (
        many
        == "\x1b[H"
        + "".join(f"{line}\x1b[K\n" for line in [*"abcd", "… 4 more lines: make the terminal higher"])
        + "\x1b[J"
    )
    assert painted("abc\ndef", 80, 1).count("\n") == 1
