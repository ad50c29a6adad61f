"""Callbacks at the door: what proves them, what is stored of them, and by which key they are one delivery."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Json
from connectors.sources import Delivery, Needs, RawRequest, Refused, Unreadable, Wanted
from tests.connectors.subscriptionflow.bodies import (
    HOOK,
    INVOICE_ID,
    NOW,
    OLD_HOOK,
    OLD_PATH,
    PATH,
    callback,
    custom_callback,
    delivered,
    form,
    outcome,
    source,
)
from tests.fakes.examples import example

PAID = f"invoice:{INVOICE_ID}:paid"
ASKS = Needs((Wanted("invoice", "invoice", INVOICE_ID),))


@pytest.mark.capability("000-01")
@pytest.mark.capability("000-02")
@pytest.mark.capability("f14")
@pytest.mark.parametrize(
    ("rest", "token", "matched"),
    [
        (PATH, HOOK, "current"),
        (f"invoices/{PATH}", HOOK, "current"),
        (OLD_PATH, HOOK, "previous"),
        (PATH, OLD_HOOK, "previous"),
        ("", HOOK, None),
        (f"{PATH}/invoices", HOOK, None),
        (PATH[:-1], HOOK, None),
        (PATH.upper(), HOOK, None),
        (PATH, "", None),
        (PATH, HOOK[:-1], None),
        (HOOK, PATH, None),
        ("\udcff", HOOK, None),
    ],
)
def test_every_configured_token_must_match(rest: str, token: str, matched: str | None) -> None:
    """The address and the parameter are both needed where both are set; old values count and are named."""
    request = RawRequest(rest, {}, form(custom_callback(hook_token=token)))
    if matched is None:
        with pytest.raises(Refused, match="signature") as refusal:
            source().verify(request, NOW)
        assert refusal.value.status == 401
    else:
        assert source().verify(request, NOW).matched == matched


def test_one_token_is_enough_where_one_is_set() -> None:
    """A source with one kind of token does not ask for the other."""
    assert source(["path_token"]).verify(RawRequest(PATH, {}, form(callback())), NOW)
    assert source(["hook_token"]).verify(RawRequest("", {}, form(callback(hook_token=HOOK))), NOW)
    with pytest.raises(Refused):
        source(["hook_token"]).verify(RawRequest(PATH, {}, form(callback())), NOW)
    with pytest.raises(Refused):
        source(["path_token"]).verify(RawRequest("", {}, form(callback(hook_token=HOOK))), NOW)


@pytest.mark.parametrize(
    "body",
    [
        custom_callback(),
        custom_callback(hook_token={"0": HOOK}),
        custom_callback(hook_token=[HOOK]),
        custom_callback(customer={"hook_token": HOOK}),
        {**custom_callback(hook_token=HOOK), "payload": json.dumps({"hook_token": HOOK})},
    ],
)
def test_a_token_in_another_place_or_twice_proves_nothing(body: Json) -> None:
    """Only one text of that name, beside the record or in the text that holds it."""
    for raw in (form(body), json.dumps(body).encode()):
        with pytest.raises(Refused, match="signature"):
            source(["hook_token"]).verify(RawRequest("", {}, raw), NOW)


def test_without_a_token_there_is_no_source() -> None:
    """Secrets that were not resolved leave no open door, and a guessable one is a fault that does not quote it."""
    made = source()
    with pytest.raises(ValueError, match="path_token: a path token or a hook token is needed"):
        type(made)("flow", made._settings, {})
    with pytest.raises(ValueError, match="hook_token: at least 8") as fault:
        type(made)("flow", made._settings, {"hook_token": "canary"})
    assert "canary" not in str(fault.value)


WAYS: dict[str, Any] = {
    "brackets": form,
    "json": lambda fields: json.dumps(fields).encode(),
    "text in a field": lambda fields: form({"event": fields["event"], "data": json.dumps(fields)}),
    "text in a field of any name": lambda fields: form({"event": fields["event"], "faktura": json.dumps(fields)}),
    "all in one text": lambda fields: form({"payload": json.dumps(fields)}),
    "wrapped": lambda fields: json.dumps({"event": fields["event"], "data": {"attributes": fields}}).encode(),
}


@pytest.mark.capability("003-07")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fields", [callback(), custom_callback()], ids=["default", "custom"])
def test_each_way_to_write_a_callback_is_understood(way: str, fields: Json) -> None:
    """Brackets, JSON in a field, or JSON: one key, one thing to read, and the same from what is stored."""
    raw = WAYS[way](fields | {"hook_token": HOOK})
    delivery = source(["hook_token"]).verify(RawRequest("", {}, raw), NOW)
    assert (delivery.key, delivery.digest, delivery.malformed) == (PAID, False, None)
    assert delivery.body is not None
    assert HOOK not in delivery.body.decode()
    assert b"hook_token" not in delivery.body
    found = outcome(delivery.body)
    assert isinstance(found, Needs)
    assert found.wanted == ASKS.wanted
    assert outcome(raw) == found


@pytest.mark.capability("003-07")
def test_the_examples_are_understood() -> None:
    """The default payload, the same as nested data, and a custom payload: one invoice, one key."""
    flat = example("subscriptionflow/webhook-invoice-paid.form.txt").strip()
    nested = example("subscriptionflow/webhook-invoice-paid.decoded.json")
    custom = example("subscriptionflow/webhook-invoice-paid-custom.form.txt").strip()
    assert {delivered(body).key for body in (flat, nested, custom)} == {PAID}
    assert delivered(flat) == Delivery(PAID)
    at_once = outcome(flat)
    assert isinstance(at_once, Needs)
    assert (at_once.wanted, str(at_once.dated)) == (ASKS.wanted, "2026-11-01")
    assert outcome(nested) == at_once
    assert outcome(custom) == ASKS
    kept = source(["hook_token"]).verify(RawRequest("", {}, custom), NOW).body
    assert kept is not None
    assert json.loads(kept) == {
        "event": "paid",
        "method": "POST",
        "invoice_id": INVOICE_ID,
        "invoice_no": "INV-002318",
        "amount": "4975.00",
        "currency": "SEK",
    }


@pytest.mark.capability("f7")
@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({}, PAID),
        ({"event": "PAID"}, PAID),
        ({"event": "updated"}, PAID),
        ({"event": "updated", "status": "PAID"}, PAID),
        ({"event": "paid", "status": "Partially Paid"}, PAID),
        ({"module": "Invoice"}, PAID),
        ({"module": ""}, PAID),
        ({"event": "updated", "status": "Due"}, f"invoice:{INVOICE_ID}:updated:2026-11-02T09:15:44+00:00"),
        ({"event": "updated", "status": "Partially Paid"}, f"invoice:{INVOICE_ID}:updated:2026-11-02T09:15:44+00:00"),
        ({"event": "updated", "status": "Voided"}, f"invoice:{INVOICE_ID}:void:2026-11-02T09:15:44+00:00"),
        ({"event": "Void", "status": "void"}, f"invoice:{INVOICE_ID}:void:2026-11-02T09:15:44+00:00"),
        ({"event": "updated", "status": "Due", "updated_at": "N/A"}, f"invoice:{INVOICE_ID}:updated:"),
        ({"event": "updated", "status": "Due", "updated_at": "i går"}, f"invoice:{INVOICE_ID}:updated:i går"),
        ({"module": "transactions"}, f"transactions:{INVOICE_ID}:paid:2026-11-02T09:15:44+00:00"),
    ],
)
def test_the_key_is_the_business_key(more: Json, key: str) -> None:
    """Paid is paid once, however often and by whichever event it comes; all else is record, event and change."""
    assert delivered(form(callback(**more))).key == key


@pytest.mark.parametrize("record", [None, "", "N/A", "../customers/1", "a b", "x" * 101, {"a": "b"}, ["c"]])
def test_a_callback_that_names_no_invoice_is_kept_for_a_person(record: object) -> None:
    """Nothing can be read for it: the key is a digest, and the reason says what to add."""
    body = form({"event": "paid", "invoice_id": record, "amount": "1.00"})
    assert delivered(body).digest
    with pytest.raises(Unreadable, match="invoice_id: is missing or no id; add it to the custom payload"):
        outcome(body)


def test_names_of_a_custom_payload_are_settable() -> None:
    """Any name or dotted path, for each field of the hint."""
    fields = {"event": "händelse", "invoice_id": ["saknas", "faktura.nr"], "status": "läge", "updated_at": "ändrad"}
    body = form({"händelse": "updated", "faktura": {"nr": "4711"}, "läge": "due", "ändrad": "2026-11-02 09:15:44"})
    assert delivered(body, fields=fields).key == "invoice:4711:updated:2026-11-02T09:15:44+00:00"
    assert outcome(body, fields=fields) == Needs((Wanted("invoice", "invoice", "4711"),))
    renamed = source(["hook_token"], hook_token_field="nyckel")
    assert renamed.verify(RawRequest("", {}, form(custom_callback(nyckel=HOOK))), NOW).key == PAID


@pytest.mark.parametrize("body", [b"", b"{broken", b"\xff=1", b"[]=", b"{" * 100, b"a=1&a[b]=2"])
def test_a_body_that_cannot_be_read_is_kept_where_the_path_proves_it(body: bytes) -> None:
    """It would not come again. Where the proof lies in the body, there is none."""
    if body != b"[]=":
        assert delivered(body).malformed is not None
        with pytest.raises(Unreadable):
            outcome(body)
    with pytest.raises(Refused, match="signature"):
        source(["hook_token"]).verify(RawRequest("", {}, body), NOW)


secret_places = st.recursive(
    st.sampled_from([HOOK, f"Bearer {HOOK}", OLD_HOOK, f"https://x/hooks/flow/{PATH}", "plain", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "hook_token", HOOK]), inner),
    max_leaves=8,
)


@pytest.mark.capability("f17")
@given(
    more=st.dictionaries(st.sampled_from(["a", "b", "payload", "data"]), secret_places, max_size=3), way=st.booleans()
)
def test_no_token_is_ever_stored(more: Json, way: bool) -> None:
    """Wherever a token stands, in a name, a value, or text in a text, it does not reach the disk."""
    fields = {"event": "paid", "invoice_id": INVOICE_ID, "hook_token": HOOK, **more}
    fields["text"] = json.dumps({"hook_token": HOOK, "url": f"x/{PATH}"})
    body = json.dumps(fields).encode() if way else form(fields)
    try:
        delivery = source().verify(RawRequest(PATH, {}, body), NOW)
    except Refused:
        return
    assert delivery.body is not None
    assert not any(token in delivery.body.decode() for token in (HOOK, OLD_HOOK, PATH))


def test_a_body_without_secrets_is_stored_as_it_came() -> None:
    """Only what carries a secret is written anew, a token of the address included."""
    assert delivered(form(callback())).body is None
    echoed = delivered(form(callback(url=f"https://bridge.example.com/hooks/flow/{PATH}"))).body
    assert echoed is not None
    assert PATH not in echoed.decode()
    doubled = b"hook_token=wrong&hook_token=" + HOOK.encode() + b"&note=" + HOOK.encode() + b"&note=&event=paid"
    kept = source(["hook_token"]).verify(RawRequest("", {}, doubled), NOW).body
    assert kept is not None
    assert json.loads(kept) == {"note": "", "event": "paid"}
