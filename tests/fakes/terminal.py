"""A terminal that a program runs in: a pseudo-terminal with a size, everything that was written to it, and a clock."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

OWN_SCREEN, PLAIN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def _plain(written: bytes) -> str:
    return _CONTROL.sub("", written.decode(errors="replace"))


class Terminal:
    """What the program wrote so far, in bytes and as text without control sequences."""

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process = process
        self._master = master
        self._written = bytearray()
        self._told = 0
        self._lines = ""
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                return
            if not data:
                return
            self._written += data

    @property
    def written(self) -> bytes:
        """Every byte."""
        return bytes(self._written)

    @property
    def text(self) -> str:
        """Everything that was shown, in the order in which it was."""
        # What ended with a line is read once: a view that is renewed a few times a second writes megabytes.
        written = self.written
        whole = written.rfind(b"\n") + 1
        if whole > self._told:
            self._lines += _plain(written[self._told : whole])
            self._told = whole
        return self._lines + _plain(written[whole:])

    def until(self, pattern: str, seconds: float) -> "re.Match[str]":
        """Wait until the text holds it, at most so long."""
        end = time.monotonic() + seconds
        while (found := re.search(pattern, self.text)) is None:
            assert time.monotonic() < end, f"{pattern!r} is not in:\n{self.text[-6000:]}"
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.text[-6000:]}"
            time.sleep(0.1)
        return found

    def type(self, line: str) -> None:
        """What a person types or pastes, and Enter."""
        os.write(self._master, line.encode() + b"\n")

    def resize(self, columns: int, rows: int) -> None:
        """Give it another size; the program is told by a signal, as ever."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def ended(self, seconds: float) -> int:
        """Wait for its end; the exit code, after everything that it wrote was read."""
        code = self.process.wait(seconds)
        self._reading.join(5)
        return code


@contextmanager
def terminal(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], size: tuple[int, int] = (80, 24)
) -> Iterator[Terminal]:
    """Run a program in a new terminal; where the block ends, so does the program."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "ONCE", "NO_COLOR"}}
    process = subprocess.Popen(
        words, cwd=folder, env={**kept, **environment}, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    try:
        yield Terminal(process, master)
    finally:
        _end(process)
        os.close(master)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does it, so that a program that a test has left in the middle ends those that it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
