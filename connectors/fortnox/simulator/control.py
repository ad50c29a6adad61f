"""The control plane under `/_sim/`: state, calls, faults, events, reset, seed, settings, consent; never logged."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.event_control import EventControl, EventOrderError
from connectors.fortnox.simulator.faults import FaultDescriptionError
from connectors.fortnox.simulator.files import all_files
from connectors.fortnox.simulator.resources import NAMED
from connectors.fortnox.simulator.seeding import SeedError, seed
from connectors.fortnox.simulator.settings import CompanySettings
from connectors.fortnox.simulator.switches import SwitchError, as_json, switched
from connectors.fortnox.simulator.wire import Answer, decode, json_answer

if TYPE_CHECKING:
    from connectors.fortnox.simulator.app import Simulator

Query = Mapping[str, str]


class ControlError(ValueError):
    """A control call was not understood; the text says why."""


def _company_state(company: Company) -> dict[str, Any]:
    stored = {name: [record.data for record in resource.records(company).values()] for name, resource in NAMED.items()}
    return {
        **stored,
        "sendings": company.sendings,
        "files": [{name: value for name, value in file.items() if name != "Content"} for file in all_files(company)],
        "attachments": [record.data for record in company.records_of("attachments").values()],
        "deleted_customer_numbers": sorted(company.deleted_customer_numbers),
        "settings": as_json(company.settings),
    }


class Control:
    """Answers the calls that look into the simulator or change how it behaves."""

    def __init__(self, simulator: "Simulator") -> None:
        self._simulator = simulator
        self._events = EventControl(simulator.events)
        self._handlers: dict[tuple[str, str], Callable[[Query, bytes], Answer]] = {
            ("GET", "state"): self._state,
            ("GET", "calls"): self._calls,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._order_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "reset"): self._reset,
            ("POST", "seed"): self._seed,
            ("GET", "settings"): self._settings,
            ("POST", "settings"): self._switch,
            ("POST", "consent"): self._consent,
            ("GET", "events"): self._shown_events,
            ("POST", "events"): self._order_events,
            ("DELETE", "events"): self._end_event_orders,
        }

    def answer(self, method: str, path: str, query: Query, body: bytes) -> Answer:
        """Carry out a control call; what is not understood answers 400 with a sentence."""
        handler = self._handlers.get((method, path.removeprefix("/_sim").strip("/")))
        if handler is None:
            known = ", ".join(f"{verb} /_sim/{name}" for verb, name in self._handlers)
            return json_answer(404, {"error": f"there is no such control call; there are {known}"})
        try:
            return handler(query, body)
        except (ControlError, EventOrderError, FaultDescriptionError, SeedError, SwitchError) as problem:
            return json_answer(400, {"error": str(problem)})

    def _object(self, body: bytes) -> dict[str, Any]:
        if not body.strip():
            return {}
        try:
            content = json.loads(body)
        except (ValueError, RecursionError) as problem:
            raise ControlError(f"the body is not JSON: {problem}") from problem
        if not isinstance(content, dict):
            raise ControlError("the body must be one JSON object")
        return content

    def _company(self, order: Mapping[str, Any]) -> Company:
        companies = self._simulator.companies
        tenant = order.get("company", next(iter(companies)))
        company = companies.get(tenant) if isinstance(tenant, int) else None
        if company is None:
            raise ControlError(f'"company" must be one of {", ".join(map(str, companies))}')
        return company

    def _state(self, _query: Query, _body: bytes) -> Answer:
        companies = self._simulator.companies
        return json_answer(200, {"companies": {str(tenant): _company_state(one) for tenant, one in companies.items()}})

    def _calls(self, query: Query, _body: bytes) -> Answer:
        since = query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            raise ControlError('"since" must be the number of a call')
        entries = self._simulator.calls.entries[int(since) :]
        return json_answer(200, {"calls": [entry.as_json() for entry in entries]})

    def _faults(self, _query: Query, _body: bytes) -> Answer:
        simulator = self._simulator
        return json_answer(200, {"faults": simulator.faults.as_json(), "late_effects_pending": simulator.late_pending})

    def _order_fault(self, query: Query, body: bytes) -> Answer:
        self._simulator.faults.order(self._object(body))
        return self._faults(query, b"")

    def _clear_faults(self, query: Query, _body: bytes) -> Answer:
        self._simulator.faults.clear()
        return self._faults(query, b"")

    def _shown_events(self, _query: Query, _body: bytes) -> Answer:
        return json_answer(200, self._events.shown())

    def _order_events(self, query: Query, body: bytes) -> Answer:
        order = self._object(body)
        self._events.order(order, self._company(order).settings.tenant_id)
        return self._shown_events(query, b"")

    def _end_event_orders(self, query: Query, _body: bytes) -> Answer:
        self._events.end_orders()
        return self._shown_events(query, b"")

    def _reset(self, _query: Query, _body: bytes) -> Answer:
        self._simulator.reset()
        return json_answer(200, {"reset": True})

    def _seed(self, _query: Query, body: bytes) -> Answer:
        self._object(body)
        order = decode(body) if body.strip() else {}
        company = self._company(order)
        return json_answer(200, {"seeded": seed(company, order, self._simulator.moment())})

    def _settings(self, _query: Query, _body: bytes) -> Answer:
        companies = self._simulator.companies
        return json_answer(
            200, {"companies": {str(tenant): as_json(one.settings) for tenant, one in companies.items()}}
        )

    def _switch(self, query: Query, body: bytes) -> Answer:
        """Change switches of one company (made if it does not exist) or, without `company`, of all."""
        order = self._object(body)
        tenant = order.pop("company", None)
        simulator = self._simulator
        if tenant is None:
            changed = [switched(company.settings, order) for company in simulator.companies.values()]
        elif isinstance(tenant, int) and not isinstance(tenant, bool) and tenant > 0:
            existing = simulator.companies.get(tenant)
            base = existing.settings if existing else CompanySettings(tenant_id=tenant)
            changed = [switched(base, order)]
        else:
            raise ControlError('"company" must be a tenant id above 0')
        for settings in changed:
            simulator.set_company(settings)
        return self._settings(query, b"")

    def _consent(self, _query: Query, body: bytes) -> Answer:
        """Give a code (`"grant": "code"`) or a ready token pair (`"grant": "refresh_token"`, the default)."""
        order = self._object(body)
        company = self._company(order)
        scope = order.get("scope", " ".join(company.settings.scopes))
        client = order.get("client", next(iter(self._simulator.settings.clients)))
        if client not in self._simulator.settings.clients or not isinstance(scope, str):
            raise ControlError('"client" must be a known client id and "scope" a text')
        authorization, tokens = self._simulator.authorization, self._simulator.tokens
        consent = authorization.consent(client, company.settings.tenant_id, scope)
        if order.get("grant", "refresh_token") == "refresh_token":
            return json_answer(200, authorization.pair(consent, None))
        if order["grant"] == "code":
            return json_answer(200, {"code": tokens.issue_code(consent, order.get("redirect_uri"))})
        raise ControlError('"grant" must be "code" or "refresh_token"')
