"""The simulator is a second opinion: it shares no code with anything else of ours, only the table of facts."""

import ast
import sys
from pathlib import Path

from connectors.fortnox import simulator

_OWN = ("connectors.fortnox.simulator", "connectors.fortnox.table")
_ALLOWED = sys.stdlib_module_names | {"aiohttp"}


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or ".")
    return names


def test_simulator_imports_only_itself_aiohttp_and_the_standard_library() -> None:
    """No file reaches into the client, the handlers, the store or the daemon."""
    assert simulator.__file__ is not None
    files = list(Path(simulator.__file__).parent.rglob("*.py"))
    assert len(files) > 20
    foreign = {
        (path.name, name)
        for path in files
        for name in _imports(path)
        if name.split(".")[0] not in _ALLOWED and not any(name == own or name.startswith(f"{own}.") for own in _OWN)
    }
    assert foreign == set()
