"""`reseal`: a new state key takes over, beside the daemon and without it, and the old one may go."""

import json
import sqlite3
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from daemon import resealing
from daemon.opening import database_path
from store.resealing import TABLES
from tests.acceptance.person import asked
from tests.acceptance.scene import CompanyPlan, Scene, scene
from tests.fakes.senders import order

SEALED_BODIES = "[retention]\nseal_bodies = true\n"
SEALED = "SELECT sealed FROM token UNION ALL SELECT body FROM inbox_body WHERE sealed = 1"
BIT_BY_BIT = 0.0


def keys(here: Scene, *lines: str) -> None:
    """What state_key holds."""
    (here.data / "secrets" / "state-key").write_text("\n".join(lines), encoding="utf-8")


def opened(here: Scene, key: str) -> list[bool]:
    """Whether the key alone opens each sealed value."""
    found = []
    for (value,) in here.rows(SEALED):
        try:
            Fernet(key).decrypt(value)
        except InvalidToken:
            found.append(False)
        else:
            found.append(True)
    return found


async def resealed(here: Scene, code: int = 0) -> dict[str, int]:
    """What the command says that it did."""
    result = await asked(here, "reseal", "--json")
    assert result.exit_code == code, result.output
    found: dict[str, int] = json.loads(result.stdout)
    return found


@pytest.mark.asyncio
@pytest.mark.capability("f88")
async def test_the_newest_key_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards the old key alone opens nothing and the new one alone opens everything, and work goes on."""
    monkeypatch.setattr(resealing, "BITE", 2)
    monkeypatch.setattr(resealing, "SECONDS", BIT_BY_BIT)
    plan = CompanyPlan(fortnox='grant = "authorization_code"')
    async with scene(tmp_path, plan, run=False, more=SEALED_BODIES, simulator={"service_consent": False}) as here:
        async with here.running():
            await here.connect()
            await here.send(order("SO-1"), order("SO-2"), order("SO-3"))
            await here.settle()
        first = (here.data / "secrets" / "state-key").read_text(encoding="utf-8").strip()
        second, third = (Fernet.generate_key().decode() for _ in range(2))
        keys(here, second, first)
        async with here.running():
            assert await resealed(here) == {"looked": 4, "resealed": 4, "unreadable": 0}
            assert await resealed(here) == {"looked": 4, "resealed": 0, "unreadable": 0}
            assert (opened(here, first), opened(here, second)) == ([False] * 4, [True] * 4)
        keys(here, third, second)
        assert await resealed(here) == {"looked": 4, "resealed": 4, "unreadable": 0}
        assert (opened(here, second), opened(here, third)) == ([False] * 4, [True] * 4)
        keys(here, third)
        async with here.running():
            here.simulator.tokens.kill_access(1001)
            await here.send(order("SO-4"))
            await here.settle()
            assert len((await here.state())["invoices"]) == 4
            shown = await asked(here, "explain", "in-1", "--body")
            assert "SO-1" in shown.stdout


@pytest.mark.asyncio
async def test_what_no_key_opens_stays_as_it_is(tmp_path: Path) -> None:
    """It is counted, the rest is sealed anew, and the old key must not go yet."""
    async with scene(tmp_path, run=False, more=SEALED_BODIES) as here:
        async with here.running():
            await here.send(order("SO-1"), order("SO-2"))
            await here.settle()
        strange = Fernet(Fernet.generate_key()).encrypt(b"{}")
        with sqlite3.connect(database_path(here.data)) as database:
            database.execute("UPDATE inbox_body SET body = ? WHERE inbox_id = 1", (strange,))
        first = (here.data / "secrets" / "state-key").read_text(encoding="utf-8").strip()
        keys(here, Fernet.generate_key().decode(), first)
        result = await asked(here, "reseal")
        assert result.exit_code == 1
        assert "1 open with none of the keys and stay as they are" in result.stdout
        assert await resealed(here, 1) == {"looked": 2, "resealed": 0, "unreadable": 1}
        assert here.rows("SELECT body FROM inbox_body WHERE inbox_id = 1") == [(strange,)]


def test_no_table_with_sealed_values_is_left_out() -> None:
    """A new one must be placed, or its values would die with the old key."""
    schema = (Path(resealing.__file__).parents[1] / "store" / "schema.sql").read_text(encoding="utf-8")
    sealed = {part.split()[0] for part in schema.split("CREATE TABLE ")[1:] if "\n    sealed " in part}
    assert sealed == set(TABLES)
