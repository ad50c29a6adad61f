"""A short crash run on the build as it is: nothing lost, nothing doubled."""

from pathlib import Path

import pytest

from tests.crash.driver import crash
from tests.crash.options import Options

pytestmark = [pytest.mark.slow, pytest.mark.timeout(450)]


@pytest.mark.asyncio
@pytest.mark.capability("f62", "f1", "f51", "f61", "000-45")
async def test_killed_in_mid_work_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """Three SIGKILLs, every healing fault on, here and at the senders: what was told stands in Fortnox exactly once."""
    said: list[str] = []
    outcome = await crash(Options(seed=21, kills=3, webhooks=52, folder=tmp_path, deadline_seconds=400), said.append)
    assert outcome.findings == []
    assert (outcome.exits, outcome.refused, outcome.quiet) == ([], [], True)
    assert (outcome.kills, len(said)) == (3, 3)
    assert outcome.sent == 52
    assert 20 < outcome.acked <= 52
    assert outcome.faults > 10
    assert outcome.certain > 10
    assert outcome.failed_reads > 0
    assert outcome.throttled == 0
    made = ("articles", "offers", "orders", "invoices", "payments", "projects", "labels", "vouchers")
    assert min(outcome.documents[kind] for kind in made) > 0
    assert outcome.last_line == f"kills=3 sent=52 acked={outcome.acked} lost=0 doubled=0"
