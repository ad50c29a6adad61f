"""The page on personal data: every table of the database stands in its map, once."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.capability("002-19")
def test_the_map_of_personal_data_names_every_table() -> None:
    """A table that nobody thought about would be a hole in the map; one that is gone, a wrong promise."""
    schema = (ROOT / "store" / "schema.sql").read_text(encoding="utf-8")
    tables = re.findall(r'^CREATE TABLE "?(\w+)"?', schema, re.MULTILINE)
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    part = page.split("## What lies on the disk", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted(tables)
    assert [cells[0] for cells in rows if len(cells) != 5 or cells[2].strip() not in {"yes", "no"}] == []
