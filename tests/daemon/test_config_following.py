"""A way back that tells of changes in Fortnox, in the configuration: somebody must notice them."""

from pathlib import Path

import pytest

from daemon.config import load_config
from daemon.config_faults import ConfigRejected
from tests.daemon.test_config import GOOD, loaded
from tests.fakes.crm import selling

BACK = '[sources.crm]\ntype = "standard"\ncompany = "demo"\nsecret = "generated:crm"\n[sources.crm.write_back]\n'
OFF = "[companies.demo.fortnox]\nregister = false\n"


def faults(tmp_path: Path, back: str, *, register: bool) -> list[str]:
    """The faults of the good configuration with such a way back."""
    good = GOOD if register else GOOD.replace("[companies.demo.fortnox]\n", OFF)
    assert register or "register = false" in good
    try:
        with selling():
            loaded(tmp_path, f"{good}\n{BACK}{back}")
    except ConfigRejected as rejected:
        return [str(fault) for fault in rejected.faults]
    return []


@pytest.mark.parametrize("key", ['parties = "linked"', "articles = true", "stages = true"])
def test_what_shall_be_followed_must_be_noticed(tmp_path: Path, key: str) -> None:
    """The fault names the setting that is missing."""
    (fault,) = faults(tmp_path, key, register=False)
    assert fault.startswith(f"sources.crm.write_back.{key.partition(' ')[0]}: changes are noticed by the register")
    assert "companies.demo.fortnox.register must be on" in fault
    assert faults(tmp_path, key, register=True) == []
    assert faults(tmp_path, "notes = true", register=False) == []


@pytest.mark.parametrize("key", ["comments", "document_comments"])
def test_comments_are_told_as_notes_and_noticed_by_the_register(tmp_path: Path, key: str) -> None:
    """Each fault names the key that is missing."""
    (fault,) = faults(tmp_path, f"{key} = true", register=True)
    assert fault == f"sources.crm.write_back.{key}: comments are told as notes: set notes, too"
    (fault,) = faults(tmp_path, f"{key} = true\nnotes = true", register=False)
    assert "companies.demo.fortnox.register must be on" in fault
    assert faults(tmp_path, f"{key} = true\nnotes = true", register=True) == []


def test_a_price_list_belongs_to_articles(tmp_path: Path) -> None:
    """Alone it would mean nothing."""
    (fault,) = faults(tmp_path, 'price_list = "A"', register=True)
    assert fault == "sources.crm.write_back.price_list: prices are told with articles: set articles, too"
    assert faults(tmp_path, 'articles = true\nprice_list = "A"', register=True) == []


FLOW = """[sources.{name}]
type = "subscriptionflow"
company = "demo"
instance = "{instance}"
client_id = "c"
client_secret = "env:FLOW_SECRET"
path_token = "generated:{name}"
"""
UPSALES = """[sources.{name}]
type = "upsales"
company = "demo"
api_key = "env:UPSALES_{key}"
won_stage = 4
customer_number_field = 8
"""
GHL = """[sources.{name}]
type = "highlevel"
company = "demo"
location_id = "{location}"
[sources.{name}.api]
token = "env:GHL_{name}"
"""
NOTE, FIELD, TASKS = "invoice_note = true\n", "stages = false\n", "tasks = true\n"


@pytest.mark.parametrize(
    ("section", "same", "others", "told"),
    [
        (FLOW, {"instance": "acme"}, {"instance": "other"}, NOTE),
        (UPSALES, {"key": "A"}, {"key": "B"}, FIELD),
        (GHL, {"location": "loc1"}, {"location": "loc2"}, TASKS),
    ],
    ids=["subscriptionflow", "upsales", "highlevel"],
)
def test_one_account_is_written_to_by_one_source(
    tmp_path: Path, section: str, same: dict[str, str], others: dict[str, str], told: str
) -> None:
    """Two would not know of each other's calls, and each would make what the other makes."""

    def wrong(second: dict[str, str], back: str) -> list[str]:
        first = section.format(name="one", **same) + f"[sources.one.write_back]\n{told}"
        path = tmp_path / "config.toml"
        path.write_text(f"{GOOD}\n{first}{section.format(name='two', **second)}{back}")
        try:
            load_config(path, resolve_secrets=False)
        except ConfigRejected as rejected:
            return [str(fault) for fault in rejected.faults]
        return []

    writes = f"[sources.two.write_back]\n{told}"
    (fault,) = wrong(same, writes)
    assert fault == "sources.two.write_back: sources.one writes to the same account: let one of the two write back"
    assert wrong(others, writes) == []
    assert wrong(same, "") == []
