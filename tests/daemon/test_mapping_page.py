"""docs/mapping.md: its examples load as they stand, and it names all that there is."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from handlers.mapping.converters import NAMES
from handlers.mapping.things import NAMED
from tests.daemon.test_config import GOOD, loaded
from tests.daemon.test_previewing import EVENT
from tests.fakes.configuration import SHOP, unserved

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mapping.md"


@pytest.mark.capability("000-39")
def test_every_example_loads_as_it_stands(tmp_path: Path) -> None:
    """All mappings of the page in one configuration, in the order of the page."""
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    named = re.findall(r"^\[companies\.demo\.mappings\.(\w+)\]", "\n".join(examples), re.MULTILINE)
    rules = loaded(tmp_path, "\n".join([GOOD, *examples])).companies["demo"].settings.own.rules
    assert [rule.name for rule in rules] == named
    assert len(named) > 3


@pytest.mark.capability("000-39")
def test_the_preview_is_what_the_page_shows(tmp_path: Path) -> None:
    """The first example of the page, on a survey in a file."""
    [shown] = re.findall(r"```\n(survey_submitted .*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    config = unserved(tmp_path, sources="\n".join([SHOP, *examples]))
    told = {**EVENT, "survey": "kundenkat-q4", "score": 5}
    (tmp_path / "event.json").write_text(json.dumps(told))
    words = [
        "map",
        str(tmp_path / "event.json"),
        "--company",
        "demo",
        "--mapping",
        "follow_up",
        "--config",
        str(config),
    ]
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert (result.exit_code, result.stdout) == (0, shown)


def test_the_page_names_every_converter() -> None:
    """And every kind of event."""
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*NAMES, *NAMED) if f"`{name}`" not in page.replace("operations ", "`")] == []
