"""What a person may do to a company, a rule or a workflow as a whole: pause it, let it go on, declare its past."""

from collections.abc import Callable
from typing import Any

from connectors.nearest import meant
from daemon.clock import Clock
from daemon.following import Follow
from daemon.requests import Declare, Misused, Pause, Resume
from daemon.settings import Config
from store import pausing
from store.acting import Person
from store.db import Database

Answer = dict[str, Any]
SCOPES = frozenset({"company", "rule", "workflow"})


class Pauses:
    """Carries out the requests that name a company, a rule or a workflow; what changes is on disk with who asked."""

    def __init__(
        self,
        *,
        config: Callable[[], Config],
        database: Database,
        clock: Clock,
        rules: frozenset[str],
        follow: Follow,
    ) -> None:
        """``rules`` are the built-in ones; those of companies stand in their settings."""
        self._config = config
        self._database = database
        self._clock = clock
        self._rules = rules
        self._follow = follow

    async def pause(self, request: Pause) -> Answer:
        """One company, rule or workflow, or every company."""
        person = self._person(request)
        subjects = [self._named(request.name)] if request.name else self._all_companies()
        await self._database.write_all([pausing.pause(scope, name, person) for scope, name in subjects])
        for scope, name in subjects:
            self._follow.paused(scope, name, request.reason)
        return {"paused": [{"scope": scope, "name": name, "reason": request.reason} for scope, name in subjects]}

    async def resume(self, request: Resume) -> Answer:
        """One pause, or every one; lost credentials are forgiven with it."""
        scope, name = self._scoped(request.name) if request.name else (None, None)
        ended = await self._database.write(pausing.resume(scope, name, self._person(request)))
        subjects = {(pause.scope, pause.name) for pause in ended}
        companies = [
            entry for entry in self._all_companies() if name in {None, entry[1]} and scope in {None, "company"}
        ]
        forgiven = [subject for subject in sorted(subjects | {*companies}) if self._follow.resumed(*subject)]
        for _, company in self._all_companies():
            self._follow.new_work(company)
        answer = [{"scope": pause.scope, "name": pause.name, "reason": pause.reason} for pause in ended]
        others = sorted({*forgiven} - subjects)
        return {"resumed": answer + [{"scope": kind, "name": of, "reason": "credentials"} for kind, of in others]}

    async def declare(self, request: Declare) -> Answer:
        """A company's past, by which creates need a proof of absence or not."""
        self.check_company(request.company)
        await self._database.write(pausing.declare(request.company, request.proof, self._person(request)))
        await self._follow.declared()
        return {"companies": [{"name": request.company, "proof": request.proof}]}

    def _person(self, request: Pause | Resume | Declare) -> Person:
        return Person(request.person, self._clock.milliseconds(), getattr(request, "reason", None))

    def _all_companies(self) -> list[tuple[str, str]]:
        config = self._config()
        return [("company", name) for name in (*config.companies, *config.destinations)]

    def check_company(self, name: str) -> None:
        """Raise :class:`Misused` for a company that is not configured, with the name that may be meant."""
        known = self._config().companies
        if name not in known:
            raise Misused(f"there is no company {name}{meant(name, known)}")

    def check_target(self, name: str) -> None:
        """Raise :class:`Misused` for what is neither a configured company nor a sender that is written to."""
        config = self._config()
        known = {*config.companies, *config.destinations}
        if name not in known:
            raise Misused(f"there is no company {name}{meant(name, known)}")

    def _scoped(self, text: str) -> tuple[str | None, str]:
        scope, colon, name = text.partition(":")
        return (scope, name) if colon and scope in SCOPES else (None, text)

    def _named(self, text: str) -> tuple[str, str]:
        """The scope of a name: ``company:NAME``, ``rule:NAME`` and ``workflow:NAME`` say it, a bare name may be any."""
        scope, name = self._scoped(text)
        companies = self._config().companies
        own = {rule.name for company in companies.values() for rule in company.settings.own.rules}
        flows = {flow.name for company in companies.values() for flow in company.workflows}
        known = {
            "company": {*companies, *self._config().destinations},
            "rule": {*self._rules, *own},
            "workflow": flows,
        }
        scopes = [kind for kind, names in known.items() if name in names and scope in {None, kind}]
        if len(scopes) > 1:
            several = " and ".join(f"a {kind}" for kind in scopes)
            raise Misused(f"{name} is {several}: say {' or '.join(f'{kind}:{name}' for kind in scopes)}")
        if not scopes:
            names = frozenset().union(*known.values())
            raise Misused(f"there is no company, rule or workflow {name}{meant(name, names)}")
        return scopes[0], name
