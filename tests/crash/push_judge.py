"""Judges a crash run of the push stream by what stands on the daemon's disk, and by its log."""

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

TOPIC = "substr(dedupe_key, 11, instr(substr(dedupe_key, 11), '/') - 1)"
"""Of a key that begins with ``push/1001/``."""
NEWEST = (
    f"SELECT {TOPIC}, dedupe_key FROM inbox"
    f" WHERE id IN (SELECT max(id) FROM inbox WHERE origin = 'push' GROUP BY {TOPIC})"
)
STANDS = "SELECT topic, 'push/1001/' || topic || '/' || offset FROM push_offset WHERE offset <> ''"


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query of the daemon's database gives; nothing before it has made its tables."""
    path = folder / "data" / "bridge.db"
    if not path.exists():
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query).fetchall()
    except sqlite3.OperationalError:
        return []
    finally:
        connection.close()


def of_offsets(folder: Path) -> list[str]:
    """At any death: each topic stands at the newest of its events in the inbox, neither before nor behind it."""
    newest = dict(rows(folder, NEWEST))
    stands = dict(rows(folder, STANDS))
    return [
        f"{topic} stands at {stands.get(topic)}, its newest row is {newest.get(topic)}"
        for topic in sorted(newest.keys() | stands.keys())
        if newest.get(topic) != stands.get(topic)
    ]


def of_events(folder: Path, told: int) -> list[str]:
    """At the end: every event is there once, was handled, and no row was handled twice."""
    bodies = rows(folder, "SELECT body FROM inbox_body")
    marks = Counter(json.loads(body)["mark"] for (body,) in bodies)
    lost = set(range(1, told + 1)) - marks.keys()
    twice = [mark for mark, count in marks.items() if count > 1]
    open_rows = rows(folder, "SELECT id, state, reason FROM inbox WHERE state NOT IN ('handled', 'ignored')")
    again = [row for row, count in Counter(_said(folder)).items() if count > 1]
    found = {"lost": sorted(lost), "there twice": sorted(twice), "not handled": open_rows, "handled twice": again}
    return [f"{what}: {len(which)}, for instance {which[0]}" for what, which in found.items() if which]


def _said(folder: Path) -> list[int]:
    """The rows of which the log says that they were handled; a kill may have lost a line, never doubled one."""
    log = (folder / "daemon.log").read_bytes().splitlines()
    lines = [json.loads(line) for line in log if line.startswith(b'{"ts"') and line.endswith(b"}")]
    return [line["inbox_id"] for line in lines if line["event"] in {"event.handled", "event.ignored"}]
