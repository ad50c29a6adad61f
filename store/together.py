"""What many events, attempts or outcomes of one commit have in common is stored with a statement a table.

Only the ordinary case is done so. Whatever meets more than its own rows goes the way of ``handling`` and
``delivering``, behind the others, which is as if it had come a moment later.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from store import attempts, delivering, handling, lanes, links, many, outbox, releasing
from store.attempts import NewAttempt
from store.commit import Failed
from store.db import Job
from store.delivering import Gone, Settlement
from store.handling import Handled

Item = TypeVar("Item")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Beginning:
    """An attempt about to leave at ``now`` (milliseconds); ``absent`` are doubts that were proved empty just before."""

    attempt: NewAttempt
    now: int
    absent: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command settled at ``now`` (milliseconds), by which attempt, if by any."""

    outbox_id: int
    attempt_id: int | None
    settlement: Settlement
    now: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What intake made of a row at ``now`` (milliseconds)."""

    handled: Handled
    now: int


def _stored(
    items: Sequence[Item],
    plain: Callable[[sqlite3.Connection, Sequence[Item]], dict[int, Any]],
    one: Callable[[Item], Job[T]],
) -> Job[Sequence[T | Failed]]:
    """``plain`` stores those that it can and returns their places with what came of them; ``one`` stores the others."""

    def job(connection: sqlite3.Connection) -> Sequence[T | Failed]:
        done = plain(connection, items)
        return [done[place] if place in done else one(item)(connection) for place, item in enumerate(items)]

    return job


# --- events ---------------------------------------------------------------------------------------------------------


def record(outcome: Outcome) -> Job[str]:
    """See :func:`store.handling.record`."""
    return handling.record(outcome.handled, outcome.now)


def record_all(outcomes: Sequence[Outcome]) -> Job[Sequence[str | Failed]]:
    """Record several events: those that begin a lane of their own, and have no past, together."""
    return _stored(outcomes, _record_plain, record)


def _record_plain(connection: sqlite3.Connection, outcomes: Sequence[Outcome]) -> dict[int, str]:
    alone = _begins_lane(outcomes)
    if not alone:
        return {}
    asked = [
        (place, outcomes[place].handled.inbox_id, outcomes[place].handled.thing, company, lane)
        for place, (company, lane) in alone.items()
    ]
    table, values = many.table(asked)
    fresh = connection.execute(
        "SELECT DISTINCT column1 FROM inbox i"  # noqa: S608 - marks only
        f" JOIN ({table}) ON i.id = column2 WHERE i.state = 'waiting'"
        " AND NOT EXISTS (SELECT 1 FROM thing_version WHERE thing = column3)"
        " AND NOT EXISTS (SELECT 1 FROM inbox o WHERE o.thing = column3)"
        " AND NOT EXISTS (SELECT 1 FROM lane l WHERE l.company = column4 AND l.lane = column5)"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.inbox_id = column2)",
        values,
    ).fetchall()
    places = sorted(row[0] for row in fresh)
    if places:
        handling.store_fresh(connection, [(outcomes[place].handled, outcomes[place].now) for place in places])
    return dict.fromkeys(places, "handled")


def _begins_lane(outcomes: Sequence[Outcome]) -> dict[int, tuple[str, str]]:
    """The places of events whose commands would be all there is in one lane, and that lane.

    None before it speaks of the same thing or lane: those keep their order.
    """
    found: dict[int, tuple[str, str]] = {}
    seen = set[str | tuple[str, str] | None]()
    for place, outcome in enumerate(outcomes):
        handled = outcome.handled
        lane = handling.own_lane(handled.commands)
        named = {handled.thing, *((command.company, command.lane) for command in handled.commands)}
        plain = handled.state == "handled" and handled.twin is None
        plain = plain and not (handled.forget or handled.shadowed or handled.workflows)
        plain = plain and not (handled.tasks_done or handled.foreign or handled.entries)
        if plain and lane and handled.thing and handled.version and not named & seen:
            found[place] = lane
        seen |= named
    return found


# --- attempts -------------------------------------------------------------------------------------------------------


def begin(beginning: Beginning) -> Job[int]:
    """See :func:`store.delivering.begin`."""
    return delivering.begin(beginning.attempt, beginning.now, absent=beginning.absent)


def begin_all(beginnings: Sequence[Beginning]) -> Job[Sequence[int | Failed]]:
    """Begin several attempts; those of things without doubts together."""
    return _stored(beginnings, _begin_plain, begin)


def _begin_plain(connection: sqlite3.Connection, beginnings: Sequence[Beginning]) -> dict[int, int | Failed]:
    plain: dict[str, int] = {}
    for place, beginning in enumerate(beginnings):
        if not beginning.absent:
            plain.setdefault(beginning.attempt.thing, place)
    chosen = {beginnings[place].attempt.outbox_id: place for place in plain.values()}
    begun = set[int]()
    for creates in (True, False):
        ids = [outbox_id for outbox_id, place in chosen.items() if beginnings[place].attempt.creates is creates]
        begun |= delivering.take_up(connection, ids, creates=creates)
    places = [place for outbox_id, place in chosen.items() if outbox_id in begun]
    done: dict[int, int | Failed] = {
        place: Failed(Gone(outbox_id)) for outbox_id, place in chosen.items() if outbox_id not in begun
    }
    if places:
        new = [beginnings[place].attempt for place in places]
        for attempt in new:
            delivering.keep_proof(connection, attempt.outbox_id, "before", attempt.proof)
        done.update(zip(places, attempts.begin_all(connection, new, beginnings[places[0]].now), strict=True))
    return done


# --- outcomes -------------------------------------------------------------------------------------------------------


def settle(ending: Ending) -> Job[str]:
    """See :func:`store.delivering.settle`."""
    return delivering.settle(ending.outbox_id, ending.attempt_id, ending.settlement, ending.now)


def settle_all(endings: Sequence[Ending]) -> Job[Sequence[str | Failed]]:
    """Settle several commands: those that are simply done together."""
    return _stored(endings, _settle_plain, settle)


def _settle_plain(connection: sqlite3.Connection, endings: Sequence[Ending]) -> dict[int, str]:
    done = {ending.outbox_id: place for place, ending in enumerate(endings) if _simply_done(ending)}
    if not done:
        return {}
    rows = outbox.read_all(connection, list(done))
    rows = [row for row in rows if row.state == "in_flight" and row.kind != "ensure_customer"]
    if rows:
        _settle_rows(connection, [(row, endings[done[row.id]]) for row in rows])
    return {done[row.id]: "done" for row in rows}


def _simply_done(ending: Ending) -> bool:
    settlement = ending.settlement
    more = settlement.question, settlement.again, settlement.recheck_due, settlement.closes
    known = settlement.link is None or settlement.link.verified
    return ending.attempt_id is not None and not any(more) and known


def _settle_rows(connection: sqlite3.Connection, settled: Sequence[tuple[outbox.Row, Ending]]) -> None:
    now = settled[0][1].now
    ended = attempts.known_all(connection, [ending.attempt_id for _, ending in settled if ending.attempt_id], now)
    company = {row.id: row.company for row, _ in settled}
    waited_for = [f"far:{company[outbox_id]}:{far}" for outbox_id, far in ended if far is not None]
    linked = [(ending.settlement.link, row.id) for row, ending in settled if ending.settlement.link is not None]
    if linked:
        links.save_all(connection, linked, now)
    waited_for += {f"thing:{link.thing}" for link, _ in linked} | {f"thing:{row.thing}" for row, _ in settled}
    waited_for += {f"maker:{row.thing}" for row, _ in settled} | {f"end:{row.id}" for row, _ in settled}
    for row, ending in settled:
        delivering.keep_proof(connection, row.id, "settled_by", ending.settlement.proof)
    by_result: dict[str, list[int]] = {}
    for row, ending in settled:
        by_result.setdefault(ending.settlement.result, []).append(row.id)
    for result, ids in by_result.items():
        outbox.done_all(connection, ids, result, now)
    releasing.payments_like(connection, [row for row, _ in settled], now)
    woken = lanes.wake_all(connection, waited_for, now)
    lanes.refresh_all(connection, {(row.company, row.lane) for row, _ in settled} | {*woken})
