"""Records and callbacks of a SubscriptionFlow instance, and a source that reads them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from connectors.base import Json
from connectors.sources import Delivery, Ignored, Needs, RawRequest, Stored
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from connectors.subscriptionflow.source import SubscriptionFlowSource
from handlers.events import Event, InvoiceChanged

NOW = datetime(2026, 11, 2, 9, 16, tzinfo=UTC)
INVOICE_ID = "3bb427c1-a1da-459d-aad1-245c92010b38"
CUSTOMER_ID = "7a9d9691-46fc-4893-973c-43fad1272a25"
PATH, OLD_PATH = "path-token-of-today", "path-token-of-before"
HOOK, OLD_HOOK = "example-shared-token", "example-shared-token-of-before"
CLIENT_SECRET = "made-up-client-secret"
SECRETS = {"path_token": PATH, "previous_path_token": OLD_PATH, "hook_token": HOOK, "previous_hook_token": OLD_HOOK}


def section(**more: Any) -> Json:
    """A section of the configuration that proves callbacks by path and by parameter."""
    plain: Json = {
        "company": "demo",
        "path_token": "generated:p",
        "hook_token": "generated:h",
        "instance": "exempel",
        "client_id": "made-up-client",
        "client_secret": "file:secret",
    }
    return plain | more


def source(held: Sequence[str] = tuple(SECRETS), **more: Any) -> SubscriptionFlowSource:
    """A source with those of the four tokens that are ``held``."""
    fields = {name: field for name, field in section(**more).items() if name not in SECRETS}
    settings = SubscriptionFlowSettings.model_validate(fields | dict.fromkeys(held, "generated:x"))
    return SubscriptionFlowSource("flow", settings, {name: SECRETS[name] for name in held})


def invoice(**more: Any) -> Json:
    """A paid invoice: 2 of 1990.00 and 25 % VAT, with the fields beside its id."""
    return {
        "id": INVOICE_ID,
        "name": "INV-002318",
        "customer_id": CUSTOMER_ID,
        "customer": {"id": CUSTOMER_ID, "name": "Blåklint Design AB", "email": "ekonomi.blaklint@example.com"},
        "invoice_date": "2026-11-01",
        "due_date": "2026-12-01",
        "status": "Paid",
        "sub_total": "3980.00",
        "discount": "0.00",
        "total_tax": "995.00",
        "total_amount": "4975.00",
        "received_payment": "4975.00",
        "closing_balance": "0.00",
        "sum_of_credit_notes": "0.00",
        "currency": "SEK",
        "is_oneoff": "No",
        "note": "N/A",
        "items": [item(charge())],
        "updated_at": "2026-11-02T09:15:44.000000Z",
    } | more


def item(*charges: Json, **more: Any) -> Json:
    """One item of an invoice."""
    return {"plan_id": "plan-1", "product_id": "product-1", "charges": list(charges)} | more


def charge(price: Any = "1990.00", quantity: Any = "2", **more: Any) -> Json:
    """One charge of an item, for November."""
    return {
        "list_price": price,
        "quantity": quantity,
        "service_from": "2026-11-01",
        "service_to": "2026-11-30",
        "plan_price": {"id": "price-1", "name": "Pro – månad"},
    } | more


def customer(**more: Any) -> Json:
    """The customer of the example payloads."""
    return {
        "id": CUSTOMER_ID,
        "name": "Blåklint Design AB",
        "email": "ekonomi.blaklint@example.com",
        "phone_number": "+46406280410",
        "accounting_resource_id": "",
        "billing_address": "Hyllie Allé 3",
        "billing_city": "Malmö",
        "billing_postal_code": "215 32",
        "billing_country": "Sweden",
        "organisation_number": "559903-1068",
        "tax_number": "SE559903106801",
    } | more


def transaction(**more: Any) -> Json:
    """The payment of the example payloads."""
    return {
        "id": "483e8ef5-71fc-4c39-bb20-872a873c7488",
        "date": "2026-11-02",
        "status": "Paid",
        "amount": "4975.00",
        "type": "payment",
        "transaction_category": "Payment",
        "invoices": [{"invoice_id": INVOICE_ID}],
    } | more


def answer(record: Json) -> Json:
    """A single record as the API gives it."""
    return {"data": {"id": record["id"], "attributes": {key: held for key, held in record.items() if key != "id"}}}


def reads(
    read: Json | None = None, *, buyer: Json | None = None, payments: Sequence[Json] | None = None
) -> dict[str, Json | None]:
    """All that is read for a callback about an invoice."""
    paid = [transaction()] if payments is None else payments
    return {
        "invoice": answer(invoice() if read is None else read),
        "customer": answer(customer() if buyer is None else buyer),
        "transactions": {"data": list(paid)},
    }


def callback(**more: Any) -> Json:
    """A callback with all fields of the invoice."""
    return {"event": "paid", "method": "POST", "module": "invoices", **invoice(), **more}


def custom_callback(**more: Any) -> Json:
    """A callback with fields that somebody chose."""
    return {"event": "paid", "method": "POST", "invoice_id": INVOICE_ID, "invoice_no": "INV-002318", **more}


def form(fields: Mapping[str, Any]) -> bytes:
    """Nested data as a form with PHP's brackets; half a surrogate pair becomes bytes that are no UTF-8."""
    return urlencode(list(_pairs("", fields)), errors="surrogatepass").encode()


def _pairs(name: str, held: Any) -> Any:
    if isinstance(held, dict | list):
        for key, value in held.items() if isinstance(held, dict) else enumerate(held):
            yield from _pairs(f"{name}[{key}]" if name else str(key), value)
    else:
        yield name, "" if held is None else held


def delivered(body: bytes, *, rest: str = PATH, held: Sequence[str] = ("path_token",), **more: Any) -> Delivery:
    """What the door says of a body that the path proves."""
    return source(held, **more).verify(RawRequest(rest, {}, body), NOW)


def outcome(
    body: Json | bytes, found: Mapping[str, Json | None] | None = None, *, polled: bool = False, **more: Any
) -> Sequence[Event] | Ignored | Needs:
    """What a stored body becomes, with what was read for it so far."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stored = Stored(1, "k", NOW, {}, raw, origin="poll" if polled else "webhook", reads=found or {})
    return source(**more).events(stored)


def event(found: Mapping[str, Json | None], **more: Any) -> InvoiceChanged:
    """The one event of a callback for which all was read."""
    events = outcome(custom_callback(), found, **more)
    assert isinstance(events, tuple)
    [only] = events
    assert isinstance(only, InvoiceChanged)
    return only
