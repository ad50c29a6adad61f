"""Owners of fields in the configuration: nothing else may say the opposite of the same field."""

from pathlib import Path

import pytest

from tests.daemon.test_config import GOOD, faults


@pytest.mark.capability("f69")
def test_what_says_the_opposite_is_named_with_both_keys(tmp_path: Path) -> None:
    """A field that is never updated cannot follow its source, and what surveys overwrite is not Fortnox's."""
    customers = '[companies.demo.customers]\nnever_update = ["name", "email"]\n'
    both = '[companies.demo.survey]\noverwrite = ["phone", "email"]\n'
    owners = 'owners = { email = "source", phone = "fortnox" }\n'
    never, survey = faults(tmp_path, GOOD + customers + owners + both)
    assert never == (
        "companies.demo.customers.owners.email: contradicts companies.demo.customers.never_update[1], which names "
        'email: remove one of the two (given: "source")'
    )
    assert survey.startswith("companies.demo.customers.owners.phone: contradicts companies.demo.survey.overwrite[0]")
    agreeing = 'owners = { email = "fortnox", phone = "source", name = "fortnox" }\n'
    assert faults(tmp_path, GOOD + customers + agreeing + '[companies.demo.survey]\noverwrite = ["phone"]\n') == []


def test_an_owner_and_a_field_must_be_known(tmp_path: Path) -> None:
    """The fault names the key and what it may be."""
    section = "[companies.demo.customers]\nowners = "
    (owner,) = faults(tmp_path, GOOD + section + '{ email = "upsales" }\n')
    assert owner.startswith("companies.demo.customers.owners.email: must be 'source' or 'fortnox'")
    (field,) = faults(tmp_path, GOOD + section + '{ mail = "source" }\n')
    assert field.startswith("companies.demo.customers.owners.mail")
    assert "'email'" in field
