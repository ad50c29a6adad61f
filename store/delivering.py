"""Delivery's transactions: attempts, outcomes, claims and waiting; one hop each."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store import attempts, claims, doubles, heads, lanes, links, many, outbox, releasing
from store.attempts import End, NewAttempt, OpenAttempt
from store.db import Job
from store.holds import Ask
from store.links import LinkRow


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is to be recorded of a command that settled (see ``connectors.base.Settled``).

    ``recheck_due`` keeps the command open for one more look at that moment (milliseconds); ``keys`` are the match keys
    of a party that is linked now; ``closes`` are open attempts that this proof ends, with how.
    """

    link: LinkRow | None
    result: str
    question: str | None = None
    again: bool = False
    proof: dict[str, Any] | None = None
    recheck_due: int | None = None
    keys: Sequence[str] = ()
    closes: Sequence[tuple[int, End]] = ()


class Gone(Exception):
    """What a step stands on changed while it was prepared: the command was ended (superseded, discarded), or its doubts
    were ended from another lane. Nothing is sent or recorded; a command that goes on is read anew."""


def begin(attempt: NewAttempt, now: int, *, absent: Sequence[int] = ()) -> Job[int]:
    """Put the attempt on disk before its call leaves; ``absent`` are doubts that were proved empty just now.

    Raises :class:`Gone`, and changes nothing, if the command was ended meanwhile, or if what was read before no longer
    holds: another attempt of the thing is open, or what is to be created is linked.
    """

    def job(connection: sqlite3.Connection) -> int:
        _close(connection, [(attempt_id, End("absent")) for attempt_id in absent], now)
        if not take_up(connection, [attempt.outbox_id], creates=attempt.creates):
            raise Gone(attempt.outbox_id)
        keep_proof(connection, attempt.outbox_id, "before", attempt.proof)
        return attempts.begin(connection, attempt, now)

    return job


def take_up(connection: sqlite3.Connection, wanted: Sequence[int], *, creates: bool) -> set[int]:
    """Mark those commands as in flight whose write may leave now; ``creates``: each would make its thing."""
    if not wanted:
        return set()
    marks, ids = many.among(wanted)
    # A command left in flight with no open attempt lost its outcome to a database that refused the write.
    rows = connection.execute(
        "UPDATE outbox SET state = 'in_flight', attempts = attempts + 1, waits_for = NULL, reason = NULL"  # noqa: S608 - constants
        f" WHERE id IN {marks} AND state IN ('ready', 'unknown', 'in_flight')"
        f" AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.thing = outbox.thing"
        f" AND a.end IN {attempts.OPEN_OR_ABSENT} AND a.end IN {attempts.OPEN})"
        + (" AND NOT EXISTS (SELECT 1 FROM link l WHERE l.thing = outbox.thing)" if creates else "")
        + " RETURNING id",
        ids,
    )
    return {row["id"] for row in rows.fetchall()}


def settle(outbox_id: int, attempt_id: int | None, settlement: Settlement, now: int) -> Job[str]:
    """Record outcome, link and what follows in one transaction; returns the command's new state.

    Raises :class:`Gone`, and changes nothing, if a doubt that this proof ends was ended by another lane meanwhile: the
    thing may have been written since then, and what was seen would be held against the wrong attempt.
    """

    def job(connection: sqlite3.Connection) -> str:
        row = outbox.read(connection, outbox_id)
        if attempt_id is not None:
            _end(connection, attempt_id, End("known"), now, of=row)
        _close(connection, settlement.closes, now)
        if settlement.link is not None:
            _link(connection, row, settlement, now)
        keep_proof(connection, outbox_id, "settled_by", settlement.proof)
        return _conclude(connection, row, settlement, now)

    return job


def _conclude(connection: sqlite3.Connection, row: outbox.Row, settlement: Settlement, now: int) -> str:
    if row.state in {"done", "discarded", "superseded"}:
        return row.state
    if settlement.question is not None:
        outbox.stop(connection, row.id, "held", now, reason="question", question=settlement.question)
        return "held"
    if settlement.recheck_due is not None:
        # The write is done: its failures must not count against the look that is all there is left to do.
        connection.execute(
            "UPDATE outbox SET recheck = 1, attempts = 0, result = ? WHERE id = ?", (settlement.result, row.id)
        )
        outbox.move(connection, row.id, "unknown", due_at=settlement.recheck_due, reason="last look to come")
        return "unknown"
    if settlement.again:
        # The last look may be what settled it: the pass to come is a new one, not that look again.
        connection.execute("UPDATE outbox SET recheck = 0 WHERE id = ?", (row.id,))
        outbox.move(connection, row.id, "ready", due_at=now)
        return "ready"
    outbox.finish(connection, row.id, "done", now, result=settlement.result)
    releasing.payments_like(connection, [row], now)
    return "done"


def _link(connection: sqlite3.Connection, row: outbox.Row, settlement: Settlement, now: int) -> None:
    link = settlement.link
    assert link is not None
    links.save(connection, link, outbox_id=row.id, now=now)
    if link.verified:
        if settlement.keys:
            claims.remember(connection, row.company, link.thing, link.number, settlement.keys)
            if settlement.result == "created":
                doubles.met(connection, row.company, link.number, settlement.keys, row.id, now)
        lanes.wake(connection, f"thing:{link.thing}", now)


def end_attempt(
    outbox_id: int,
    attempt_id: int,
    end: End,
    now: int,
    *,
    state: str,
    due_at: int,
    reason: str,
    question: str | None = None,
    uses_attempt: bool = True,
    ask: Ask | None = None,
) -> Job[None]:
    """Record an attempt that did not settle the command: ``state`` is ready, unknown, parked or held."""

    def job(connection: sqlite3.Connection) -> None:
        row = outbox.read(connection, outbox_id)
        _end(connection, attempt_id, end, now)
        if not uses_attempt:
            connection.execute("UPDATE outbox SET attempts = attempts - 1 WHERE id = ?", (outbox_id,))
        _hold_back(connection, row, state, now, due_at=due_at, reason=reason, question=question, ask=ask)

    return job


def put_back(
    outbox_id: int,
    now: int,
    *,
    state: str,
    due_at: int,
    reason: str | None,
    question: str | None = None,
    uses_attempt: bool = False,
    ask: Ask | None = None,
) -> Job[None]:
    """Record that nothing was sent: the command stays, to go again at ``due_at``, or stops for a person.

    One that stepped behind others while it was prepared never stops: what was found stood before them.
    """

    def job(connection: sqlite3.Connection) -> None:
        row = outbox.read(connection, outbox_id)
        if state in {"parked", "held"} and not lanes.is_head(connection, row.company, row.lane, outbox_id):
            _hold_back(connection, row, "ready", now, due_at=now, reason=None, question=None, ask=None)
            return
        if uses_attempt:
            connection.execute("UPDATE outbox SET attempts = attempts + 1 WHERE id = ?", (outbox_id,))
        _hold_back(connection, row, state, now, due_at=due_at, reason=reason, question=question, ask=ask)
        releasing.payments_like(connection, [row], now)  # another lane may have made it since its head was read

    return job


def _hold_back(
    connection: sqlite3.Connection,
    row: outbox.Row,
    state: str,
    now: int,
    *,
    due_at: int,
    reason: str | None,
    question: str | None,
    ask: Ask | None,
) -> None:
    if row.state in {"done", "discarded", "superseded"}:
        return
    if state in {"parked", "held"}:
        outbox.stop(connection, row.id, state, now, reason=reason or state, question=question, ask=ask)
    else:
        outbox.move(connection, row.id, state, due_at=due_at, reason=reason)


def wait(outbox_id: int, waits_for: str, reason: str, *, patient: bool = False) -> Job[bool]:
    """Let the command wait, unless what it waits for became true meanwhile (then ``False``: try at once).

    ``waits_for`` is ``thing:KEY`` (a verified link that an unfinished command makes), ``maker:KEY`` (the end of that
    command), ``end:ID`` (the end of a command that comes first), ``claim:COMPANY:KEY``, ``far:COMPANY:OBJECT`` or
    ``rule:NAME``. ``patient``: it waits for a link that no command makes yet.
    """

    def job(connection: sqlite3.Connection) -> bool:
        row = outbox.read(connection, outbox_id)
        stands = row.state in {"ready", "unknown", "in_flight"}
        if not stands or not _still_missing(connection, row, waits_for, patient):
            return False
        outbox.move(connection, outbox_id, "waiting", waits_for=waits_for, reason=reason)
        return True

    return job


def _still_missing(connection: sqlite3.Connection, row: outbox.Row, waits_for: str, patient: bool) -> bool:
    what, _, name = waits_for.partition(":")
    if what == "thing":
        link = links.read(connection, name)
        if link is not None and link.verified:
            return False
        pending, last, _ = heads.unfinished_for(name)(connection)
        return pending or (patient and last is None)
    if what == "maker":
        return heads.unfinished_for(name)(connection)[0]
    if what == "claim":
        company, _, key = name.partition(":")
        taken = "SELECT 1 FROM claim WHERE company = ? AND key = ? AND outbox_id <> ?"
        return connection.execute(taken, (company, key, row.id)).fetchone() is not None
    if what == "end":
        return outbox.is_unfinished(connection, int(name))
    if what == "far":
        company, _, far_object = name.partition(":")
        return attempts.foreign_on(connection, company, far_object, row.thing) is not None
    return connection.execute("SELECT 1 FROM pause WHERE scope = 'rule' AND name = ?", (name,)).fetchone() is not None


def claim(outbox_id: int, keys: Sequence[str]) -> Job[tuple[claims.Outcome, LinkRow | None]]:
    """Claim a party's keys; where one is known already, also the link of the thing that it belongs to.

    The thing itself may have been linked from another lane since its head was read. Raises :class:`Gone` if the command
    was ended meanwhile: an ended one must not hold a claim.
    """

    def job(connection: sqlite3.Connection) -> tuple[claims.Outcome, LinkRow | None]:
        row = outbox.read(connection, outbox_id)
        if row.state not in {"ready", "unknown", "in_flight"}:
            raise Gone(outbox_id)
        own = links.read(connection, row.thing)
        if own is not None and own.verified:
            return claims.Known(own.number, own.thing), own
        outcome = claims.take(connection, row.company, keys, row.thing, outbox_id)
        known = links.read(connection, outcome.thing) if isinstance(outcome, claims.Known) else None
        return outcome, known

    return job


def looked(
    attempt: OpenAttempt,
    outbox_id: int,
    found: str,
    proof: dict[str, Any],
    now: int,
    *,
    closes_as: str | None = None,
) -> Job[None]:
    """Record a look; with ``closes_as`` (absent) it ends the attempt's doubt, and who waited for that goes on."""

    def job(connection: sqlite3.Connection) -> None:
        attempts.look(connection, attempt.id, outbox_id=outbox_id, found=found, proof=proof, now=now)
        if closes_as is not None:
            _end(connection, attempt.id, End(closes_as), now)

    return job


def close_absent(attempt_ids: Sequence[int], now: int) -> Job[None]:
    """End doubts that two looks proved empty, where no next write of the thing does it. Raises :class:`Gone`."""

    def job(connection: sqlite3.Connection) -> None:
        _close(connection, [(attempt_id, End("absent")) for attempt_id in attempt_ids], now)

    return job


def settle_orphans(
    closed: Sequence[OpenAttempt],
    link: LinkRow | None,
    now: int,
    *,
    keys: Sequence[str],
    question: str | None = None,
) -> Job[None]:
    """Writes of a thing whose commands were ended or stopped took effect after all: link it, so nobody makes it again.

    A ``question`` about what was found holds the newest of those commands, unless it was ended for good. Raises
    :class:`Gone` like :func:`settle`.
    """

    def job(connection: sqlite3.Connection) -> None:
        row = outbox.read(connection, closed[-1].outbox_id)
        _close(connection, [(attempt.id, End("found")) for attempt in closed], now)
        if link is not None:
            links.save(connection, link, outbox_id=row.id, now=now)
        if link is not None and link.verified:
            claims.remember(connection, row.company, link.thing, link.number, keys)
            lanes.wake(connection, f"thing:{link.thing}", now)
        if question is not None and row.state in {"parked", "held"}:
            outbox.stop(connection, row.id, "held", now, reason="question", question=question)

    return job


def _close(connection: sqlite3.Connection, doubts: Sequence[tuple[int, End]], now: int) -> None:
    """End doubts that one proof settles; raises :class:`Gone` if any of them is no doubt any more."""
    if not attempts.all_open(connection, [attempt_id for attempt_id, _ in doubts]):
        raise Gone("doubt")
    for attempt_id, end in doubts:
        _end(connection, attempt_id, end, now)


def _end(connection: sqlite3.Connection, attempt_id: int, end: End, now: int, *, of: outbox.Row | None = None) -> None:
    """End an attempt; ``of`` is its own command's row, where that was read in this transaction."""
    outbox_id, far_object = attempts.end(connection, attempt_id, end, now)
    if end.end in {"unknown", "throttled"}:
        return
    row = of or outbox.read(connection, outbox_id)
    if far_object is not None:
        lanes.wake(connection, f"far:{row.company}:{far_object}", now)
    ended = row.state in {"parked", "held", "done", "discarded", "superseded"}
    if ended and not attempts.open_for_thing(connection, row.thing):
        claims.release(connection, row.company, row.id, now)


def keep_proof(connection: sqlite3.Connection, outbox_id: int, part: str, proof: dict[str, Any] | None) -> None:
    """Keep what was read ``before`` the call, or what the command was ``settled_by``; neither replaces the other."""
    if not proof:
        return
    connection.execute(
        "UPDATE outbox_payload SET proof = json_set(coalesce(proof, '{}'), '$.' || ?, json(?)) WHERE outbox_id = ?",
        (part, json.dumps(proof, default=str), outbox_id),
    )
