"""The way through the browser: the address asked, every address that may come back, and which scopes are asked for."""

from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fortnox.claims import claims_in, tenant_in
from connectors.fortnox.consent import ConsentRefused, authorization_address, code_in
from connectors.fortnox.scopes import ALL_SCOPES, USES, needed
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.target import resources
from handlers.settings import Articles, CompanySettings, Documents

BACK = "https://example.test/connect/demo"
STATE = "state-of-this-attempt"
SETTINGS = FortnoxSettings.model_validate({"tenant_id": 1, "client_id": "app id", "client_secret": "file:secret"})
BY_HAND = {"ensure_record", "act_on_record", "send_document", "reverse_voucher"}
"""Commands that only a person starts."""


def company(module: str = "invoice", policy: str = "text") -> CompanySettings:
    """A company with these choices."""
    return CompanySettings.model_validate(
        {"name": "demo", "start": "2026-01-01", "documents": {"module": module}, "articles": {"policy": policy}}
    )


@pytest.mark.capability("002-10")
def test_the_address_asks_for_a_service_account_offline() -> None:
    """Every parameter of Fortnox facts, 2.1; scopes are parted by spaces."""
    asked = urlsplit(authorization_address(SETTINGS, BACK, {"invoice", "customer"}, STATE))
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == "https://apps.fortnox.se/oauth-v1/auth"
    assert "scope=customer%20invoice" in asked.query
    assert parse_qs(asked.query) == {
        "client_id": ["app id"],
        "redirect_uri": [BACK],
        "scope": ["customer invoice"],
        "state": [STATE],
        "access_type": ["offline"],
        "response_type": ["code"],
        "account_type": ["service"],
    }


@pytest.mark.capability("002-10")
@given(st.text(min_size=1).filter(lambda code: code.isprintable()), st.sampled_from(["", "\n", " \r\n "]))
def test_the_code_comes_back_as_it_was(code: str, end: str) -> None:
    """Whatever it holds, and with the line ends that a terminal may put into a long address."""
    address = f"{BACK}?{urlencode({'code': code, 'state': STATE}, quote_via=quote)}"
    assert code_in(address[:30] + end + address[30:] + end, STATE) == code


@given(st.text())
def test_any_text_is_refused_in_one_sentence(text: str) -> None:
    """No text is believed that does not hold the state."""
    with pytest.raises(ConsentRefused) as caught:
        code_in(text, STATE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("error=access_denied&state=" + STATE, "access_denied"),
        ("error=invalid_scope&state=" + STATE, "invalid_scope"),
        ("error=%1b[31munauthorized_client&state=" + STATE, "refused"),
        ("error=access_denied&state=other", "wrong_state"),
        ("code=1&state=other", "wrong_state"),
        ("code=1&state=" + STATE + "&state=other", "wrong_state"),
        ("code=&state=" + STATE, "no_code"),
        ("state=" + STATE, "no_code"),
        ("code=1", "no_redirect"),
        ("", "no_redirect"),
        ("response_type=code&state=" + STATE, "no_redirect"),
    ],
)
def test_what_comes_back_without_a_code(query: str, reason: str) -> None:
    """Each has its reason; the state is compared before an error is believed."""
    with pytest.raises(ConsentRefused) as caught:
        code_in(f"{BACK}?{query}", STATE)
    assert caught.value.reason == reason
    assert "\x1b" not in str(caught.value)
    assert str(caught.value).endswith("then run `fortnox-bridge connect` again.")


@pytest.mark.capability("000-49", "002-03", "f16")
def test_scopes_follow_the_settings() -> None:
    """Least privilege: no scope without a reason, and none more than the company's choices need."""
    always = {"companyinformation", "currency", "customer", "invoice", "payment"}
    assert set(needed(company())) == always
    assert set(needed(company("order"))) == always | {"order"}
    assert set(needed(company("order+offer", "match"))) == always | {"order", "offer", "article"}
    assert needed(company(policy="create"))["article"] == (
        "looks articles up (articles.policy)",
        "makes missing articles (articles.policy)",
    )
    assert set(needed(company("order+offer", "create"))) < ALL_SCOPES


def test_every_write_that_a_rule_may_cause_stands_in_the_uses() -> None:
    """A new command is not forgotten when scopes are counted; every operation named is one of the table."""
    causes = {name for kind, (_, names) in resources(SETTINGS).items() if kind not in BY_HAND for name in names}
    stated = {operation for use in USES for operation in use.operations}
    assert causes <= stated
    assert stated <= set(OPERATIONS)


@given(st.text())
def test_any_text_may_stand_where_a_token_does(text: str) -> None:
    """What is no token has no claims, and no tenant."""
    assert isinstance(claims_in(text), dict)
    assert isinstance(claims_in(f"a.{text}.b"), dict)
    assert tenant_in("opaque") is None


def test_defaults_are_the_choices_that_need_least() -> None:
    """A company that says nothing asks for nothing more."""
    assert (Documents().module, Articles().policy) == ("invoice", "text")
