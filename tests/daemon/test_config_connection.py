"""The refresh token of a company in the configuration: a secret like any other, for one grant, at the next start."""

from pathlib import Path

import pytest

from daemon.config import load_config
from daemon.reloading import needs_restart
from tests.daemon.test_config import GOOD, faults, loaded

ROTATING = 'grant = "authorization_code"\nrefresh_token = '
KEY = "companies.real.fortnox.refresh_token"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            'tenant_id = 7\nrefresh_token = "file:fortnox"',
            "companies.real.fortnox: refresh_token belongs to grant auth",
        ),
        (f'{ROTATING}"plain:hush"', f"{KEY}: a secret may stand in this file only"),
        (f'{ROTATING}"generated:x"', f"{KEY}: comes from Fortnox and cannot be generated"),
        (f'{ROTATING}"file:none"', f"{KEY}: the file cannot be read"),
        (f"{ROTATING}424242", f"{KEY}: must be a valid string"),
    ],
)
def test_what_is_refused(tmp_path: Path, lines: str, expected: str) -> None:
    """At its key path, without its value."""
    (found,) = faults(tmp_path, GOOD.replace("tenant_id = 7", lines))
    assert found.startswith(expected)
    assert "hush" not in found
    assert "424242" not in found


def test_it_is_resolved_and_waits_for_a_restart(tmp_path: Path) -> None:
    """Another one connects the company at the next start only."""
    text = GOOD.replace("tenant_id = 7", f'{ROTATING}"file:fortnox"')
    before = loaded(tmp_path, text)
    refresh = before.companies["real"].refresh_token
    assert refresh is not None
    assert refresh.reveal() == "hush"
    assert needs_restart(before, loaded(tmp_path, text)) == []
    (tmp_path / "fortnox").write_text("another")
    assert needs_restart(before, load_config(before.path, environment={})) == ["companies.real.fortnox"]
