"""What every source keeps to; a new line in the registry needs a sample here and then runs through all of it."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import Json
from connectors.registry import SOURCES, SourceType
from connectors.signing import sign
from connectors.sources import Ignored, Learned, Needs, RawRequest, Refused, Source, Stored, Told, Unreadable
from handlers.values import Question
from tests.connectors.highlevel import bodies
from tests.connectors.highlevel.test_source import survey as highlevel_survey
from tests.connectors.standard.test_events import order, survey
from tests.connectors.subscriptionflow import bodies as subscriptionflow
from tests.connectors.upsales import bodies as upsales

NOW = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOKEN = "a-token-nobody-guesses"


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


@dataclass(frozen=True)
class Sample:
    """How a source is configured, how its sender proves itself, and what it sends.

    ``proved`` may add a proof to the body. ``encode`` writes a body as it travels. ``reads`` is what was read at the
    sender for every one of the bodies. ``proof_in_body`` names fields of the body that prove the sender.
    """

    section: dict[str, Any]
    secrets: dict[str, str]
    proved: Callable[[bytes], RawRequest]
    bodies: tuple[dict[str, Any], ...]
    statuses: frozenset[int] = frozenset({400, 401, 415})
    encode: Callable[[dict[str, Any]], bytes] = _json
    reads: Mapping[str, Json | None] = field(default_factory=dict)
    proof_in_body: tuple[str, ...] = ()
    key: str = "k"
    """The key of its stored deliveries, where a source tells by it what proved them."""


def _standard(body: bytes) -> RawRequest:
    seconds = int(NOW.timestamp())
    signature = sign(WHSEC, "msg_1", seconds, body)
    headers = {"webhook-id": ["msg_1"], "webhook-timestamp": [str(seconds)], "webhook-signature": [signature]}
    return RawRequest("", headers, body)


def _highlevel(body: bytes) -> RawRequest:
    return RawRequest(TOKEN, {"x-hook-token": [TOKEN]}, body)


def _consent(body: bytes) -> RawRequest:
    return RawRequest(TOKEN, {}, body)


def _subscriptionflow(body: bytes) -> RawRequest:
    return RawRequest(TOKEN, {}, body + b"&hook_token=" + TOKEN.encode())


def _upsales(body: bytes) -> RawRequest:
    try:
        record = json.loads(body)["data"]["object"]
        rest = f"{'orderupdate' if 'orderRow' in record else 'clientupdate'}/{record['id']}"
    except (ValueError, LookupError, TypeError):
        rest = "orderupdate/4711"
    return RawRequest(rest, {}, body)


SAMPLES = {
    "standard": Sample(
        {"company": "demo", "secret": "generated:s"},
        {"secret": WHSEC},
        _standard,
        (order(), order("order.paid"), order("invoice.paid", invoice_id="I-1"), survey()),
    ),
    "fortnox_consent": Sample(
        {"company": "demo", "path_token": "generated:p"},
        {"path_token": TOKEN},
        _consent,
        ({"tenantId": 1001}, {"event": "consent revoked", "tenantId": "1001"}),
    ),
    "highlevel": Sample(
        {"company": "demo", "path_token": "generated:p", "header_secret": "generated:h"},
        {"path_token": TOKEN, "header_secret": TOKEN},
        _highlevel,
        (highlevel_survey(), highlevel_survey(nps=9, submitted_at="2026-11-13T10:00:00+01:00")),
    ),
    "subscriptionflow": Sample(
        subscriptionflow.section(),
        dict.fromkeys(("path_token", "hook_token", "client_secret"), TOKEN),
        _subscriptionflow,
        (subscriptionflow.callback(), subscriptionflow.custom_callback()),
        encode=subscriptionflow.form,
        reads=subscriptionflow.reads(),
    ),
    "upsales": Sample(
        upsales.SECTION,
        upsales.SECRETS,
        _upsales,
        (
            upsales.callback(upsales.order()),
            upsales.callback(upsales.order(stage={"id": 7}, probability=0, orderRow=[upsales.bundle()], value=300)),
            upsales.callback(upsales.account()),
        ),
        proof_in_body=("authenticationKey", "appId"),
    ),
    "highlevel app": Sample(
        {
            "company": "demo",
            "location_id": bodies.LOCATION,
            "app": True,
            "app_keys": [bodies.SIGNER.public_key],
            "order_statuses": {"completed": "paid"},
        },
        {},
        bodies.signed,
        tuple(
            body | {"timestamp": NOW.isoformat()}
            for body in (
                bodies.order(),
                bodies.invoice(),
                bodies.invoice("void"),
                {**bodies.contact(), "type": "ContactUpdate", "locationId": bodies.LOCATION},
            )
        ),
        key="app:w-1",
    ),
}

everyone = pytest.mark.parametrize("kind", sorted(SAMPLES))
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _type(kind: str) -> SourceType:
    """A sample is named after its source, with a word behind it where there are several."""
    return SOURCES[kind.partition(" ")[0]]


def _source(kind: str) -> Source:
    sample = SAMPLES[kind]
    return _type(kind).make("sample", _type(kind).settings.model_validate(sample.section), sample.secrets)


def _events(kind: str, body: bytes) -> Told:
    stored = Stored(1, SAMPLES[kind].key, NOW, {}, body, reads=SAMPLES[kind].reads)
    return _source(kind).events(stored)


def _kept(kind: str, body: dict[str, Any]) -> bytes:
    """What the door stores for a body: the body itself, or what the source gives in its place."""
    raw = SAMPLES[kind].encode(body)
    try:
        return _source(kind).verify(SAMPLES[kind].proved(raw), NOW).body or raw
    except Refused:
        return raw


def test_every_source_has_a_sample() -> None:
    """A registry line without a sample here would be an untested source."""
    assert {kind.partition(" ")[0] for kind in SAMPLES} == set(SOURCES)


@everyone
def test_a_source_says_how_its_sender_is_treated(kind: str) -> None:
    """A retry code that its sender honours, and no header with a secret among those kept."""
    source = _source(kind)
    assert source.name == "sample"
    assert source.retry_status in {429, 503}
    assert not any("signature" in name or "token" in name or name == "authorization" for name in source.kept_headers)
    assert all(name == name.lower() for name in source.kept_headers)


@everyone
def test_a_proved_request_is_a_delivery_and_its_body_events(kind: str) -> None:
    """The good path, for each sample: the same request gives the same delivery, the same body the same events."""
    source = _source(kind)
    for body in SAMPLES[kind].bodies:
        raw = SAMPLES[kind].encode(body)
        delivery = source.verify(SAMPLES[kind].proved(raw), NOW)
        assert delivery == source.verify(SAMPLES[kind].proved(raw), NOW)
        assert (delivery.malformed, bool(delivery.key)) == (None, True)
        kept = delivery.body or raw
        events = _events(kind, kept)
        assert events == _events(kind, kept)
        assert isinstance(events, tuple)
        assert all(event.thing.system == "sample" for event in events)


@everyone
@pytest.mark.capability("000-01")
def test_a_request_without_its_proof_is_refused(kind: str) -> None:
    """Each part of the proof is needed: without any one of them the sender is nobody."""
    source = _source(kind)
    raw = SAMPLES[kind].encode(SAMPLES[kind].bodies[0])
    good = SAMPLES[kind].proved(raw)
    broken = list(_with_broken_fields(kind, good))
    if not broken:
        broken.append(RawRequest("", {}, good.body))
        if good.body != raw:
            broken.append(RawRequest(good.rest, good.headers, raw))
        if good.rest:
            broken.append(RawRequest(good.rest[:-1], good.headers, good.body))
    for name in good.headers:
        left = {other: values for other, values in good.headers.items() if other != name}
        broken.append(RawRequest(good.rest, left, good.body))
        broken.append(RawRequest(good.rest, {**left, name: [good.headers[name][0] + "x"]}, good.body))
    for request in broken:
        with pytest.raises(Refused) as refusal:
            source.verify(request, NOW)
        assert refusal.value.status == 401


def _with_broken_fields(kind: str, good: RawRequest) -> Iterator[RawRequest]:
    """The request with each proving field of its body missing, empty and altered."""
    for name in SAMPLES[kind].proof_in_body:
        body = json.loads(good.body)
        proof = body.pop(name)
        for altered in (body, *({**body, name: value} for value in (None, "", f"{proof}x", [proof], {"key": proof}))):
            yield RawRequest(good.rest, good.headers, json.dumps(altered).encode())


@everyone
def test_no_proof_is_stored(kind: str) -> None:
    """Where the proof lies in the body, what is stored does not hold it."""
    for body in SAMPLES[kind].bodies:
        kept = _kept(kind, body).decode()
        assert not any(secret in kept for secret in SAMPLES[kind].secrets.values())


@everyone
@pytest.mark.capability("f10")
@thorough
@given(body=st.binary(max_size=300), rest=st.text(max_size=30), value=st.text(max_size=80))
def test_no_bytes_at_the_door_raise_anything_but_a_refusal(kind: str, body: bytes, rest: str, value: str) -> None:
    """Unproved garbage is refused; proved garbage is a refusal or a malformed delivery."""
    source = _source(kind)
    good = SAMPLES[kind].proved(body)
    with pytest.raises(Refused):
        source.verify(RawRequest(rest, {name: [value] for name in good.headers}, body), NOW)
    assert _outcome(source, good) in {None, *SAMPLES[kind].statuses}


def _outcome(source: Source, request: RawRequest) -> int | None:
    """The status of a refusal; ``None`` where the request became a delivery."""
    try:
        source.verify(request, NOW)
    except Refused as refusal:
        return refusal.status
    return None


@everyone
@thorough
@given(body=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_stored_garbage_is_unreadable_and_nothing_else(kind: str, body: bytes) -> None:
    """Bytes that are no body of this source end as the one documented error, or mean nothing."""
    try:
        found = _events(kind, body)
    except (Unreadable, Question):
        return
    assert isinstance(found, Ignored | Needs | tuple)


odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(["\ud800", "canary-\x00", "9999-12-31T23:59:59Z", "2026-11-13T10:00:00Z", 10**400, "1e400", "²"]),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


@everyone
@pytest.mark.capability("f10")
@thorough
@given(data=st.data())
def test_a_body_with_one_odd_value_is_read_or_named(kind: str, data: st.DataObject) -> None:
    """Any value anywhere in a good body: events, or one documented error that does not quote the value."""
    body = copy.deepcopy(data.draw(st.sampled_from(SAMPLES[kind].bodies)))
    inner: Any = body
    path = data.draw(st.sampled_from(list(_paths(body))))
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(odd_values)
    try:
        found = _events(kind, _kept(kind, body))
    except (Unreadable, Question) as error:
        assert "canary" not in str(error)  # noqa: PT017 - either outcome is right
        return
    assert not isinstance(found, Learned)
    for event in found if not isinstance(found, Ignored | Needs) else ():
        event.model_dump_json()


def _paths(value: Any, so_far: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*so_far, key)
        yield from _paths(inner, (*so_far, key))


@everyone
def test_no_secret_shows_in_the_settings(kind: str) -> None:
    """A settings object that is printed by accident tells nothing."""
    section = {**SAMPLES[kind].section, **dict.fromkeys(SAMPLES[kind].secrets, "plain:canary")}
    assert "canary" not in repr(_type(kind).settings.model_validate(section))
