"""The first import into senders: once to the same followers, and again where somebody follows who was told nothing."""

import sqlite3
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from daemon.clock import Clock
from daemon.following import NoDaemon
from daemon.introducing import Introducing
from daemon.requests import Introduce
from daemon.settings import Config
from handlers.settings import WriteBack
from store.db import open_database
from store.migrate import migrate
from tests.handlers.examples import company


def _run(statement: str, name: str, connection: sqlite3.Connection) -> None:
    connection.execute(statement, (name,))


LINKED, ALL = WriteBack(parties="linked"), WriteBack(parties="all")


@pytest.mark.asyncio
async def test_whoever_follows_later_is_told_everything_too(tmp_path: Path) -> None:
    """The same followers are told once; one more of them, or one that takes back more, has everything told anew."""
    path = tmp_path / "db.sqlite"
    migrate(path)
    name = company().name
    async with open_database(path) as database:
        for statement in (
            "INSERT INTO register_age VALUES (?, 'customers', 1, 1, NULL)",
            "INSERT INTO register VALUES (?, 'customers', '1', '{}', 1)",
            "INSERT INTO register VALUES (?, 'customers', '2', '{}', 1)",
        ):
            await database.write(partial(_run, statement, name))
        backs: dict[str, WriteBack] = {}

        def config() -> Config:
            settings = company().model_copy(update={"write_backs": dict(backs)})
            return cast(Config, SimpleNamespace(companies={name: SimpleNamespace(settings=settings)}))

        introducing = Introducing(config=config, database=database, clock=Clock(), follow=NoDaemon())

        async def made(**told: WriteBack) -> int:
            backs.clear()
            backs.update(told)
            answer = await introducing.perform(Introduce(person="anna", company=name, begin=True))
            assert answer["introduced"]["senders"] == sorted(told)
            return int(answer["introduced"]["deliveries"])

        assert [await made(crm=LINKED), await made(crm=LINKED)] == [2, 0]
        assert [await made(crm=LINKED, other=LINKED), await made(crm=LINKED, other=LINKED)] == [2, 0]
        assert [await made(crm=ALL, other=LINKED), await made(other=LINKED, crm=ALL)] == [2, 0]
