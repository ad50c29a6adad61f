"""The real demo in a real terminal: the live view, a resize, the kill, the summary, a webhook by hand, Ctrl-C."""

import os
import re
import shlex
import signal
import sys
import urllib.error
import urllib.request
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fakes.terminal import HIDE_CURSOR, OWN_SCREEN, PLAIN_SCREEN, SHOW_CURSOR, Terminal, terminal

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-c", "from daemon.cli import main; main()"]
DEMO = [*PROGRAM, "demo", "--stand-ins"]


def surroundings(folder: Path) -> dict[str, str]:
    """The demo's temporary folder is inside ``folder``."""
    return {"TMPDIR": str(folder), "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}


def in_order(screen: Terminal) -> bool:
    """Whether the plain screen is back and the cursor is seen."""
    written = screen.written
    return written.rfind(PLAIN_SCREEN) > written.rfind(OWN_SCREEN) and written.rfind(SHOW_CURSOR) > written.rfind(
        HIDE_CURSOR
    )


def paste(curl: str) -> int:
    """Do what the printed command line does; the status."""
    words = shlex.split(curl)
    headers = dict(word.split(": ", 1) for before, word in pairwise(words) if before == "-H")
    request = urllib.request.Request(words[2], words[words.index("--data-binary") + 1].encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.capability("000-44")
def test_the_demo_is_a_live_view_then_a_summary_until_ctrl_c(tmp_path: Path) -> None:
    """80 by 24, then larger; the kill is seen; the plain summary follows; what is sent by hand shows; exit 0."""
    with terminal([*DEMO, "tests.stand_ins"], ROOT, surroundings(tmp_path)) as screen:
        beside = screen.until(r"subscriptionflow +(http://127\.0\.0\.1:\d+)\n", 60)[1]
        screen.until(r"demo  SIMULATOR  \d+ s  daemon runs, process \d+", 40)
        assert OWN_SCREEN in screen.written
        screen.until(r"(?m)^ shop .*\n ghl .*\n highlevel .*\n upsales .*\n subscriptionflow ", 20)
        screen.until(r"[█░]{25} \d+ of 25 calls in 5 s free", 20)
        assert re.search("─{90}", screen.text) is None
        screen.resize(110, 35)
        screen.until("─{90}", 30)
        screen.until(r"daemon DOWN: process \d+ ended with -9", 60)
        screen.until(r"4\.[1-9]  [A-Z]", 60)  # a pane rolls on between two frames: any of its scenes
        screen.until("5  What now exists in Fortnox", 90)
        assert PLAIN_SCREEN in screen.written
        assert "1.3  An order is won" not in screen.text.partition("5  What now exists")[2]
        screen.until("live: what you send shows here", 20)
        assert re.search("HOLDS +kill -9 in mid-work: 10 of 10 orders acknowledged, 0 lost, 0 doubled", screen.text)
        assert "BROKEN" not in screen.text
        assert paste(screen.until(r"curl -s \S+/hooks/shop .*\n", 10)[0]) == 200
        screen.until(r"in-\d+ +shop +order_changed SO-30001  handled", 20)
        screen.until(r"4 000\.00 +4 000\.00  no +SO-30001", 20)
        before = len(screen.text)
        screen.resize(90, 35)
        screen.until("(?s)Try it: everything stays up.{2000,}Try it: everything stays up.*live: what you send", 20)
        assert "─" * 91 not in screen.text[before:].partition("Try it")[2]
        screen.process.send_signal(signal.SIGINT)
        assert screen.ended(30) == 0, screen.text[-3000:]
        assert screen.text.rstrip().endswith("Ctrl-C: the daemon is stopped in order, the temporary folder is removed.")
        assert in_order(screen)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(beside, timeout=10)


@pytest.mark.slow
@pytest.mark.timeout(90)
def test_an_interrupted_live_view_leaves_the_terminal_in_order_and_nothing_behind(tmp_path: Path) -> None:
    """Ctrl-C in the middle: the daemon ends, the folder is removed, the plain screen is back, exit 130."""
    with terminal([*DEMO, "nobody.at_all"], ROOT, surroundings(tmp_path)) as screen:
        daemon = int(screen.until(r"SIMULATOR  \d+ s  daemon runs, process (\d+)", 60)[1])
        screen.process.send_signal(signal.SIGINT)
        assert screen.ended(30) == 130, screen.text[-3000:]
        assert in_order(screen)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(daemon, 0)
