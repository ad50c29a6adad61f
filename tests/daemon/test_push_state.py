"""How current a stream is: every reason against it counts, and what is not certain counts as no."""

from datetime import UTC, datetime, timedelta

import pytest

from daemon.push_state import PushState, behind, current

TOLD = frozenset({"articles", "customers"})
NOW = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """The monotonic clock."""
        return self.now


def settled(seconds: Seconds) -> PushState:
    """A stream that is open, caught up, and whose company is current."""
    state = PushState(["demo", "other"], seconds)
    state.attached("demo", TOLD, anew=True)
    state.opened(NOW, frozenset(), lambda: 0)
    seconds.now += state.quiet_seconds
    state.judged("demo", state.mark("demo"), unsettled=False, doubts=frozenset())
    assert state.current("demo")
    return state


def test_at_first_nothing_is_believed() -> None:
    """Before a connection, and for a company that listens to no stream at all."""
    seconds = Seconds()
    state = PushState(["demo"], seconds)
    seconds.now += 7
    assert (state.stand("demo"), state.silent_seconds, state.unsure()) == ("closed", 7, [])
    assert (current({"demo": state}, "demo"), current({}, "demo"), behind([state])) == (False, False, 1)


def test_each_reason_takes_the_trust_away_and_one_company_is_not_another() -> None:
    """In the order in which a person would look for it."""
    seconds = Seconds()
    state = settled(seconds)
    assert (state.stand("other"), behind([state])) == ("left_out", 1)
    state.waiting = lambda: 1
    assert state.stand("demo") == "behind"
    state.waiting = lambda: 0
    state.missing = frozenset({"projects"})
    assert state.stand("demo") == "topics_missing"
    state.missing = frozenset()
    seconds.now += state.heard_seconds + 1
    assert state.stand("demo") == "silent"
    state.heard()
    assert state.current("demo")
    state.left_out("demo", "gone")
    assert (state.stand("demo"), state.facts("demo")["left_out"]) == ("left_out", "gone")
    state.attached("demo", TOLD, anew=True)
    assert (state.stand("demo"), state.unsure()) == ("in_doubt", ["demo"])
    state.closed()
    assert state.stand("demo") == "closed"


def test_what_the_store_said_before_an_event_came_says_nothing_of_it() -> None:
    """The store was asked, an event came, was stored, and only then the answer arrived."""
    state = settled(Seconds())
    before = state.mark("demo")
    state.received("demo", NOW)
    assert state.stand("demo") == "behind"
    state.judged("demo", before, unsettled=False, doubts=frozenset())
    assert state.stand("demo") == "behind"
    between = state.mark("demo")
    state.stored("demo")
    state.judged("demo", between, unsettled=False, doubts=frozenset())
    assert state.stand("demo") == "behind"
    state.judged("demo", state.mark("demo"), unsettled=True, doubts=frozenset())
    assert state.stand("demo") == "behind"
    state.judged("demo", state.mark("demo"), unsettled=False, doubts=frozenset())
    assert state.current("demo")


def test_what_came_and_was_not_stored_comes_again_after_the_connection() -> None:
    """It is not waited for; the store is asked anew."""
    seconds = Seconds()
    state = settled(seconds)
    state.received("demo", NOW)
    state.closed()
    state.attached("demo", TOLD, anew=False)
    state.opened(NOW, frozenset(), lambda: 0)
    seconds.now += state.quiet_seconds
    assert state.stand("demo") == "behind"
    state.judged("demo", state.mark("demo"), unsettled=False, doubts=frozenset())
    assert state.current("demo")


@pytest.mark.parametrize(("moment", "late"), [(NOW - timedelta(seconds=1), True), (None, True), (NOW, False)])
def test_older_events_show_that_a_replay_goes_on(moment: datetime | None, late: bool) -> None:
    """New ones do not: on a busy stream it is caught up, too."""
    seconds = Seconds()
    state = PushState(["demo"], seconds)
    state.opened(NOW, frozenset(), lambda: 0)
    seconds.now += state.quiet_seconds - 1
    state.received(None, moment)
    seconds.now += 1
    assert state.caught_up is not late
    seconds.now += state.quiet_seconds
    assert state.caught_up


def test_a_doubt_ends_once_and_only_for_who_listens() -> None:
    """Whoever is left out stays in doubt, whatever the store says of an earlier time."""
    state = settled(Seconds())
    doubted = frozenset({"customers"})
    assert not state.judged("demo", state.mark("demo"), unsettled=False, doubts=doubted)
    assert (state.stand("demo"), state.facts("demo")["in_doubt"]) == ("in_doubt", ["customers"])
    assert state.judged("demo", state.mark("demo"), unsettled=False, doubts=frozenset())
    assert not state.judged("demo", state.mark("demo"), unsettled=False, doubts=frozenset())
    state.left_out("demo", "gone")
    assert not state.judged("demo", state.mark("demo"), unsettled=False, doubts=frozenset())
    assert state.facts("demo")["in_doubt"] == []
