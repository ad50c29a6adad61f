"""A SubscriptionFlow instance as its page of facts has it: tokens, Laravel lists, loose types, and form callbacks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.stand_ins.serving import CONTROL, Record, State, control

CLIENT = ("made-up-client", "made-up-client-secret")
PER_PAGE = 15
MOST_PER_PAGE = 100
LEFT_OUT_OF_LISTS = frozenset({"items"})


def _as_sent(held: Any) -> Any:
    """The default: a value is stored as it was sent."""
    return held


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Instance:
    """One instance and its switches.

    ``lifetime`` is that of tokens in seconds, ``busy`` how many calls are answered 429 (with ``retry_after``).
    ``knows_links`` is whether ``/link/transactions`` exists, ``knows_lists`` whether lists do, ``filters`` whether they
    know the filter, ``odd_lists`` whether they come without records. ``turns`` says by what a list goes on:
    ``page``, ``offset`` (``filter[$offset]``) or ``nothing``. ``broken`` answers every read with 500,
    ``token_status`` is what the token endpoint answers, and ``gives_dead_tokens`` lets it give what is refused
    afterwards. ``gives`` is what it answers in place of tokens of its own. ``callback`` is where callbacks go and how
    they are written; with ``tells_updates`` one leaves for each invoice that the API changes, too.

    Of changes: ``loses_answers`` is how many take effect and are answered 500, ``refuses_changes`` the status of those
    that do not, ``replaces`` lets a change empty what it does not name, ``answers_shortly`` answers it without the
    record, ``keeps`` is what is stored of a text, ``clock`` dates it.
    """

    state: State
    lifetime: int | str = 31536000
    busy: int = 0
    retry_after: str | None = None
    knows_links: bool = True
    knows_lists: bool = True
    filters: bool = True
    odd_lists: bool = False
    turns: Literal["page", "offset", "nothing"] = "page"
    broken: bool = False
    token_status: int = 200
    gives_dead_tokens: bool = False
    gives: Record | None = None
    tokens: list[str] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    callback: Record = field(default_factory=dict)
    tells_updates: bool = False
    loses_answers: int = 0
    refuses_changes: int | None = None
    replaces: bool = False
    answers_shortly: bool = False
    keeps: Callable[[Any], Any] = _as_sent
    clock: Callable[[], datetime] = _now

    def of(self, module: str) -> dict[str, Record]:
        """The records of one module, by id."""
        return self.state.records.setdefault(module, {})

    def refuse_all_tokens(self) -> None:
        """Every token that is out is refused from now on."""
        self.valid.clear()

    # --- the API -------------------------------------------------------------------------------------------------

    async def token(self, request: web.Request) -> web.Response:
        """``POST /oauth/token`` by form, with client credentials."""
        form = await request.post()
        if self.token_status != 200:
            return web.json_response({"message": "Server Error"}, status=self.token_status)
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return web.json_response({"error": "invalid_client", "message": "Client authentication failed"}, status=401)
        own = f"made-up-token-{len(self.tokens) + 1}"
        given = self.gives or {"token_type": "Bearer", "expires_in": self.lifetime, "access_token": own}
        self.tokens.append(given["access_token"])
        if not self.gives_dead_tokens:
            self.valid.add(given["access_token"])
        return web.json_response(given)

    async def listed(self, request: web.Request) -> web.Response:
        """``GET /api/v1/MODULE``: records without their lines, filtered, page by page, oldest change first."""
        self._admit(request)
        if not self.knows_lists:
            raise _missing()
        records = list(self.of(request.match_info["module"]).values())
        least = request.query.get("filter[updated_at][$gte]")
        if least is not None and self.filters:
            records = [record for record in records if _moment(record.get("updated_at")) >= _moment(least)]
        records.sort(key=lambda record: (_moment(record.get("updated_at")), str(record["id"])))
        return self._listing(records, request)

    async def single(self, request: web.Request) -> web.Response:
        """``GET /api/v1/MODULE/ID``: the fields in ``attributes``."""
        self._admit(request)
        module = request.match_info["module"]
        return web.json_response({"data": _wrapped(module, self._record(module, request.match_info["id"]))})

    async def change(self, request: web.Request) -> web.Response:
        """``PUT /api/v1/MODULE/ID``: the named fields change, and so does ``updated_at``."""
        self._admit(request)
        module, number = request.match_info["module"], request.match_info["id"]
        record = self._record(module, number)
        if self.refuses_changes is not None:
            return web.json_response({"message": "The given data was invalid."}, status=self.refuses_changes)
        sent = await request.json()
        if self.replaces:
            record |= dict.fromkeys(record.keys() - {"id"}, None)
        record |= {name: self.keeps(held) for name, held in sent.items()} | {"updated_at": written(self.clock())}
        if module == "invoices" and self.tells_updates:
            await self.call_back(number, "updated")
        if self.loses_answers:
            self.loses_answers -= 1
            return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
        short = {"message": "Updated successfully."}
        return web.json_response(short if self.answers_shortly else {"data": _wrapped(module, record)})

    async def linked(self, request: web.Request) -> web.Response:
        """``GET /api/v1/invoices/ID/link/transactions``: those that name the invoice."""
        self._admit(request)
        invoice = self._record("invoices", request.match_info["id"])["id"]
        if not self.knows_links:
            raise _missing()
        found = [
            _wrapped("transactions", record)
            for record in self.of("transactions").values()
            if any(entry.get("invoice_id") == invoice for entry in record.get("invoices") or [])
        ]
        return self._listing(found, request)

    def _listing(self, records: list[Record], request: web.Request) -> web.Response:
        return web.json_response({"data": None} if self.odd_lists else _page(records, request, self.turns))

    def _admit(self, request: web.Request) -> None:
        if self.broken:
            raise web.HTTPInternalServerError(text="<html>Server Error</html>", content_type="text/html")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid:
            raise web.HTTPUnauthorized(text='{"message": "Unauthenticated."}', content_type="application/json")
        if self.busy:
            self.busy -= 1
            headers = {} if self.retry_after is None else {"Retry-After": self.retry_after}
            text = '{"message": "Too Many Attempts."}'
            raise web.HTTPTooManyRequests(text=text, content_type="application/json", headers=headers)

    def _record(self, module: str, wanted: str) -> Record:
        found = self.of(module).get(wanted)
        if found is None:
            raise _missing()
        return found

    # --- what people do in its screens -----------------------------------------------------------------------------

    async def configure(self, request: web.Request) -> web.Response:
        """``PUT /_stand_in/callback``: ``{"url", "payload": "default" | "custom" | "text" | "json", "parameters"}``."""
        self.callback = await request.json()
        return web.json_response({})

    async def process_payment(self, request: web.Request) -> web.Response:
        """``POST /_stand_in/invoices/ID/pay``: the button "process payment"; DUE becomes PAID and a callback leaves."""
        body = await request.json() if request.can_read_body else {}
        status = await self.pay(request.match_info["id"], day=body.get("date"))
        return web.json_response({"callback_answered": status})

    async def tell(self, request: web.Request) -> web.Response:
        """``POST /_stand_in/invoices/ID/tell``: a callback of ``{"event"}`` leaves, and nothing else happens."""
        event = (await request.json())["event"]
        status = await self.call_back(request.match_info["id"], event)
        return web.json_response({"callback_answered": status})

    async def pay(self, invoice_id: str, *, day: str | None = None, now: datetime | None = None) -> int | None:
        """Take the payment; gives the status that the callback's receiver answered, if one is configured."""
        moment = now or datetime.now(UTC)
        invoice = self.of("invoices")[invoice_id]
        total = invoice["total_amount"]
        invoice |= {
            "status": "Paid",
            "received_payment": total,
            "closing_balance": "0.00",
            "updated_at": written(moment),
        }
        number = f"{len(self.of('transactions')) + 1:07}"
        self.of("transactions")[f"transaction-{number}"] = {
            "id": f"transaction-{number}",
            "name": f"TXN-{number}",
            "number": number,
            "date": day or moment.date().isoformat(),
            "status": "Paid",
            "amount": total,
            "type": "payment",
            "transaction_category": "Payment",
            "currency": invoice["currency"],
            "invoices": [{"invoice_id": invoice_id}],
            "decline_reason": "",
        }
        return await self.call_back(invoice_id, "paid") if self.callback else None

    async def call_back(self, invoice_id: str, event: str) -> int | None:
        """Send one callback, once: no repetition is documented. ``None`` where nobody answered."""
        body, content_type = callback_body(self.of("invoices")[invoice_id], event, self.callback)
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=10)) as session,
                session.post(self.callback["url"], data=body, headers={"Content-Type": content_type}) as answer,
            ):
                return answer.status
        except (ClientError, OSError, TimeoutError):
            return None


def application(state: State) -> web.Application:
    """The stand-in as an application."""
    return served(Instance(state))


def served(instance: Instance) -> web.Application:
    """An instance with its switches in the caller's hand."""
    made = web.Application()
    control(made, instance.state)
    made.router.add_post("/oauth/token", instance.token)
    made.router.add_get("/api/v1/{module}", instance.listed)
    made.router.add_get("/api/v1/{module}/{id}", instance.single)
    made.router.add_put("/api/v1/{module}/{id}", instance.change)
    made.router.add_get("/api/v1/invoices/{id}/link/transactions", instance.linked)
    made.router.add_put(f"{CONTROL}/callback", instance.configure)
    made.router.add_post(f"{CONTROL}/invoices/{{id}}/pay", instance.process_payment)
    made.router.add_post(f"{CONTROL}/invoices/{{id}}/tell", instance.tell)
    return made


def callback_body(invoice: Record, event: str, callback: Mapping[str, Any]) -> tuple[bytes, str]:
    """The body of a callback and its content type, in each of the ways that a sender may write one."""
    head = {"event": event, "method": "POST"}
    parameters = callback.get("parameters", {})
    payload = callback.get("payload", "default")
    if payload == "json":
        return json.dumps({**head, "module": "invoices", **invoice, **parameters}).encode(), "application/json"
    if payload == "custom":
        fields = {"invoice_id": invoice["id"], "invoice_no": invoice["name"], "amount": invoice["total_amount"]}
        written = {**head, **fields, "currency": invoice["currency"], **parameters}
    elif payload == "text":
        written = {**head, "module": "invoices", "payload": json.dumps(invoice), **parameters}
    else:
        written = {**head, "module": "invoices", **invoice, **parameters}
    return form(written), "application/x-www-form-urlencoded"


def form(fields: Mapping[str, Any]) -> bytes:
    """Nested data as a form with PHP's brackets."""
    return urlencode(list(_pairs("", fields))).encode()


def written(moment: datetime) -> str:
    """A moment as the sender writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _pairs(name: str, held: Any) -> Any:
    if isinstance(held, dict | list):
        items = held.items() if isinstance(held, dict) else enumerate(held)
        for key, value in items:
            yield from _pairs(f"{name}[{key}]" if name else str(key), value)
    else:
        yield name, "" if held is None else held


def _wrapped(module: str, record: Record) -> Record:
    fields = {name: held for name, held in record.items() if name != "id"}
    return {"id": record["id"], "type": module, "attributes": fields}


def _page(records: list[Record], request: web.Request, turns: str) -> Record:
    asked = request.query
    size = min(
        int(asked.get("per_page") or asked.get("limit") or asked.get("filter[$limit]") or PER_PAGE), MOST_PER_PAGE
    )
    number = int(asked.get("page", "1")) if turns == "page" else 1
    if turns == "offset":
        number = int(asked.get("filter[$offset]", "0")) // size + 1
    last = max(1, -(-len(records) // size))
    base = str(request.url.with_query(None))
    links = {
        "first": f"{base}?page=1",
        "last": f"{base}?page={last}",
        "prev": f"{base}?page={number - 1}" if number > 1 else None,
        "next": f"{base}?page={number + 1}" if number < last else None,
    }
    meta = {"current_page": number, "last_page": last, "per_page": size, "total": len(records)}
    shown = records[(number - 1) * size : number * size]
    short = [{name: held for name, held in record.items() if name not in LEFT_OUT_OF_LISTS} for record in shown]
    return {"data": short, "links": links, "meta": meta}


def _moment(text: object) -> datetime:
    return _read(str(text))


@lru_cache(maxsize=10_000)
def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _missing() -> web.HTTPNotFound:
    return web.HTTPNotFound(text='{"message": "No query results for model."}', content_type="application/json")
