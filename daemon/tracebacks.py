"""An exception as log fields: its class, where in our code it rose, and its frames; never a value."""

import re
import traceback
from pathlib import Path
from types import TracebackType

ROOT = str(Path(__file__).resolve().parent.parent)
OURS = tuple(f"{ROOT}/{package}/" for package in ("daemon", "handlers", "connectors", "store"))
STACK_BYTES = 4096
DEEPEST_CAUSE = 5


def leaf(error: BaseException) -> BaseException:
    """The first single exception inside nested groups: what really happened."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def describe(error: BaseException, *, stack: bool) -> dict[str, str]:
    """``error`` (class), ``where`` (file:line of the last frame of ours, else of the last), and ``stack`` if asked."""
    error = leaf(error)
    fields = {"error": type(error).__name__}
    frames = _frames(error.__traceback__)
    if frames:
        ours = [frame for frame in frames if frame[2]]
        path, line, _, _ = (ours or frames)[-1]
        fields["where"] = f"{path}:{line}"
    if stack:
        fields["stack"] = _stack(error)
    return fields


def short_path(path: str) -> str:
    """A source file's path below our root, site-packages or the standard library; else its name alone."""
    for mark in (f"{ROOT}/", "/site-packages/", "/dist-packages/"):
        if mark in path and (mark != f"{ROOT}/" or path.startswith(OURS)):
            return _word(path.split(mark, 1)[1])
    return _word("/".join(path.split("/")[-2:]))


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_./-]", "_", text)


def _frames(trace: TracebackType | None) -> list[tuple[str, int, bool, str]]:
    return [
        (short_path(frame.f_code.co_filename), line, frame.f_code.co_filename.startswith(OURS), frame.f_code.co_name)
        for frame, line in traceback.walk_tb(trace)
    ]


def _stack(error: BaseException) -> str:
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < DEEPEST_CAUSE:
        calls = " > ".join(f"{path}:{line} {name}" for path, line, _, name in _frames(current.__traceback__))
        parts.append(f"{type(current).__name__}: {calls}")
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    text = " | from ".join(parts)
    if len(text) <= STACK_BYTES:
        return text
    # Both ends matter: the entry and the cause.
    return f"{text[: STACK_BYTES // 2 - 8]} [cut] {text[-(STACK_BYTES // 2 - 8) :]}"
