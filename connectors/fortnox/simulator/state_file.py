"""The simulator's state in a file: read once at the start, written whole and atomically while it changes."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from connectors.fortnox.simulator.app import Simulator
from connectors.fortnox.simulator.stored_values import StoredValueError, restored, stored

_FORMAT = "fortnox-bridge simulator state"
VERSION = 1
_LARGEST = 512 * 1024 * 1024
WRITE_SECONDS = 0.5
"""The shortest time between two writes; a large state waits longer, so that writing takes a tenth of the time at most.

What a process has taken in since the last write is lost when it is killed.
"""
_WAITS_PER_WRITE = 9


class StateError(ValueError):
    """The file cannot be used; the text says why, in one line."""


def _read(path: Path) -> Any:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST else None
    except OSError as problem:
        raise StateError(f"{path} cannot be read: {problem.strerror}") from problem
    if content is None:
        raise StateError(f"{path} is larger than a simulator's state may be ({_LARGEST} bytes)")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise StateError(f"{path} is not a simulator's state") from problem


def read_state(path: Path, simulator: Simulator) -> bool:
    """Put a file's state into the simulator; False, and nothing done, where there is no file.

    Raises:
        StateError: when it cannot be read, is something else, or is of another version.
    """
    if not path.exists():
        return False
    content = _read(path)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise StateError(f"{path} is not a simulator's state")
    if content.get("version") != VERSION:
        raise StateError(f"{path} is a state of version {content.get('version')}; this program has version {VERSION}")
    try:
        simulator.restore(restored(content.get("state")))
    except (StoredValueError, RecursionError) as problem:
        raise StateError(f"{path} was written by another version or changed by hand: {problem}") from problem
    return True


def _write(path: Path, content: bytes) -> None:
    """Replace the file in one step; it holds tokens, so that only its owner may read it (mkstemp gives mode 600)."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _content(simulator: Simulator) -> bytes:
    held = {"format": _FORMAT, "version": VERSION, "state": stored(simulator.saved())}
    return json.dumps(held, separators=(",", ":")).encode()


def _written(path: Path, simulator: Simulator) -> int:
    """Give the count of changes that the file holds: those so far, as it was just read, or none."""
    return simulator.changes if path.exists() else -1


async def _save(path: Path, simulator: Simulator) -> None:
    content = _content(simulator)
    try:
        await asyncio.to_thread(_write, path, content)
    except OSError as problem:
        raise StateError(f"{path} cannot be written: {problem.strerror}") from problem


async def _keep(path: Path, simulator: Simulator, ended: asyncio.Event, written: int) -> None:
    while True:
        last = ended.is_set()
        changes, began = simulator.changes, monotonic()
        if changes != written:
            await _save(path, simulator)
            written = changes
        if last:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(max(WRITE_SECONDS, _WAITS_PER_WRITE * (monotonic() - began))):
                await ended.wait()


@asynccontextmanager
async def kept(simulator: Simulator, path: Path) -> AsyncIterator[None]:
    """Keep the simulator's state in a file while the block lasts: a new file at once, then after every change.

    Raises:
        StateError: when the file cannot be written; the block is cancelled then.
    """
    ended = asyncio.Event()
    written = _written(path, simulator)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_keep(path, simulator, ended, written))
            try:
                yield
            finally:
                ended.set()
    except BaseExceptionGroup as failed:
        # One failure is told as itself: the group is only how it came here.
        if len(failed.exceptions) > 1:
            raise
        raise failed.exceptions[0] from None
