"""Whose turn it is: strict order, but nobody is passed over for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.precedence import PATIENCE, Precedence, a_persons

PERSON, LIVE, BATCH, BACKFILL = 0, 1, 5, 9


@pytest.mark.capability("f58")
def test_a_person_before_live_before_batch_before_backfill() -> None:
    """And the oldest first within each."""
    due = [(PERSON, 7), (LIVE, 3), (LIVE, 4), (BATCH, 1), (BACKFILL, 2)]
    assert Precedence().choose(due, 10) == [7, 3, 4, 1, 2]
    assert Precedence().choose(due, 2) == [7, 3]
    assert Precedence().choose([], 5) == []
    assert a_persons(due, 5) == [7]


@pytest.mark.capability("f58")
def test_lower_work_comes_although_higher_work_never_ends() -> None:
    """One call at a time and always something live: after 24 of it, batch and backfill have one each, and so on."""
    precedence = Precedence()
    endless = [(LIVE, 1), (BATCH, 2), (BACKFILL, 3)]
    turns = [precedence.choose(endless, 1)[0] for _ in range(2 * (PATIENCE + 2))]
    assert turns == [*[1] * PATIENCE, 2, 3] * 2


@given(
    st.lists(st.lists(st.sampled_from([PERSON, LIVE, BATCH, BACKFILL]), max_size=12), max_size=80), st.integers(1, 9)
)
def test_whatever_is_due_nobody_waits_longer_than_patience(rounds: list[list[int]], limit: int) -> None:
    """Each choice is of what is due, none twice, as many as there is room for; and a priority that stays due is never
    passed over more often than there are priorities above its patience."""
    precedence = Precedence()
    passed = dict.fromkeys((LIVE, BATCH, BACKFILL), 0)
    for number, priorities in enumerate(rounds):
        due = sorted((priority, 100 * number + place) for place, priority in enumerate(priorities))
        chosen = precedence.choose(due, limit)
        assert len(chosen) == min(limit, len(due)) == len(set(chosen))
        assert set(chosen) <= {outbox_id for _, outbox_id in due}
        by_id = {outbox_id: priority for priority, outbox_id in due}
        for priority in passed:
            taken = [by_id[outbox_id] for outbox_id in chosen]
            if priority in taken or priority not in priorities:
                passed[priority] = 0
            else:
                passed[priority] += sum(other < priority for other in taken)
            assert passed[priority] <= PATIENCE + 2
