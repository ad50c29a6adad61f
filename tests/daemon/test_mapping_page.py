"""docs/mapping.md: its examples load as they stand, and it names all that there is."""

import re
from pathlib import Path

import pytest

from handlers.mapping.converters import NAMES
from handlers.mapping.things import NAMED
from tests.daemon.test_config import GOOD, loaded

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mapping.md"


@pytest.mark.capability("000-39")
def test_every_example_loads_as_it_stands(tmp_path: Path) -> None:
    """All mappings of the page in one configuration, in the order of the page."""
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    named = re.findall(r"^\[companies\.demo\.mappings\.(\w+)\]", "\n".join(examples), re.MULTILINE)
    rules = loaded(tmp_path, "\n".join([GOOD, *examples])).companies["demo"].settings.own_rules
    assert [rule.name for rule in rules] == named
    assert len(named) > 3


def test_the_page_names_every_converter() -> None:
    """And every kind of event."""
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*NAMES, *NAMED) if f"`{name}`" not in page.replace("operations ", "`")] == []
