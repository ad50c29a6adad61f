"""Everything that Python and libraries would print goes through the log: logging, warnings, uncaught exceptions."""

import asyncio
import logging
import re
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, TextIO

from daemon.logs import get_log
from daemon.tracebacks import short_path

MESSAGE_CHARACTERS = 200


class LibraryHandler(logging.Handler):
    """Turns a library's record into one line.

    Only the constant part of its message is kept, and only where it has one (a template with arguments): a finished
    text may hold a value. ``where`` names the statement, so the rest can be read in its source.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record at its level."""
        level = "critical" if record.levelno >= 50 else "error" if record.levelno >= 40 else "warning"
        fields: dict[str, Any] = {
            "logger": _word(record.name),
            "message": str(record.msg)[:MESSAGE_CHARACTERS] if record.args else None,
            "where": f"{short_path(record.pathname)}:{record.lineno}",
        }
        log = get_log()
        getattr(log, level)("library.message", **fields, exc_info=record.exc_info)


def install() -> None:
    """Route library loggers (from warning up), ``warnings`` and uncaught exceptions of any thread to the log."""
    logging.basicConfig(handlers=[LibraryHandler()], level=logging.WARNING, force=True)
    # Its own last resort writes plain text to standard error.
    logging.lastResort = None
    logging.raiseExceptions = False
    warnings.showwarning = _show_warning
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def watch_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Route what the event loop would print (a failed callback, a forgotten task's exception) to the log."""
    loop.set_exception_handler(_loop_failed)


def _loop_failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # What follows the first bracket is the text form of arguments.
    message = re.split(r"[<(\[{'\"]", str(context.get("message", "")), maxsplit=1)[0].strip()
    get_log().error("asyncio.failed", message=message[:MESSAGE_CHARACTERS], exc_info=context.get("exception"))


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    get_log().warning("library.warned", category=category.__name__, where=f"{short_path(filename)}:{lineno}")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_log().critical("daemon.crashed", loop="main", exc_info=error)


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    name = arguments.thread.name if arguments.thread else "thread"
    get_log().critical("daemon.crashed", loop=_word(name), exc_info=arguments.exc_value)


def _unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    get_log().error("asyncio.failed", message="Exception that nobody could catch", exc_info=unraisable.exc_value)


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)[:64]
