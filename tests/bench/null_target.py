"""The daemon with a null target: everything of ours is on, and the far side is one POST to a local handler."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from random import Random

import aiohttp

from connectors.base import Budget, Json, Link, Settled, Sighting, Target, Task, UnknownEnd, Write
from connectors.transport import TransportError, call, open_session
from connectors.windows import Windows
from daemon import logs
from daemon.app import running
from daemon.assembly import Parts
from daemon.clock import Clock
from daemon.config import load_config
from daemon.interpreter import tune
from daemon.settings import Company
from handlers.commands import Command, EnsureInvoice
from handlers.events import Event
from handlers.facts import Facts
from handlers.routes import ROUTES, Rule
from handlers.settings import CompanySettings
from store import links
from store.db import Database
from store.links import LinkRow
from store.tokens import SealedTokens
from tests.bench.null_rule import BUYER, note_order

ROOM = 1000


class NullTarget:
    """Every write is one POST; nothing is looked up, and the window is off."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """``url`` is the local handler."""
        self._session = session
        self._url = url

    def far_object(self, _: Task) -> str | None:
        """A new document each time."""
        return None

    async def plan(self, task: Task) -> Write:
        """The one call."""
        evidence: Json = {"mark": task.thing}
        return Write(f"create_{task.command.kind}", "POST", "/", evidence, creates=True, evidence=evidence)

    async def perform(self, task: Task, write: Write) -> Settled:
        """Send it, and read the answer."""
        body = json.dumps(write.body).encode()
        headers = {"Content-Type": "application/json"}
        try:
            await call(self._session, "POST", self._url, headers=headers, body=body, timeout_seconds=30.0)
        except TransportError as error:
            raise UnknownEnd(error.reason, system="null", operation=write.operation) from error
        return Settled(Link("document", task.thing[:8], {}), "created")

    async def look(self, _: Task, _operation: str, _evidence: Json) -> Sighting:
        """Nothing is ever found."""
        return Sighting(None, {})

    async def identify(self, _: Task, kind: str, number: str) -> Settled:
        """A person's word is taken."""
        return Settled(Link(kind, number, {}), "found")

    async def probe(self) -> None:
        """It is there."""

    def room(self) -> int:
        """The window is off."""
        return ROOM

    def place(self, priority: int) -> AbstractAsyncContextManager[None]:
        """The window is off."""
        return nullcontext()

    def budget(self) -> Budget:
        """No limit."""
        return Budget(0, 1.0, 0, 0)

    def expect(self) -> AbstractContextManager[None]:
        """Nothing to keep room in."""
        return nullcontext()

    def reserve(self) -> AbstractContextManager[None]:
        """Nothing to keep a place of."""
        return nullcontext()

    def room_in(self) -> float:
        """Now."""
        return 0.0


def _routes(rules: str) -> dict[str, tuple[Rule, ...]]:
    """The ordinary table, with one command for each order: a small one, or (``rules`` ordinary) the whole invoice."""
    (rule,) = ROUTES["order_changed"]

    def invoice_only(event: Event, settings: CompanySettings, facts: Facts) -> tuple[Command, ...]:
        made = rule.decide(event, settings, facts)
        return tuple(command for command in made if isinstance(command, EnsureInvoice))

    decide = invoice_only if rules == "ordinary" else note_order
    return {**ROUTES, "order_changed": (Rule(rule.name, decide),)}


async def _serve(config_path: Path, far_side: str, rules: str) -> None:
    @asynccontextmanager
    async def open_target(
        _: Company, database: Database, _t: SealedTokens, _c: Clock, _r: Random, _w: Windows
    ) -> AsyncIterator[Target]:
        link = LinkRow(BUYER.thing("demo"), "demo", "customer", "1", {}, verified=True)
        await database.write(lambda connection: links.save(connection, link, outbox_id=0, now=0))
        async with open_session() as session:
            yield NullTarget(session, far_side)

    logs.configure()
    tune()
    async with running(load_config(config_path), parts=Parts(routes=_routes(rules), open_target=open_target)):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), *sys.argv[2:]))
