"""A sender account in no table of ours is parked, never guessed, and finds its company when the table is corrected."""

from pathlib import Path

import pytest

from daemon.requests import Retry
from tests.acceptance.scene import scene
from tests.fakes.senders import order

TABLE = """
[sources.agency]
type = "standard"
secret = "generated:agency"
account_field = "account"
[sources.agency.companies]
{account} = "demo"
"""


@pytest.mark.asyncio
@pytest.mark.capability("f23")
async def test_an_unknown_account_waits_for_the_table_and_then_goes_its_way(tmp_path: Path) -> None:
    """Parked and answered 2xx; a retry changes nothing; after the table is corrected it makes its one document."""
    async with scene(tmp_path, run=False, more=TABLE.format(account="north")) as stage:
        async with stage.running():
            await stage.send({**order("SO-1"), "account": "south"}, source="agency")
            assert stage.rows("SELECT state, reason, company FROM inbox") == [("parked", "unknown_account", "")]
            await stage.act(Retry(person="anna", id="in-1"))
            await stage.until("SELECT 1 FROM inbox WHERE state = 'parked' AND question IS NOT NULL")
            assert await stage.calls() == []
        stage.more = TABLE.format(account="south")
        async with stage.running():
            await stage.act(Retry(person="anna", id="in-1"))
            await stage.settle()
        assert stage.rows("SELECT state, company FROM inbox") == [("handled", "demo")]
        assert len((await stage.state())["invoices"]) == 1
