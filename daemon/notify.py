"""What systemd hears of us and hands to us: readiness, status, watchdog beats, and listening sockets by name."""

import os
import socket
from collections.abc import Mapping

from daemon.logs import get_log

FIRST_DESCRIPTOR = 3


class Notifier:
    """Messages to the service manager; without ``NOTIFY_SOCKET`` nothing is sent. One message per call.

    A message that cannot be sent is logged once (``systemd.unreachable``): it must not stop the work.
    """

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        """``environment`` and ``pid`` are the process's own (``os.environ``, ``os.getpid()``)."""
        stated = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + stated[1:] if stated.startswith("@") else stated
        self._failing = False
        self.watchdog_seconds = _watchdog_seconds(environment, pid)

    def ready(self, status: str) -> None:
        """The start, or a reload, is over."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def status(self, text: str) -> None:
        """What ``systemctl status`` shows: one line for an operator."""
        self._send(f"STATUS={_line(text)}")

    def reloading(self, monotonic_ns: int) -> None:
        """A reload begins, at this CLOCK_MONOTONIC (nanoseconds); :meth:`ready` must follow, also if refused."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns // 1000}")

    def stopping(self, status: str) -> None:
        """The stop begins."""
        self._send(f"STOPPING=1\nSTATUS={_line(status)}")

    def extend(self, seconds: float, status: str) -> None:
        """The start or stop may take ``seconds`` more from now (a migration)."""
        self._send(f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}\nSTATUS={_line(status)}")

    def beat(self) -> None:
        """The watchdog may wait one more interval."""
        if self.watchdog_seconds is not None:
            self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.connect(self._address)
                channel.sendall(message.encode())
        except OSError as error:
            if not self._failing:
                get_log().warning("systemd.unreachable", exc_info=error)
            self._failing = True
        else:
            self._failing = False


def inherited_sockets(environment: Mapping[str, str], pid: int) -> dict[str, list[socket.socket]]:
    """Listening sockets that systemd opened for this process, by their name (``FileDescriptorName=``).

    Empty where there are none or where they were meant for another process. They are not passed on to children.
    """
    if environment.get("LISTEN_PID") != str(pid):
        return {}
    count = int(environment.get("LISTEN_FDS", "0"))
    names = environment.get("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    for offset in range(count):
        descriptor = FIRST_DESCRIPTOR + offset
        os.set_inheritable(descriptor, False)
        name = names[offset] if offset < len(names) and names[offset] else "unknown"
        found.setdefault(name, []).append(socket.socket(fileno=descriptor))
    return found


def _watchdog_seconds(environment: Mapping[str, str], pid: int) -> float | None:
    microseconds = environment.get("WATCHDOG_USEC", "")
    meant_for = environment.get("WATCHDOG_PID", str(pid))
    if not microseconds.isdigit() or meant_for != str(pid):
        return None
    return int(microseconds) / 1_000_000


def _line(text: str) -> str:
    return " ".join(text.split())
