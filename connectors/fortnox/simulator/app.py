"""The simulator itself: logs, counts, breaks and answers every call."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from random import Random, SystemRandom
from time import monotonic as real_monotonic
from typing import Any, Literal

from aiohttp import web

from connectors.fortnox.simulator.authorization import Authorization, TokenCall
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.calls import CallLog, LoggedCall
from connectors.fortnox.simulator.company import Company, Moment, first_numbers, open_company
from connectors.fortnox.simulator.control import Control
from connectors.fortnox.simulator.errors import no_route
from connectors.fortnox.simulator.events import Events
from connectors.fortnox.simulator.fault_effects import (
    Delivery,
    Effect,
    Sending,
    Surroundings,
    carry_out,
    throttled,
    unauthorized,
)
from connectors.fortnox.simulator.faults import FaultList
from connectors.fortnox.simulator.happenings import carried_out
from connectors.fortnox.simulator.sending import send
from connectors.fortnox.simulator.settings import CompanySettings, SimulatorSettings
from connectors.fortnox.simulator.stored_values import StoredValueError
from connectors.fortnox.simulator.tokens import Access, TokenRegister
from connectors.fortnox.simulator.window import RateWindow
from connectors.fortnox.simulator.wire import Answer, error_answer


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """A Fortnox of its own: companies, tokens, window, faults and call log behind one aiohttp handler.

    `clock` gives aware time, `monotonic` seconds for the window and the log, `random` tokens and keys. Refused calls,
    expired tokens' calls and faulted calls count in the window like any other (*simulator choice*); a call without a
    known token belongs to nobody and is not counted. `changes` counts whatever may have changed what is stored.
    """

    def __init__(
        self,
        settings: SimulatorSettings | None = None,
        *,
        clock: Callable[[], datetime] = _utc_now,
        monotonic: Callable[[], float] = real_monotonic,
        random: Random | None = None,
    ) -> None:
        self.settings = settings or SimulatorSettings()
        self.calls = CallLog()
        self.faults = FaultList()
        self.companies: dict[int, Company] = {}
        self.changes = 0
        self.tokens = TokenRegister(clock, random or SystemRandom())
        self.authorization = Authorization(self.settings, self.companies, self.tokens)
        self.events = Events(clock, self.tokens, self.settings.clients, self.companies, self._changed)
        self._clock = clock
        self._monotonic = monotonic
        self._windows: dict[tuple[str, int], RateWindow] = {}
        self._late: dict[int, asyncio.TimerHandle] = {}
        self._last_late = 0
        self._closing = asyncio.Event()
        self._control = Control(self)
        self.reset()

    @property
    def late_pending(self) -> int:
        """How many effects are still to come by themselves."""
        return len(self._late)

    def moment(self, query: Mapping[str, str] | None = None) -> Moment:
        """Give the instant as the operations see it, with the query of the call that is carried out."""
        return Moment(self._clock(), query or {})

    def reset(self) -> None:
        """Go back to the start: configured companies without objects, nothing else, every connection ended."""
        for handle in self._late.values():
            handle.cancel()
        self._late.clear()
        self._windows.clear()
        self.calls.clear()
        self.faults.clear()
        self.events.clear()
        self.tokens.clear()
        self.companies.clear()
        for settings in self.settings.companies:
            self.set_company(settings)

    def saved(self) -> dict[str, Any]:
        """Give everything that survives a restart: companies, tokens, events; not calls, faults or orders."""
        return {"companies": self.companies, "tokens": self.tokens.saved(), "events": self.events.stream.saved()}

    def restore(self, saved: Any) -> None:
        """Take back what was saved; a configured company that is not in it stays as it was opened.

        Raises:
            StoredValueError: when it does not hold what `saved` gives.
        """
        try:
            companies, tokens, events = saved["companies"], saved["tokens"], saved["events"]
            if not all(isinstance(company, Company) for company in companies.values()):
                raise StoredValueError("a company is something else")
            self.tokens.restore(tokens)
            self.events.stream.restore(events)
        except (AttributeError, LookupError, TypeError) as problem:
            raise StoredValueError(f"something is missing ({problem})") from problem
        self.companies.update(companies)

    def set_company(self, settings: CompanySettings) -> None:
        """Give a company new settings, or open it; a changed first number moves that series."""
        company = self.companies.get(settings.tenant_id)
        if company is None:
            self.companies[settings.tenant_id] = open_company(settings, self._clock())
            return
        before, after = first_numbers(company.settings), first_numbers(settings)
        company.next_numbers |= {series: number for series, number in after.items() if number != before[series]}
        company.settings = settings

    def close(self) -> None:
        """End every pause and connection and forget the late effects, so that the server can stop."""
        self._closing.set()
        self.events.close()
        for handle in self._late.values():
            handle.cancel()
        self._late.clear()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request; its Date is the simulator's own clock's."""
        response = await self._handled(request)
        if not response.prepared:
            response.headers["Date"] = format_datetime(self._clock().astimezone(UTC), usegmt=True)
        return response

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.raw_path
        if path.startswith(("/3/", "/api/")):
            return await self._rest(request, path)
        if path == "/topics-v1":
            return await self.events.sockets.serve(request)
        if path.startswith("/oauth-v1/"):
            return await self._oauth(request, path)
        if path.startswith("/_sim/"):
            return await self._controlled(request, path)
        return await send(request, Delivery(error_answer(no_route())))

    async def _controlled(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        body = await request.read()
        result = self._control.answer(request.method, path, request.query, body)
        self.changes += request.method != "GET"
        return await send(request, Delivery(result))

    def _logged(self, request: web.BaseRequest, kind: Literal["rest", "oauth"]) -> LoggedCall:
        return self.calls.arrived(
            time=self._clock().timestamp(),
            monotonic=self._monotonic(),
            kind=kind,
            method=request.method,
            path=str(request.rel_url),
        )

    def _access(self, request: web.BaseRequest) -> Access | None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return self.tokens.find_access(token) if kind.lower() == "bearer" else None

    def _refused_by_window(self, entry: LoggedCall, access: Access) -> Answer | None:
        company = self.companies[access.tenant_id]
        window = self._windows.setdefault((access.client, access.tenant_id), RateWindow())
        if window.admits(entry.monotonic, company.settings):
            return None
        wait = window.seconds_until_free(entry.monotonic, company.settings)
        return throttled(wait if company.settings.retry_after else None)

    async def _rest(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        entry = self._logged(request, "rest")
        access = self._access(request)
        if access is not None:
            entry.company, entry.client = access.tenant_id, access.client
            refused = self._refused_by_window(entry, access)
            if refused is not None:
                return await self._sent(request, entry, Delivery(refused))
        effect = self._rest_effect(request, path, entry, access, await request.read())
        return await self._under_fault(request, path, entry, effect, None)

    def _rest_effect(
        self, request: web.BaseRequest, path: str, entry: LoggedCall, access: Access | None, body: bytes
    ) -> Effect:
        if access is None or not self.tokens.is_live(access):
            return unauthorized
        company = self.companies[access.tenant_id]
        call = Call(
            request.method,
            path,
            request.query,
            request.headers.get("Accept"),
            request.headers.get("Content-Type"),
            body,
            f"http://{request.host}",
            access.scopes,
        )

        def effect() -> Answer:
            result, happenings = carried_out(company, call, self.moment(call.query))
            entry.effect = result.status
            entry.topics = [happening.kind.topic for happening in happenings]
            self.events.tell(access.tenant_id, happenings)
            self.changes += call.method != "GET" or bool(happenings)
            return result

        return effect

    async def _oauth(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        entry = self._logged(request, "oauth")
        header, tenant = request.headers.get("Authorization"), request.headers.get("TenantId")
        call = self.authorization.read_call(header, tenant, await request.read())
        entry.client, entry.company = call.client, self.authorization.company_of(call)
        entry.grant = call.grant or None
        carried = partial(self._oauth_answer, request, path, call)

        def effect() -> Answer:
            result = carried()
            entry.effect = result.status
            self.changes += 1
            return result

        if call.in_flight is not None:
            await self._pause(self.settings.refresh_seconds)
        return await self._under_fault(request, path, entry, effect, call)

    def _oauth_answer(self, request: web.BaseRequest, path: str, call: TokenCall) -> Answer:
        endpoint = (request.method, path.removeprefix("/oauth-v1/"))
        if endpoint == ("GET", "auth"):
            return self.authorization.authorize(request.query)
        if endpoint == ("POST", "token"):
            return self.authorization.token(call)
        if endpoint == ("POST", "revoke"):
            return self._revoked(call)
        return error_answer(no_route())

    def _revoked(self, call: TokenCall) -> Answer:
        tenant = self.tokens.company_of(call.form.get("token", ""))
        result = self.authorization.revoke(call)
        self.events.consent_ended(call.client, tenant)
        return result

    async def _under_fault(
        self, request: web.BaseRequest, path: str, entry: LoggedCall, effect: Effect, call: TokenCall | None
    ) -> web.StreamResponse:
        fault = self.faults.strike(request.method, path, entry.company, entry.grant)
        entry.fault = None if fault is None else fault.id
        around = Surroundings(
            pause=self._pause,
            later=self._later,
            expire_tokens=partial(self._expire_tokens, entry),
            use_up_refresh_token=partial(self._use_up, call),
        )
        return await self._sent(request, entry, await carry_out(fault, effect, around))

    async def _sent(self, request: web.BaseRequest, entry: LoggedCall, delivery: Delivery) -> web.StreamResponse:
        held = self.events.answer_waits(entry.topics)
        if held:
            await self._pause(held)
        if delivery.sending is not Sending.RESET:
            entry.status = delivery.answer.status
        return await send(request, delivery)

    async def _pause(self, seconds: float) -> bool:
        """Wait; False if the server is stopping."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return True
        return False

    def _later(self, seconds: float, effect: Effect) -> None:
        self._last_late += 1
        number = self._last_late

        def happen() -> None:
            del self._late[number]
            effect()

        self._late[number] = asyncio.get_running_loop().call_later(seconds, happen)

    def _expire_tokens(self, entry: LoggedCall) -> None:
        if entry.company is not None:
            self.tokens.kill_access(entry.company)
            self.changes += 1

    def _changed(self) -> None:
        self.changes += 1

    def _use_up(self, call: TokenCall | None) -> None:
        if call is not None:
            self.tokens.revoke(call.form.get("refresh_token", ""))
            self.changes += 1
