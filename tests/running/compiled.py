"""In a fresh checkout, the test processes compile the test files together, instead of each compiling all of them."""

import contextlib
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def _is_compiled(file: Path) -> bool:
    return any((file.parent / "__pycache__").glob(f"{file.stem}.*-pytest-*.pyc"))


def share(config: pytest.Config) -> None:
    """Import this process's share of the test files that nobody has compiled yet; nothing where it is the only one.

    All processes collect in the same order, and so would compile each file at the same moment. Files that are there are
    read by whoever comes later; what cannot be imported is told when it is collected.
    """
    worker = getattr(config, "workerinput", None)
    if worker is None or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    missing = [file for file in sorted(TESTS.rglob("test_*.py")) if not _is_compiled(file)]
    first = int(worker["workerid"].removeprefix("gw"))
    for file in missing[first :: worker["workercount"]]:
        name = ".".join(file.relative_to(TESTS.parent).with_suffix("").parts)
        with contextlib.suppress(Exception, pytest.skip.Exception):
            import_module(name)
