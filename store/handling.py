"""One transaction for one event: its inbox row is marked and its commands are stored, or neither."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from store import (
    commented,
    doubles,
    fetching,
    holds,
    inbox,
    lanes,
    many,
    news,
    outbox,
    own_writes,
    register,
    releasing,
    responses,
    sales,
    shadows,
    todo_ends,
    twins,
    workflow_starts,
)
from store.db import Job
from store.fetching import Echo, Record
from store.holds import Ask
from store.news import Following
from store.outbox import NewCommand
from store.register import Entry, Swept
from store.responses import Response
from store.sales import Sale
from store.twins import Twin
from store.workflow_starts import NewWorkflow


@dataclass(frozen=True, slots=True)
class Handled:
    """What intake made of one inbox row.

    ``state`` is an end state of the inbox; ``thing`` and ``version`` (decimal text) guard against older versions:
    where a newer one was handled before, the row becomes stale and nothing else is stored. The state ``reading`` comes
    with what is ``wanted``. A ``twin`` that came on another path before makes the row ignored. ``forget`` gives the
    delivery's key free. ``entries`` and ``swept`` are what the row tells of the company's registers; ``made`` is the
    resource and number of what was made there just now. Its ``echo`` is not read where we made it ourselves. What is
    parked or held waits for what it is to ``ask``; without one, for what its words ask. ``responses`` are the answers
    to surveys that it tells of. ``shadowed`` are rules that are to show what they would have done;
    ``workflows`` are runs that begin with it, ``tasks_done`` marks of people's tasks that it says are done. What of
    ``entries`` is news goes to those who are ``following``; ``foreign`` is the kind and number of a far object that
    somebody else changed. ``passed_by`` is the lane of a sale of which rules made nothing: refunds that wait for it are
    decided again.
    """

    inbox_id: int
    state: str
    reason: str | None = None
    question: str | None = None
    kind: str | None = None
    thing: str | None = None
    number: str | None = None
    version: str | None = None
    commands: Sequence[NewCommand] = ()
    sales: Sequence[Sale] = ()
    company: str | None = None
    wanted: Sequence[Record] = ()
    twin: Twin | None = None
    forget: bool = False
    entries: Sequence[Entry] = ()
    swept: Swept | None = None
    made: tuple[str, str] | None = None
    echo: Echo | None = None
    workflows: Sequence[NewWorkflow] = ()
    responses: Sequence[Response] = ()
    shadowed: Sequence[str] = ()
    ask: Ask | None = None
    following: Following | None = None
    foreign: tuple[str, str] | None = None
    tasks_done: Sequence[str] = ()
    passed_by: str | None = None


def record(handled: Handled, now: int) -> Job[str]:
    """Store the outcome; returns the state that the row got (``stale`` where a newer version was there).

    A row that is no longer waiting (handled before, discarded by a person) stays as it is.
    """

    def job(connection: sqlite3.Connection) -> str:
        row = connection.execute(
            "SELECT i.state, v.version FROM inbox i LEFT JOIN thing_version v ON v.thing = ? WHERE i.id = ?",
            (handled.thing, handled.inbox_id),
        ).fetchone()
        if row["state"] != "waiting":
            return str(row["state"])
        if handled.state == "reading":
            fetching.begin(connection, handled.inbox_id, handled.wanted, now, handled.echo)
            return handled.state
        state, reason = handled.state, handled.reason
        if handled.version and _newer(row["version"], handled.version):
            state, reason = "stale", "a newer version was handled before"
        elif state == "handled" and handled.twin is not None:
            other = twins.meet(connection, handled.inbox_id, handled.twin)
            if other is not None:
                state, reason = "ignored", f"the same event as in-{other}"
        mark(connection, handled, state, reason, now)
        if handled.forget:
            inbox.give_key_free(connection, handled.inbox_id)
        if state == "handled":
            _store(connection, handled, now)
        return state

    return job


def mark(connection: sqlite3.Connection, handled: Handled, state: str, reason: str | None, now: int) -> None:
    """Write on the inbox row what it was found to be, and what became of it."""
    connection.execute(
        "UPDATE inbox SET state = ?, reason = ?, question = ?, kind = ?, thing = ?, number = ?, version = ?,"
        " handled_at = ?, company = coalesce(?, company) WHERE id = ?",
        (
            state,
            reason,
            handled.question,
            handled.kind,
            handled.thing,
            handled.number,
            handled.version,
            now,
            handled.company,
            handled.inbox_id,
        ),
    )
    if state in holds.STOPPED:
        row = connection.execute("SELECT company FROM inbox WHERE id = ?", (handled.inbox_id,)).fetchone()
        ask = handled.ask or holds.worded(reason or state, handled.question)
        holds.hold(connection, "in", handled.inbox_id, row["company"], ask, now)


def _newer(stored: str | None, ours: str | None) -> bool:
    return stored is not None and ours is not None and Decimal(stored) > Decimal(ours)


def _store(connection: sqlite3.Connection, handled: Handled, now: int) -> None:
    keep_version(connection, handled)
    responses.keep(connection, handled.responses)
    if handled.company is not None:
        _tell(connection, handled, handled.company, now)
        register.learn(connection, handled.company, handled.entries, handled.swept)
        if handled.swept is not None and handled.swept.whole and handled.swept.resource == "customers":
            commented.forget_gone(connection, handled.company)
        single = doubles.notice(connection, handled.company, handled.entries, handled.inbox_id, now)
        if single:
            releasing.documents_of(connection, handled.company, single, now)
    if _alone(connection, handled.commands):
        _begin_lane(connection, handled.commands, now)
    else:
        for command in handled.commands:
            add(connection, command, now)
        for command in {(command.company, command.lane): command for command in handled.commands}.values():
            outbox.let_pass(connection, command, now)
    if handled.passed_by is not None and handled.company is not None:
        releasing.refunds_of(connection, handled.company, handled.passed_by, now)
    for sale in handled.sales:
        sales.remember(connection, sale, _company_of(handled, sale), now)
    for workflow in handled.workflows:
        workflow_starts.start(connection, workflow, handled.inbox_id, now)
    todo_ends.end(connection, handled.inbox_id, handled.tasks_done, now)
    shadows.begin(connection, handled.inbox_id, handled.company or "", handled.shadowed, now)


def _tell(connection: sqlite3.Connection, handled: Handled, company: str, now: int) -> None:
    """Before the copy is changed: what differs from it is news."""
    if handled.following is not None:
        news.notice(connection, company, handled.following, handled.entries, handled.swept, handled.inbox_id, now)
    if handled.foreign is not None:
        own_writes.clear(connection, company, *handled.foreign)


def _company_of(handled: Handled, sale: Sale) -> str:
    """Whose sale it is: what goes back to a sender lies under another name."""
    return next(command.company for command in handled.commands if command.thing == sale.thing)


def keep_version(connection: sqlite3.Connection, handled: Handled) -> None:
    """This is the newest version of the event's thing; older stopped deliveries of it have given way."""
    if not handled.thing or not handled.version:
        return
    connection.execute(
        "INSERT INTO thing_version (thing, version, inbox_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET version = excluded.version, inbox_id = excluded.inbox_id",
        (handled.thing, handled.version, handled.inbox_id),
    )
    older = connection.execute(
        "SELECT id, version FROM inbox WHERE thing = ? AND id < ? AND state IN ('parked', 'held')",
        (handled.thing, handled.inbox_id),
    ).fetchall()
    if not older:
        return
    connection.executemany(
        "UPDATE inbox SET state = 'superseded', reason = ? WHERE id = ?",
        [(f"by {handled.inbox_id}", row["id"]) for row in older if not _newer(row["version"], handled.version)],
    )


def _alone(connection: sqlite3.Connection, commands: Sequence[NewCommand]) -> bool:
    """Whether these commands are all there is in their one lane, so that none gives way and the first is its head."""
    lane = own_lane(commands)
    if lane is None or lanes.busy(connection, *lane):
        return False
    company, followed = lane[0], lanes.followed(lane[1])
    return followed is None or not lanes.busy(connection, company, followed)


def own_lane(commands: Sequence[NewCommand]) -> tuple[str, str] | None:
    """The one lane (company, lane) of commands of which none takes over from another; else ``None``."""
    named = {(command.company, command.lane) for command in commands}
    purposes = {(command.kind, command.thing) for command in commands}
    return named.pop() if len(named) == 1 and len(purposes) == len(commands) else None


def _begin_lane(connection: sqlite3.Connection, commands: Sequence[NewCommand], now: int) -> None:
    for command in commands:
        outbox.add(connection, command, now)
    lanes.refresh(connection, commands[0].company, commands[0].lane)


def store_fresh(connection: sqlite3.Connection, events: Sequence[tuple[Handled, int]]) -> None:
    """Store several events, each with its moment, that are waiting, have no past, and begin a lane of their own."""
    mark_fresh(connection, events)
    many.insert(
        connection,
        "INSERT INTO thing_version (thing, version, inbox_id)",
        [(handled.thing, handled.version, handled.inbox_id) for handled, _ in events],
    )
    responses.keep(connection, [response for handled, _ in events for response in handled.responses])
    outbox.add_fresh(connection, [(command, now) for handled, now in events for command in handled.commands])
    lanes.refresh_all(connection, {(handled.commands[0].company, handled.commands[0].lane) for handled, _ in events})
    for handled, now in events:
        for sale in handled.sales:
            sales.remember(connection, sale, _company_of(handled, sale), now)


def mark_fresh(connection: sqlite3.Connection, events: Sequence[tuple[Handled, int]]) -> None:
    """:func:`mark` for several events that were handled."""
    marked = [
        (event.inbox_id, event.reason, event.kind, event.thing, event.number, event.version, now, event.company)
        for event, now in events
    ]
    table, values = many.table(marked)
    connection.execute(
        "UPDATE inbox SET state = 'handled', reason = column2, question = NULL, kind = column3, thing = column4,"  # noqa: S608 - marks only
        " number = column5, version = column6, handled_at = column7, company = coalesce(column8, company)"
        f" FROM ({table}) WHERE id = column1",
        values,
    )


def add(connection: sqlite3.Connection, command: NewCommand, now: int) -> int | None:
    """Store one command, let older ones give way to it, and tell its lane; ``None`` where its key is there already."""
    outbox_id = outbox.add(connection, command, now)
    if outbox_id is not None:
        outbox.supersede(connection, command, outbox_id, now)
        lanes.refresh(connection, command.company, command.lane)
    return outbox_id
