"""Bodies of HighLevel's app webhooks, small and whole, and a source that takes them."""

import json
from datetime import UTC, datetime
from typing import Any

from connectors.base import Json
from connectors.highlevel.app import delivery_key, unwrapped
from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.source import HighLevelSource
from connectors.json_body import read_object
from connectors.sources import Ignored, Needs, RawRequest, Stored
from handlers.events import Event
from tests.stand_ins.highlevel_app import AppSigner

NOW = datetime(2026, 11, 18, 7, 0, tzinfo=UTC)
LOCATION = "hQ4nVw8sLtR2eXbKc7Pm"
CONTACT = "e6m50fei5oNM2igrq1MG"
SIGNER = AppSigner()
API = {"token": "generated:ghl-api"}

Body = dict[str, Any]


def app_source(**section: object) -> HighLevelSource:
    """A source that takes an app's webhooks, signed with our own key."""
    place = {} if "companies" in section else {"company": "demo", "location_id": LOCATION}
    settings = {**place, "app": True, "app_keys": [SIGNER.public_key, SIGNER.legacy_public_key], **section}
    return HighLevelSource("ghl", HighLevelSettings.model_validate(settings), {})


def signed(body: Body | bytes) -> RawRequest:
    """A request of the app."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawRequest("", {"x-ghl-signature": [SIGNER.headers(raw)["x-ghl-signature"]]}, raw)


def read(
    body: Body | bytes, reads: dict[str, Json | None] | None = None, **section: object
) -> tuple[Event, ...] | Ignored | Needs:
    """What a proved webhook means."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    key, _ = delivery_key(unwrapped(read_object(raw)), raw)
    found = app_source(**section).events(Stored(1, key, NOW, {}, raw, reads=_answers(reads)))
    return found if isinstance(found, Ignored | Needs) else tuple(found)


def polled(
    kind: str, record: Body, reads: dict[str, Json | None] | None = None, labels: Body | None = None, **section: object
) -> tuple[Event, ...] | Ignored | Needs:
    """What a polled record means."""
    raw = json.dumps({"polled": kind, "record": record, "labels": labels or {}}).encode()
    found = app_source(**section).events(Stored(1, "k", NOW, {}, raw, origin="poll", reads=_answers(reads)))
    return found if isinstance(found, Ignored | Needs) else tuple(found)


def _answers(reads: dict[str, Json | None] | None) -> dict[str, Json | None]:
    """As they lie on disk: decimals exact."""
    return {
        name: None if answer is None else read_object(json.dumps(answer).encode())
        for name, answer in (reads or {}).items()
    }


def tax(rate: float = 25, calculation: str = "exclusive") -> Body:
    """One tax of a product."""
    return {"_id": "t1", "name": f"Moms {rate}%", "rate": rate, "calculation": calculation}


def order_item(price: float, quantity: float = 1, *taxes: Body) -> Body:
    """One item of an order."""
    return {
        "name": "Packningssats",
        "qty": quantity,
        "product": {"_id": "p1", "name": "Packningssats", "taxes": list(taxes)},
        "price": {"_id": "r1", "name": "Standard", "currency": "SEK", "amount": price},
    }


def order(status: str = "completed", **fields: Any) -> Body:
    """An order of one item of 1990 kronor with 25 % VAT on top."""
    return {
        "type": "OrderStatusUpdate",
        "locationId": LOCATION,
        "_id": "80b21ead8f062d15a4f4ef27",
        "status": status,
        "contactId": CONTACT,
        "currency": "SEK",
        "amount": 2487.5,
        "liveMode": True,
        "amountSummary": {"subtotal": 1990, "discount": 0, "tax": 497.5, "shipping": 0},
        "taxSummary": [{"rate": 25, "calculation": "exclusive", "amount": 497.5}],
        "contactSnapshot": {"id": CONTACT, "companyName": "Vättern Mekaniska AB", "country": "SE"},
        "items": [order_item(1990, 1, tax())],
        "createdAt": "2026-11-06T12:00:03.410Z",
        "updatedAt": "2026-11-06T12:04:40.020Z",
        "timestamp": "2026-11-18T06:59:00.000Z",
        "webhookId": "w-1",
        **fields,
    }


def invoice(status: str = "paid", **fields: Any) -> Body:
    """An invoice of eight hours of 1250 kronor with 25 % VAT on top."""
    return {
        "type": "InvoiceUpdate",
        "locationId": LOCATION,
        "_id": "bd6b0165debbc6530a2c6a88",
        "status": status,
        "liveMode": True,
        "amountPaid": 0,
        "amountDue": 12500,
        "total": 12500,
        "invoiceNumber": "1043",
        "currency": "SEK",
        "contactDetails": {"id": CONTACT, "name": "Åsa Wikström", "companyName": "Vättern Mekaniska AB"},
        "issueDate": "2026-11-01",
        "dueDate": "2026-12-01",
        "discount": {"type": "percentage", "value": 0},
        "invoiceItems": [{"name": "Rådgivning", "productId": "p1", "qty": 8, "amount": 1250, "taxes": [tax()]}],
        "totalSummary": {"subTotal": 10000, "discount": 0, "tax": 2500},
        "createdAt": "2026-11-01T06:30:00.001Z",
        "updatedAt": "2026-11-09T13:22:10.450Z",
        "timestamp": "2026-11-18T06:59:00.000Z",
        "webhookId": "w-2",
        **fields,
    }


def opportunity(status: str = "won", **fields: Any) -> Body:
    """An opportunity of 45 000 kronor."""
    return {
        "type": "OpportunityStatusUpdate",
        "locationId": LOCATION,
        "id": "YjKHZeJtcfpSroucZ0yj",
        "contactId": CONTACT,
        "monetaryValue": 45000,
        "name": "Serviceavtal 2027",
        "status": status,
        "dateAdded": "2026-10-20T07:15:00.000Z",
        "timestamp": "2026-11-12T23:30:00.114Z",
        "webhookId": "w-3",
        **fields,
    }


def contact(**fields: Any) -> Body:
    """The contact as the API gives it."""
    return {
        "id": CONTACT,
        "name": "Åsa Wikström",
        "companyName": "Vättern Mekaniska AB",
        "email": "asa.wikstrom@example.com",
        "phone": "+46701740605",
        "country": "SE",
        "customFields": [{"id": "4jEDCN7RpB0fWeo4NjQr", "value": "559901-1045"}],
        **fields,
    }
