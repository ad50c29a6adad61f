"""Runs the tests that prove capabilities and prints row, tests, result: `make capabilities-report`.

With `--from FILE` nothing is run: the results are read from a JUnit file that an earlier run wrote (`--junit-xml`).
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROWS = Path(__file__).with_name("capabilities.toml")


class Collected:
    """A pytest plugin: which test proves which row, and how each test ended."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = {}
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: Iterable[pytest.Item]) -> None:
        """Note the rows that each test names; the cases of one test count as one."""
        for item in items:
            for mark in item.iter_markers("capability"):
                for row in mark.args:
                    self.tests.setdefault(str(row), set()).add(_test(item.nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst outcome of a test's cases and phases."""
        name = _test(report.nodeid)
        if report.failed:
            self.outcomes[name] = "failed"
        elif report.skipped:
            self.outcomes.setdefault(name, "skipped")
        elif report.when == "call":
            self.outcomes[name] = "failed" if self.outcomes.get(name) == "failed" else "passed"


def known_rows() -> dict[str, dict[str, str]]:
    """Row -> what it says, and perhaps which part comes later."""
    rows: dict[str, dict[str, str]] = tomllib.loads(ROWS.read_text(encoding="utf-8"))["rows"]
    return rows


def report(collected: Collected, rows: Mapping[str, Mapping[str, str]]) -> tuple[list[str], bool]:
    """The lines, and whether every listed row has a test and no row a failed one."""
    lines, whole = [], True
    for row in sorted(set(rows) | set(collected.tests), key=_order):
        tests = sorted(collected.tests.get(row, ()))
        result = _result([collected.outcomes.get(test, "not run") for test in tests])
        whole = whole and result == "passed"
        says = rows.get(row, {}).get("says", "(not in the list)")
        later = rows.get(row, {}).get("later")
        lines.append(f"{row:8}{result:10}{says}" + (f"; later: {later}" if later else ""))
        lines += [f"{'':18}{collected.outcomes.get(test, 'not run'):8}{test}" for test in tests]
    return lines, whole


def main(arguments: list[str]) -> int:
    """Run (or read), print, and return 0 where every row is proved, else 1; other arguments go to pytest."""
    parser = argparse.ArgumentParser(prog="python -m tests.capabilities", allow_abbrev=False)
    parser.add_argument("--from", dest="results", type=Path, help="a JUnit file of an earlier run")
    wanted, more = parser.parse_known_args(arguments)
    collected = Collected()
    options = ["-m", "capability", "--no-header", "--no-summary", "-qq", *more]
    # Collected on its own and in this process: processes side by side (-n) tell their results, not their marks.
    with redirect_stdout(StringIO()):
        ended = pytest.main([*options, "--collect-only", "-n0"], plugins=[collected])
    if wanted.results is not None:
        collected.outcomes = outcomes_in(wanted.results)
    elif ended == pytest.ExitCode.OK:
        ended = pytest.main(options, plugins=[collected])
    lines, whole = report(collected, known_rows())
    passed = sum(line[8:14] == "passed" for line in lines if line[0] != " ")
    sys.stdout.write("\n".join([*lines, f"rows={len(known_rows())} proved={passed}"]) + "\n")
    return 0 if whole and ended == pytest.ExitCode.OK else 1


def outcomes_in(results: Path) -> dict[str, str]:
    """Test -> its worst outcome, from a JUnit file as pytest writes it."""
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(results).iter("testcase"):
        name = f"{case.get('classname', '').replace('.', '/')}.py::{_test(case.get('name', ''))}"
        found = {child.tag for child in case}
        outcome = "failed" if found & {"failure", "error"} else "skipped" if "skipped" in found else "passed"
        outcomes[name] = min(outcome, outcomes.get(name, outcome), key=("failed", "passed", "skipped").index)
    return outcomes


def _test(node: str) -> str:
    return node.split("[", 1)[0]


def _result(outcomes: list[str]) -> str:
    if not outcomes:
        return "no test"
    return next(
        (bad for bad in ("failed", "not run") if bad in outcomes), "passed" if "passed" in outcomes else "skipped"
    )


def _order(row: str) -> tuple[Any, ...]:
    return (row.startswith("f"), int(row[1:]) if row[1:].isdigit() else 0, row)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
