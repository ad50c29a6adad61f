"""Five sending systems under their own laws of repetition: what each holds, and what it tells the daemon of it."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from aiohttp import ClientSession

from connectors.signing import sign
from tests.connectors.highlevel import bodies as highlevel_bodies
from tests.connectors.highlevel.reading import submission
from tests.connectors.subscriptionflow import bodies as flow_bodies
from tests.connectors.upsales import bodies as upsales_bodies
from tests.fakes import senders
from tests.stand_ins import highlevel, subscriptionflow, upsales
from tests.stand_ins.highlevel_app import AppSigner
from tests.stand_ins.sending import HIGHLEVEL, NEVER, STANDARD, Delivery, Headers, RetryLaw, Sender
from tests.stand_ins.serving import State

SCALE = 1 / 7200
"""One second here is two hours of every sender's time."""

SECRET = "whsec_" + "bGF3cyBvZiByZXBldGl0aW9uLCBhbGwgZml2ZQ=="
PATH_TOKEN, HOOK_TOKEN = "path-token-of-the-laws", "hook-token-of-the-laws"
SCORE = "UhAtFfsTcm4FwSWzQiUB"
JSON = {"content-type": "application/json"}
RESPONDENTS = 4

SECTIONS = """
[scheduler]
poll_seconds = 0.5
[sources.shop]
type = "standard"
company = "demo"
secret = "plain:{secret}"
[sources.ghl]
type = "highlevel"
company = "demo"
location_id = "{location}"
path_token = "plain:{path_token}"
app = true
app_keys = ['''{key}''']
[sources.ghl.api]
base_url = "{ghl}"
token = "plain:{ghl_token}"
window_calls = 10000
[sources.crm]
type = "upsales"
company = "demo"
authentication_key = "plain:{crm_key}"
app_id = 9001
customer_id = 55021
api_key = "plain:{crm_token}"
base_url = "{crm}{crm_base}"
won_stage = 12
vat_rate = 25
[sources.flow]
type = "subscriptionflow"
company = "demo"
path_token = "plain:{path_token}"
hook_token = "plain:{hook_token}"
base_url = "{flow}"
client_id = "{flow_client}"
client_secret = "plain:{flow_secret}"
window_calls = 10000
"""


@dataclass
class Systems:
    """The senders' own systems, empty but for the people whom they sell to and ask."""

    ghl: highlevel.State = field(default_factory=lambda: highlevel.State(burst=10_000))
    crm: upsales.State = field(default_factory=lambda: upsales.State(calls_allowed=10_000))
    flow: subscriptionflow.Instance = field(default_factory=lambda: subscriptionflow.Instance(State()))
    orders: dict[str, senders.Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ghl.add("customFields", {"id": SCORE, "name": "Hur nöjd är du (0-10)?"})
        self.ghl.add("contacts", *map(respondent, range(RESPONDENTS)))
        self.crm.put("accounts", upsales_bodies.account())
        self.flow.state.put("customers", flow_bodies.customer())

    def sections(self, addresses: Mapping[str, str]) -> str:
        """The configuration of the four sources; ``addresses`` are those of the APIs, by source."""
        return SECTIONS.format(
            **addresses,
            secret=SECRET,
            location=highlevel.LOCATION,
            path_token=PATH_TOKEN,
            hook_token=HOOK_TOKEN,
            key=AppSigner().public_key,
            ghl_token=highlevel.TOKEN,
            crm_key=self.crm.authentication_key,
            crm_token=self.crm.token,
            crm_base=upsales.BASE,
            flow_client=subscriptionflow.CLIENT[0],
            flow_secret=subscriptionflow.CLIENT[1],
        )

    def refuse_once(self, seconds: int) -> list[State]:
        """Each API answers its next call 429 and asks for so many seconds; gives what notes their calls."""
        self.ghl.retry_after = self.flow.retry_after = str(seconds)
        self.ghl.will_answer.append((429, {"statusCode": 429, "message": "Too Many Requests"}))
        self.crm.answers.append((429, '{"error": {"key": "TooManyRequests"}}', {"Retry-After": str(seconds)}))
        self.flow.busy = 1
        return [self.ghl, self.crm, self.flow.state]


def respondent(number: int) -> senders.Json:
    """A contact that answers surveys."""
    name = f"Vättern Mekaniska AB {number}"
    return highlevel_bodies.contact(id=f"kontakt{number}", companyName=name, email=f"svar{number}@example.com")


@dataclass(frozen=True, slots=True)
class Told:
    """What a sender tells of one of its records; ``path`` stands below the source's own."""

    record: str
    body: bytes
    headers: Headers
    path: str = ""


@dataclass
class Model:
    """One sending system: its source here, the code it shall get for "later", its ways to the door, and what it holds.

    ``make`` puts a record of a number into the system and gives what is told of it; ``holds`` are all its records, by
    what Fortnox will know them by. The ways share one list of deliveries and take turns.
    """

    name: str
    source: str
    later: int
    ways: Sequence[Sender]
    make: Callable[[int], Told]
    holds: Callable[[], set[str]]

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that was ever sent."""
        return self.ways[0].deliveries

    def send(self, number: int, way: Sender | None = None) -> tuple[Delivery, "asyncio.Task[list[int]]"]:
        """Something happens in the system, and it begins to tell of it: until its law ends that, the task runs."""
        told = self.make(number)
        sender = way or self.ways[number % len(self.ways)]
        delivery = Delivery(told.record)
        return delivery, asyncio.create_task(sender.deliver(told.body, told.headers, told.path, delivery))

    def keeping(self, session: ClientSession) -> Sender:
        """The first way once more, on connections that are kept open."""
        return replace(self.ways[0], session=session)


def price(number: int) -> int:
    """Kronor before VAT, no two alike; with 25 % VAT they are whole kronor still."""
    return 1000 + 20 * number


def models(systems: Systems, url: str, proxied: str, session: ClientSession, random: Random) -> list[Model]:
    """All five, telling the daemon at ``url``; HighLevel's app also through the proxy at ``proxied``."""

    def way(base: str, source: str, law: RetryLaw, deliveries: list[Delivery]) -> Sender:
        scaled = replace(law, scale=SCALE)
        return Sender(f"{base}/hooks/{source}", session, scaled, asyncio.sleep, random, deliveries)

    app: list[Delivery] = []
    through = (way(url, "ghl", HIGHLEVEL, app), way(proxied, "ghl", HIGHLEVEL, app))
    records = systems.ghl.records
    return [
        Model(
            "standard", "shop", 503, (way(url, "shop", STANDARD, []),), _order_of(systems), lambda: set(systems.orders)
        ),
        Model(
            "app", "ghl", 429, through, _bill_of(systems),
            lambda: {one["invoiceNumber"] for one in records.get("invoices", {}).values()},
        ),
        Model(
            "workflow", "ghl", 429, (way(url, "ghl", NEVER, []),), _survey_of(systems),
            lambda: {one["surveyId"] for one in records.get("submissions", {}).values()},
        ),
        Model(
            "upsales", "crm", 503, (way(url, "crm", NEVER, []),), _sale_of(systems),
            lambda: set(systems.crm.records.get("orders", {})),
        ),
        Model(
            "flow", "flow", 503, (way(url, "flow", NEVER, []),), _payment_of(systems),
            lambda: {one["name"] for one in systems.flow.of("invoices").values()},
        ),
    ]  # fmt: skip


def _order_of(systems: Systems) -> Callable[[int], Told]:
    """A paid order of the shop, whose truth nobody can poll: its law alone must bring it."""

    def make(number: int) -> Told:
        record = f"SHOP-{number:03}"
        systems.orders[record] = body = senders.order(record, "order.paid", price=f"{price(number)}.00")
        raw = json.dumps(body).encode()

        def signed() -> dict[str, str]:
            now = int(time.time())
            signature = sign(SECRET, f"msg-{number}", now, raw)
            return JSON | {
                "webhook-id": f"msg-{number}",
                "webhook-timestamp": str(now),
                "webhook-signature": signature,
            }

        return Told(record, raw, signed)

    return make


def _bill_of(systems: Systems) -> Callable[[int], Told]:
    """A paid invoice in HighLevel."""

    def make(number: int) -> Told:
        record, net, now = f"GHL-{number:03}", price(number), _now()
        line = {"name": "Rådgivning", "productId": "p1", "qty": 1, "amount": net, "taxes": [highlevel_bodies.tax()]}
        details = {"id": highlevel_bodies.CONTACT, "companyName": "Vättern Mekaniska AB"}
        body = highlevel_bodies.invoice(
            _id=f"{number:024x}",
            invoiceNumber=record,
            webhookId=f"w-{number}",
            total=net * 1.25,
            amountDue=net * 1.25,
            invoiceItems=[line],
            totalSummary={"subTotal": net, "discount": 0, "tax": net * 0.25},
            contactDetails=details | {"email": "asa.wikstrom@example.com"},
            createdAt=now,
            updatedAt=now,
            timestamp=now,
        )
        systems.ghl.add("invoices", body)
        raw = json.dumps(body).encode()
        return Told(record, raw, AppSigner().headers(raw))

    return make


def _survey_of(systems: Systems) -> Callable[[int], Told]:
    """A submitted survey in HighLevel, which its workflow tells."""

    def make(number: int) -> Told:
        record, now, contact = f"enkat-{number:03}", _now(), respondent(number % RESPONDENTS)
        person = {"name": contact["name"], "email": contact["email"]}
        asked = submission(
            f"svar-{number}", now, contactId=contact["id"], surveyId=record, others={SCORE: number % 11}, **person
        )
        systems.ghl.add("submissions", asked)
        workflow: dict[str, Any] = {
            "contact_id": contact["id"],
            "company_name": contact["companyName"],
            "email": contact["email"],
            "Hur nöjd är du (0-10)?": str(number % 11),
            "location": {"id": highlevel.LOCATION},
            "customData": {"event": "survey_submitted", "survey_id": record, "submitted_at": now},
        }
        return Told(record, json.dumps(workflow).encode(), JSON, f"/{PATH_TOKEN}")

    return make


def _sale_of(systems: Systems) -> Callable[[int], Told]:
    """An order won in Upsales."""

    def make(number: int) -> Told:
        saved = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        rows = [upsales_bodies.row(price(number))]
        record = upsales_bodies.order(id=5000 + number, modDate=saved, orderRow=rows, value=price(number))
        systems.crm.put("orders", record)
        body = json.dumps(upsales.callback_body(systems.crm, record)).encode()
        return Told(str(record["id"]), body, JSON, f"/orderupdate/{record['id']}")

    return make


def _payment_of(systems: Systems) -> Callable[[int], Told]:
    """An invoice paid in SubscriptionFlow."""

    def make(number: int) -> Told:
        net, identity, record = price(number), f"invoice-{number}", f"FLOW-{number:03}"
        total = f"{net * 1.25:.2f}"
        invoice = flow_bodies.invoice(
            id=identity,
            name=record,
            items=[flow_bodies.item(flow_bodies.charge(f"{net}.00", "1"))],
            sub_total=f"{net}.00",
            total_tax=f"{net * 0.25:.2f}",
            total_amount=total,
            received_payment=total,
            updated_at=subscriptionflow.written(datetime.now(UTC)),
        )
        payment = flow_bodies.transaction(id=f"transaction-{number}", amount=total, invoices=[{"invoice_id": identity}])
        systems.flow.state.put("invoices", invoice)
        systems.flow.state.put("transactions", payment)
        written = {"payload": "custom", "parameters": {"hook_token": HOOK_TOKEN}}
        body, content_type = subscriptionflow.callback_body(invoice, "paid", written)
        return Told(record, body, {"content-type": content_type}, f"/{PATH_TOKEN}")

    return make


def _now() -> str:
    """A second ago: nothing is signed ahead of the daemon's clock."""
    return (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
