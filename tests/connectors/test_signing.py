"""Signatures of Standard Webhooks and secret tokens: what proves a sender, and that nothing else does."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from connectors.signing import Key, matching_token, read_key, sign, tokens_in_force, verify
from connectors.sources import Refused
from tests.fakes.examples import signature_vectors

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + b64encode(bytes(range(32))).decode()
NOW = datetime(2026, 11, 13, 10, 15, tzinfo=UTC)
SECONDS = int(NOW.timestamp())

ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)


def _headers(signature: str, *, delivery_id: str = "msg_1", timestamp: object = SECONDS) -> dict[str, list[str]]:
    return {
        "webhook-id": [delivery_id],
        "webhook-timestamp": [str(timestamp)],
        "webhook-signature": [signature],
    }


@pytest.mark.capability("f1")
def test_every_published_vector_is_judged_right() -> None:
    """All vectors of the scheme: valid ones are proved, the others refused as an ordinary refusal."""
    for vector in signature_vectors("standard-webhooks"):
        key = read_key("current", vector.get("secret") or vector["public_key"])
        headers = {name.lower(): [value] for name, value in vector["headers"].items()}
        now = datetime.fromtimestamp(vector["now_unix"], UTC)
        body = vector["body_utf8"].encode()
        if vector["expect_valid"]:
            assert verify(headers, body, [key], now).id == vector["headers"]["webhook-id"], vector["name"]
        else:
            with pytest.raises(Refused):
                verify(headers, body, [key], now)


@given(ids, st.text(max_size=200), st.binary(min_size=24, max_size=64))
def test_what_the_reference_library_signs_is_proved(delivery_id: str, text: str, key: bytes) -> None:
    """Our verifier takes every signature of the reference library, and our signatures pass there."""
    secret = "whsec_" + b64encode(key).decode()
    body = text.encode("utf-8", "replace")
    oracle = standardwebhooks.Webhook(secret)
    signature = oracle.sign(delivery_id, NOW, body.decode())
    assert signature == sign(secret, delivery_id, SECONDS, body)
    headers = _headers(signature, delivery_id=delivery_id)
    assert verify(headers, body, [read_key("current", secret)], NOW).id == delivery_id


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=200))
def test_no_other_body_is_proved(body: bytes, other: bytes) -> None:
    """A signature holds for exactly the raw bytes it was made over."""
    if body != other:
        with pytest.raises(Refused, match="signature"):
            verify(_headers(sign(SECRET, "msg_1", SECONDS, body)), other, [read_key("current", SECRET)], NOW)


@given(
    st.dictionaries(
        st.sampled_from(("webhook-id", "webhook-timestamp", "webhook-signature", "svix-signature")),
        st.lists(st.text(max_size=80), max_size=2),
    ),
    st.binary(max_size=40),
)
def test_garbage_is_refused_and_nothing_else(headers: dict[str, list[str]], body: bytes) -> None:
    """Whatever stands in the headers, the only error is the refusal."""
    keys = [read_key("current", SECRET), _public_key()[1]]
    with pytest.raises(Refused):
        verify(headers, body, keys, NOW)


@pytest.mark.parametrize(
    ("offset", "reason"), [(-301, "stale"), (301, "stale"), (-300, None), (300, None), (-600, "stale"), (600, "stale")]
)
def test_the_time_window_is_checked_in_both_directions(offset: int, reason: str | None) -> None:
    """Five minutes either way; a right signature at a wrong time is called stale, so that a wrong clock shows."""
    timestamp = SECONDS + offset
    headers = _headers(sign(SECRET, "msg_1", timestamp, b"{}"), timestamp=timestamp)
    if reason is None:
        assert verify(headers, b"{}", [read_key("current", SECRET)], NOW).timestamp == timestamp
    else:
        with pytest.raises(Refused, match=reason):
            verify(headers, b"{}", [read_key("current", SECRET)], NOW)


def test_any_of_several_secrets_counts_and_is_named() -> None:
    """During a rotation the header may hold several signatures and we several secrets."""
    keys = [read_key("current", SECRET), read_key("previous", OTHER)]
    old = sign(OTHER, "msg_1", SECONDS, b"{}")
    assert verify(_headers(old), b"{}", keys, NOW).matched == "previous"
    both = f"v1,AAAA {old} {sign(SECRET, 'msg_1', SECONDS, b'{}')} v9,x"
    assert verify(_headers(both), b"{}", keys, NOW).matched == "current"


def test_svix_names_are_aliases() -> None:
    """Senders that write ``svix-`` headers are understood; a mixture is not."""
    headers = _headers(sign(SECRET, "msg_1", SECONDS, b"{}"))
    alias = {name.replace("webhook", "svix"): values for name, values in headers.items()}
    keys = [read_key("current", SECRET)]
    assert verify(alias, b"{}", keys, NOW).id == "msg_1"
    with pytest.raises(Refused):
        verify({**alias, "webhook-signature": ["v1,x"]}, b"{}", keys, NOW)


def _public_key() -> tuple[Ed25519PrivateKey, Key]:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    return private, read_key("current", "whpk_" + b64encode(public).decode())


def test_an_asymmetric_signature_is_proved() -> None:
    """``v1a`` signatures count for a public key only, and a symmetric one never counts for it."""
    private, key = _public_key()
    signature = b64encode(private.sign(f"msg_1.{SECONDS}.".encode() + b"{}")).decode()
    assert verify(_headers(f"v1a,{signature}"), b"{}", [key], NOW).matched == "current"
    for wrong in (f"v1,{signature}", f"v1a,{signature[:-4]}", "v1a,%%%", sign(SECRET, "msg_1", SECONDS, b"{}")):
        with pytest.raises(Refused):
            verify(_headers(wrong), b"{}", [key], NOW)


@pytest.mark.parametrize(
    "text", ["whsec_", "whsec_not base64!", "whsec_c2hvcnQ=", "", "whpk_c2hvcnQ=", "whsk_" + "A" * 44, "ü"]
)
def test_a_key_that_cannot_serve_is_named_without_its_value(text: str) -> None:
    """Wrong keys are a fault of configuration; the text never holds the key."""
    with pytest.raises(ValueError, match=r"key|secret") as fault:
        read_key("current", text)
    assert len(text) < 8 or text not in str(fault.value)


def test_a_repeated_header_is_refused() -> None:
    """Two of a signature header are not a list."""
    headers = _headers(sign(SECRET, "msg_1", SECONDS, b"{}"))
    for name in headers:
        with pytest.raises(Refused):
            verify({**headers, name: headers[name] * 2}, b"{}", [read_key("current", SECRET)], NOW)


def test_a_token_is_compared_whole() -> None:
    """Only an equal token matches, current before previous; odd characters are an ordinary mismatch."""
    valid = (("current", "token-of-today-0001"), ("previous", "token-of-before-001"))
    assert matching_token("token-of-today-0001", valid) == "current"
    assert matching_token("token-of-before-001", valid) == "previous"
    for wrong in ("", "token-of-today-000", "token-of-today-00011", "TOKEN-OF-TODAY-0001", "\udcff", "å"):
        assert matching_token(wrong, valid) is None


def test_tokens_in_force_are_the_current_one_and_the_one_before() -> None:
    """Each behind its name; one that is no secret is refused by its field, without its value."""
    secrets = {"path_token": "a-long-token", "previous_path_token": "the-one-before", "other": "x"}
    assert tokens_in_force(secrets, "path_token") == (("current", "a-long-token"), ("previous", "the-one-before"))
    assert tokens_in_force({}, "path_token") == ()
    with pytest.raises(ValueError, match="previous_path_token: at least 8 characters are needed"):
        tokens_in_force(secrets | {"previous_path_token": "short"}, "path_token")


def test_a_time_without_a_tolerance_is_refused() -> None:
    """The tolerance is the caller's: a narrower one refuses what the default takes."""
    earlier = NOW - timedelta(seconds=60)
    headers = _headers(sign(SECRET, "msg_1", int(earlier.timestamp()), b"{}"), timestamp=int(earlier.timestamp()))
    assert verify(headers, b"{}", [read_key("current", SECRET)], NOW)
    with pytest.raises(Refused, match="stale"):
        verify(headers, b"{}", [read_key("current", SECRET)], NOW, 30)
