"""What every test stands on: a strict log, kept in memory, and what makes a run of all tests cheap."""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.running import bytecode, certificates, compiled, garbage, memory_disk

# Before anything of ours is imported: what is imported goes by it.
bytecode.keep()
certificates.none()
garbage.seldom()
memory_disk.use()

from tests.running import migrated  # noqa: E402

migrated.install()

from daemon import logs  # noqa: E402
from tests.contract import recorder  # noqa: E402


class Lines:
    """The log lines that a test caused."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (json.loads(line) for line in b"".join(self.raw).splitlines())

    def named(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event, without ts, level and event."""
        return [
            {name: value for name, value in line.items() if name not in {"ts", "level", "event"}}
            for line in self
            if line["event"] == event
        ]


# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every command that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

recorder.install()

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before anything is collected."""
    compiled.share(session.config)


def pytest_collection_finish() -> None:
    """After everything is collected."""
    garbage.leave_out_what_stays()


@pytest.fixture(autouse=True)
def log_lines() -> Lines:
    """The log in memory; a line that does not fit the catalogue fails the test."""
    lines = Lines()
    logs.configure(write=lines.raw.append, strict=True)
    return lines


@pytest.fixture(autouse=True)
def _own_file_mode_mask() -> Iterator[None]:
    """The command narrows the process's mask; run inside a test, it must not narrow that of the tests after it."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)
