"""The processes of a bench: each started with this Python, known by its id, and ended by it."""

import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.deliveries import SECRET, SOURCE

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 20.0
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on the discard port: Fortnox is unreachable."""


@dataclass(frozen=True)
class Daemon:
    """A running daemon on a folder of its own."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def hooks(self) -> str:
        """Where deliveries go."""
        return f"{self.url}/hooks/{SOURCE}"

    def counter(self, name: str) -> int:
        """One kept counter, read beside the daemon."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/bridge.db?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
        return 0 if row is None else int(row[0])


@contextmanager
def ended_after(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End the process, by its id, when the block ends."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def printing_its_address(module: str) -> Iterator[str]:
    """Run a module that prints its address as its first line."""
    command = [sys.executable, "-m", module]
    with ended_after(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()


@contextmanager
def daemon(
    folder: Path, *, far_side: str | None = None, rules: str = "small", fortnox: str = NOWHERE
) -> Iterator[Daemon]:
    """Run the service (Fortnox at ``fortnox``), or the daemon with the null target where a ``far_side`` is given.

    Its log goes to a file in ``folder``, as under systemd it goes to the journal.
    """
    folder.mkdir()
    config = _configuration(folder, fortnox)
    module = "tests.bench.service" if far_side is None else "tests.bench.null_target"
    more = [] if far_side is None else [far_side, rules]
    log = folder / "log"
    with (
        log.open("wb") as output,
        ended_after(
            subprocess.Popen([sys.executable, "-m", module, str(config), *more], cwd=ROOT, stdout=output, stderr=output)
        ) as process,
    ):
        yield Daemon(_address(folder, process, log), folder, process)


def _configuration(folder: Path, fortnox: str) -> Path:
    path = folder / "config.toml"
    path.write_text(
        f"""data_dir = "data"
state_key = "generated:state-key"
[http]
port = {_free_port()}
[doctor]
hours = 0
[companies.demo]
start = 2026-01-01
[companies.demo.fortnox]
rest_url = "{fortnox}/3"
oauth_url = "{fortnox}/oauth-v1"
tenant_id = 1001
client_id = "simulator"
client_secret = "plain:simulator"
register = false
[sources.{SOURCE}]
type = "standard"
company = "demo"
secret = "plain:{SECRET}"
""",
        encoding="utf-8",
    )
    return path


def _free_port() -> int:

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(folder: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    text = (folder / "config.toml").read_text(encoding="utf-8")
    port = next(line.partition("=")[2].strip() for line in text.splitlines() if line.startswith("port"))
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):
                return url
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"the daemon did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
