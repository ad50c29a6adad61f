"""The catalogue of error codes against Fortnox facts and against what the simulator says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.base import CredentialsLost, Later, OutsideError, Park
from connectors.fortnox.error_codes import DONE, LOGIN, MEANINGS, NOT_FOUND, UNKNOWN, all_meanings, meaning_of, swedish
from connectors.fortnox.error_codes.names import REMEDIES
from connectors.fortnox.errors import Information, Named, fault, named_fault
from connectors.fortnox.simulator.errors import Invented

ROOT = Path(__file__).resolve().parents[3]
FACTS = ROOT.parent / "shared" / "fortnox" / "API.md"
SIMULATOR = ROOT / "connectors" / "fortnox" / "simulator"
FORTNOX = (range(1000001, 1000100), range(2000001, 2999000))
NOT_FORTNOX = range(2999000, 3000000)
CHECKLIST = "11"


def _facts() -> str:
    if not FACTS.exists():
        pytest.skip("Fortnox facts are not beside the project")
    return FACTS.read_text(encoding="utf-8")


def _named(cell: str) -> Iterator[int]:
    """The codes of a cell: single ones, and both ends of ranges with what lies between."""
    for first, last in re.findall(r"(\d{7})(?:-(\d{7}))?", cell):
        yield from range(int(first), int(last or first) + 1)


def _table(facts: str) -> dict[int, str]:
    """Code -> the class cell of its row, from the table of section 4.3."""
    section = facts.split("### 4.3 Codes", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|") for line in section.splitlines() if re.match(r"\|\s*\d{7}", line)]
    return {code: row[2].strip() for row in rows for code in _named(row[1])}


def test_every_code_of_the_facts_is_in_the_catalogue() -> None:
    """The table is the whole of what is known: nothing is missing here, nothing was made up."""
    known = _table(_facts())
    assert len(known) >= 100
    assert set(known) == set(MEANINGS)


def test_the_status_is_the_one_of_the_facts() -> None:
    """404, 403 and 500 where the table says so, else 400; nobody knows which refusals of access come with 403."""
    for code, cell in _table(_facts()).items():
        stated = re.search(r"\b[45]\d\d\b", cell)
        expected = int(stated[0]) if stated else {"X": 500}.get(cell, 400)
        unknown = not stated and "A" in cell and code != 2000310
        assert MEANINGS[code].status == (None if unknown else expected), code


def test_what_is_not_found_is_in_the_catalogue() -> None:
    """Only codes whose class says that something was not found, and every one of those that comes with 404."""
    known = _table(_facts())
    assert {code for code in NOT_FOUND if "N" not in known[code]} == set()
    assert {code for code, cell in known.items() if "404" in cell} <= NOT_FOUND


def test_every_section_that_is_named_mentions_the_code() -> None:
    """The sections of each entry are all those in which the code stands, but for the simulator's checklist."""
    mentioned: dict[int, set[str]] = {}
    section = ""
    for line in _facts().splitlines():
        head = re.match(r"#+ (\d+(?:\.\d+)?)", line)
        section = head[1] if head else section
        for code in _named(line):
            mentioned.setdefault(code, set()).add(section)
    for code, meaning in MEANINGS.items():
        assert set(meaning.section.split(", ")) == mentioned[code] - {CHECKLIST}, code


def _numbers(node: ast.AST) -> set[int]:
    return {found.value for found in ast.walk(node) if isinstance(found, ast.Constant) and type(found.value) is int}


def _simulator() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in SIMULATOR.rglob("*.py")]


def test_every_code_that_the_simulator_answers_with_is_known() -> None:
    """Whether a call of ApiError holds it or a table does: what could be a code of Fortnox is in the catalogue."""
    numbers = {number for module in _simulator() for number in _numbers(module)}
    raised = {number for number in numbers if any(number in codes for codes in FORTNOX)}
    assert len(raised) > 40
    assert raised - set(MEANINGS) == set()


def test_every_other_code_of_the_simulator_is_named_as_invented() -> None:
    """A code that Fortnox does not use stands in a list of such codes, never at the place where it is raised."""
    modules = _simulator()
    classes = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    listed = {
        number for made in classes for line in made.body if isinstance(line, ast.Assign) for number in _numbers(line)
    }
    used = {number for module in modules for number in _numbers(module) if number in NOT_FORTNOX}
    assert set(Invented) <= used
    assert used - listed == set()
    assert set(Invented).isdisjoint(MEANINGS)


def test_every_meaning_speaks_both_languages() -> None:
    """Sentences, each different from its translation, and a closed word."""
    for code in MEANINGS:
        for meaning in all_meanings(code):
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", meaning.reason)
            for said in (meaning.cause, meaning.remedy, DONE[meaning.next]):
                assert said.english != said.swedish
                assert all(text.strip() == text and text.endswith(".") for text in (said.english, said.swedish))
    assert meaning_of(2000401, 400).text("sv") == (
        "Bokföringsperioden är låst. Lås upp den i Fortnox, eller bokför för hand."
    )


@pytest.mark.parametrize(
    ("operation", "status", "reason", "kind"),
    [
        ("delete_customer", 400, "record_in_use", Park),
        ("update_customer", 400, "record_in_use", Park),
        ("delete_customer", 401, "login_refused", CredentialsLost),
        ("create_customer", 403, "login_refused", CredentialsLost),
        ("read_customer", 400, "login_refused", CredentialsLost),
    ],
)
def test_one_code_with_two_meanings(operation: str, status: int, reason: str, kind: type[OutsideError]) -> None:
    """2000310: a record is in use only where it was to be changed; 401 and 403 are about who asks (facts 4.3, 6.2)."""
    error = fault(operation, status, Information(2000310, "m"))
    assert (type(error), error.reason, error.code) == (kind, reason, 2000310)
    assert {meaning.reason for meaning in all_meanings(2000310)} == {"record_in_use", LOGIN.reason}


@pytest.mark.parametrize(
    ("code", "kind", "following"),
    [
        (1000003, Later, "later"),
        (2001304, Park, "park"),
        (2001399, Park, "bug"),
        (2001103, CredentialsLost, "credentials"),
        (9999999, Park, "park"),
    ],
)
def test_what_is_next_decides_the_error(code: int, kind: type[OutsideError], following: str) -> None:
    """A fault of ours parks like a fault of the data, with a remedy of its own; an unknown code parks."""
    meaning = meaning_of(code, 400)
    error = fault("create_invoice", 400, Information(code, "m"))
    assert (type(error), meaning.next, error.remedy) == (kind, following, meaning.text())
    assert (meaning is UNKNOWN) == (code == 9999999)
    assert all_meanings(9999999) == ()


def test_every_error_name_has_its_remedy_in_both_languages() -> None:
    """The newer services refuse by a name; the Swedish of each remedy is found by its English."""
    for name, remedy in REMEDIES.items():
        refused = named_fault("delete_attachment", 400, Named(name, "x"))
        assert (refused.reason, refused.remedy) == (name, remedy.english)
        assert swedish(refused.remedy) == remedy.swedish != remedy.english


def test_a_code_without_an_explanation_says_where_its_words_are() -> None:
    """The question stands in `held`, which shows nothing of what Fortnox wrote."""
    assert "`explain` shows its words" in UNKNOWN.text()
    assert "`explain` visar dess ord" in swedish(UNKNOWN.text())
