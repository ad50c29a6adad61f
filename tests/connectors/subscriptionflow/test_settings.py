"""What a section of the configuration may say, and how check-config tells what is wrong with it."""

import re
import tomllib
from decimal import Decimal
from itertools import takewhile
from pathlib import Path

import pytest

from connectors.base import Json
from connectors.subscriptionflow.settings import SubscriptionFlowSettings
from daemon.config import check_config, load_config
from handlers.settings import WriteBack
from tests.connectors.subscriptionflow.bodies import section

ROOT = Path(__file__).resolve().parents[3]
COMPANY = """
data_dir = "data"
state_key = "generated:state-key"

[companies.demo]
start = 2026-11-01

[companies.demo.fortnox]
rest_url = "http://127.0.0.1:8077/3"
oauth_url = "http://127.0.0.1:8077/oauth-v1"
tenant_id = 1001
client_id = "simulator"
client_secret = "plain:simulator"

[companies.demo.bookkeeping]
sales_accounts = { "25" = 3001 }
payment_mode = "BG"

[sources.flow]
type = "subscriptionflow"
company = "demo"
"""
WHOLE = """
path_token = "generated:flow-path"
hook_token = "generated:flow-hook"
instance = "exempel"
client_id = "made-up-client"
client_secret = "plain:made-up-client-secret"
vat_rates = [25, 12, 6.0]
"""


def config(tmp_path: Path, lines: str) -> Path:
    """A configuration file with one source."""
    path = tmp_path / "config.toml"
    path.write_text(COMPANY + lines, encoding="utf-8")
    return path


def faults(tmp_path: Path, lines: str) -> list[str]:
    """What check-config says."""
    return [str(fault) for fault in check_config(config(tmp_path, lines), resolve_secrets=True)]


@pytest.mark.capability("000-02")
def test_a_whole_section_makes_a_source(tmp_path: Path) -> None:
    """Tokens are generated, the secret of the API is resolved, and none of them shows."""
    loaded = load_config(config(tmp_path, WHOLE))
    source = loaded.sources["flow"]
    assert source.source is not None
    assert isinstance(source.settings, SubscriptionFlowSettings)
    assert source.settings.address == "https://exempel.subscriptionflow.com"
    assert source.settings.vat_rates == (Decimal(25), Decimal(12), Decimal(6))
    assert "made-up-client-secret" not in repr(source)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            WHOLE.replace('instance = "exempel"', ""),
            "sources.flow: set exactly one of instance and base_url: a callback is only a hint, and every invoice is "
            "read through the API before it is booked",
        ),
        (WHOLE.replace('client_id = "made-up-client"', ""), "sources.flow.client_id: is missing"),
        (
            WHOLE.replace('client_secret = "plain:made-up-client-secret"', ""),
            "sources.flow.client_secret: is missing",
        ),
        (
            WHOLE.replace("plain:made-up-client-secret", "generated:flow-client"),
            "sources.flow.client_secret: comes from SubscriptionFlow and cannot be generated",
        ),
        (
            WHOLE.replace('hook_token = "generated:flow-hook"', "").replace('path_token = "generated:flow-path"', ""),
            "sources.flow: set path_token, hook_token or both: these callbacks carry no signature",
        ),
    ],
)
def test_no_delivery_is_booked_from_the_hint_alone(tmp_path: Path, lines: str, said: str) -> None:
    """Without the API, or without a proof, there is no source; the fault says what to write."""
    assert said in faults(tmp_path, lines)


@pytest.mark.parametrize(
    "more",
    [
        {"base_url": "https://flow.example.com"},
        {"instance": "exempel.subscriptionflow.com"},
        {"instance": "Exempel"},
        {"instance": None, "base_url": "http://flow.example.com"},
        {"instance": None, "base_url": "https://flow.example.com?x=1"},
        {"previous_path_token": "generated:x", "path_token": None},
        {"previous_hook_token": "generated:x", "hook_token": None},
        {"company": None, "companies": {"a": "demo"}},
        {"vat_rates": []},
        {"vat_rates": [25, 25]},
        {"vat_rates": [-1]},
        {"vat_rates": [100]},
        {"vat_rates": ["25.125"]},
        {"fields": {"unknown": "x"}},
        {"fields": {"event": []}},
        {"customer_fields": {"unknown": "x"}},
        {"poll_overlap_seconds": 0},
        {"page_size": 0},
        {"window_calls": 0},
        {"paid_date": "today"},
        {"hook_token_field": ""},
        {"write_back": {}},
        {"write_back": {"customer_number": False}},
        {"write_back": {"invoice_note": True, "invoice_note_field": "items"}},
        {"write_back": {"order_number": True}},
    ],
)
def test_a_section_that_contradicts_itself_is_refused(more: Json) -> None:
    """Two addresses or none, a previous token alone, rates that are none."""
    with pytest.raises(ValueError):
        SubscriptionFlowSettings.model_validate(section(**more))


def test_the_sections_that_are_shown_load() -> None:
    """That of the manual as it stands, and that of the example file once its marks of comment are taken away."""
    manual = (ROOT / "docs" / "senders" / "subscriptionflow.md").read_text(encoding="utf-8")
    shown, back = re.findall(r"```toml\n(.*?)```", manual, re.DOTALL)
    commented = (ROOT / "config.example.toml").read_text(encoding="utf-8").partition("# [sources.flow]\n")[2]
    lines = takewhile(lambda line: line.startswith("# "), commented.splitlines())
    written = "[sources.flow]\n" + "\n".join(line.removeprefix("# ") for line in lines)
    for text in (shown, shown + back, written):
        section = tomllib.loads(text, parse_float=Decimal)["sources"]["flow"]
        assert section.pop("type") == "subscriptionflow"
        made = SubscriptionFlowSettings.model_validate(section)
        assert made.can_read
        assert made.address == "https://exempel.subscriptionflow.com"


def test_another_address_is_taken_as_it_stands() -> None:
    """For an instance with an address of its own, and for a stand-in on this machine."""
    for address in ("https://flow.example.com/", "http://127.0.0.1:8078"):
        settings = SubscriptionFlowSettings.model_validate(section(instance=None, base_url=address))
        assert settings.address == address.rstrip("/")


@pytest.mark.capability("003-09")
def test_what_is_switched_on_is_told_and_nothing_else(tmp_path: Path) -> None:
    """By default nothing; then the numbers that have a place, on the records as the instance calls them."""
    assert SubscriptionFlowSettings.model_validate(section()).back is None
    told = SubscriptionFlowSettings.model_validate(section(write_back={"invoice_note": True})).back
    assert told == WriteBack(numbers=frozenset({"invoice_number"}), party="customer", invoice="invoice")
    both = WHOLE + "[sources.flow.write_back]\ncustomer_number = true\ninvoice_note = true\n"
    loaded = load_config(config(tmp_path, both))
    assert loaded.destinations == ("to:flow",)
    numbers = loaded.companies["demo"].settings.write_back("flow").numbers
    assert numbers == {"customer_number", "invoice_number"}


def test_an_empty_way_back_says_what_to_write(tmp_path: Path) -> None:
    """The fault stands at the section."""
    [fault] = faults(tmp_path, WHOLE + "[sources.flow.write_back]\ninvoice_note = false\n")
    assert "flow.write_back: set customer_number, invoice_note or both to true, or take the section out" in fault
