"""Figures per sender: each row counts once, in the state that it was last seen in, however looks divide them."""

from hypothesis import given
from hypothesis import strategies as st

from daemon.demo.tally import MOST, RECENT, STILL_OPEN, Tally
from store.watching import Stand

STATES = ("waiting", "reading", "handled", "ignored", "parked", "held", "done", "superseded")
SEEN = st.lists(
    st.builds(Stand, st.integers(1, 12), st.just("shop") | st.just("ghl"), st.sampled_from(STATES)), max_size=40
)


@given(SEEN, st.integers(1, 7))
def test_counts_are_those_of_the_last_states(seen: list[Stand], size: int) -> None:
    """A row that changes moves from one figure to the other (a row's source never changes)."""
    seen = [Stand(stand.id, "shop" if stand.id % 2 else "ghl", stand.state) for stand in seen]
    tally = Tally()
    for at in range(0, len(seen), size):
        tally.note(seen[at : at + size])
    last = {stand.id: stand for stand in seen}.values()
    for source in ("shop", "ghl"):
        mine = [stand for stand in last if stand.source == source]
        assert tally.all_of(source) == len(mine)
        assert tally.finished(source) == sum(stand.state not in STILL_OPEN for stand in mine)
        assert tally.of(source, "parked", "held") == sum(stand.state in {"parked", "held"} for stand in mine)


def test_a_look_asks_for_new_rows_recent_ones_and_older_open_ones_only() -> None:
    """What is finished and old is never read again; no look asks for more than its share."""
    tally = Tally()
    assert (tally.after, tally.wanted) == (0, [])
    tally.note(Stand(row, "shop", "held" if row <= 3 else "handled") for row in range(1, RECENT + 11))
    assert (tally.after, tally.wanted) == (10, [1, 2, 3])
    tally.note([Stand(2, "shop", "discarded")])
    assert tally.wanted == [1, 3]
    tally.note(Stand(row, "shop", "waiting") for row in range(RECENT + 11, 3 * MOST))
    assert len(tally.wanted) == MOST
