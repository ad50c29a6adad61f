"""The rules see no clock, no randomness and no world, which import contracts cannot show alone."""

import ast
from pathlib import Path

import pytest

HANDLERS = Path(__file__).resolve().parents[2] / "handlers"
MODULES = {"asyncio", "logging", "os", "random", "secrets", "socket", "sqlite3", "time", "uuid"}
CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print", "input", "getenv"}


def impurities(source: str) -> set[str]:
    """Names of modules imported and of calls made that would let the world in."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {name.name.partition(".")[0] for name in names} & MODULES
            case ast.ImportFrom(module=str(module), names=names):
                found |= ({module.partition(".")[0]} & MODULES) | ({name.name for name in names} & CALLS)
            case ast.Attribute(attr=name) | ast.Name(id=name) if name in CALLS:
                found.add(name)
    return found


@pytest.mark.parametrize("path", sorted(HANDLERS.rglob("*.py")), ids=lambda path: path.name)
def test_a_rule_file_is_pure(path: Path) -> None:
    """No clock, no randomness, no input or output in the meaning."""
    assert impurities(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date\ndate.today()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from uuid import uuid4",
        "import random",
        "from time import time",
        "clock = datetime.now",
    ],
)
def test_the_check_sees_what_it_forbids(source: str) -> None:
    """The check itself can fail."""
    assert impurities(source)
