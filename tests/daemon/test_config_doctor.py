"""What an examination is told by the configuration: how often, and what else must stand in Fortnox."""

import shutil
from pathlib import Path

import pytest

from connectors.fortnox.expected import Expected
from daemon.config import load_config
from daemon.reloading import needs_restart
from daemon.settings_process import DoctorSettings
from tests.daemon.test_config import EXAMPLE, GOOD, faults, loaded

HALF_YEARLY = "\n[doctor]\nhours = 4380\n"


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    """A key that is left out has the value that the example shows."""
    shutil.copy(EXAMPLE, tmp_path / "config.toml")
    config = load_config(tmp_path / "config.toml", resolve_secrets=False)
    assert config.doctor == DoctorSettings()
    assert config.companies["demo"].expected == Expected()
    text = EXAMPLE.read_text()
    assert [name for name in (*DoctorSettings.model_fields, *Expected.model_fields) if f"\n{name} " not in text] == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("[doctor]\nhours = -1", "doctor.hours: must be greater than or equal to 0"),
        (f"[companies.real.expected]\nprojects = {[str(n) for n in range(21)]}", "companies.real.expected.projects: "),
        ('[companies.real.expected]\nterms = ["30"]', "companies.real.expected.terms: is not a known key"),
        ("[companies.real.expected]\narticles = [17]", "companies.real.expected.articles[0]: must be a valid string"),
    ],
)
def test_what_is_refused(tmp_path: Path, lines: str, expected: str) -> None:
    """At its key path."""
    (found,) = faults(tmp_path, f"{GOOD}\n{lines}\n")
    assert found.startswith(expected), found


def test_how_often_waits_for_a_restart_and_what_is_expected_does_not(tmp_path: Path) -> None:
    """The interval is the scheduler's; the rest is read by the next examination."""
    before = loaded(tmp_path, GOOD)
    after = loaded(tmp_path, f'{GOOD}\n[companies.real.expected]\nprojects = ["7"]\n{HALF_YEARLY}')
    assert needs_restart(before, after) == ["doctor"]
    assert after.companies["real"].expected.codes()["projects"] == ("7",)
