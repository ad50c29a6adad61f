"""The log: one JSON object a line on standard output, held to the catalogue of events."""

import os
import re
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Any, Protocol, cast

from daemon.absent import hidden
from daemon.log_catalogue import COMMON, EVENTS, Kind
from daemon.tracebacks import describe

# Its renderers for consoles load rich where that is installed, which doubles the time of this import; ours is JSON.
with hidden("rich"):
    import structlog

# With the journal's priority and the line's end it makes 8 KiB.
LINE_BYTES = 8192 - 4
PRIORITY = {"info": "<6>", "warning": "<4>", "error": "<3>", "critical": "<2>"}
RANK = {"info": 20, "warning": 30, "error": 40, "critical": 50}
CUT = "[cut]"

_word = re.compile(r"[A-Za-z0-9_.,:/+%-]*").fullmatch
_encode = JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode


def _utc() -> datetime:
    return datetime.now(UTC)


class Log(Protocol):
    """What the rest of the daemon sees of a logger; ``exc_info`` becomes ``error``, ``where`` and ``stack``."""

    def info(self, event: str, **fields: Any) -> Any:
        """Normal."""
        ...

    def warning(self, event: str, **fields: Any) -> Any:
        """It heals by itself, or is the sender's fault."""
        ...

    def error(self, event: str, **fields: Any) -> Any:
        """A person must do something."""
        ...

    def exception(self, event: str, **fields: Any) -> Any:
        """An error with the exception in hand."""
        ...

    def critical(self, event: str, **fields: Any) -> Any:
        """The daemon cannot keep its promise."""
        ...


class NotInCatalogue(Exception):
    """A log line does not fit the catalogue (raised only where the log is strict: in tests)."""


class Descriptor:
    """Writes whole lines to a file descriptor, past Python's buffers, so that a crash loses none."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._torn = False

    def __call__(self, data: bytes) -> None:
        """Write all of ``data``; raises OSError. The line after a torn one starts on a line of its own."""
        view = memoryview(b"\n" + data if self._torn else data)
        whole = len(view)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            self._torn = self._torn or len(view) < whole
            raise
        self._torn = False


class Output:
    """Where lines go, and how strictly they are held to the catalogue. One for the process, changed by `configure`."""

    def __init__(self) -> None:
        self.write: Callable[[bytes], object] = Descriptor(1)
        self.clock: Callable[[], datetime] = _utc
        self.strict = False
        self.lowest = RANK["info"]
        self.journal = False
        self._lost = 0
        self._lock = threading.Lock()

    def line(self, line: bytes) -> None:
        """Write one or more finished lines. A log that cannot be written (a full disk) must not stop the work: what is
        lost is counted and said with the next line that can be written."""
        with self._lock:
            if self._lost:
                line = self.finished("warning", "log.lost", {"lines": self._lost}) + b"\n" + line
            try:
                self.write(line + b"\n")
            except OSError:
                self._lost += 1
            else:
                self._lost = 0

    def finished(self, level: str, event: str, fields: Mapping[str, Any]) -> bytes:
        """One line without its end: ts, level, event first, at most 8 KiB, with a priority where the journal reads.

        ``event``, the names and the values of ``fields`` are from the catalogue, or made to look so.
        """
        stamp = self.clock().isoformat(timespec="milliseconds")[:-6] + "Z"
        parts = [f',"{name}":{_plain(value)}' for name, value in fields.items()]
        text = f'{{"ts":"{stamp}","level":"{level}","event":"{event}"{"".join(parts)}}}'
        if len(text) > LINE_BYTES:
            text = _cut({"ts": stamp, "level": level, "event": event, **fields})
        return (PRIORITY[level] + text if self.journal else text).encode("ascii")

    info = warning = error = critical = line


_output = Output()


def configure(
    *,
    write: Callable[[bytes], object] | None = None,
    level: str = "info",
    strict: bool = False,
    clock: Callable[[], datetime] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Set the log of the process.

    ``write`` takes whole lines (default: standard output); ``level`` is the lowest written; ``clock`` gives UTC;
    ``strict`` raises :class:`NotInCatalogue` where a line does not fit the catalogue.
    """
    _output.write = write or Descriptor(sys.stdout.fileno())
    _output.journal = write is None and _is_journal(sys.stdout.fileno(), environment)
    _output.strict = strict
    _output.lowest = RANK[level]
    _output.clock = clock or _utc
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _format],
        wrapper_class=structlog.make_filtering_bound_logger(RANK["info"]),
        logger_factory=lambda *_: _output,
        cache_logger_on_first_use=True,
    )


def set_level(level: str) -> None:
    """Change the lowest level that is written (after SIGHUP)."""
    _output.lowest = RANK[level]


def get_log() -> Log:
    """The logger; bind ``trace`` around a unit of work with ``structlog.contextvars.bound_contextvars(trace=…)``."""
    return cast("Log", structlog.get_logger())


def _format(_: Any, method: str, values: MutableMapping[str, Any]) -> bytes:
    if RANK[method] < _output.lowest:
        raise structlog.DropEvent
    event = values.pop("event")
    error = _exception(values.pop("exc_info", None))
    if error is not None:
        values = {**values, **describe(error, stack=method in {"error", "critical"})}
    known = EVENTS.get(event)
    if known is None:
        return _unknown(event, values)
    kinds = known.fields
    wrong = [name for name, value in values.items() if not _fits(kinds.get(name) or COMMON.get(name), value)]
    fields = {name: value for name, value in values.items() if value is not None}
    if not wrong and method in known.levels:
        return _output.finished(method, event, fields)
    if _output.strict:
        raise NotInCatalogue(f"{event} at level {method}: {', '.join(wrong) or 'this level'} is not in the catalogue")
    right = {name: value for name, value in fields.items() if name not in wrong}
    return _output.finished(method, event, right) + b"\n" + _unknown(event, dict.fromkeys(wrong))


def _unknown(event: object, values: Mapping[str, Any]) -> bytes:
    if _output.strict:
        raise NotInCatalogue(f"{event} is not in the catalogue")
    # Only names: a value that nobody has placed in the catalogue may be a secret or a person's.
    fields = {"name": _name(event), "fields": " ".join(_name(name) for name in values)}
    return _output.finished("error", "log.unknown_event", fields)


def _name(text: object) -> str:
    short = str(text)[:64]
    return short if short.replace(".", "").replace("_", "").isalnum() and short.islower() else "unnamed"


@lru_cache(maxsize=256)  # each is asked for twice a line, and most come again and again
def _is_word(value: str) -> bool:
    return _word(value) is not None


def _fits(kind: Kind | None, value: object) -> bool:
    if kind == "word":
        return value is None or (isinstance(value, str) and _is_word(value))
    if kind is None:
        return False
    if value is None:
        return True
    if kind == "integer":
        return type(value) is int
    if kind == "number":
        return type(value) is int or (type(value) is float and value - value == 0)
    return isinstance(value, str)


def _plain(value: object) -> str:
    """A value as JSON; most are words and numbers, which need no encoder."""
    if type(value) is int or type(value) is float:
        return repr(value)
    if type(value) is str and len(value) < 100 and _is_word(value):
        return f'"{value}"'
    return _encode(value)


def _exception(value: object) -> BaseException | None:
    if isinstance(value, BaseException):
        return value
    if isinstance(value, tuple):
        found = value[1]
        return found if isinstance(found, BaseException) else None
    return sys.exc_info()[1] if value else None


def _cut(content: dict[str, Any]) -> str:
    text = _encode(content)
    while len(text) > LINE_BYTES:
        longest = max(
            (name for name, value in content.items() if isinstance(value, str)), key=lambda n: len(content[n])
        )
        # Halving ends soon however many bytes a character takes in ASCII.
        kept = content[longest].removesuffix(CUT)
        content[longest] = kept[: len(kept) // 2] + CUT
        text = _encode(content)
    return text


def _is_journal(descriptor: int, environment: Mapping[str, str]) -> bool:
    stated = environment.get("JOURNAL_STREAM", "")
    status = os.fstat(descriptor)
    return stated == f"{status.st_dev}:{status.st_ino}"
