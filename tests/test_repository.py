"""What every file of the repository keeps to: one stated duty, a bounded size, no addresses, no machine's paths."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 350
# Written in pieces, so that this file does not hold what it forbids.
REGISTRIES = ("py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.", "--" + "index-url", "--extra-" + "index-url")
MACHINE_PATHS = re.compile("(?<![A-Za-z0-9_.<-])/" + r"(?:work|root|home/[a-z]+)/[a-z.]")


def _files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git working copy, so the repository's files are not known")
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def _texts() -> list[tuple[str, str]]:
    return [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8", errors="replace")) for path in _files()]


def test_every_python_file_states_its_duty_first() -> None:
    """The first line of every Python file is a docstring."""
    missing = [name for name, text in _texts() if name.endswith(".py") and not text.startswith('"""')]
    assert missing == []


def test_python_files_stay_small() -> None:
    """No Python file outgrows the size at which a second duty begins."""
    sizes = {name: len(text.splitlines()) for name, text in _texts() if name.endswith(".py")}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_no_registry_is_named() -> None:
    """No file names a package registry or tells an installer where to look."""
    found = [(name, word) for name, text in _texts() for word in REGISTRIES if word in text]
    assert found == []


def test_no_machine_is_named() -> None:
    """No file holds a path of the machine it was written on."""
    found = [(name, match.group()) for name, text in _texts() for match in MACHINE_PATHS.finditer(text)]
    assert found == []


def test_nothing_is_left_to_do() -> None:
    """No file carries a note to finish it later."""
    later = re.compile(r"\b(TO" + "DO|FIX" + r"ME)\b")
    assert [name for name, text in _texts() if later.search(text)] == []
