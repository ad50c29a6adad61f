"""One distribution owns the four packages, and the locked requirements name no address."""

import re
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("connectors", "daemon", "handlers", "store")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_has_one_owner(package: str) -> None:
    """Our wheel brings each package, it is imported from here, and no other installed distribution brings it too."""
    wheel = _project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert wheel.count(package) == 1
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).resolve().parent == ROOT / package
    assert set(packages_distributions().get(package, [])) <= {"fortnox-bridge"}


@pytest.mark.parametrize("name", ["runtime.txt", "development.txt"])
def test_the_lock_holds_versions_and_hashes_only(name: str) -> None:
    """Every line is a pinned version or a hash, every version has a hash, and nothing says where to fetch from."""
    text = (ROOT / "requirements" / name).read_text(encoding="ascii")
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    pinned = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z,]+\])?==[^\s;]+( ; [^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [line for line in entries if not pinned.fullmatch(line)] == []


def test_the_lock_covers_what_the_project_declares() -> None:
    """Every declared dependency is in the run-time lock, and the development lock holds the same versions."""
    project = _project()["project"]
    declared = {re.split(r"[<>=!~\[; ]", line)[0] for line in project["dependencies"]}
    runtime, development = (_versions(ROOT / "requirements" / name) for name in ("runtime.txt", "development.txt"))
    assert declared - set(runtime) == set()
    assert {name: version for name, version in runtime.items() if development.get(name) != version} == {}


def test_an_extra_is_locked_for_development_only() -> None:
    """Whoever installs the run-time lock gets none of it; the tests have all of it."""
    extras = _project()["project"]["optional-dependencies"]
    assert set(extras) == {"terminal"}
    named = {re.split(r"[<>=!~\[; ]", line)[0] for lines in extras.values() for line in lines}
    runtime, development = (_versions(ROOT / "requirements" / name) for name in ("runtime.txt", "development.txt"))
    assert named & set(runtime) == set()
    assert named - set(development) == set()


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _versions(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(encoding="ascii"), re.MULTILINE))
