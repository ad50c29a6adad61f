"""status --watch: renewed in place on a terminal, one after another elsewhere, and ended by Ctrl-C as a status."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.migrate import migrate
from tests.fakes.configuration import unserved
from tests.fakes.terminal import terminal

ROOT = Path(__file__).resolve().parents[2]
WATCH = [sys.executable, "-c", "from daemon.cli import main; main()", "status", "--watch", "--config"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with a database that nobody serves."""
    path = unserved(tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    migrate(tmp_path / "data" / "bridge.db")
    return path


@pytest.mark.capability("f80")
def test_on_a_terminal_it_is_written_over_itself(config: Path) -> None:
    """The screen is cleared once, at the beginning; what does not fit is said; Ctrl-C is no error."""
    with terminal([*WATCH, str(config)], ROOT, {"TERM": "xterm-256color"}, (60, 5)) as screen:
        screen.until("(?s)daemon not running.*daemon not running", 30)
        assert screen.written.count(b"\x1b[2J") == 1
        assert screen.written.count(b"\x1b[H") >= 2
        assert "more lines: make the terminal higher" in screen.text
        screen.process.send_signal(signal.SIGINT)
        assert screen.ended(20) == 0, screen.text


def test_elsewhere_texts_follow_each_other(config: Path) -> None:
    """Plain lines for a pipe."""
    process = subprocess.Popen([*WATCH, str(config)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        while lines.count("daemon not running\n") < 2:
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
    assert "\x1b" not in "".join(lines)
