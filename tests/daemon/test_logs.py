"""The log: one safe JSON object a line, whatever is said, and nothing outside the catalogue."""

import asyncio
import errno
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from daemon import log_hooks, logs
from daemon.log_catalogue import EVENTS
from scripts.log_events_page import PAGE, page
from tests.conftest import Lines

ROOT = Path(__file__).resolve().parent.parent.parent
NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


class Boom(Exception):
    """An exception whose text must never be seen."""


def relaxed() -> list[bytes]:
    """A log that is not strict, as in production."""
    lines: list[bytes] = []
    logs.configure(write=lines.append, clock=lambda: NOON)
    return lines


def test_a_line_starts_with_time_level_and_event() -> None:
    """Tools without a JSON parser can match the start: ts, level, event, no spaces, UTC with milliseconds."""
    lines = relaxed()
    logs.get_log().info("hook.repeated", source="shop", inbox_id=7)
    assert lines == [
        b'{"ts":"2026-11-21T12:00:00.123Z","level":"info","event":"hook.repeated","source":"shop","inbox_id":7}\n'
    ]


def test_trace_is_on_every_line_of_a_unit_of_work(log_lines: Lines) -> None:
    """The bound trace is written, and gone after the unit of work."""
    with structlog.contextvars.bound_contextvars(trace="ab12"):
        logs.get_log().info("daemon.stopping", in_flight=1)
    logs.get_log().info("daemon.stopping", in_flight=2)
    assert log_lines.named("daemon.stopping") == [{"trace": "ab12", "in_flight": 1}, {"in_flight": 2}]


def test_a_field_without_a_value_is_absent(log_lines: Lines) -> None:
    """None is left out rather than written as null."""
    logs.get_log().warning("command.retried", target="fortnox", status=None)
    assert log_lines.named("command.retried") == [{"target": "fortnox"}]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("no.such_event", {}),
        ("hook.repeated", {"email": "a"}),
        ("hook.repeated", {"inbox_id": "7"}),
        ("hook.repeated", {"inbox_id": True}),
        ("hook.repeated", {"source": "buyer@example.com"}),
        ("hook.repeated", {"source": "Acme Bageri"}),
        ("daemon.stopped", {"took_ms": float("nan")}),
    ],
)
def test_what_is_not_in_the_catalogue_fails_a_test(event: str, fields: dict[str, Any]) -> None:
    """Unknown events, fields and types are an error where the log is strict."""
    with pytest.raises(logs.NotInCatalogue):
        logs.get_log().info(event, **fields)


def test_a_wrong_level_fails_a_test() -> None:
    """An event has its levels; another one is an error where the log is strict."""
    with pytest.raises(logs.NotInCatalogue):
        logs.get_log().error("hook.repeated", source="shop")


@pytest.mark.capability("f17")
def test_what_is_not_in_the_catalogue_is_named_without_values() -> None:
    """In production the known part is written, and a second line names what did not fit, never its value."""
    lines = relaxed()
    logs.get_log().info("hook.repeated", source="shop", buyer="Acme Bageri")
    logs.get_log().info("made.up", buyer="Acme Bageri")
    logs.get_log().info("Acme Bageri did it")
    parsed = [json.loads(line) for line in b"".join(lines).splitlines()]
    assert [line["event"] for line in parsed] == ["hook.repeated"] + ["log.unknown_event"] * 3
    assert [(line.get("name"), line.get("fields")) for line in parsed[1:]] == [
        ("hook.repeated", "buyer"),
        ("made.up", "buyer"),
        ("unnamed", ""),
    ]
    assert b"Acme" not in b"".join(lines)


@pytest.mark.capability("f17")
def test_an_exception_is_told_without_its_text(log_lines: Lines) -> None:
    """Class, place and frames, also out of a group and through its cause; the text may hold anything and stays out."""
    try:
        try:
            json.loads("Acme Bageri")
        except ValueError as error:
            raise ExceptionGroup("Acme Bageri", [Boom("Acme Bageri")]) from error
    except ExceptionGroup as group:
        logs.get_log().error("event.parked", source="shop", reason="bug", exc_info=group)
    (line,) = log_lines.named("event.parked")
    assert line["error"] == "Boom"
    assert "Acme" not in b"".join(log_lines.raw).decode()


def test_where_is_the_last_line_of_our_own_code(log_lines: Lines) -> None:
    """An exception that rises in a library is placed at our call, with a path below the root."""
    try:
        logs.configure(level="no such level")
    except KeyError:
        logs.configure(write=log_lines.raw.append, strict=True)
        logs.get_log().critical("daemon.crashed", loop="main", exc_info=True)
    (line,) = log_lines.named("daemon.crashed")
    assert line["where"].startswith("daemon/logs.py:")
    assert "KeyError: tests/daemon/test_logs.py" in line["stack"] or "KeyError: daemon/test_logs.py" in line["stack"]


@given(st.text(max_size=20000))
def test_any_text_gives_one_ascii_line_of_bounded_size(text: str) -> None:
    """Newlines, quotes, lone surrogates, NUL and length cannot break a line or its limit."""
    lines = relaxed()
    logs.get_log().error("config.rejected", faults=text)
    (line,) = lines
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line) <= 8192
    assert b"\0" not in line
    stored = json.loads(line.decode("ascii"))["faults"]
    assert stored == text or (stored.endswith("[cut]") and text.startswith(stored[:-5]))


def test_the_longest_line_is_cut_and_marked() -> None:
    """A value that is too long keeps its start and says that it was cut."""
    lines = relaxed()
    logs.get_log().error("config.rejected", faults="é" * 20000)
    assert 1000 < len(lines[0]) <= 8192
    assert json.loads(lines[0])["faults"].endswith("é[cut]")


def test_lines_below_the_level_are_not_written() -> None:
    """The configured level holds, and may change while running."""
    lines: list[bytes] = []
    logs.configure(write=lines.append, level="error")
    logs.get_log().info("daemon.stopping", in_flight=0)
    assert lines == []
    logs.set_level("info")
    logs.get_log().info("daemon.stopping", in_flight=0)
    assert len(lines) == 1


def test_a_full_disk_does_not_stop_the_work() -> None:
    """Lines that cannot be written are counted, and the count is said as soon as writing works again."""
    full = True
    lines: list[bytes] = []

    def write(data: bytes) -> None:
        if full:
            raise OSError(errno.ENOSPC, "full")
        lines.append(data)

    logs.configure(write=write, strict=True)
    for _ in range(3):
        logs.get_log().info("daemon.stopping", in_flight=0)
    full = False
    logs.get_log().info("daemon.stopping", in_flight=1)
    parsed = [json.loads(line) for line in b"".join(lines).splitlines()]
    assert [(line["event"], line.get("lines")) for line in parsed] == [("log.lost", 3), ("daemon.stopping", None)]


def test_a_torn_line_does_not_spoil_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """After half a line was written, the next one starts on a line of its own."""
    written: list[bytes] = []
    broken = False

    def write(_: int, data: memoryview) -> int:
        nonlocal broken
        if broken:
            raise OSError(errno.ENOSPC, "full")
        broken = len(written) == 0
        part = bytes(data)[: 5 if broken else None]
        written.append(part)
        return len(part)

    monkeypatch.setattr(os, "write", write)
    out = logs.Descriptor(1)
    with pytest.raises(OSError, match="full"):
        out(b"first line\n")
    broken = False
    out(b"second line\n")
    assert b"".join(written) == b"first\nsecond line\n"


def test_the_journal_gets_priorities_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where standard output is the journal's own stream does a line start with its priority."""
    with tempfile.TemporaryFile() as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        status = os.fstat(stream.fileno())
        for environment in ({"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}, {"JOURNAL_STREAM": "1:1"}, {}):
            logs.configure(environment=environment)
            logs.get_log().critical("store.failed", reason="io")
        stream.seek(0)
        starts = [line[:6] for line in stream.read().splitlines()]
    assert starts == [b'<2>{"t', b'{"ts":', b'{"ts":']


PROGRAM = """
import asyncio, logging, sys, threading, warnings
from daemon import log_hooks, logs
logs.configure(strict=True)
log_hooks.install()
warnings.warn("Acme Bageri")
logging.getLogger("lib").warning("template %s", "Acme Bageri")
logging.getLogger("lib").error("finished Acme Bageri")
thread = threading.Thread(target=lambda: [][1], name="worker 1")
thread.start()
thread.join()
async def main():
    log_hooks.watch_loop(asyncio.get_running_loop())
    asyncio.get_running_loop().call_soon(lambda name: {}[name], "Acme Bageri")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
asyncio.run(main())
class Leaky:
    def __del__(self):
        raise RuntimeError("Acme Bageri")
Leaky()
raise ValueError("Acme Bageri")
"""


@pytest.mark.capability("f17")
def test_nothing_is_printed_past_the_log() -> None:
    """Warnings, library loggers, threads, loop callbacks and the last exception are JSON lines without their texts."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == b""
    assert b"Acme" not in ended.stdout
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(line["event"], line.get("error", line.get("category", line.get("message")))) for line in lines] == [
        ("library.warned", "UserWarning"),
        ("library.message", "template %s"),
        ("library.message", None),
        ("daemon.crashed", "IndexError"),
        ("asyncio.failed", "KeyError"),
        ("asyncio.failed", "RuntimeError"),
        ("daemon.crashed", "ValueError"),
    ]


@pytest.mark.asyncio
async def test_a_loop_message_loses_its_arguments(log_lines: Lines) -> None:
    """Of the loop's message only what stands before the text form of a callback is kept."""
    loop = asyncio.get_running_loop()
    log_hooks.watch_loop(loop)
    loop.call_exception_handler({"message": "Exception in callback send('Acme Bageri')", "exception": Boom("Acme")})
    (line,) = log_lines.named("asyncio.failed")
    assert line["message"] == "Exception in callback send"
    assert line["error"] == "Boom"


def test_the_page_of_log_events_is_the_catalogue() -> None:
    """docs/log-events.md is what `make log-events` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_names_of_events_and_fields_are_an_interface() -> None:
    """Names match what the counting program for the journal expects."""
    for name, event in EVENTS.items():
        area, _, what = name.partition(".")
        assert area.isidentifier(), name
        assert what.isidentifier(), name
        assert event.levels
        assert not {"ts", "level", "event"} & set(event.fields)
