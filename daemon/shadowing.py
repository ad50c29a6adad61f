"""Shadow: finds out, event by event, what rules in shadow mode would have done, and keeps the report."""

from collections.abc import Callable, Mapping

from connectors.base import Json
from connectors.fortnox.rehearsed_documents import documents_of
from daemon.dry_run import BACKFILL, DryRuns, Told
from daemon.dry_run_answer import held_in
from daemon.logs import get_log
from daemon.settings import Company
from store import inbox, shadows
from store.db import Database, StoreUnavailable

BITE = 50
"""Rows that are asked for at once."""

SHADOW = frozenset({"shadow"})


class RunShadows:
    """Reads with the lowest priority, and only of companies that may be asked now; the others wait."""

    def __init__(
        self,
        database: Database,
        runs: DryRuns,
        companies: Callable[[], Mapping[str, Company]],
        may_ask: Callable[[str], bool],
    ) -> None:
        self._database = database
        self._runs = runs
        self._companies = companies
        self._may_ask = may_ask

    async def __call__(self) -> int:
        """Run once; returns how many were found out."""
        after = found = 0
        while rows := await self._database.read(shadows.waiting(after, BITE)):
            for one in rows:
                found += await self._one(one)
            after = rows[-1].inbox_id
        return found

    async def _one(self, one: shadows.Waiting) -> bool:
        row = await self._database.read(inbox.stored(one.inbox_id))
        about = self._companies().get(one.company)
        if row is None or about is None or about.settings.rule(one.rule).mode != "shadow":
            await self._database.write(shadows.tell(one, None))
            return False
        if not self._may_ask(one.company):
            return False
        try:
            told = await self._runs.run(row, modes=SHADOW, rules={one.rule}, priority=BACKFILL)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of ours is shouted and kept; the others are found out
            get_log().error("shadow.failed", inbox_id=one.inbox_id, company=one.company, rule=one.rule, exc_info=error)
            await self._database.write(shadows.tell(one, None))
            return False
        if told.unasked is not None:
            return False
        await self._database.write(shadows.tell(one, report_of(told)))
        return True


def report_of(told: Told) -> Json:
    """Operations, numbers, sums and questions: what a report needs, and nothing of a party."""
    rehearsal = told.rehearsal
    return {
        "event": told.handled.kind,
        "number": told.handled.number,
        "state": told.handled.state,
        "calls": [f"{call.method} {rehearsal.shown(call.path)}" for call in rehearsal.calls],
        "documents": documents_of(rehearsal),
        "held": list(held_in(told)),
    }
