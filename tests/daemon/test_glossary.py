"""The glossary: the command in both languages, fields that exist, and a page that is current."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.fortnox.table.fields import schemas
from daemon.cli import main
from daemon.glossary import glossary
from scripts.glossary_page import PAGE, page


def command(*words: str) -> Result:
    """Run it where no configuration is."""
    return CliRunner().invoke(main, ["glossary", *words], catch_exceptions=False)


@pytest.mark.capability("000-34", "004-22")
def test_a_term_is_found_by_either_name_a_part_of_one_or_a_field() -> None:
    """In English and Swedish; what there is not is exit 1."""
    result = command("Verifikation", "--language", "sv")
    assert result.stdout == (
        "verifikation (en: voucher)\n"
        "  En post i bokföringen; debet och kredit är lika. Den ändras aldrig, bara vänds.\n"
        "  fält: VoucherSeries, VoucherNumber, VoucherRows\n"
    )
    assert command("OAUTH 2.0").stdout.startswith("OAuth 2.0\n  The way in which a company lets an app in")
    found: list[Any] = json.loads(command("update_date", "--json").stdout)
    assert [term["term"] for term in found] == [{"en": "contact", "sv": "kontakt"}]
    assert command("ledger of dreams").exit_code == 1


@pytest.mark.capability("000-34")
def test_every_term_is_told_whole_once_and_fields_are_real() -> None:
    """Both languages for each, no name twice; what is written as Fortnox writes fields is one of its fields."""
    every: list[Any] = json.loads(command("--json").stdout)
    assert every == glossary()
    names = [term["term"]["en"] for term in every]
    assert len(set(names)) == len(names)
    assert {"API", "OAuth 2.0", "authentication", "endpoint", "webhook"} <= set(names)
    assert all(term["means"]["en"] != term["means"]["sv"] for term in every)
    known = {field for fields in schemas().values() for field in fields}
    named = {field for term in every for field in term["fields"] if field[0].isupper()}
    assert named - known == set()


@pytest.mark.capability("000-34")
def test_the_page_is_current() -> None:
    """`make glossary` would write it as it stands."""
    assert PAGE.read_text(encoding="utf-8") == page()
