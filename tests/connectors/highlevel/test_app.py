"""What proves an app's webhook, what tells deliveries apart, whose they are, and that no proof weakens another."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from connectors.highlevel.settings import HighLevelSettings
from connectors.highlevel.source import HighLevelSource
from connectors.highlevel.vendor_keys import ED25519, RSA_4096, VENDOR_KEYS
from connectors.sources import Delivery, Ignored, RawRequest, Refused, Stored, Unreadable
from tests.connectors.highlevel.bodies import LOCATION, NOW, SIGNER, Body, app_source, invoice, order, read, signed
from tests.connectors.highlevel.test_source import survey
from tests.fakes.examples import example, signature_vectors
from tests.stand_ins.highlevel_app import AppSigner

TOKEN = "path-token-of-today"


def refused(source: HighLevelSource, request: RawRequest, now: datetime = NOW) -> str:
    """The reason of a refusal, which is always a 401."""
    with pytest.raises(Refused) as refusal:
        source.verify(request, now)
    assert refusal.value.status == 401
    return refusal.value.reason


@pytest.mark.parametrize(
    ("pem", "digest"),
    [
        (RSA_4096, "2f62045d413b1b7747e26770ce7f57840cbf86288cd20ceb90d299a62501fd25"),
        (ED25519, "5a2c1b2749d3efcc233fb27d4ab43d56b8d20818c42cd226f6c9a3ff20d3097c"),
    ],
)
def test_the_vendor_s_keys_are_the_published_ones(pem: str, digest: str) -> None:
    """The digests over the DER form (HighLevel facts, section 6) show a mistake in copying."""
    der = load_pem_public_key(pem.encode()).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert hashlib.sha256(der).hexdigest() == digest
    section = {"company": "demo", "location_id": LOCATION, "app": True}
    assert HighLevelSettings.model_validate(section).app_keys == VENDOR_KEYS


@pytest.mark.capability("000-47", "f11")
@pytest.mark.parametrize("legacy", [True, False])
def test_every_public_vector(legacy: bool) -> None:
    """The vectors, with their own keys and clock; what only the old header proves needs the permission."""
    vectors = signature_vectors("highlevel")
    assert len(vectors) >= 6
    for vector in vectors:
        location = json.loads(vector["body_utf8"])["locationId"]
        keys = [vector["ed25519_public_key_pem"], vector["rsa_public_key_pem"]]
        source = app_source(app_keys=keys, legacy_signature=legacy, location_id=location)
        headers = {name.lower(): [value] for name, value in vector["headers"].items()}
        request = RawRequest("", headers, vector["body_utf8"].encode())
        now = datetime.fromisoformat(vector["now_iso"])
        valid = vector["expect_valid"] and (legacy or "x-ghl-signature" in headers)
        if vector["expect_valid"] is None:
            valid = legacy
        if valid:
            assert source.verify(request, now).key == "app:d2461a8a-f88a-4581-9e73-898f4507ddc9", vector["name"]
        else:
            assert refused(source, request, now) == "signature", vector["name"]


@pytest.mark.capability("f11")
@pytest.mark.parametrize("header", ["", " ", "N/A", "n/a", "=", "AQ==", "åäö", "\udcff", "A" * 5000, "{}\n"])
def test_a_header_that_is_no_signature_is_a_refusal(header: str) -> None:
    """Malformed base64, another length, a placeholder: 401, and never an error page."""
    raw = json.dumps(order()).encode()
    good = SIGNER.headers(raw)["x-ghl-signature"]
    for text in {header, header + good, good + header} - {good}:
        assert refused(app_source(), RawRequest("", {"x-ghl-signature": [text]}, raw)) == "signature"
    assert app_source().verify(RawRequest("", {"x-ghl-signature": [good]}, raw), NOW)


@pytest.mark.capability("f11")
def test_a_doubled_missing_or_renamed_header_is_a_refusal() -> None:
    """Exactly one signature, under its own name, over exactly these bytes, by a key that is ours to trust."""
    raw = json.dumps(order()).encode()
    good = SIGNER.headers(raw)["x-ghl-signature"]
    other = AppSigner(bytes(32)).headers(raw)["x-ghl-signature"]
    old = SIGNER.legacy_headers(raw)["x-wh-signature"]
    broken: tuple[dict[str, list[str]], ...] = (
        {},
        {"x-ghl-signature": []},
        {"x-ghl-signature": [good, good]},
        {"x-ghl-signature": [good, other]},
        {"x-ghl-signature": [other]},
        {"ghl-signature": [good]},
        {"x-wh-signature": [good]},
        {"x-ghl-signature": [old]},
        {"x-ghl-signature": [other], "x-wh-signature": [old]},
        {"x-wh-signature": [old, old]},
        {"x-ghl-signature": ["N/A", "N/A"], "x-wh-signature": [old]},
    )
    for headers in broken:
        assert refused(app_source(legacy_signature=True), RawRequest("", headers, raw)) == "signature"
    assert refused(app_source(), RawRequest("", {"x-ghl-signature": [good]}, raw + b" ")) == "signature"


@pytest.mark.capability("000-47")
def test_the_old_header_counts_only_where_it_is_allowed() -> None:
    """``legacy_signature`` is off by default; the literal N/A stands for no signature."""
    raw = json.dumps(order()).encode()
    old = SIGNER.legacy_headers(raw)["x-wh-signature"]
    for headers in ({"x-wh-signature": [old]}, {"x-ghl-signature": ["N/A"], "x-wh-signature": [old]}):
        assert refused(app_source(), RawRequest("", headers, raw)) == "signature"
        assert app_source(legacy_signature=True).verify(RawRequest("", headers, raw), NOW).key == "app:w-1"


def test_an_old_and_a_new_key_overlap(tmp_path: Path) -> None:
    """Keys are a list, as texts or as files; the log names the one that is not the first."""
    newer = AppSigner(bytes(32))
    file = tmp_path / "newer.pem"
    file.write_text(newer.public_key)
    raw = json.dumps(order()).encode()
    source = app_source(app_keys=[f"file:{file}", SIGNER.public_key])
    by_newer = RawRequest("", {"x-ghl-signature": [newer.headers(raw)["x-ghl-signature"]]}, raw)
    assert (source.verify(by_newer, NOW).matched, source.verify(signed(raw), NOW).matched) == ("current", "previous")


@pytest.mark.parametrize(
    ("keys", "legacy", "reason"),
    [
        (["-----BEGIN canary"], False, "app_keys: not a public key in PEM form"),
        (["file:/nowhere/canary.pem"], False, "app_keys: the file cannot be read: No such file or directory"),
        ([RSA_4096], False, "app_keys: an Ed25519 key is needed"),
        ([ED25519], True, "app_keys: an RSA key is needed for legacy_signature"),
    ],
)
def test_a_key_that_cannot_serve_is_named(keys: list[str], legacy: bool, reason: str) -> None:
    """A fault of configuration, found at start; what was written is not repeated."""
    with pytest.raises(ValueError) as fault:
        app_source(app_keys=keys, legacy_signature=legacy)
    assert str(fault.value) == reason


@pytest.mark.parametrize(
    "section",
    [
        {"company": "demo", "app": True},
        {"company": "demo", "path_token": "x", "legacy_signature": True},
        {"company": "demo", "location_id": LOCATION, "app": True, "app_keys": ["relative.pem"]},
        {"company": "demo", "location_id": LOCATION, "app": True, "app_keys": []},
        {"company": "demo", "path_token": "x", "api": {"token": "generated:t"}},
        {"companies": {LOCATION: "demo"}, "app": True, "api": {"token": "generated:t"}},
        {"company": "demo", "location_id": LOCATION, "api": {}},
        {"company": "demo", "location_id": LOCATION, "api": {"client_id": "c"}},
        {"company": "demo", "location_id": LOCATION, "api": {"token": "generated:t", "client_id": "c"}},
        {"company": "demo", "location_id": LOCATION, "app": True, "opportunities": {"vat_rate": 25, "currency": "SEK"}},
        {"company": "demo", "location_id": LOCATION, "app": True, "order_statuses": {"completed": "done"}},
    ],
)
def test_a_section_that_contradicts_itself_is_refused(section: Body) -> None:
    """HighLevel signs for all apps with one key, so an app without a location of ours proves nothing."""
    with pytest.raises(ValueError):
        HighLevelSettings.model_validate(section)


@pytest.mark.capability("000-47", "f11")
def test_no_proof_weakens_the_other() -> None:
    """Both at one source: a bad signature is not saved by tokens, and tokens never make an app's record."""
    section: Body = {"company": "demo", "location_id": LOCATION, "app": True, "app_keys": [SIGNER.public_key]}
    section["path_token"] = "generated:p"
    both = HighLevelSource("ghl", HighLevelSettings.model_validate(section), {"path_token": TOKEN})
    raw = json.dumps(invoice()).encode()
    bad = {"x-ghl-signature": [AppSigner(bytes(32)).headers(raw)["x-ghl-signature"]]}
    assert refused(both, RawRequest(TOKEN, bad, raw)) == "signature"
    assert refused(both, RawRequest("", {}, raw)) == "signature"
    by_token = both.verify(RawRequest(TOKEN, {}, raw), NOW)
    with pytest.raises(Unreadable, match="survey_id: is missing"):
        both.events(Stored(1, by_token.key, NOW, {}, raw))
    posing = json.dumps(survey(customData={"survey_id": "s", "event_id": "app:w-2"}, **invoice())).encode()
    assert both.verify(RawRequest(TOKEN, {}, posing), NOW).key == "workflow:app:w-2"
    by_signature = both.verify(signed(raw), NOW)
    assert len(both.events(Stored(1, by_signature.key, NOW, {}, raw))) == 1  # type: ignore[arg-type]
    surveyed = json.dumps(survey(locationId=LOCATION)).encode()
    proved = both.verify(signed(surveyed), NOW)
    assert both.events(Stored(1, proved.key, NOW, {}, surveyed)) == Ignored("unknown_type")


def test_a_source_takes_only_what_its_settings_name() -> None:
    """An app alone takes no token, workflows alone take no signature, and polling alone takes no request at all."""
    raw = json.dumps(order()).encode()
    assert refused(app_source(), RawRequest(TOKEN, {"x-hook-token": [TOKEN]}, raw)) == "signature"
    tokens = HighLevelSettings.model_validate({"company": "demo", "path_token": "generated:p"})
    assert refused(HighLevelSource("ghl", tokens, {"path_token": TOKEN}), signed(raw)) == "signature"
    section = {"company": "demo", "location_id": LOCATION, "api": {"token": "generated:t"}}
    reading = HighLevelSource("ghl", HighLevelSettings.model_validate(section), {"api.token": "pit-1"})
    for request in (RawRequest("", {}, raw), RawRequest("pit-1", {"x-hook-token": ["pit-1"]}, raw), signed(raw)):
        assert refused(reading, request) == "signature"


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(0), None),
        (timedelta(hours=23, minutes=59), None),
        (timedelta(hours=24, seconds=1), "stale"),
        (timedelta(minutes=-4, seconds=-59), None),
        (timedelta(minutes=-5, seconds=-1), "stale"),
    ],
)
def test_the_signed_time_is_a_wide_second_check(age: timedelta, reason: str | None) -> None:
    """A repeated delivery may carry its first time: an hour is nothing, a day is too much."""
    request = signed(order(timestamp=(NOW - age).isoformat()))
    if reason is None:
        assert app_source().verify(request, NOW).key == "app:w-1"
    else:
        assert refused(app_source(), request) == reason


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (order(), "app:w-1"),
        (
            order(webhookId=""),
            "record:order:80b21ead8f062d15a4f4ef27:completed:2026-11-06T12:04:40.020Z",
        ),
        (order(webhookId=None, updatedAt=None), "record:order:80b21ead8f062d15a4f4ef27:completed:"),
        (
            invoice(webhookId=None, type=None),
            "record:invoice:bd6b0165debbc6530a2c6a88:paid:2026-11-09T13:22:10.450Z",
        ),
        (
            {"type": "ContactUpdate", "id": "c1", "timestamp": "2026-11-18T06:59:00Z"},
            "record:ContactUpdate:c1::2026-11-18T06:59:00Z",
        ),
    ],
)
def test_the_key_is_the_webhook_s_id_else_the_state_of_the_record(body: Body, key: str) -> None:
    """Type, record, status and time of change where there is no id; all of them count for ever."""
    delivery = app_source().verify(signed({"locationId": LOCATION, **body}), NOW)
    assert (delivery.key, delivery.digest, delivery.account) == (key, False, None)


def test_what_has_neither_is_known_by_its_bytes_for_a_while() -> None:
    """A contact without id of the delivery and without time: a digest, which no money depends on."""
    delivery = app_source().verify(signed({"type": "ContactDelete", "id": "c1", "locationId": LOCATION}), NOW)
    assert (delivery.digest, delivery.key[:11]) == (True, "app:digest:")


INSTALL = {"type": "INSTALL", "appId": "app-1", "companyId": "agency-1", "locationId": LOCATION, "webhookId": "w-9"}


@pytest.mark.capability("000-47")
@pytest.mark.parametrize(
    ("body", "section", "account"),
    [
        (order(), {}, None),
        (order(locationId="other"), {}, "other"),
        (order(locationId=None), {}, "-"),
        (order(locationId=None, altId=LOCATION), {}, None),
        (order(locationId=f"{LOCATION.lower()}"), {}, LOCATION.lower()),
        (order(), {"companies": {LOCATION: "demo"}}, LOCATION),
        (order(locationId=""), {"companies": {LOCATION: "demo"}}, "-"),
        (INSTALL, {}, None),
        (INSTALL, {"agency_id": "agency-1", "app_id": "app-1"}, None),
        (INSTALL, {"agency_id": "agency-2"}, "agency agency-1"),
        (INSTALL, {"app_id": "app-2"}, "app app-1"),
        (INSTALL | {"locationId": None}, {"agency_id": "agency-1"}, None),
        (INSTALL | {"locationId": None}, {}, "agency-1"),
        (INSTALL | {"locationId": None}, {"companies": {"agency-1": "demo"}}, "agency-1"),
    ],
)
def test_a_signature_only_proves_that_highlevel_sent_it_to_someone(
    body: Body, section: Body, account: str | None
) -> None:
    """Location, agency and app must be ours; anything else belongs to nobody and is parked."""
    source = app_source(**section)
    found = source.verify(signed(body), NOW).account
    assert found == account
    ours = account is None or account in section.get("companies", {})
    assert (source._settings.company_for(found) == "demo") is ours


@pytest.mark.parametrize("body", [b"", b"{broken", b"\xff", b"[]", b"[" * 2000])
def test_a_signed_body_that_cannot_be_read_is_kept(body: bytes) -> None:
    """HighLevel would not send it again; nothing tells its location, so nobody owns it yet."""
    delivery = app_source().verify(signed(body), NOW)
    assert (delivery.malformed is not None, delivery.account, delivery.digest) == (True, "-", True)


@pytest.mark.capability("f11")
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("INSTALL", "app_installed"),
        ("UNINSTALL", "app_uninstalled_polling_will_be_refused"),
        ("PLAN_CHANGE", "app_plan_changed"),
        ("ContactDelete", "event_not_used"),
        ("TaskCreate", "event_not_used"),
        ("OpportunityCreate", "opportunity"),
        ("AppointmentCreate", "unknown_type"),
        ("SomethingOfNextYear", "unknown_type"),
    ],
)
def test_what_means_nothing_to_us_is_ignored_with_a_reason(kind: str, reason: str) -> None:
    """Known, unknown or of next year: never an error."""
    assert read({**INSTALL, "type": kind, "id": "x", "status": "won"}) == Ignored(reason)


def test_the_example_of_an_installation() -> None:
    """Its agency and location are looked at, its other fields are not."""
    raw = example("highlevel/app-install.json")
    body: dict[str, Any] = json.loads(raw)
    source = app_source(agency_id=body["companyId"], app_id=body["appId"])
    at = datetime.fromisoformat(body["timestamp"])
    assert source.verify(signed(raw), at) == Delivery(key=f"app:{body['webhookId']}")
    assert read(raw) == Ignored("app_installed")


def test_a_record_under_data_is_read_from_there() -> None:
    """The variant of one vendor guide means the same, and its envelope stays at top level."""
    plain = order()
    envelope = {key: plain.pop(key) for key in ("type", "timestamp", "webhookId")}
    wrapped = {**envelope, "data": plain}
    assert app_source().verify(signed(wrapped), NOW) == app_source().verify(signed(order()), NOW)
    assert read(wrapped) == read(order())
