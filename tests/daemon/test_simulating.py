"""The command `simulator` as a process: seeds, its state in a file, and what it refuses in one line."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

PROGRAM = [sys.executable, "-m", "daemon", "simulator", "--port", "0"]
PATIENCE = 20.0


@contextmanager
def _running(*options: str, end: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    with subprocess.Popen([*PROGRAM, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            assert url.startswith("http://127.0.0.1:")
            yield url
        finally:
            process.send_signal(end)
            code = process.wait(timeout=PATIENCE)
    assert code == (0 if end is signal.SIGTERM else -end)


def _refused(*options: str) -> str:
    done = subprocess.run([*PROGRAM, *options], capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def _ask(url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, body, headers or {})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def _token(url: str) -> str:
    basic = b64encode(b"simulator:simulator").decode()
    headers = {"Authorization": f"Basic {basic}", "TenantId": "1001"}
    return str(_ask(f"{url}/oauth-v1/token", headers, b"grant_type=client_credentials")["access_token"])


def _customer(url: str, token: str, name: str) -> str:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    made = _ask(f"{url}/3/customers", headers, json.dumps({"Customer": {"Name": name}}).encode())
    return str(made["Customer"]["CustomerNumber"])


def _company(url: str) -> dict[str, Any]:
    company: dict[str, Any] = _ask(f"{url}/_sim/state")["companies"]["1001"]
    return company


def test_a_state_outlives_the_process(tmp_path: Path) -> None:
    """Objects, numbers and tokens; the seed is put in once; a rate limit given anew holds."""
    state = ["--state", str(tmp_path / "state.json"), "--seed", "small"]
    with _running(*state, "--rate-limit", "7") as url:
        token = _token(url)
        assert _customer(url, token, "Fjärde AB") == "4"
        before = _company(url)
    with _running(*state) as url:
        assert _company(url) == before
        assert _customer(url, token, "Femte AB") == "5"
    with _running(*state, "--rate-limit", "9") as url:
        company = _company(url)
        assert len(company["customers"]) == 5
        assert (before["settings"]["rate_limit"], company["settings"]["rate_limit"]) == (7, 9)


def test_a_process_that_is_killed_loses_half_a_second_at_most(tmp_path: Path) -> None:
    """What was written a while ago is in the file."""
    path = tmp_path / "state.json"
    with _running("--state", str(path), end=signal.SIGKILL) as url:
        _customer(url, _token(url), "Kvar AB")
        until = monotonic() + PATIENCE
        while not (path.exists() and "Kvar AB" in path.read_text(encoding="utf-8")):
            assert monotonic() < until
            sleep(0.05)
    with _running("--state", str(path)) as url:
        assert [customer["Name"] for customer in _company(url)["customers"]] == ["Kvar AB"]


@pytest.mark.capability("f99")
def test_the_shop_is_there_at_once() -> None:
    """A seed by name needs no file."""
    with _running("--seed", "shop") as url:
        company = _company(url)
        counts = {name: len(company[name]) for name in ("customers", "articles", "offers", "orders", "invoices")}
        assert counts == {"customers": 8, "articles": 15, "offers": 3, "orders": 4, "invoices": 9}


def test_a_bad_seed_is_one_line(tmp_path: Path) -> None:
    """A name that is none and no file, and a file with a refused object."""
    assert re.search(r"nowhere cannot be read: No such file", _refused("--seed", "nowhere"))
    path = tmp_path / "seed.json"
    path.write_text('{"customers": [{"Name": "A"}, {"Colour": "red"}]}', encoding="utf-8")
    assert "customers[1] was refused: 2001399" in _refused("--seed", str(path))


def test_a_bad_state_is_one_line_and_stays(tmp_path: Path) -> None:
    """Something else, another version, and a place that cannot be written."""
    path = tmp_path / "state.json"
    for content, reason in (
        ('{"Customer": {}}', "is not a simulator's state"),
        ('{"format": "fortnox-bridge simulator state", "version": 99}', "version 99; this program has version 1"),
    ):
        path.write_text(content, encoding="utf-8")
        assert reason in _refused("--state", str(path))
        assert path.read_text(encoding="utf-8") == content


def test_a_state_that_cannot_be_written_ends_the_program(tmp_path: Path) -> None:
    """One line, exit 2; the address may have been printed before."""
    words = [*PROGRAM, "--state", str(tmp_path / "missing" / "state.json")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "state.json cannot be written: No such file or directory" in line
