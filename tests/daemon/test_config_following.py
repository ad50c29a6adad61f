"""A way back that tells of changes in Fortnox, in the configuration: somebody must notice them."""

from pathlib import Path

import pytest

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


def test_comments_are_told_as_notes_and_noticed_by_the_register(tmp_path: Path) -> None:
    """Each fault names the key that is missing."""
    (fault,) = faults(tmp_path, "comments = true", register=True)
    assert fault == "sources.crm.write_back.comments: comments are told as notes: set notes, too"
    (fault,) = faults(tmp_path, "comments = true\nnotes = true", register=False)
    assert "companies.demo.fortnox.register must be on" in fault
    assert faults(tmp_path, "comments = true\nnotes = true", register=True) == []


def test_a_price_list_belongs_to_articles(tmp_path: Path) -> None:
    """Alone it would mean nothing."""
    (fault,) = faults(tmp_path, 'price_list = "A"', register=True)
    assert fault == "sources.crm.write_back.price_list: prices are told with articles: set articles, too"
    assert faults(tmp_path, 'articles = true\nprice_list = "A"', register=True) == []
