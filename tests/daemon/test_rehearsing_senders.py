"""A dry run of what is written back: a record that stands at the sender shows what of it would change."""

from pathlib import Path

import pytest

from connectors.fortnox.rehearsal import Rehearsal
from connectors.register import NOTHING_KEPT
from daemon.deciding import new_command
from daemon.rehearsing import Ground, Rehearsing
from store.db import open_database
from store.migrate import migrate
from tests.connectors.upsales.bodies import account
from tests.connectors.upsales.writing import NUMBER, NoMemory, bench, follows


@pytest.mark.asyncio
async def test_a_record_that_is_found_is_planned_once_more_with_its_link(tmp_path: Path) -> None:
    """Found by its number, changed by what differs; what is not found would be made. Nothing is sent."""
    path = tmp_path / "db.sqlite"
    migrate(path)
    async with bench() as made, open_database(path) as database:
        made.state.put("accounts", account(custom=[NUMBER]))
        ground = Ground(
            target=made.target,
            database=database,
            links=NoMemory(),
            register=NOTHING_KEPT,
            looking=False,
            approve=frozenset(),
            priority=1,
            sender={"to:ups": made.target}.get,
        )
        commands = [
            follows("1027", fields={"phone": "+46846500411"}),
            follows("1028", made_with={"name": "Kajplats AB"}, create=True),
            follows("1027", fields={"phone": "+46846500410"}),
        ]
        rows = [new_command(1, "demo", "", f"rule-{number}", command) for number, command in enumerate(commands)]
        carried = await Rehearsing(ground, Rehearsal(), {}).carry(rows)
        calls = [[(call.method, call.path) for call in one.calls] for one in carried]
        assert calls == [[("PUT", "/accounts/318")], [("POST", "/accounts")], []]
        assert [one.result for one in carried] == ["changed", "created", "unchanged"]
        assert made.state.writes == []
