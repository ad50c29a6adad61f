"""What every file of the repository keeps to: one stated duty, a bounded size, no addresses, no machine's paths."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 350
NAMED_HOSTS = frozenset(
    {
        "api.fortnox.se", "apps.fortnox.se", "ws.fortnox.se", "www.fortnox.se", "services.leadconnectorhq.com",
        "integration.upsales.com", "www.standardwebhooks.com", "ec.europa.eu", "json-schema.org", "jmespath.org",
    }
)  # fmt: skip
"""Whom the program speaks with, and whose rules it keeps to."""
NAMED_DOMAINS = ("subscriptionflow.com", "example.com", "example.test", "localhost")
"""A sender whose customers have hosts of their own, and what is kept for examples."""
ADDRESS = re.compile(r"https?://(?:[^\s/@\"'`<>]*@)?(?:\{[^}]*\}\.)?([A-Za-z0-9][A-Za-z0-9.-]*)")
OWN_NETWORK = re.compile(r"127\.0\.0\.1|192\.0\.2\.\d+")
"""This machine, and the network that is kept for documentation."""
INSTALLER_OPTION = re.compile(r"^\s*-(?!-hash=|r [a-z]+\.in$)", re.MULTILINE)
"""Whatever tells an installer more than packages, their hashes and another list, as a line of a list of packages."""
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


def _foreign_hosts(text: str) -> list[str]:
    """Hosts of addresses in a text that are none of those that the project names."""
    hosts = [match.group(1).rstrip(".") for match in ADDRESS.finditer(text)]
    return [host for host in hosts if not (host in NAMED_HOSTS or _is_example(host))]


def _is_example(host: str) -> bool:
    # A single word is no host of the internet.
    own = any(host == domain or host.endswith(f".{domain}") for domain in NAMED_DOMAINS)
    return own or "." not in host or OWN_NETWORK.fullmatch(host) is not None


def test_only_hosts_that_the_project_speaks_with_are_named() -> None:
    """No file holds the address of anything else: of a package registry least of all."""
    assert [(name, host) for name, text in _texts() for host in _foreign_hosts(text)] == []


def test_lists_of_packages_hold_packages_and_hashes_alone() -> None:
    """Where to look for them is for whoever installs them."""
    lists = [(name, text) for name, text in _texts() if name.startswith("requirements/")]
    assert lists
    assert [name for name, text in lists if INSTALLER_OPTION.search(text)] == []


@pytest.mark.parametrize("host", ["packages.elsewhere.test", "elsewhere.test", "fortnox.se.elsewhere.test"])
def test_an_address_of_anything_else_is_found(tmp_path: Path, host: str) -> None:
    """A planted file is noticed: with a path, a port or a name before the host."""
    planted = tmp_path / "planted.txt"
    for form in (f"https://{host}/simple", f"see http://{host}:8080.", "'https://" + f"user:word@{host}'"):
        planted.write_text(form, encoding="utf-8")
        assert _foreign_hosts(planted.read_text(encoding="utf-8")) == [host]


@pytest.mark.parametrize("option", ["-x somewhere", "--look somewhere", "  --look=somewhere"])
def test_any_other_option_of_an_installer_is_found(option: str) -> None:
    """Among the pinned packages, indented or not; a hash of a package is none."""
    assert INSTALLER_OPTION.search(f"some==1.0\n{option}\n")
    assert not INSTALLER_OPTION.search("some==1.0 \\\n    --hash=sha256:00\n")


def test_no_machine_is_named() -> None:
    """No file holds a path of the machine it was written on."""
    found = [(name, match.group()) for name, text in _texts() for match in MACHINE_PATHS.finditer(text)]
    assert found == []


def test_nothing_is_left_to_do() -> None:
    """No file carries a note to finish it later."""
    later = re.compile(r"\b(TO" + "DO|FIX" + r"ME)\b")
    assert [name for name, text in _texts() if later.search(text)] == []
