"""Replay: what today's rules ask for is compared with the commands that a delivery made, in one transaction."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from store import attempts, handling, lanes, outbox, responses, sales, workflow_starts
from store.acting import FINISHED, NotPossible, Person, note, replace_text
from store.db import Job
from store.handling import Handled
from store.outbox import NewCommand

UNSENT = frozenset({"ready", "parked", "held"})
"""States of a command that is still to leave, and of which no call is under way."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a replay did with one command.

    ``what``: stored (new), changed (unsent, has the new text), looked_first (open attempt, new text, looked for first),
    same, proposed (done and different: accept it), sent (a proposal that was accepted, stored as a new command), busy
    (a call is under way, or its last look is to come), superseded (unsent, no longer asked for), kept (no longer asked
    for, but sent or in doubt).
    """

    id: int
    kind: str
    what: str
    state: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of the delivery, and of each of its commands."""

    inbox_id: int
    company: str
    state: str
    reason: str | None
    question: str | None
    commands: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """The newest command that a delivery has under one key (or under one of its accepted successors)."""

    row: outbox.Row
    text: str
    refs: list[str]
    recheck: bool
    successors: int


def replay(handled: Handled, person: Person, *, accept: bool) -> Job[Replay]:
    """Bring the delivery's commands to what ``handled`` says; nothing that was sent is sent again by this.

    A newer version of the same thing is never overwritten. Raises :class:`store.acting.NotPossible`.
    """

    def job(connection: sqlite3.Connection) -> Replay:
        before = connection.execute("SELECT company, state FROM inbox WHERE id = ?", (handled.inbox_id,)).fetchone()
        if before["state"] in {"waiting", "reading"}:
            raise NotPossible(f"in-{handled.inbox_id} has not been handled yet: nothing to replay")
        if handled.state == "reading":
            raise NotPossible(
                f"in-{handled.inbox_id} would have to be read at its sender again: what was read for it is gone, or is "
                "not all that today's rules need"
            )
        _refuse_older(connection, handled)
        note(connection, person, "replay --accept" if accept else "replay", f"in-{handled.inbox_id}")
        refused = handled.state in {"parked", "held"}
        if not (refused and before["state"] == "handled"):
            handling.mark(connection, handled, handled.state, handled.reason, person.now)
        changed: list[Changed] = []
        if not refused:
            handling.keep_version(connection, handled)
            responses.keep(connection, handled.responses)
            changed = [_apply(connection, command, person, accept=accept) for command in handled.commands]
            for sale in handled.sales:
                sales.remember(connection, sale, handled.commands[0].company, person.now)
            for workflow in handled.workflows:
                workflow_starts.start(connection, workflow, handled.inbox_id, person.now)
            changed += _no_longer_asked_for(connection, handled, person)
        return Replay(
            handled.inbox_id, before["company"], handled.state, handled.reason, handled.question, tuple(changed)
        )

    return job


def renew(handled: Handled) -> Job[None]:
    """Give the delivery's commands that have not left what ``handled`` says; none is added, ended or sent by this.

    Raises :class:`store.acting.NotPossible` where a newer version of the same thing was handled.
    """

    def job(connection: sqlite3.Connection) -> None:
        _refuse_older(connection, handled)
        for wanted in handled.commands if handled.state == "handled" else ():
            stored = _newest(connection, wanted.inbox_id, wanted.key)
            if stored is None or stored.text == wanted.text or stored.row.state not in UNSENT:
                continue
            if not stored.recheck and not attempts.open_for_thing(connection, stored.row.thing):
                _write_anew(connection, stored.row.id, wanted)

    return job


def _refuse_older(connection: sqlite3.Connection, handled: Handled) -> None:
    if not handled.thing or not handled.version:
        return
    row = connection.execute("SELECT version, inbox_id FROM thing_version WHERE thing = ?", (handled.thing,)).fetchone()
    if row is None or row["inbox_id"] == handled.inbox_id:
        return
    newest, ours = Decimal(row["version"]), Decimal(handled.version)
    if newest > ours or (newest == ours and row["inbox_id"] > handled.inbox_id):
        raise NotPossible(
            f"a newer version of the same thing was handled after in-{handled.inbox_id}: replay in-{row['inbox_id']}"
        )


def _apply(connection: sqlite3.Connection, wanted: NewCommand, person: Person, *, accept: bool) -> Changed:
    stored = _newest(connection, wanted.inbox_id, wanted.key)
    if stored is None:
        return _stored_as(connection, wanted, person, "stored")
    row = stored.row
    same = stored.text == wanted.text and stored.refs == list(wanted.refs)
    # One that was superseded unsent and is asked for again never went out: it is simply stored anew.
    if row.state == "superseded":
        return _stored_as(connection, _successor(wanted, stored), person, "stored")
    if same:
        return Changed(row.id, row.kind, "same", row.state)
    if row.state in FINISHED:
        if not accept:
            return Changed(row.id, row.kind, "proposed", row.state)
        return _stored_as(connection, _successor(wanted, stored), person, "sent")
    return _rewrite(connection, stored, wanted, person)


def _rewrite(connection: sqlite3.Connection, stored: _Stored, wanted: NewCommand, person: Person) -> Changed:
    row = stored.row
    doubts = attempts.open_for_thing(connection, row.thing)
    if row.state == "in_flight" or stored.recheck or any(doubt.end == "in_flight" for doubt in doubts):
        return Changed(row.id, row.kind, "busy", row.state)
    _write_anew(connection, row.id, wanted)
    state = "unknown" if doubts else "ready"
    outbox.move(connection, row.id, state, due_at=person.now)
    return Changed(row.id, row.kind, "looked_first" if doubts else "changed", state)


def _write_anew(connection: sqlite3.Connection, outbox_id: int, wanted: NewCommand) -> None:
    replace_text(connection, outbox_id, wanted.text)
    connection.execute(
        "UPDATE outbox SET refs = ?, priority = 0, attempts = 0, rule_version = ?, mapping_version = ? WHERE id = ?",
        (json.dumps(list(wanted.refs)), wanted.rule_version, wanted.mapping_version, outbox_id),
    )


def _stored_as(connection: sqlite3.Connection, command: NewCommand, person: Person, what: str) -> Changed:
    outbox_id = handling.add(connection, command, person.now)
    assert outbox_id is not None, "the key was not there a moment ago, in this transaction"
    return Changed(outbox_id, command.kind, what, "ready")


def _successor(wanted: NewCommand, stored: _Stored) -> NewCommand:
    return replace(wanted, key=f"{wanted.key}/r{stored.successors + 1}", priority=0)


def _no_longer_asked_for(connection: sqlite3.Connection, handled: Handled, person: Person) -> Iterator[Changed]:
    wanted = {command.key for command in handled.commands}
    rows = connection.execute(
        "SELECT id, key, recheck FROM outbox WHERE inbox_id = ? AND finished_at IS NULL ORDER BY id",
        (handled.inbox_id,),
    ).fetchall()
    for entry in rows:
        if _base(entry["key"]) in wanted:
            continue
        row = outbox.read(connection, entry["id"])
        if row.state == "in_flight" or entry["recheck"] or attempts.open_for_thing(connection, row.thing):
            yield Changed(row.id, row.kind, "kept", row.state)
            continue
        outbox.finish(connection, row.id, "superseded", person.now, reason="replay")
        # What waits for this thing looks again who makes it now.
        lanes.wake(connection, f"thing:{row.thing}", person.now)
        yield Changed(row.id, row.kind, "superseded", "superseded")


def _newest(connection: sqlite3.Connection, inbox_id: int, key: str) -> _Stored | None:
    rows = [
        row
        for row in connection.execute(
            "SELECT o.id, o.key, o.refs, o.recheck, p.command FROM outbox o"
            " LEFT JOIN outbox_payload p ON p.outbox_id = o.id WHERE o.inbox_id = ? ORDER BY o.id",
            (inbox_id,),
        ).fetchall()
        if _base(row["key"]) == key
    ]
    if not rows:
        return None
    last = rows[-1]
    return _Stored(
        row=outbox.read(connection, last["id"]),
        text=last["command"] or "",
        refs=json.loads(last["refs"]),
        recheck=bool(last["recheck"]),
        successors=len(rows) - 1,
    )


def _base(key: str) -> str:
    """The key without its generation: ``12/book_order/ensure_invoice/THING/r2`` names the same command as without."""
    head, _, tail = key.rpartition("/")
    return head if tail.startswith("r") and tail[1:].isdigit() else key
