"""The judge can fail on what a sender is told back: a note too few or too many, and a contact without its number."""

import copy
from typing import Any

import pytest

from tests.crash.companies import CUSTOMER_FIELD, HIGHLEVEL
from tests.crash.spoiling import RECORDS, findings_of, ideal
from tests.crash.told_back import NOTES


def _held() -> Any:
    return copy.deepcopy(RECORDS)


def test_what_is_told_back_without_fault_is_no_finding() -> None:
    """And there is something to be judged."""
    assert sum(map(len, RECORDS[HIGHLEVEL][NOTES].values())) > 5
    assert findings_of(ideal()) == []


@pytest.mark.parametrize("finding", ["lost", "doubled"])
def test_each_note_is_missed_and_counted(finding: str) -> None:
    """One less is lost, one more of the same is doubled."""
    everything: dict[str, Any] = dict(RECORDS[HIGHLEVEL][NOTES])
    for contact, listed in everything.items():
        for place, note in enumerate(listed):
            held = _held()
            notes = held[HIGHLEVEL][NOTES][contact]
            notes.pop(place) if finding == "lost" else notes.append(dict(note))
            assert findings_of(ideal(), records=held) == [finding]


def test_a_note_with_another_number_and_a_contact_with_another_are_lost() -> None:
    """A wrong number is as bad as none."""
    held = _held()
    contact, (note, *_) = next(iter(held[HIGHLEVEL][NOTES].items()))
    note["body"] = note["body"].replace("invoice ", "invoice 9", 1)
    assert findings_of(ideal(), records=held) == ["lost"]
    held = _held()
    for field in held[HIGHLEVEL]["contacts"][contact]["customFields"]:
        field["value"] = "999" if field["id"] == CUSTOMER_FIELD else field["value"]
    assert set(findings_of(ideal(), records=held)) == {"lost"}
