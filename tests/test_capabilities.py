"""The report on capabilities tells the truth about rows, tests and results."""

import re
from pathlib import Path

import pytest

from tests.capabilities import Collected, known_rows, outcomes_in, report

pytest_plugins = ["pytester"]
ROOT = Path(__file__).resolve().parent.parent


def test_rows_without_a_passing_test_are_shown() -> None:
    """A row with no test, a failed or a skipped one is not proved, whatever the others say."""
    collected = Collected()
    collected.tests = {"f1": {"a"}, "f2": {"a", "b"}, "f3": {"c"}}
    collected.outcomes = {"a": "passed", "b": "failed", "c": "skipped"}
    rows = {row: {"says": "x"} for row in ("f1", "f2", "f3", "f4")}
    lines, whole = report(collected, rows)
    assert not whole
    assert [line.split("x")[0].split() for line in lines if line[0] == "f"] == [
        ["f1", "passed"],
        ["f2", "failed"],
        ["f3", "skipped"],
        ["f4", "no", "test"],
    ]


def test_all_proved_is_whole() -> None:
    """Only with a passing test for each row is the report whole; parts that come later are said."""
    collected = Collected()
    collected.tests, collected.outcomes = {"f1": {"a"}}, {"a": "passed"}
    lines, whole = report(collected, {"f1": {"says": "x", "later": "y"}})
    assert whole
    assert lines[0].endswith("x; later: y")


def test_marks_name_known_rows() -> None:
    """A test cannot prove a row that is not in the list: a misspelt id is found here."""
    marked = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for arguments in re.findall(r"mark\.capability\(([^)]*)\)", path.read_text(encoding="utf-8")):
            marked |= set(re.findall(r'"([^"]+)"', arguments))
    assert marked - set(known_rows()) == set()


def test_a_test_that_fails_in_one_case_failed(pytester: pytest.Pytester) -> None:
    """Of a test with several cases the worst counts, and an error while tearing down is a failure."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\nmarkers = capability(row): proves a row")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.capability("f1")
        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_cases(number):
            assert number != 2
        """
    )
    collected = Collected()
    pytester.inline_run("-p", "no:cacheprovider", plugins=[collected])
    ((name, outcome),) = collected.outcomes.items()
    assert (name.split("::")[1], outcome) == ("test_cases", "failed")
    assert list(collected.tests) == ["f1"]


def test_results_of_an_earlier_run_are_read(pytester: pytest.Pytester) -> None:
    """A JUnit file names the same tests as the collection does, each with the worst outcome of its cases."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    folder = pytester.mkpydir("checks")
    (folder / "test_some.py").write_text(
        """
import pytest

@pytest.mark.parametrize("number", [1, 2, 3])
def test_cases(number):
    if number == 1:
        pytest.skip("not here")
    assert number != 3

def test_good():
    pass

def test_not_here():
    pytest.skip("not here")
"""
    )
    pytester.inline_run("-p", "no:cacheprovider", "--junit-xml=results.xml")
    assert outcomes_in(pytester.path / "results.xml") == {
        "checks/test_some.py::test_cases": "failed",
        "checks/test_some.py::test_good": "passed",
        "checks/test_some.py::test_not_here": "skipped",
    }
