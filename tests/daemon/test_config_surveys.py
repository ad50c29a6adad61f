"""Rules for surveys in the configuration: what only senders and Fortnox's fields can tell is a fault at the check."""

from pathlib import Path

import pytest

from daemon.config_faults import ConfigRejected
from tests.daemon.test_config import GOOD, loaded

GHL = """
[sources.ghl]
type = "highlevel"
company = "demo"
path_token = "generated:ghl"
"""
MONEY = """
[[companies.demo.survey.rules]]
name = "inspection"
invoice = { text = "x", price = 1, vat = 25 }
"""


def faults(tmp_path: Path, more: str) -> list[str]:
    """The faults of the good configuration with more in it."""
    try:
        loaded(tmp_path, GOOD + more)
    except ConfigRejected as rejected:
        return [str(fault) for fault in rejected.faults]
    return []


@pytest.mark.capability("000-36")
def test_money_needs_a_sender_with_ids(tmp_path: Path) -> None:
    """The fault names the rule and what to add; adding it, or naming another sender, is enough."""
    (fault,) = faults(tmp_path, GHL + MONEY)
    assert fault.startswith(
        "companies.demo.survey.rules[0].invoice: sources.ghl may tell its responses apart by a digest"
    )
    assert "name in fields.delivery_id what holds" in fault
    assert faults(tmp_path, GHL + 'fields = { delivery_id = "customData.submission_id" }\n' + MONEY) == []
    assert faults(tmp_path, GHL + MONEY + 'sources = "shop"\n') == []
    assert faults(tmp_path, GHL + MONEY.replace("invoice = {", 'note = "x" #')) == []


def test_a_vat_rate_has_an_account(tmp_path: Path) -> None:
    """At home or abroad: else the first response would be held."""
    said = MONEY.replace("vat = 25", "vat = 19") + 'sources = "shop"\n'
    (fault,) = faults(tmp_path, GHL + said)
    assert fault == ("companies.demo.survey.rules[0].invoice.vat: 19 has no account in bookkeeping.sales_accounts")
    abroad = '[companies.demo.vat]\nconsumers_in_eu = "oss"\noss.DE = { "19" = 3019 }\n'
    assert faults(tmp_path, GHL + said + abroad) == []


def test_names_are_known(tmp_path: Path) -> None:
    """Senders and Fortnox's fields with their kinds; texts with places are judged when they are known."""
    found = faults(
        tmp_path,
        """
[[companies.demo.survey.rules]]
name = "a"
sources = ["shp"]
customer = { YourReferense = "x", YourReference = "NPS {score}", Active = "yes", Email2 = "x" }
project = { ProjectNumber = "{response}" }
account = { Number = "{answer.konto}", Description = "x" }
""",
    )
    assert found == [
        "companies.demo.survey.rules[0].sources: no source shp sends to this company; did you mean shop?",
        "companies.demo.survey.rules[0].customer: YourReferense is no field of it; did you mean YourReference? "
        "(see `fortnox-bridge operations`)",
        "companies.demo.survey.rules[0].customer: Active must be true or false",
        "companies.demo.survey.rules[0].customer: Email2 is no field of it; did you mean Email? "
        "(see `fortnox-bridge operations`)",
        "companies.demo.survey.rules[0].project: Description is missing",
    ]


@pytest.mark.parametrize(
    ("scale", "reason"),
    [
        ('kind = "nps"\nhigh = 5', "nps goes from 0 to 10"),
        ('kind = "csat"\nlow = 5', "low must be below high"),
        ('kind = "free"\nsatisfied_from = 3', "satisfied_from belongs to csat"),
        ('kind = "csat"\nsatisfied_from = 6', "between low and high"),
    ],
)
def test_scales_that_cannot_be(tmp_path: Path, scale: str, reason: str) -> None:
    """Said with the survey's name."""
    (fault,) = faults(tmp_path, f'\n[companies.demo.survey.scales."kundenkat-q4"]\n{scale}\n')
    assert fault.startswith('companies.demo.survey.scales."kundenkat-q4": ') or "kundenkat-q4" in fault
    assert reason in fault


def test_two_rules_of_one_name(tmp_path: Path) -> None:
    """They would be one in all that is stored."""
    twice = '\n[[companies.demo.survey.rules]]\nname = "a"\nnote = "x"\n' * 2
    assert faults(tmp_path, twice)[0].startswith("companies.demo.survey.rules: two rules are called a")
