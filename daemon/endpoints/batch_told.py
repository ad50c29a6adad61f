"""How a batch stands: its counts, and a page of its rows with what became of each."""

from collections.abc import Mapping
from typing import Any

from daemon.endpoints.states import shown
from daemon.times import iso
from store import clients
from store.db import Read
from store.standing import STOPPED, standing


async def batch_told(read: Read, company: str, batch_id: str, after: int, limit: int) -> dict[str, Any] | None:
    """The batch with at most ``limit`` rows from place ``after`` on; ``None`` where there is none of that id."""
    batch = await read(clients.batch(company, batch_id))
    if batch is None:
        return None
    counts = {"rows": batch.rows} | await read(clients.counts(company, batch_id))
    rows = await read(clients.rows(company, batch_id, after=after, limit=limit))
    stands = {one.inbox_id: one for one in await read(standing([row.inbox_id for row in rows if row.inbox_id]))}
    told = [
        {"row_id": row.row_id}
        | ({"status": "refused", "question": row.fault} if row.inbox_id is None else shown(stands[row.inbox_id]))
        for row in rows
    ]
    following = after + len(rows)
    return {
        "batch_id": batch.batch_id,
        "timestamp": iso(batch.received_at),
        "status": status_of(counts),
        "counts": counts,
        "rows": told,
    } | ({"next": following} if following < batch.rows else {})


def status_of(counts: Mapping[str, int]) -> str:
    """``running`` until every row is at rest; then ``done``, or ``needs_attention`` where one stopped or is faulty."""
    if counts.get("accepted", 0) + counts.get("running", 0):
        return "running"
    return "needs_attention" if any(counts.get(word, 0) for word in (*STOPPED, "refused")) else "done"
