"""The unit is one that systemd accepts, and it holds the promises that the daemon relies on."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "systemd" / "fortnox-bridge.service"
PROGRAM = "/opt/fortnox-bridge/bin/fortnox-bridge"


def directives() -> dict[str, list[str]]:
    """Every directive of the unit with its values, in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="ascii").splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_keeps_its_promises() -> None:
    """Readiness and watchdog are ours to tell, a restart always comes, files are private."""
    unit = directives()
    expected = {
        "Type": ["notify"],
        "User": ["fortnox-bridge"],
        "Restart": ["always"],
        "RestartSec": ["2s"],
        "StartLimitIntervalSec": ["0"],
        "WatchdogSec": ["60s"],
        "TimeoutStartSec": ["90s"],
        "TimeoutStopSec": ["45s"],
        "KillMode": ["mixed"],
        "StateDirectory": ["fortnox-bridge"],
        "StateDirectoryMode": ["0700"],
        "ConfigurationDirectory": ["fortnox-bridge"],
        "UMask": ["0077"],
        "LoadCredential": ["fortnox-bridge:/etc/fortnox-bridge/credentials"],
        "NoNewPrivileges": ["yes"],
    }
    assert {name: unit.get(name) for name in expected} == expected
    # Both loop for ever where a start can be asked for by a connection.
    assert "RestartPreventExitStatus" not in unit
    assert "ExecStartPre" not in unit


def test_a_reload_checks_first_and_without_secrets() -> None:
    """A faulty file makes the reload fail before the daemon hears of it; the check cannot read credentials."""
    check, signal = directives()["ExecReload"]
    assert check == f"{PROGRAM} check-config --config /etc/fortnox-bridge/config.toml --skip-secrets"
    assert signal == "/bin/kill -HUP $MAINPID"


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """systemd's own check has nothing to say about the unit."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    copy = tmp_path / UNIT.name
    # The check wants to see the program itself.
    copy.write_text(UNIT.read_text().replace(PROGRAM, "/bin/true"))
    found = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert [line for line in found.stderr.splitlines() if UNIT.name in line] == []
    assert found.returncode == 0, found.stderr


def test_the_readme_has_five_lines() -> None:
    """Installing is told in five lines, and each path in them is one that the unit uses."""
    lines = (UNIT.parent / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert PROGRAM.rsplit("/", 2)[0] in lines[0]
    assert "/etc/fortnox-bridge/config.toml" in lines[2]
