"""The whole in one process: a simulated Fortnox, the daemon with scaled times, and what a test wants to do and see."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from connectors.fortnox.simulator import CompanySettings, Simulator, SimulatorSettings, serving
from daemon import app, screens
from daemon.actions import Actions
from daemon.asked_runs import AskedRuns
from daemon.assembly import Parts
from daemon.bridge import Bridge
from daemon.clock import Clock
from daemon.config import load_config
from daemon.following import Live
from daemon.memory import MemoryLinks
from daemon.opening import database_path
from daemon.register import Pushing
from daemon.requests import AnyRequest, Connect, Resume
from daemon.subjects import Answer
from handlers.routes import ROUTES
from store import companies
from tests.fakes.senders import HighLevelSender, Json, Reply, StandardSender

Ask = Callable[..., list[tuple[Any, ...]]]
"""A query and its values, answered with all rows."""

SETTLE_SECONDS = 0.3
WINDOW_SECONDS = 0.25
PATIENCE_SECONDS = 45.0
BUSY = "SELECT 1 FROM lane l JOIN outbox o ON o.id = l.head WHERE o.state IN ('ready', 'in_flight', 'unknown') LIMIT 1"
DOUBT = "SELECT 1 FROM attempt WHERE end IN ('in_flight', 'unknown', 'throttled') LIMIT 1"
UNREAD = "SELECT 1 FROM inbox WHERE state = 'waiting' LIMIT 1"

WORKFLOW = """[sources.ghl]
type = "highlevel"
company = "demo"
path_token = "generated:ghl-path"
header_secret = "generated:ghl-header"
"""
"""A HighLevel source beside the signed ones."""


@dataclass(frozen=True)
class CompanyPlan:
    """One company of a scene: ``more``, ``fortnox`` and ``sections`` are more lines of its TOML."""

    name: str = "demo"
    tenant: int = 1001
    sources: tuple[str, ...] = ("shop", "web")
    fortnox: str = ""
    sections: str = ""
    more: str = ""
    proof: str | None = "empty"
    push: bool = False


@dataclass
class Scene:
    """What stands around the daemon; the daemon itself may start and stop several times in one scene."""

    folder: Path
    simulator: Simulator
    fortnox: str
    session: ClientSession
    plans: Sequence[CompanyPlan]
    settle_seconds: float = SETTLE_SECONDS
    window_seconds: float = WINDOW_SECONDS
    timeout_seconds: float = 2.0
    probe_seconds: float = 0.2
    retry_steps: Sequence[float] = (0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)
    more: str = ""
    http: str = ""
    doctor_hours: float = 0
    port: int = 0
    client_secret: str = "simulator"
    clock: Clock = field(default_factory=Clock)
    pushing: Pushing | None = None
    bridges: list[Bridge] = field(default_factory=list)
    served: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def bridge(self) -> Bridge:
        """The running daemon."""
        return self.bridges[-1]

    @property
    def data(self) -> Path:
        """The daemon's data folder."""
        return self.folder / "data"

    def write_configuration(self) -> Path:
        """Write the configuration file as the scene is planned; returns its path."""
        path = self.folder / "config.toml"
        parts = [
            f'data_dir = "data"\nstate_key = "generated:state-key"\n[http]\nport = {self.port}\n{self.http}',
            f"[delivery]\nsettle_seconds = {self.settle_seconds}\nprobe_seconds = {self.probe_seconds}\n"
            f"retry_steps_seconds = {list(self.retry_steps)}\n[doctor]\nhours = {self.doctor_hours}",
        ]
        for plan in self.plans:
            parts.append(
                f"[companies.{plan.name}]\nstart = 2026-01-01\n{plan.more}\n[companies.{plan.name}.fortnox]\n"
                f'rest_url = "{self.fortnox}/3"\noauth_url = "{self.fortnox}/oauth-v1"\ntenant_id = {plan.tenant}\n'
                f'client_id = "simulator"\nclient_secret = "plain:{self.client_secret}"\n'
                f"window_seconds = {self.window_seconds}\ntimeout_seconds = {self.timeout_seconds}\n"
                # Calls are counted exactly: registers are swept only where a plan says so.
                f"{'' if 'register =' in plan.fortnox else 'register = false'}\n"
                f"{self._push() if plan.push else ''}{plan.fortnox}\n{plan.sections}"
            )
            parts.extend(
                f'[sources.{source}]\ntype = "standard"\ncompany = "{plan.name}"\nsecret = "generated:{source}"'
                for source in plan.sources
            )
        path.write_text("\n".join([*parts, self.more]), encoding="utf-8")
        return path

    def _push(self) -> str:
        return f'push = true\npush_url = "{self.fortnox.replace("http:", "ws:")}/topics-v1"\n'

    @asynccontextmanager
    async def running(self, *, drain: bool = False) -> AsyncIterator[Bridge]:
        """Run the daemon on the scene's folder for the length of the block, its companies declared as planned.

        It stops as after a second signal, which waits for nothing, unless it is to ``drain``.
        """
        parts = Parts(clock=self.clock, pushing=self.pushing)
        async with app.running(load_config(self.write_configuration()), parts=parts) as bridge:
            for plan in self.plans:
                if plan.proof is not None:
                    await bridge.store.database.write(companies.declare(plan.name, plan.proof))
            await bridge.store.reload([plan.name for plan in self.plans])
            self.bridges.append(bridge)
            try:
                yield bridge
            finally:
                self.bridges.remove(bridge)
                if not drain:
                    bridge.hurry()

    # --- in ---------------------------------------------------------------------------------------------------------

    def sender(self, source: str = "shop") -> StandardSender:
        """The sender of a source."""
        secret = (self.data / "secrets" / source).read_text(encoding="utf-8").strip()
        return StandardSender(f"{self.bridge.url}/hooks/{source}", secret, self.session)

    def workflow(self, source: str = "ghl") -> HighLevelSender:
        """The sender of a HighLevel source, whose secrets are named after it."""
        token, header = (
            (self.data / "secrets" / f"{source}-{name}").read_text().strip() for name in ("path", "header")
        )
        return HighLevelSender(f"{self.bridge.url}/hooks/{source}", token, header, self.session)

    async def send(self, *bodies: Json, source: str = "shop") -> list[Reply]:
        """Send bodies one after another; each must be accepted."""
        replies = [await self.sender(source).send(body) for body in bodies]
        assert [reply.status for reply in replies] == [200] * len(bodies), replies
        return replies

    async def settle(self, *, doubts: bool = True, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until nothing goes by itself any more; with ``doubts`` also until every doubt is resolved."""
        until = monotonic() + seconds
        # In one statement: a sale that is made anew goes from the outbox back to the inbox.
        questions = [UNREAD, BUSY, *([DOUBT] if doubts else [])]
        busy = " UNION ALL ".join(f"SELECT * FROM ({question})" for question in questions)
        with self._beside() as ask:
            while self.simulator.late_pending or ask(busy):
                if monotonic() > until:
                    raise TimeoutError(f"still busy: {ask(OVERVIEW)}")
                await asyncio.sleep(0.01)

    async def until(self, wanted: str | Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until a query of the database gives a row, or a condition is true."""
        until = monotonic() + seconds
        with self._beside() as ask:
            while not (ask(wanted) if isinstance(wanted, str) else wanted()):
                if monotonic() > until:
                    raise TimeoutError(f"never: {wanted}; {ask(OVERVIEW)}")
                await asyncio.sleep(0.01)

    def live(self) -> Live:
        """How the running daemon follows people, and what it tells of itself."""
        bridge = self.bridge
        return Live(
            store=bridge.store,
            intake=bridge.intake,
            deliveries=bridge.deliveries,
            targets=bridge.targets,
            readings=bridge.readings,
            doctor=bridge.doctor,
            clock=bridge.clock,
            flows=bridge.flows,
        )

    async def status(self) -> Json:
        """What ``status`` shows of the running daemon."""
        bridge = self.bridge
        facts = await self.live().facts()
        return await screens.status(bridge.store.database.read, bridge.config, facts, bridge.clock.milliseconds())

    async def act(self, request: AnyRequest) -> Answer:
        """What a person asks of the running daemon."""
        bridge = self.bridge
        actions = Actions(
            config=lambda: bridge.config,
            database=bridge.store.database,
            clock=bridge.clock,
            log=bridge.log,
            handle=bridge.intake.recalling.handle,
            rules=frozenset(rule.name for rules in ROUTES.values() for rule in rules),
            target=lambda name: nullcontext(bridge.targets[name]),
            links=MemoryLinks(bridge.store.database, bridge.clock),
            follow=self.live(),
            doctor=bridge.doctor,
            asked_runs=AskedRuns(
                config=lambda: bridge.config,
                database=bridge.store.database,
                clock=bridge.clock,
                runs=bridge.dry_runs,
            ),
        )
        return await actions.perform(request)

    async def connect(self, company: str = "demo", *, resume: bool = True) -> None:
        """An administrator gives consent, the code comes back, and a person lets the company go on (``resume``)."""
        tenant = next(plan.tenant for plan in self.plans if plan.name == company)
        back = "http://127.0.0.1/back"
        given = await self.control("consent", {"company": tenant, "grant": "code", "redirect_uri": back})
        await self.act(
            Connect(
                person="anna", company=company, code=given["code"], redirect_uri=back, scopes=("companyinformation",)
            )
        )
        if resume:
            await self.act(Resume(person="anna", name=company))

    # --- out --------------------------------------------------------------------------------------------------------

    async def fortnox_down(self) -> None:
        """Nobody answers at the simulated Fortnox's address any more."""
        await self.served.aclose()

    async def fortnox_up(self) -> None:
        """The simulated Fortnox answers again at its address, with everything that it held."""
        port = int(self.fortnox.rpartition(":")[2])
        await self.served.enter_async_context(serving(self.simulator, port=port))

    def fault(self, fault: str, **order: Any) -> None:
        """Order a fault of the simulated Fortnox, as ``POST /_sim/faults`` takes it."""
        self.simulator.faults.order({"fault": fault, **order})

    async def control(self, name: str, order: Json | None = None) -> Any:
        """A control call of the simulator: GET, or POST where there is an order."""
        url = f"{self.fortnox}/_sim/{name}"
        async with self.session.get(url) if order is None else self.session.post(url, json=order) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def state(self, tenant: int = 1001) -> Any:
        """Everything that stands in one company of the simulated Fortnox."""
        return (await self.control("state"))["companies"][str(tenant)]

    async def calls(self, tenant: int | None = 1001, *, since: int = 0) -> list[Json]:
        """REST calls as they arrived at the simulated Fortnox, without the probes of the company information."""
        found: list[Json] = (await self.control(f"calls?since={since}"))["calls"]
        return [
            call
            for call in found
            if call["kind"] == "rest"
            and tenant in {None, call["company"]}
            and not call["path"].startswith("/3/companyinformation")
        ]

    # --- on disk ----------------------------------------------------------------------------------------------------

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query of the daemon's database gives, read beside it."""
        with self._beside() as ask:
            return ask(question, *values)

    @contextmanager
    def _beside(self) -> Iterator[Ask]:
        """A way to read the daemon's database beside it; the file is opened at the first question, and only then.

        A file that is opened for each look of a wait is read whole each time: most of the time of many a test.
        """
        with ExitStack() as stack:
            opened: list[sqlite3.Connection] = []

            def ask(question: str, *values: Any) -> list[tuple[Any, ...]]:
                if not opened:
                    file = sqlite3.connect(f"file:{database_path(self.data)}?mode=ro", uri=True)
                    opened.append(stack.enter_context(closing(file)))
                return opened[0].execute(question, values).fetchall()

            yield ask

    def commands(self) -> list[tuple[str, str, str | None]]:
        """Kind, state and reason of every command, in order."""
        return self.rows("SELECT kind, state, reason FROM outbox ORDER BY id")


OVERVIEW = "SELECT id, kind, state, reason, waits_for, attempts, question FROM outbox WHERE state <> 'done'"


@asynccontextmanager
async def scene(folder: Path, *plans: CompanyPlan, simulator: Json | None = None, **times: Any) -> AsyncIterator[Scene]:
    """Open a simulated Fortnox and, unless ``run=False``, the daemon in front of it.

    ``simulator`` are switches of every simulated company; its window is as long as the daemon believes.
    """
    wanted = plans or (CompanyPlan(),)
    run = times.pop("run", True)
    switches = {"rate_window_seconds": times.get("window_seconds", WINDOW_SECONDS)} | (simulator or {})
    settings = SimulatorSettings(
        clients={"simulator": times.get("client_secret", "simulator")},
        companies=tuple(
            CompanySettings(tenant_id=tenant, **switches) for tenant in dict.fromkeys(plan.tenant for plan in wanted)
        ),
    )
    clock = times.get("clock", Clock())
    simulated = Simulator(settings, clock=clock.now, monotonic=clock.monotonic)
    async with AsyncExitStack() as served, ClientSession(timeout=ClientTimeout(total=30)) as session:
        server = await served.enter_async_context(serving(simulated))
        opened = Scene(folder, simulated, server.url, session, wanted, served=served, **times)
        if not run:
            yield opened
            return
        async with opened.running():
            yield opened
