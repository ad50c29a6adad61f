"""What an outage took is given back, and nothing else is touched."""

from pathlib import Path

from store import delivering, lanes, outages, outbox
from tests.store.rows import NOW, begun, command, event, opened, row, unknown

EXHAUSTED = "every attempt was used"
LATER = NOW + 60_000


def test_attempts_come_back_and_the_command_is_due_at_once(tmp_path: Path) -> None:
    """As many as it is owed, and never more than it used; its lane knows when it is due."""
    with opened(tmp_path) as connection:
        [first] = event(connection, command("T1", lane="a"))
        [second] = event(connection, command("T2", lane="b"))
        for outbox_id, used in ((first, 3), (second, 1)):
            for _ in range(used):
                delivering.put_back(
                    outbox_id, NOW, state="ready", due_at=LATER, reason="server_fault", uses_attempt=True
                )(connection)
        assert outages.give_back([first, first, second, second], NOW, exhausted=EXHAUSTED)(connection) == []
        rows = [row(connection, outbox_id) for outbox_id in (first, second)]
        assert [(found["attempts"], found["due_at"], found["reason"]) for found in rows] == [
            (1, NOW, "server_fault"),
            (0, NOW, "server_fault"),
        ]
        assert lanes.next_due("demo", ())(connection) == NOW


def test_what_was_parked_for_want_of_attempts_goes_again(tmp_path: Path) -> None:
    """With a call whose end is unknown it is looked for first; another question stays; what has ended stays."""
    with opened(tmp_path) as connection:
        ids = [event(connection, command(f"T{number}", lane=f"lane {number}"))[0] for number in range(4)]
        clean, doubtful, asked, ended = ids
        unknown(connection, doubtful, begun(connection, doubtful, "T1"))
        for outbox_id, question in ((clean, EXHAUSTED), (doubtful, EXHAUSTED), (asked, "which customer?")):
            outbox.stop(connection, outbox_id, "parked", NOW, reason="server_fault", question=question)
        outbox.finish(connection, ended, "discarded", NOW)
        assert outages.give_back(ids, NOW, exhausted=EXHAUSTED)(connection) == [clean, doubtful]
        states = [(row(connection, outbox_id)["state"], row(connection, outbox_id)["question"]) for outbox_id in ids]
        assert states == [("ready", None), ("unknown", None), ("parked", "which customer?"), ("discarded", None)]
