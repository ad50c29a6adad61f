"""Every question has its Swedish: the code is read for its questions, and each is told with all its values."""

from collections.abc import Iterator
from string import Formatter

import pytest

from connectors.fortnox.document_questions import LOCKS
from connectors.fortnox.error_codes import MEANINGS, NOT_FOUND
from daemon.question_texts import PARTS, QUESTIONS, SCREENS, in_swedish, texts
from tests.raised_questions import Raised, questions

SAMPLES = {
    "error": "must be a number",
    "faults": "total: must be a number",
    "found": "Invoice 7 is cancelled in Fortnox.",
    "by_hand": "Correct that in Fortnox, or discard this command.",
}
"""What stands in a question and is a text of its own."""

MADE_ELSEWHERE = {
    ("handlers/mapping/rule.py", "'; '.join(faults)"): "one line for each field, as in test_a_list_of_faults",
    ("handlers/workflow_steps.py", "'; '.join(faults)"): "the same of a step",
    ("handlers/workflow_steps.py", "str(error)"): "what an expression cannot do",
    ("connectors/fortnox/document_questions.py", "remedy"): "of LOCKS and of the constants beside it",
    ("connectors/fortnox/connecting.py", "remedy"): "no command's: the command `connect` shows it",
    (
        "connectors/fortnox/errors.py",
        "REMEDIES[said.name].english if known else UNKNOWN.text()",
    ): "error_codes has both",
    ("connectors/fortnox/resource.py", "question"): "passes on what `held` is given",
    ("connectors/fortnox/resource.py", "remedy"): "passes on what `parked` is given",
    ("daemon/deciding.py", "str(error)"): "a Question's own text, or what a body lacks: that names fields, in English",
    ("daemon/reissuing.py", "str(error)"): "passes on a question",
}
"""Texts that the source code does not show where they are raised, and where they come from."""


@pytest.fixture(scope="module")
def raised() -> list[Raised]:
    """Every question in the code but those that the gallery asks about a new configuration."""
    return [one for one in questions() if not one.place.startswith("daemon/gallery.py")]


def _with_values(form: str) -> tuple[str, list[str]]:
    names = [name for _, name, _, _ in Formatter().parse(form) if name]
    values = {name: SAMPLES.get(name, f"§{place}§") for place, name in enumerate(names)}
    return form.format(**values), [value for name, value in values.items() if name not in SAMPLES]


@pytest.mark.capability("004-22")
def test_every_question_has_a_swedish_text_with_all_its_values(raised: list[Raised]) -> None:
    """A question that is added without its Swedish, or whose Swedish drops a number, is named here."""
    wrong = []
    for one in raised:
        if not one.opaque:
            text, values = _with_values(one.text)
            swedish = in_swedish(text)
            if swedish is None or any(value not in swedish for value in values):
                wrong.append(f"{one.place}: {one.text}")
    assert not wrong
    assert len({one.text for one in raised}) > 250


def test_what_cannot_be_read_from_the_code_is_known(raised: list[Raised]) -> None:
    """A question whose text is made in a way that hides it from the test above must be named with its reason."""
    assert {(one.place, one.text) for one in raised if one.opaque} == set(MADE_ELSEWHERE)


def test_a_question_that_no_table_has_is_no_swedish() -> None:
    """So a new one cannot slip through a general form."""
    for unknown in ("the moon is full", "Invoice 7 is green.", "line 4: it is blue", "total: meant 1, stored 2", ""):
        assert in_swedish(unknown) is None


def test_remedies_of_locked_documents_and_of_error_codes_have_their_swedish() -> None:
    """They are put behind what was found."""
    for how, remedy in LOCKS.values():
        text = f"Order 7 is {how} and can no longer be changed: Net: meant 1.00, stored 2.00. {remedy}"
        swedish = in_swedish(text)
        assert swedish is not None
        assert "Net: tänkt 1.00, sparat 2.00" in swedish
        assert how not in swedish
    code = min(NOT_FOUND)
    assert in_swedish(MEANINGS[code].text()) == MEANINGS[code].text("sv")


def test_a_list_of_faults_is_told_item_by_item() -> None:
    """Several fields of a mapping that cannot be filled stand in one question."""
    assert in_swedish("Freight: must be a number; OurReference: must be true or false") == (
        "Freight: måste vara ett tal; OurReference: måste vara true eller false"
    )
    assert in_swedish("Freight: must be a number; OurReference: must be green") is None


def test_parts_are_told_in_swedish_too() -> None:
    """Names of sums and documents are words of ours; numbers and settings stay as they are."""
    assert in_swedish(
        "the document does not add up, in SEK: total VAT is stated as 25.00, the lines give 24.00 (difference +1.00)"
    ) == ("dokumentet går inte ihop, i SEK: momsen i summa är angivet som 25.00, raderna ger 24.00 (skillnad +1.00)")
    assert in_swedish("Invoice 7 is cancelled in Fortnox. Name another one, or discard this command.") == (
        "Faktura 7 är makulerad i Fortnox. Ange en annan, eller kassera kommandot (`discard`)."
    )


def _every() -> Iterator[tuple[str, str]]:
    for name in (*QUESTIONS, PARTS, SCREENS):
        yield from texts()[name].items()


def test_the_swedish_of_each_text_names_the_same_things() -> None:
    """No placeholder of a Swedish text is unknown to the English one, and settings and commands keep their names."""
    for english, swedish in _every():
        known = {name for _, name, _, _ in Formatter().parse(english) if name}
        told = [(name, spec) for _, name, spec, _ in Formatter().parse(swedish) if name]
        assert {name for name, _ in told} <= known, english
        assert {spec for _, spec in told} <= {"", "sv", "must", "screens", "state"}, english
        for option in ("--absent", "--allow", "`link`", "customers.default_consumer", "payouts.fee_vat"):
            assert (option in english) == (option in swedish), english
