"""People acting on a pipe without a socket: the actions over its file, and what a daemon would have been told."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import date
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from connectors.base import Target
from connectors.fortnox.settings import FortnoxSettings
from daemon.actions import Actions
from daemon.clock import Clock
from daemon.doctor import Doctor
from daemon.logs import get_log
from daemon.memory import MemoryLinks
from daemon.settings import Company, Config, ConfiguredSource
from daemon.settings_process import Delivery, Http, LogSettings, Retention, SchedulerSettings
from handlers.settings import CompanySettings
from store.handling import Handled
from store.inbox import Waiting
from store.tokens import SealedTokens
from tests.fakes.pipe import Pipe


class Followed:
    """Remembers what a running daemon would have been told; ``stopped`` are companies without credentials."""

    def __init__(self, made: Pipe) -> None:
        self.told: list[str] = []
        self.stopped: set[str] = set()
        self._made = made

    def new_work(self, company: str) -> None:
        """Wake the company's loop, as the daemon does."""
        self._made.deliveries[company].wake()

    def new_deliveries(self) -> None:
        """Intake."""
        self.told.append("deliveries")

    def paused(self, scope: str, name: str, reason: str) -> None:
        """A gate or a rule."""
        self.told.append(f"pause {scope}:{name} {reason}")

    def resumed(self, scope: str, name: str) -> bool:
        """A gate or a rule."""
        self.told.append(f"resume {scope}:{name}")
        return name in self.stopped

    def connected(self, name: str) -> None:
        """A gate."""
        self.told.append(f"connected {name}")

    async def declared(self) -> None:
        """The companies' rows."""
        self.told.append("declared")

    def workflows_moved(self) -> None:
        """A run."""
        self.told.append("workflows moved")

    def sweep(self, company: str) -> bool:
        """The registers."""
        self.told.append(f"sweep {company}")
        return True


def configuration(folder: Path, *names: str) -> Config:
    """A configuration of companies in a simulator that nobody runs, and of no sources."""
    sources: Mapping[str, ConfiguredSource] = {}
    return Config(
        path=folder / "config.toml",
        digest="0",
        data_dir=folder,
        state_keys=(),
        http=Http(),
        delivery=Delivery(),
        retention=Retention(),
        log=LogSettings(),
        scheduler=SchedulerSettings(),
        companies={name: _company(name) for name in names},
        sources=sources,
        warnings=(),
    )


def _company(name: str) -> Company:
    fortnox = FortnoxSettings.model_validate(
        {
            "rest_url": "http://127.0.0.1:9/3",
            "oauth_url": "http://127.0.0.1:9/oauth-v1",
            "tenant_id": 1001,
            "client_id": "simulator",
            "client_secret": "plain:simulator",
        }
    )
    return Company(CompanySettings(name=name, start=date(2026, 1, 1)), fortnox, None)


class People:
    """Actions on a pipe; ``outcome`` is what today's rules make of any delivery."""

    def __init__(self, made: Pipe, folder: Path) -> None:
        self.follow = Followed(made)
        self.outcome = Handled(0, "ignored")
        self._made = made
        config = configuration(folder, *made.deliveries)
        clock, keys = Clock(), MultiFernet([Fernet(Fernet.generate_key())])
        self.doctor = Doctor(
            config=lambda: config,
            database=made.database,
            tokens=SealedTokens(made.database, keys, clock.now),
            clock=clock,
            target=self._target,
        )
        self.actions = Actions(
            config=lambda: config,
            database=made.database,
            clock=Clock(),
            log=get_log(),
            handle=self._handle,
            rules=frozenset({"rule", "book_order"}),
            target=self._target,
            links=MemoryLinks(made.database, Clock()),
            follow=self.follow,
            doctor=self.doctor,
        )

    async def _handle(self, row: Waiting) -> Handled:
        assert row.id
        return self.outcome

    def _target(self, company: str) -> AbstractAsyncContextManager[Target]:
        return nullcontext(self._made.targets[company])
