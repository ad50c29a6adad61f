"""Walking a list by its times: nothing is skipped, whatever stands at one time and whatever changes meanwhile."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.upsales.polling import MOST_SEEN, Entry, OutOfOrder, Position, entry

START = datetime(2026, 11, 1, tzinfo=UTC)
OVERLAP = timedelta(minutes=5)


class List:
    """A list at the far side: id -> when it was changed; equals come in another order each time."""

    def __init__(self, seed: int = 1) -> None:
        self.changed: dict[int, datetime] = {}
        self.random = Random(seed)
        self.asked: list[dict[str, str]] = []

    def page(self, query: dict[str, str]) -> list[Entry]:
        """What the API gives for these parameters."""
        self.asked.append(query)
        operator, _, text = query["modDate"].partition(":")
        moment = datetime.fromisoformat(text)
        fits: dict[str, Callable[[datetime], bool]] = {
            "eq": lambda changed: changed == moment,
            "gt": lambda changed: changed > moment,
            "gte": lambda changed: changed >= moment,
        }
        after = int(query.get("id", "gt:0").removeprefix("gt:"))
        found = [(number, at) for number, at in self.changed.items() if fits[operator](at) and number > after]
        self.random.shuffle(found)
        found.sort(key=lambda one: one[0] if query["sort"] == "id" else one[1].timestamp())
        return [Entry(number, at, {}) for number, at in found[: int(query["limit"])]]


def begin() -> Position:
    """Where a first poll starts."""
    return Position(floor=START, since=START)


def walk(
    far: List,
    position: Position,
    limit: int,
    meanwhile: Callable[[int], None] = lambda _: None,
    clock: Callable[[], datetime] = lambda: START + timedelta(days=1),
) -> tuple[list[tuple[int, datetime]], Position]:
    """Pages until the list says that it is at its end; the position goes over the disk each time."""
    given_out: list[tuple[int, datetime]] = []
    for turn in range(1000):
        asked_at = clock()
        meanwhile(turn)
        found, position, more = position.after(far.page(position.query(limit)), limit, OVERLAP, asked_at)
        given_out += [(one.id, one.changed) for one in found]
        position = Position.read(json.loads(json.dumps(position.stored())))
        if not more:
            return given_out, position
    raise AssertionError("the walk does not end")


def at(seconds: float) -> datetime:
    """A moment of the history."""
    return START + timedelta(seconds=seconds)


@pytest.mark.capability("f6")
@pytest.mark.capability("f5")
@settings(max_examples=200, deadline=None)
@given(
    history=st.lists(st.integers(0, 4), max_size=40),
    changes=st.lists(st.tuples(st.integers(0, 12), st.integers(1, 45), st.integers(0, 2)), max_size=30),
    limit=st.integers(1, 7),
    seed=st.integers(0, 1000),
    behind=st.sampled_from([0, 86_400]),
)
def test_no_state_that_stays_is_skipped(
    history: list[int], changes: list[tuple[int, int, int]], limit: int, seed: int, behind: int
) -> None:
    """Many records share a time, and records change and appear between pages, also at the very same time.

    At the end each record's last state was given, and none twice; also where our clock is a day behind.
    """
    far = List(seed)
    far.changed = {number: at(seconds * 400) for number, seconds in enumerate(history, start=1)}
    now = [4 * 400.0]

    def meanwhile(turn: int) -> None:
        for when, number, later in changes:
            if when == turn:
                now[0] += later * 200
                far.changed[number] = at(now[0])

    def clock() -> datetime:
        return at(now[0] - behind)

    given_out, position = walk(far, begin(), limit, meanwhile, clock)
    more, position = walk(far, position, limit, clock=clock)
    last, position = walk(far, position, limit, clock=clock)
    assert set(far.changed.items()) <= set(given_out + more)
    assert last == []
    assert len(set(given_out + more)) == len(given_out + more)


@pytest.mark.capability("f6")
def test_a_run_of_equal_times_longer_than_a_page_is_walked_by_id() -> None:
    """A bulk import: 23 records at one time, pages of 5, others before and behind."""
    far = List()
    far.changed = {number: at(10) for number in range(1, 24)} | {50: at(5), 51: at(11), 52: at(11)}
    given_out, _ = walk(far, begin(), 5)
    assert sorted(given_out) == sorted(far.changed.items())
    by_id = [query for query in far.asked if query["modDate"].startswith("eq")]
    assert [query["id"] for query in by_id] == ["gt:0", "gt:5", "gt:10", "gt:15", "gt:20"]
    assert not any("offset" in query for query in far.asked)


@pytest.mark.capability("f5")
def test_what_becomes_visible_late_is_found_within_the_overlap() -> None:
    """A change carries its own time and may show after a later one; what was given is not given again."""
    far = List()
    far.changed = {1: at(0), 2: at(600)}
    given_out, position = walk(far, begin(), 10)
    far.changed[3] = at(301)
    more, position = walk(far, position, 10)
    assert (len(given_out), more) == (2, [(3, at(301))])
    assert position.since == at(300)
    assert walk(far, position, 10)[0] == []


@pytest.mark.capability("f5")
def test_a_long_interruption_between_pages_loses_nothing_that_showed_late() -> None:
    """The first page was read live and cut; an hour later, far beyond the overlap, the pass goes on."""
    far = List()
    far.changed = {number: at(number) for number in range(1, 7)}
    found, position, more = position_after = begin().after(far.page(begin().query(5)), 5, OVERLAP, at(7))
    assert (len(found), more) == (5, True), position_after
    far.changed |= {7: at(3), 8: at(3600)}
    given_out, position = walk(far, position, 5, clock=lambda: at(3601))
    assert [number for number, _ in given_out] == [6, 8]
    assert walk(far, position, 5, clock=lambda: at(3602))[0] == [(7, at(3))]


def test_a_poll_never_looks_behind_its_start() -> None:
    """The overlap does not reach back before the company's start, and an empty list stays where it is."""
    far = List()
    far.changed = {1: at(-1), 2: at(60)}
    given_out, position = walk(far, begin(), 10)
    assert given_out == [(2, at(60))]
    assert position.since == START
    assert walk(List(), begin(), 10) == ([], begin())


def test_a_cursor_stays_small() -> None:
    """Of very many changes within the overlap only the newest are remembered; the others are given again, no more."""
    far = List()
    far.changed = {number: at(number / 100) for number in range(1, MOST_SEEN + 101)}
    given_out, position = walk(far, begin(), 500)
    assert len(given_out) == len(far.changed)
    assert len(position.seen) == MOST_SEEN
    again, _ = walk(far, position, 500)
    assert sorted(number for number, _ in again) == list(range(1, 101))


def wrong_pages() -> Iterator[tuple[Position, list[Entry]]]:
    """Answers of a server that does not do what it was asked."""
    run = Position(floor=START, since=at(10), run_after=5)
    yield begin(), [Entry(1, at(-1), {})]
    yield begin(), [Entry(1, at(2), {}), Entry(2, at(1), {})]
    yield run, [Entry(5, at(10), {})]
    yield run, [Entry(7, at(10), {}), Entry(6, at(10), {})]
    yield run, [Entry(7, at(11), {})]


@pytest.mark.parametrize(("position", "entries"), list(wrong_pages()))
def test_an_answer_that_was_not_asked_for_stops_the_walk(position: Position, entries: list[Entry]) -> None:
    """Going on could skip records, so the position stays."""
    with pytest.raises(OutOfOrder):
        position.after(entries, 10, OVERLAP, at(0))


@pytest.mark.parametrize(
    "record",
    [None, [], {}, {"id": 1}, {"modDate": "2026-11-10T14:32:05.000Z"}, {"id": "x", "modDate": "2026-11-10T14:32:05Z"}],
)
def test_a_record_without_id_or_time_cannot_be_walked(record: object) -> None:
    """It is no entry."""
    assert entry(record) is None


def test_times_finer_than_milliseconds_keep_their_place() -> None:
    """A run is asked for by exactly the time that its records have."""
    moment = datetime(2026, 11, 10, 14, 32, 5, 123456, tzinfo=UTC)
    run = Position(floor=START, since=moment, run_after=0)
    assert Position.read(run.stored()) == run
    assert run.query(5)["modDate"] == "eq:2026-11-10T14:32:05.123456Z"
