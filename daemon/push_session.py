"""One connection to the push stream, from the first command to its end: who listens, from where, and what is stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import anyio

from connectors.base import CredentialsLost, OutsideError
from connectors.fortnox.claims import scopes_in
from connectors.fortnox.client import AccessTokens
from connectors.fortnox.push_frames import (
    EARLIEST,
    LIST_TENANTS,
    SUBSCRIBE,
    PushedEvent,
    add_tenant,
    add_topics,
)
from connectors.fortnox.push_stream import PushLost, PushStream
from connectors.fortnox.register_entries import REGISTERED
from connectors.fortnox.source import key_of
from connectors.fortnox.topics import DOCUMENTS, REGISTERS, WRITTEN, document_of, meaning_of, told_of, written_of
from daemon.clock import Clock
from daemon.logs import Log
from daemon.push_state import PushState
from handlers.following import DOCUMENT_COMMENTS
from handlers.following import DOCUMENTS as SALES
from store import companies, push
from store.db import Database
from store.inbox import Arrival, Seal
from store.push import NO_EVENT_YET, Standing, Told

RETENTION = timedelta(days=13)
"""Away for longer than this, events may be gone: Fortnox keeps them for 14 days (Fortnox facts, section 7.4)."""

TOGETHER = 64
"""Events that are stored in one transaction at most."""

CHECK_SECONDS = 30.0
"""How often the stream is asked who is listened to, and whether a token is to be renewed."""

LONGEST_LEFT_OUT_SECONDS = 900.0


@dataclass(slots=True)
class Listener:
    """One company as the stream knows it. ``refused`` has its credentials proved; ``may_ask`` says whether they work.

    ``topics`` are told to it besides those of its registers; of these it is told what its token may read (``told``).
    ``followed``: it is told, too, which of its documents were cancelled or became others, or were written in.
    ``again_at`` (monotonic) is when a refused one is tried.
    """

    company: str
    source: str
    secret: str
    stated_tenant: int | None
    topics: frozenset[str]
    credentials: AccessTokens
    may_ask: Callable[[], bool]
    refused: Callable[[], None]
    tries: int = 0
    again_at: float = 0.0
    told: frozenset[str] = frozenset()
    followed: frozenset[str] = frozenset()

    def wants(self, event: PushedEvent) -> bool:
        """Whether an event is one for this company."""
        meaning = meaning_of(event.topic, event.kind)
        told = event.topic in REGISTERS if meaning is None else meaning.resource in self.told
        told = told or (DOCUMENT_COMMENTS in self.followed and written_of(event.topic, event.kind) is not None)
        told = told or (SALES in self.followed and document_of(event.topic, event.kind) is not None)
        return told or event.topic in self.topics


@dataclass(frozen=True, slots=True)
class PushApp:
    """One app's stream: who listens to it, and what a connection works with. ``client`` names it in the store."""

    name: str
    client: str
    address: str
    listeners: Mapping[str, Listener]
    state: PushState
    database: Database
    clock: Clock
    log: Log
    seal: Seal | None
    arrived: Callable[[], None]
    sweep: Callable[[str], None]
    beat: Callable[[], None]
    idle: Callable[[], None]
    changed: Callable[[], None] = field(default=lambda: None)

    @property
    def topics(self) -> list[str]:
        """Every topic that anybody wants."""
        wanted = {topic for listener in self.listeners.values() for topic in listener.topics}
        followed = {what for listener in self.listeners.values() for what in listener.followed}
        wanted |= DOCUMENTS.keys() if SALES in followed else set()
        wanted |= WRITTEN.keys() if DOCUMENT_COMMENTS in followed else set()
        return sorted({*REGISTERS, *wanted})


class PushSession:
    """One connection. Its end, whatever it is, is a :class:`PushLost`: the next connection goes on from the store."""

    def __init__(self, app: PushApp, stream: PushStream) -> None:
        self.subscribed = False
        self._app = app
        self._stream = stream
        self._tenants: dict[int, Listener] = {}
        self._tokens: dict[str, str] = {}
        self._said: set[str] = set()

    async def run(self) -> None:
        """Introduce ourselves, then store what comes; always ends with :class:`PushLost` or ``StoreUnavailable``."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stream.run)
            await self._introduce()
            tasks.start_soon(self._store)
            tasks.start_soon(self._tell_when_caught_up)
            await self._keep()

    # --- hello ------------------------------------------------------------------------------------------------------

    async def _introduce(self) -> None:
        """Tenants, then topics, then subscribe (Fortnox facts, section 7.1); only then a row is written."""
        app = self._app
        started = app.clock.monotonic()
        standing = await app.database.read(push.standing(app.client))
        for listener in app.listeners.values():
            await self._add(listener)
        if not self._tenants:
            raise PushLost("nobody")
        topics, anew = await self._add_topics(standing)
        if not (await self._stream.command({"command": SUBSCRIBE})).worked:
            raise PushLost("refused")
        now = app.clock.now()
        reasons = self._reasons(standing, topics, anew)
        await app.database.write(push.begin(app.client, topics, reasons, app.clock.milliseconds()))
        app.state.opened(now, frozenset(REGISTERS) - topics, lambda: self._stream.waiting)
        for name, reason in reasons.items():
            self._begun(name, reason)
        self.subscribed = True
        took = round((app.clock.monotonic() - started) * 1000, 1)
        app.log.info("push.connected", stream=app.name, tenants=len(self._tenants), topics=len(topics), ms=took)

    async def _add_topics(self, standing: Standing) -> tuple[frozenset[str], bool]:
        """The topics that were taken, and whether an offset of ours was refused, so that events may have been missed.

        What is refused is tried without its offset, then left. Where no topic is named, the offsets that are none are
        given up first, then all.
        """
        positions, anew = self._positions(standing), False
        while not (answer := await self._stream.command(add_topics(positions))).worked:
            named = answer.refused & positions.keys()
            suspects = named or {topic for topic, at in positions.items() if at == EARLIEST} or {*positions}
            with_offset = {topic for topic in suspects if positions[topic] is not None}
            if with_offset:
                positions, anew = positions | dict.fromkeys(with_offset), True
            else:
                for topic in sorted(named):
                    self._app.log.error("push.topic_refused", stream=self._app.name, topic=topic)
                    del positions[topic]
            if not (named or with_offset) or not positions:
                raise PushLost("refused")
        return frozenset(positions), anew

    def _positions(self, standing: Standing) -> dict[str, str | None]:
        """Where each topic goes on. One that told nothing yet goes on with the earliest that is kept: without an
        offset, what came while we were away would be passed over."""
        known = {topic: EARLIEST if at == NO_EVENT_YET else at for topic, at in standing.offsets.items()}
        return {topic: known.get(topic) for topic in self._app.topics}

    def _reasons(self, standing: Standing, topics: frozenset[str], offset_refused: bool) -> dict[str, str | None]:
        """Why each company begins anew, if it does: what it knows of its registers is in doubt then."""
        attended = standing.attended_at
        away = self._app.clock.milliseconds() - (attended or 0) > RETENTION / timedelta(milliseconds=1)
        whole = {topic for topic in REGISTERS if topic in topics} <= standing.offsets.keys()
        for_all = "away" if away else "offset_refused" if offset_refused else None if whole else "new_topic"
        return {
            listener.company: for_all if listener.company in standing.companies else "first"
            for listener in self._tenants.values()
        }

    def _begun(self, company: str, reason: str | None) -> None:
        self._app.state.attached(company, self._app.listeners[company].told, anew=reason is not None)
        self._app.changed()
        if reason is not None:
            self._app.log.warning("push.doubted", stream=self._app.name, company=company, reason=reason)

    # --- tenants ----------------------------------------------------------------------------------------------------

    async def _add(self, listener: Listener) -> bool:
        """Add the company with a fresh token, or say why not; the others go on."""
        if not listener.may_ask():
            listener.tries, listener.again_at = 0, 0.0
            return await self._leave_out(listener, "credentials")
        if self._app.clock.monotonic() < listener.again_at:
            return False
        expected = await self._tenant_of(listener)
        if expected is None:
            return await self._leave_out(listener, "not_connected")
        try:
            access = await listener.credentials.token()
        except CredentialsLost:
            return await self._refused(listener, "credentials")
        except OutsideError:
            return await self._leave_out(listener, "no_token")
        answer = await self._stream.command(add_tenant(listener.secret, access))
        if not answer.worked:
            listener.credentials.invalidate(access)
            return await self._refused(listener, "refused")
        if answer.tenants is not None and expected not in answer.tenants:
            return await self._refused(listener, "another_company")
        self._tenants[expected] = listener
        self._tokens[listener.company] = access
        listener.tries, listener.told = 0, told_of(scopes_in(access)) & REGISTERED.keys()
        return True

    async def _tenant_of(self, listener: Listener) -> int | None:
        """Whom the company's token must open: the stated tenant, or the one it was pinned to at its first connect."""
        if listener.stated_tenant is not None:
            return listener.stated_tenant
        row = await self._app.database.read(lambda connection: companies.read(connection, listener.company))
        return int(row.tenant) if row.tenant is not None and row.tenant.isdigit() else None

    async def _refused(self, listener: Listener, reason: str) -> bool:
        """Fortnox does not want this company: its credentials are proved, and it is tried again less and less often."""
        app = self._app
        wait = min(CHECK_SECONDS * 2**listener.tries, LONGEST_LEFT_OUT_SECONDS)
        listener.tries += 1
        listener.again_at = app.clock.monotonic() + wait
        app.log.warning("push.refused", stream=app.name, company=listener.company, reason=reason)
        listener.refused()
        return await self._leave_out(listener, reason)

    async def _leave_out(self, listener: Listener, reason: str) -> bool:
        """On disk first: from then on the others' offsets move on without this company."""
        if self._tokens.pop(listener.company, None) is not None:
            await self._app.database.write(push.leave(listener.company))
        self._tenants = {tenant: other for tenant, other in self._tenants.items() if other is not listener}
        self._app.state.left_out(listener.company, reason)
        return False

    # --- keeping it ---------------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Ask now and then who is listened to: that proves the stream, and shows a consent that was revoked."""
        app = self._app
        while True:
            await app.clock.sleep(CHECK_SECONDS)
            answer = await self._stream.command({"command": LIST_TENANTS})
            app.state.heard()
            await app.database.write(push.attend(app.client, app.clock.milliseconds()))
            if answer.worked and answer.tenants is not None:
                for tenant in self._tenants.keys() - answer.tenants:
                    await self._gone(self._tenants[tenant])
            for listener in app.listeners.values():
                await self._renew(listener)
            self._say_unread(self._stream.unread)

    async def _gone(self, listener: Listener) -> None:
        """Its events have stopped: a consent that was revoked, most likely."""
        listener.credentials.invalidate(self._tokens[listener.company])
        await self._refused(listener, "gone")

    async def _renew(self, listener: Listener) -> None:
        """Add the company with a new token before the old one ends, or again where it was left out."""
        app, held = self._app, self._tokens.get(listener.company)
        if held is None:
            if await self._add(listener):
                await app.database.write(push.join(app.client, listener.company, "left_out", app.clock.milliseconds()))
                self._begun(listener.company, "left_out")
        elif not listener.may_ask() or await self._has_newer(listener, held):
            before = listener.told
            if await self._add(listener) and listener.told - before:
                await app.database.write(push.join(app.client, listener.company, "scopes", app.clock.milliseconds()))
                self._begun(listener.company, "scopes")

    async def _has_newer(self, listener: Listener, held: str) -> bool:
        try:
            return await listener.credentials.token() != held
        except CredentialsLost:
            return True
        except OutsideError:
            return False

    # --- what comes ---------------------------------------------------------------------------------------------------

    async def _store(self) -> None:
        """Events in their order, several in a transaction; the next are taken when these are on disk."""
        app = self._app
        async for first in self._stream.events:
            batch = [first]
            while len(batch) < TOGETHER and self._stream.waiting:
                batch.append(self._stream.events.receive_nowait())
            app.beat()
            told = [self._told(event, text) for event, text in batch]
            await app.database.write(push.take(app.client, told, app.clock.milliseconds(), app.seal))
            for event in told:
                if event.arrival is not None:
                    app.state.stored(event.arrival.company)
            app.arrived()
            app.changed()
            app.idle()

    def _told(self, event: PushedEvent, text: str) -> Told:
        listener = self._tenants.get(event.tenant)
        known = listener is not None and listener.wants(event)
        company = listener.company if listener is not None and known else None
        self._app.state.received(company, event.moment)
        now = self._app.clock.now()
        arrival = None
        if listener is None:
            self._say_unread({"unknown_tenant": 1})
        elif known:
            arrival = Arrival(
                source=listener.source,
                company=listener.company,
                dedupe_key=key_of(event),
                headers={},
                body=text.encode(),
                received_at=now,
                origin="push",
            )
        at = event.moment or now
        return Told(event.topic, event.offset, round(at.timestamp() * 1000), arrival)

    def _say_unread(self, counted: Mapping[str, int]) -> None:
        """Once for each reason on one connection: what nobody can read is passed by without harm."""
        for reason in counted.keys() - self._said:
            self._said.add(reason)
            self._app.log.warning("push.passed_by", stream=self._app.name, reason=reason)

    async def _tell_when_caught_up(self) -> None:
        app = self._app
        while not app.state.caught_up:
            await app.clock.sleep(app.state.quiet_seconds / 10)
        app.log.info("push.caught_up", stream=app.name, frames=self._stream.frames)
        app.changed()
