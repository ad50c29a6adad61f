"""What systemd hears of us, and the sockets that it hands over."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.notify import Notifier, inherited_sockets
from tests.conftest import Lines

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def manager(address: str) -> Iterator[socket.socket]:
    """The service manager's end; an address that begins with @ is abstract."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + address[1:] if address.startswith("@") else address)
        end.settimeout(2)
        yield end


@pytest.mark.parametrize("abstract", [False, True])
def test_every_message_in_its_form(tmp_path: Path, abstract: bool) -> None:
    """One datagram a message, lines joined by newlines, over a path or an abstract address."""
    address = f"@fortnox-bridge-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 7)
    with manager(address) as end:
        notifier.ready("12 waiting,\noldest 40 s")
        notifier.status("draining")
        notifier.reloading(5_000_000_999)
        notifier.stopping("bye")
        notifier.extend(1.5, "migrating 3 of 5")
        notifier.beat()
        received = [end.recv(4096).decode() for _ in range(6)]
    assert received == [
        "READY=1\nSTATUS=12 waiting, oldest 40 s",
        "STATUS=draining",
        "RELOADING=1\nMONOTONIC_USEC=5000000",
        "STOPPING=1\nSTATUS=bye",
        "EXTEND_TIMEOUT_USEC=1500000\nSTATUS=migrating 3 of 5",
        "WATCHDOG=1",
    ]


def test_without_a_manager_nothing_happens(log_lines: Lines) -> None:
    """In a terminal there is nobody to tell."""
    notifier = Notifier({}, 7)
    notifier.ready("ready")
    notifier.beat()
    assert notifier.watchdog_seconds is None
    assert list(log_lines) == []


def test_an_unreachable_manager_is_said_once(tmp_path: Path, log_lines: Lines) -> None:
    """The work goes on; one line says that messages do not arrive, and again only after one did."""
    address = str(tmp_path / "notify")
    notifier = Notifier({"NOTIFY_SOCKET": address}, 7)
    notifier.status("a")
    notifier.status("b")
    assert len(log_lines.named("systemd.unreachable")) == 1
    with manager(address):
        notifier.status("c")
    notifier.status("d")
    errors = [line["error"] for line in log_lines.named("systemd.unreachable")]
    assert errors == ["FileNotFoundError", "ConnectionRefusedError"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}, 60.0),
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_or_not(environment: dict[str, str], expected: float | None) -> None:
    """Only a watchdog that waits for this process is beaten for."""
    assert Notifier(environment, 7).watchdog_seconds == expected


PROGRAM = """
import os
from daemon.notify import inherited_sockets
found = inherited_sockets(os.environ, os.getpid())
for name, sockets in found.items():
    for one in sockets:
        print(name, one.getsockname()[1], os.get_inheritable(one.fileno()))
"""


def test_sockets_come_by_name() -> None:
    """Descriptors from 3 on, named by LISTEN_FDNAMES, not passed on to children."""
    with socket.create_server(("127.0.0.1", 0)) as http, socket.create_server(("127.0.0.1", 0)) as admin:
        script = 'export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=http:admin; exec "$0" -c "$1" 3<&"$2" 4<&"$3"'
        # High numbers, so that the shell's 3 and 4 overwrite neither.
        high = [os.dup2(one.fileno(), number) for one, number in ((http, 60), (admin, 61))]
        try:
            ended = subprocess.run(
                ["bash", "-c", script, sys.executable, PROGRAM, *map(str, high)],
                cwd=ROOT,
                pass_fds=high,
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            for descriptor in high:
                os.close(descriptor)
        assert ended.stdout.splitlines() == [
            f"http {http.getsockname()[1]} False",
            f"admin {admin.getsockname()[1]} False",
        ]


@pytest.mark.parametrize("environment", [{}, {"LISTEN_PID": "8", "LISTEN_FDS": "1"}])
def test_sockets_of_another_process_are_left_alone(environment: dict[str, str]) -> None:
    """Without LISTEN_PID, or with another's, nothing is taken."""
    assert inherited_sockets(environment, 7) == {}
