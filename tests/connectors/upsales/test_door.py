"""App callbacks at the door: who proves what, what is stored, and which deliveries are one."""

import json
from typing import Any

import pytest

from connectors.sources import Ignored, RawRequest, Refused, Unreadable
from connectors.upsales.settings import UpsalesSettings
from connectors.upsales.source import UpsalesSource
from tests.connectors.upsales.bodies import (
    KEY,
    NOW,
    SECTION,
    account,
    callback,
    changed,
    delivered,
    order,
    outcome,
    source,
)
from tests.fakes.examples import example

OLD = "key-of-yesterday"
ROTATING = {"previous_authentication_key": "generated:o"}


@pytest.mark.capability("000-01")
@pytest.mark.capability("000-02")
@pytest.mark.parametrize(
    ("key", "matched"),
    [
        (KEY, "current"),
        (OLD, "previous"),
        ("", None),
        (None, None),
        (KEY[:-1], None),
        (KEY.upper(), None),
        ([KEY], None),
    ],
)
def test_the_key_in_the_body_proves_the_sender(key: object, matched: str | None) -> None:
    """Both keys count while they are changed over, and the one that matched is named; nothing else counts."""
    body = callback(order(), authenticationKey=key)
    if matched is None:
        with pytest.raises(Refused, match="signature"):
            delivered(body, **ROTATING)
    else:
        assert delivered(body, **ROTATING).matched == matched


def test_the_key_of_yesterday_counts_only_where_it_is_configured() -> None:
    """Without a changeover there is one key."""
    with pytest.raises(Refused):
        delivered(callback(order(), authenticationKey=OLD))


def test_a_source_without_a_key_takes_no_callbacks() -> None:
    """Polling only: nobody can prove anything, an empty key least of all."""
    polling: dict[str, Any] = {"authentication_key": None, "app_id": None, "api_key": "generated:a"}
    for body in (callback(order()), callback(order(), authenticationKey=""), {"appId": None}):
        with pytest.raises(Refused, match="signature"):
            delivered(body, **polling)


@pytest.mark.parametrize("app", [9002, None, "", True, [9001], 9001.5])
def test_another_app_is_refused(app: object) -> None:
    """The number of the app is part of the proof; it may be written as text."""
    with pytest.raises(Refused, match="signature"):
        delivered(callback(order(), appId=app))
    assert delivered(callback(order(), appId="9001")).account is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": NaN}', b"\xff", b'{"a":' * 100_000, b"9" * 5000])
def test_what_is_no_object_is_refused_before_anything_is_kept(body: bytes) -> None:
    """It cannot prove its sender, so nothing of it is stored."""
    with pytest.raises(Refused) as refusal:
        delivered(body)
    assert refusal.value.status == 400


def test_another_customer_is_an_account_that_is_not_ours() -> None:
    """The app may serve several customers; one that is not configured is named, so that it is parked."""
    assert delivered(callback(order())).account is None
    assert delivered(callback(order(), customer={"id": 55022})).account == "55022"
    unnamed: list[Any] = [{}, None, [], {"id": None}, {"id": True}, {"id": {}}]
    for nobody in unnamed:
        found = delivered(callback(order(), customer=nobody))
        assert (found.account, source()._settings.company_for(found.account)) == ("-", None)


def test_a_table_leads_from_customers_to_companies() -> None:
    """With a table every customer is named, and the table says whose it is."""
    table: dict[str, Any] = {"company": None, "customer_id": None, "companies": {"55021": "demo"}}
    settings = source(**table)._settings
    assert settings.company_for(delivered(callback(order()), **table).account) == "demo"
    assert settings.company_for(delivered(callback(order(), customer={"id": 1}), **table).account) is None


@pytest.mark.capability("f17")
def test_no_secret_is_stored_wherever_it_stands() -> None:
    """The three fields go at any depth, and their values and our own keys from every other text and name."""
    canary = "canary-of-a-field"
    nested = {"ApiKey": canary, "list": [{"authenticationkey": canary, "kept": 1}], f"n-{canary}": f"x{canary}y {KEY}"}
    body = callback(order(notes=f"the key is {KEY} and an-api-key"), config=nested, appData=[[nested]])
    kept = delivered(body, api_key="generated:a").body
    assert kept is not None
    for secret in (canary, KEY, "an-api-key", body["apiKey"], body["callbackUrl"], "CallbackUrl", "apiKey"):
        assert secret not in kept.decode()
    stored = json.loads(kept)["callback"]
    assert stored["config"] == {"list": [{"kept": 1}], "n-[removed]": "x[removed]y [removed]"}
    assert stored["data"]["object"]["notes"] == "the key is [removed] and [removed]"


def test_what_is_stored_is_otherwise_the_body_to_the_digit() -> None:
    """Numbers keep their digits, texts their characters; trigger and id of the address stand beside."""
    raw = json.dumps(callback(order(), x="Å\ud800")).replace(
        '"value": 100', '"value": 100.10000000000000000001, "y": 1E+2'
    )
    kept = delivered(raw.encode(), "OrderEdit/4711/").body
    assert kept is not None
    assert b"100.10000000000000000001" in kept
    assert b'"y":1E+2' in kept
    stored = json.loads(kept)
    assert (stored["trigger"], stored["entity"], stored["callback"]["x"]) == ("orderedit", "4711", "Å\ud800")


@pytest.mark.capability("f7")
def test_one_save_is_one_delivery() -> None:
    """Several callbacks of one save have one key: customer, entity type, record, change."""
    first = delivered(callback(order()), "orderinsert/4711")
    assert (first.key, first.digest) == ("55021:order:4711:2026-11-10T14:32:05.000Z", False)
    again = callback(order(modDate="2026-11-10T15:32:05+01:00"), date="2026-11-10T14:32:09.000Z", user={"id": 8})
    assert delivered(again, "ORDEREDIT/4711").key == first.key
    assert delivered(
        callback(
            account(modDate="2026-11-10T14:32:05.000Z"),
        ),
        "clientupdate/318",
    ).key == ("55021:client:318:2026-11-10T14:32:05.000Z")


def test_other_states_records_and_customers_are_other_deliveries() -> None:
    """Each part of the key tells deliveries apart, and a deletion is never taken for the state before it."""
    bodies = (
        (callback(order()), "orderupdate/4711"),
        (callback(order(modDate="2026-11-10T14:32:05.001Z")), "orderupdate/4711"),
        (callback(order(id=4712)), "orderupdate/4712"),
        (callback(order(), customer={"id": 55022}), "orderupdate/4711"),
        (callback(order()), "clientupdate/4711"),
        (callback(order()), "orderdelete/4711"),
        (callback(order()), "agreementupdate/4711"),
    )
    assert len({delivered(body, rest).key for body, rest in bodies}) == len(bodies)


@pytest.mark.parametrize("lost", ["id", "modDate"])
def test_a_record_without_id_or_time_counts_by_digest_and_is_parked(lost: str) -> None:
    """Its digest tells it apart for a while, and it never becomes a document."""
    record = order()
    del record[lost]
    found = delivered(callback(record), "orderupdate")
    assert (len(found.key), found.digest, found.malformed) == (64, True, None)
    with pytest.raises(Unreadable, match=rf"data\.object\.{lost}: is missing"):
        outcome(callback(record), "orderupdate")


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ("clientdelete/318", "company_deletion_not_carried"),
        ("contactinsert/902", "contact_not_carried"),
        ("contactdelete/902", "contact_not_carried"),
        ("AgreementUpdate/5", "agreement_not_carried"),
        ("activityinsert/5", "activity_not_carried"),
        ("appointmentupdate/5", "appointment_not_carried"),
        ("test", "settings_screen"),
        ("testField", "settings_screen"),
        ("fieldValues", "settings_screen"),
        ("external", "external_start"),
        ("somethingnew/1", "unknown_trigger"),
        ("", "unknown_trigger"),
        ("//%00\x00" + "x" * 5000, "unknown_trigger"),
    ],
)
def test_what_means_nothing_is_taken_and_says_why(rest: str, reason: str) -> None:
    """Known triggers that are not carried over, and those that nobody told us of."""
    assert outcome(callback({"id": 5}), rest) == Ignored(reason)


def test_the_examples_that_mean_nothing() -> None:
    """External start, validation hook, and the echo of what an API key changed."""
    assert outcome(example("upsales/callback-external.json"), "external/9001") == Ignored("external_start")
    hook = example("upsales/callback-before-save-order.json")
    for rest in ("beforesave", "orderupdate/4711", "orderinsert"):
        assert outcome(hook, rest) == Ignored("validation_hook")
    echo = example("upsales/callback-clientupdate-own-echo.json")
    assert outcome(echo, "clientupdate/318") == Ignored("own_write")
    assert not isinstance(outcome(echo, "clientupdate/318", take_api_changes=True), Ignored)


def test_orders_that_an_api_key_changed_are_an_echo_too() -> None:
    """Whatever the case of the address; another user's change is none."""
    robot = {"id": 99, "email": "Integration-9001@API.upsales.com"}
    assert outcome(callback(order(), user=robot)) == Ignored("own_write")
    assert not isinstance(outcome(callback(order(), user=robot), take_api_changes=True), Ignored)
    people: list[Any] = [{"email": "api@upsales.com"}, {"email": None}, None, []]
    for person in people:
        assert not isinstance(outcome(callback(order(), user=person)), Ignored)


def test_the_address_must_name_the_record_of_the_body() -> None:
    """A body under another record's address is not guessed about; an address without id is no contradiction."""
    with pytest.raises(Unreadable, match=r"data\.object\.id") as fault:
        outcome(callback(order()), "orderupdate/4712")
    assert "4711" not in str(fault.value)
    assert not isinstance(outcome(callback(order()), "orderupdate"), Ignored)
    assert changed(order()).thing.id == "4711"


@pytest.mark.parametrize(
    "section",
    [
        {"authentication_key": None},
        {"authentication_key": None, "api_key": "x", "previous_authentication_key": "y"},
        {"app_id": None},
        {"customer_id": None},
        {"app_id": "nine"},
        {"companies": {"55021": "demo"}},
        {"company": None, "companies": {"55021": "demo"}},
        {"company": None, "companies": {"55021": "demo"}, "customer_id": None, "api_key": "x"},
        {"won_stage": None},
        {"won_stage": [12, 10]},
        {"lost_stage": 12},
        {"won_stage": "Avslutad - Order"},
        {"use_price_list": True},
        {"bundles": "only_sub_products"},
        {"bundles": "onlyBundle", "api_key": "x"},
        {"api_key": "x", "base_url": "http://integration.upsales.com/api/v2"},
        {"api_key": "x", "base_url": "https://integration.upsales.com/api/v2?token=canary"},
        {"api_key": "x", "poll": ["contacts"]},
        {"vat_rate": -1},
        {"unknown": 1},
    ],
)
def test_a_section_that_contradicts_itself_is_refused(section: dict[str, Any]) -> None:
    """What cannot work is refused before it runs."""
    stated = {name: value for name, value in {**SECTION, **section}.items() if value is not None}
    with pytest.raises(ValueError):
        UpsalesSettings.model_validate(stated)


@pytest.mark.capability("000-02")
@pytest.mark.parametrize("field", ["authentication_key", "previous_authentication_key", "api_key"])
@pytest.mark.parametrize("secret", ["canary", ""])
def test_a_guessable_key_is_refused_by_name(field: str, secret: str) -> None:
    """A short key is a fault that names its field and not its value."""
    settings = UpsalesSettings.model_validate({**SECTION, "previous_authentication_key": "x", "api_key": "x"})
    with pytest.raises(ValueError, match=f"^{field}: at least 8") as fault:
        UpsalesSource("ups", settings, {"authentication_key": KEY, field: secret})
    assert "canary" not in str(fault.value)


def test_a_request_is_judged_without_its_headers() -> None:
    """Neither content type nor any header proves or refuses a callback."""
    raw = json.dumps(callback(order())).encode()
    assert source().verify(RawRequest("orderupdate/4711", {"content-type": ["text/plain", "x"]}, raw), NOW).key
