"""Places for commands under way: half are anybody's, half are each company's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.slots import Slots


@pytest.mark.capability("f59")
def test_a_flooded_company_never_takes_the_last_places_of_the_others() -> None:
    """64 places and three companies: 10 each are their own, so one alone may have 44 at once."""
    places = Slots(64)
    north, south, west = (places.share(name) for name in ("north", "south", "west"))
    taken = 0
    while north.free > 0:
        north.take()
        taken += 1
    assert (taken, south.free, west.free) == (44, 10, 10)
    for _ in range(10):
        south.take()
    assert (south.free, west.free, north.free) == (0, 10, 0)
    north.give_back()
    assert (north.free, south.free, west.free) == (1, 1, 11)


def test_one_company_has_all_places() -> None:
    """Nobody is there to keep any for."""
    assert Slots(64).share("demo").free == 64


def test_each_company_has_a_place_however_few_are_configured() -> None:
    """`concurrency = 1` with three companies: none may wait for the others' calls."""
    places = Slots(1)
    shares = [places.share(name) for name in ("north", "south", "west")]
    assert [share.free for share in shares] == [1, 1, 1]
    shares[0].take()
    assert [share.free for share in shares] == [0, 1, 1]


@given(st.integers(1, 40), st.integers(1, 6), st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=120))
def test_whatever_comes_and_goes_everybodys_own_places_are_free(
    total: int, companies: int, moves: list[tuple[int, bool]]
) -> None:
    """No company ever finds fewer places than its own, less what it uses itself; and never more than all are taken."""
    places = Slots(total)
    names = [str(number) for number in range(companies)]
    shares = {name: places.share(name) for name in names}
    for number, takes in moves:
        name = names[number % companies]
        if takes and shares[name].free > 0:
            shares[name].take()
        elif not takes and places.used_by(name):
            shares[name].give_back()
        assert 0 <= places.free <= places.total
        for other, share in shares.items():
            assert share.free >= max(0, places.own - places.used_by(other))
