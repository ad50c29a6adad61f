"""Records and callbacks of Upsales as tests build them, and sources that read them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base import Json
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Stored
from connectors.upsales.settings import UpsalesSettings
from connectors.upsales.source import UpsalesSource
from handlers.events import Event, OrderChanged

KEY = "example-app-auth-key-not-secret"
SECRETS = {"authentication_key": KEY}
SECTION: dict[str, Any] = {
    "company": "demo",
    "authentication_key": "generated:k",
    "app_id": 9001,
    "customer_id": 55021,
    "offer_stage": 10,
    "won_stage": 12,
    "lost_stage": 7,
}
READING: dict[str, Any] = {"api_key": "generated:a", "reread": False}
FIELDS: dict[str, Any] = {
    "customer_number_field": 8,
    "email_field": 9,
    "order_number_field": 3,
    "delivery_date_field": 5,
}
NOW = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)

Body = dict[str, Any]


def row(price: object = 100, quantity: object = 1, **fields: object) -> Body:
    """A row at its list price."""
    product = {"id": 41, "name": "Vinterförvaring 8–10 m", "articleNo": "BF-810"}
    return {"quantity": quantity, "price": price, "listPrice": price, "product": product, "productId": 41, **fields}


def bundle(price: object = 150, quantity: object = 2, **fields: object) -> Body:
    """Two bundles for 150 each, of one part for 100 and two for 25; the parts have no names."""
    parts = [
        {"productId": 44, "quantity": 2, "price": 25, "listPrice": 25, "sortId": 2},
        {"productId": 43, "quantity": 1, "price": 100, "listPrice": 125, "sortId": 1},
    ]
    return row(price, quantity, **{"bundleRows": parts, "bundleFixedPrice": True, **fields})


def order(**fields: object) -> Body:
    """An order for 100 kronor in the won stage."""
    return {
        "id": 4711,
        "date": "2026-11-09",
        "closeDate": "2026-11-10",
        "stage": {"id": 12, "name": "Avslutad - Order"},
        "probability": 100,
        "user": {"id": 7, "name": "Maja Sundström", "email": "maja.sundstrom@example.com"},
        "client": {"id": 318, "name": "Skärgårdens Båtservice AB"},
        "contact": {"id": 902, "name": "Erik Öhman", "email": "erik.ohman@example.com"},
        "modDate": "2026-11-10T14:32:05.000Z",
        "currency": "SEK",
        "currencyRate": 1,
        "orderRow": [row()],
        "value": 100,
        "valueInMasterCurrency": 100,
        "custom": [],
        **fields,
    }


def account(**fields: object) -> Body:
    """The order's company."""
    return {
        "id": 318,
        "name": "Skärgårdens Båtservice AB",
        "orgNo": "5599021085",
        "phone": "+46846500410",
        "addresses": [],
        "mailAddress": {},
        "custom": [],
        "modDate": "2026-11-10T14:30:00.000Z",
        **fields,
    }


def callback(record: Body | None, **fields: object) -> Body:
    """A callback about a record, with secrets and all."""
    return {
        "appId": 9001,
        "date": "2026-11-10T14:32:06.114Z",
        "authenticationKey": KEY,
        "customer": {"id": 55021, "name": "Demokund Båt AB"},
        "config": {"wonStage": 12},
        "apiKey": "example-customer-api-key",
        "user": {"id": 7, "name": "Maja Sundström", "email": "maja.sundstrom@example.com"},
        "callbackUrl": "https://integration.upsales.com/api/external/appCallback/470e53b2781a5d1089d6531a",
        "data": {"object": record},
        **fields,
    }


def source(**section: object) -> UpsalesSource:
    """A source with the section above, changed where ``section`` says so (``None`` leaves a field out)."""
    stated = {name: value for name, value in {**SECTION, **section}.items() if value is not None}
    fields = ("authentication_key", "previous_authentication_key", "api_key")
    texts = {"authentication_key": KEY, "previous_authentication_key": "key-of-yesterday", "api_key": "an-api-key"}
    held = {field: texts[field] for field in fields if field in stated}
    return UpsalesSource("ups", UpsalesSettings.model_validate(stated), held)


def delivered(body: Body | bytes, rest: str = "orderupdate/4711", **section: object) -> Delivery:
    """What the door says of a body."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return source(**section).verify(RawRequest(rest, {}, raw), NOW)


def outcome(
    body: Body | bytes, rest: str = "orderupdate/4711", reads: dict[str, Json | None] | None = None, **section: object
) -> Sequence[Event] | Ignored | Needs:
    """What becomes of a callback, through the door and from disk."""
    kept = delivered(body, rest, **section).body
    assert kept is not None
    return source(**section).events(Stored(1, "k", NOW, {}, kept, reads=reads or {}))


def changed(record: Body, reads: dict[str, Json | None] | None = None, **section: object) -> OrderChanged:
    """The one change that an order's callback makes."""
    return only(outcome(callback(record), f"orderupdate/{record['id']}", reads, **section))


def only(found: Sequence[Event] | Ignored | Needs) -> OrderChanged:
    """The one order's change among the events."""
    assert not isinstance(found, Ignored | Needs), found
    [event] = found
    assert isinstance(event, OrderChanged)
    return event


def needs(record: Body, reads: dict[str, Json | None] | None = None, **section: object) -> Needs:
    """What must be read for an order."""
    found = outcome(callback(record), f"orderupdate/{record['id']}", reads, **{**READING, **section})
    assert isinstance(found, Needs), found
    return found
