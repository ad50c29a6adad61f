"""The Fortnox section of a company: what is refused and what kind of company it is."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.fortnox.settings import FortnoxSettings

REAL: dict[str, Any] = {"client_id": "c", "client_secret": "file:s", "tenant_id": 7}
LOOPBACK = {"rest_url": "http://127.0.0.1:8077/3", "oauth_url": "http://127.0.0.1:8077/oauth-v1"}


def test_the_kind_follows_from_the_host() -> None:
    """Fortnox's own hosts are live or test as stated; anything else is a simulator, whatever is stated."""
    assert FortnoxSettings(**REAL).kind == "live"
    assert FortnoxSettings(**REAL, kind="test").kind == "test"
    assert FortnoxSettings(**REAL, **LOOPBACK, kind="live").kind == "simulator"


def test_seconds_may_be_written_with_decimals() -> None:
    """The configuration reads numbers as Decimal; seconds take them."""
    made = FortnoxSettings(**REAL, **LOOPBACK, window_seconds=Decimal("0.25"))
    assert made.window_seconds == 0.25


@pytest.mark.parametrize(
    "wrong",
    [
        {"rest_url": "http://example.test/3"},
        {"rest_url": "https://name:word@example.test/3", "oauth_url": "https://example.test/o"},
        {"rest_url": "ftp://127.0.0.1/3"},
        {"rest_url": LOOPBACK["rest_url"]},
        {"window_calls": 26},
        {"register": False, "trust_register": True},
        {"register_hours": 12, "whole_sweep_hours": 12},
        {"window_calls": 0},
        {"window_seconds": 1},
        {"tenant_id": None},
        {"client_secret": ""},
        {"refresh_token": "file:r"},
        {"refresh_token": "generated:r", "grant": "authorization_code"},
        {"unknown": 1},
        {"further_rungs": ["name"]},
        {"push": True, "push_url": "wss://example.test/topics-v1"},
        {"push": True, **LOOPBACK},
        {"push_url": "https://ws.fortnox.se/topics-v1"},
        {"push_url": "ws://example.test/topics-v1"},
        {"push_url": "wss://name:word@ws.fortnox.se/topics-v1"},
        {"push_topics": ["moons"]},
    ],
)
def test_what_is_refused(wrong: dict[str, Any]) -> None:
    """Plain http outside this machine, a password in an address, a faster window at Fortnox, unknown keys."""
    with pytest.raises(ValidationError):
        FortnoxSettings(**{**REAL, **wrong})


def test_the_stream_stands_where_fortnox_does_and_is_shared_by_an_app() -> None:
    """At Fortnox's own address by itself, elsewhere where it is said; off, nothing is asked of the address."""
    made = FortnoxSettings(**REAL, push=True)
    assert (made.push_url, made.is_source) == ("wss://ws.fortnox.se/topics-v1", True)
    assert made.app == FortnoxSettings(**{**REAL, "tenant_id": 8}).app
    assert made.app != FortnoxSettings(**{**REAL, "client_id": "d"}).app
    simulated = FortnoxSettings(**REAL, **LOOPBACK, push=True, push_url="ws://127.0.0.1:8077/topics-v1/")
    assert simulated.push_url == "ws://127.0.0.1:8077/topics-v1"
    assert not FortnoxSettings(**REAL, **LOOPBACK).push


def test_references_to_secrets_are_masked() -> None:
    """A reference of the form plain:TEXT holds the secret itself."""
    made = FortnoxSettings(
        **{**REAL, **LOOPBACK, "grant": "authorization_code"} | {"client_secret": "plain:canary"},
        refresh_token="plain:canary",
    )
    assert "canary" not in repr(made)
    assert made.refresh_token == "plain:canary"
