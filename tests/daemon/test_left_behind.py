"""Commands for a sender that is no longer written to: said until a person ends them, and still to be found."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon import screens
from daemon.cli import main
from daemon.cli.looking import read_store
from daemon.config import load_config
from daemon.deciding import new_command
from daemon.opening import database_path
from handlers.commands import SetSenderFields
from handlers.values import Ref
from store import handling, inbox, reading
from store.db import open_database
from store.inbox import Arrival
from store.migrate import migrate
from tests.fakes.configuration import unserved


def left(path: Path) -> None:
    """One command for ``to:crm``, which waits."""
    told = Ref(system="crm", kind="order_told", id="7")
    command = SetSenderFields(
        target="crm", company="demo", thing=told, record="order", id="7", fields={"stage": "lost"}
    )

    async def store() -> None:
        async with open_database(path) as database:
            at = datetime(2026, 11, 1, tzinfo=UTC)
            await database.write(inbox.accept_all([Arrival("crm", "demo", "7", {}, b"{}", at)]))
            row = new_command(1, "demo", "", "follow_document", command)
            await database.write(lambda connection: handling.add(connection, row, 0))

    migrate(path)
    asyncio.run(store())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose database holds a command for a sender that it does not name."""
    path = unserved(tmp_path)
    folder = load_config(path, resolve_secrets=True).data_dir
    left(database_path(folder))
    return path


def ask(config: Path, *words: str) -> Result:
    """Run the command in this process, without a daemon."""
    return CliRunner().invoke(main, [*words, "--config", str(config)], catch_exceptions=False)


def unfinished(config: Path) -> Any:
    """What the counters say."""

    async def look(read: Any) -> Any:
        return await read(reading.unfinished)

    return read_store(load_config(config, resolve_secrets=False), look)


def test_what_nothing_carries_is_said_and_can_be_ended(config: Path) -> None:
    """``status`` names it as trouble, the lists show it, ``discard`` ends it, and then it is not said any more."""
    assert unfinished(config) == {"to:crm": {"ready": 1}}
    shown = ask(config, "status")
    assert shown.exit_code == 1
    assert "NOT IN THE CONFIGURATION: to:crm: 1 ready" in shown.stdout
    for words in (["outbox", "--company", "to:crm"], ["explain", "out-1", "--company", "to:crm"]):
        listed = ask(config, *words)
        assert (listed.exit_code, listed.stderr) == (0, ""), words
        assert "set_sender_fields" in listed.stdout
    assert ask(config, "held", "to:crm").exit_code == 0
    assert ask(config, "discard", "out-1", "--reason", "the account was closed").exit_code == 0
    assert unfinished(config) == {}
    assert "to:crm" not in ask(config, "status").stdout
    gone = ask(config, "outbox", "--company", "to:crm")
    assert (gone.exit_code, gone.stderr) == (2, "fortnox-bridge: there is no company to:crm\n")


def test_what_a_running_daemon_still_carries_is_not_left_behind(config: Path) -> None:
    """It goes on with what it began with until a restart."""
    loaded = load_config(config, resolve_secrets=False)

    def left_behind(live: dict[str, Any]) -> list[str]:
        async def look(read: Any) -> list[str]:
            shown = await screens.status(read, loaded, live, 0)
            return [entry["name"] for entry in shown["left_behind"]]

        return read_store(loaded, look)

    assert left_behind({"companies": {"to:crm": {}}}) == []
    assert left_behind({"companies": {"demo": {}}}) == ["to:crm"]


@pytest.mark.parametrize(
    "words",
    [
        ("pause", "to:crm", "--reason", "x"),
        ("retry", "--company", "to:crm"),
        ("usage", "--company", "to:crm"),
        ("doctor", "to:crm"),
        ("register", "tell", "to:crm"),
        ("company", "declare-empty", "to:crm"),
        ("dry-run", "--sample", "--source", "shop", "--company", "to:crm"),
        ("link", "out-1", "account:7"),
        ("replay", "in-1"),
    ],
    ids=lambda words: words[0],
)
def test_what_cannot_be_done_with_it_is_a_line(config: Path, words: tuple[str, ...]) -> None:
    """It is no company, and nobody reaches it any more."""
    result = ask(config, *words)
    assert result.exit_code in {1, 2}
    assert result.stderr.startswith("fortnox-bridge: ")
    assert len(result.stderr.splitlines()) == 1
