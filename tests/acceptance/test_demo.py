"""The demo in a process of its own: it ends by itself, shows what it promises, leaves nothing; its judge can fail."""

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from daemon.demo.bodies import TALLBACKEN, Line, Sale
from daemon.demo.judgement import judge
from daemon.demo.screen import aligned, money

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from daemon.cli import main; main()", "demo", "--once"]
STAND_INS = ("--stand-ins", "tests.stand_ins")
SALE = Sale("SO-1", TALLBACKEN, (Line("A", "Hylla", "1", "st", "125.00"),), datetime(2026, 11, 20, tzinfo=UTC))
INVOICE = {"DocumentNumber": "7", "YourOrderNumber": "SO-1", "Total": "156", "RoundOff": "-0.25"}
PAYMENT = {"InvoiceNumber": 7}


def start(folder: Path, *more: str) -> "subprocess.Popen[str]":
    """Start the demo with its temporary folder inside ``folder``; ``more`` are further words."""
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [*COMMAND, *more], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )  # fmt: skip


def end(process: "subprocess.Popen[str]") -> None:
    """As Ctrl-C does it, so that a demo that a test gives up ends those that it started; nothing where it ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.capability("000-44")
def test_the_demo_shows_all_of_it_and_ends(tmp_path: Path) -> None:
    """Exit 0; each webhook's way and calls, refusals, the kill, three other senders, the tables; no folder is left."""
    process = start(tmp_path, *STAND_INS)
    try:
        printed, _ = process.communicate(timeout=320)
    finally:
        end(process)
    assert process.returncode == 0, printed
    for promised in (
        "survey_submitted → note_survey",
        "order_changed → book_order",
        "invoice_changed → book_paid_invoice",
        "3 596.00 + VAT 899.00 = 4 495.00 SEK",
        "4 calls to Fortnox",
        "1 call to Fortnox",
        "held for a person, no call",
        "HOLDS: a repeated delivery makes nothing new",
        "HOLDS: one order is one invoice and one payment, however often it is told",
        "HOLDS: a bad signature is refused with 401",
        "HOLDS: kill -9 in mid-work: 10 of 10 orders acknowledged, 0 lost, 0 doubled",
        "HOLDS: a completed order of HighLevel is one invoice over the same amounts, booked, and one payment",
        "survey_submitted → ignored (the same event as in-",
        "HOLDS: the same submission by webhook and by polling is one event: one note, and no call for the second",
        "3 980.00 + VAT 995.00 = 4 975.00 EUR at 11.25 kronor",
        "HOLDS: a paid invoice of SubscriptionFlow is one invoice in its own currency",
        "made from offer 1, made into invoice 1",
        "HOLDS: a sale of Upsales is one offer, one order made from it, and one invoice made from that",
        "superseded (by ",
        "HOLDS: 10 changes while nothing leaves cost 2 calls, and the order stands as it was saved last",
        "HOLDS: a lost order is cancelled in Fortnox",
        "orderupdate/4713: nobody answered",
        "HOLDS: a callback that found no daemon is made up for by polling: the order stands there once",
        "5  What now exists in Fortnox   (SIMULATOR)",
        ", 0 answered 429",
    ):
        assert promised in printed, f"{promised!r} is not in:\n{printed}"
    assert "BROKEN" not in printed
    assert re.search(r"create_invoice, no answer known; looked: .*found → it had taken effect", printed), printed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_an_interrupted_demo_leaves_nothing(tmp_path: Path) -> None:
    """A signal in the middle ends the daemon, removes the folder and gives 130."""
    process = start(tmp_path)
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not (lines and "received" in lines[-1]):
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        daemon = next(int(found[1]) for line in lines if (found := re.search(r"process (\d+), data", line)))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(daemon, 0)


@pytest.mark.parametrize(
    ("state", "lost", "doubled"),
    [
        ({"invoices": [INVOICE], "payments": [PAYMENT]}, False, False),
        ({"invoices": [], "payments": []}, True, False),
        ({"invoices": [INVOICE], "payments": []}, True, False),
        ({"invoices": [INVOICE | {"Total": "157"}], "payments": [PAYMENT]}, True, False),
        ({"invoices": [INVOICE, INVOICE | {"DocumentNumber": "8"}], "payments": [PAYMENT]}, False, True),
        ({"invoices": [INVOICE], "payments": [PAYMENT, PAYMENT]}, False, True),
    ],
)
def test_the_judge_sees_what_is_lost_and_what_is_doubled(state: dict[str, Any], lost: bool, doubled: bool) -> None:
    """A missing or wrong document counts as lost, a second one as doubled."""
    finding = judge(SALE, state, paid=True)
    assert (finding.lost, finding.doubled) == (lost, doubled)


def test_figures_stand_under_each_other() -> None:
    """Amounts have two decimals and are aligned to the right; a rule fills its column."""
    rows = [("no", "sum"), ("─", "─"), ("1", money("4495")), ("10", money("-0.25"))]
    assert aligned(rows, ("no", "sum"), frozenset({"sum"})) == [
        "no       sum",
        "──  ────────",
        "1   4 495.00",
        "10     -0.25",
    ]
