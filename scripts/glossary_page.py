"""Writes docs/glossary.md from the glossary: `make glossary`."""

from itertools import groupby
from pathlib import Path
from typing import Any

from daemon.glossary import glossary

PAGE = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"

HEAD = """\
# Glossary

Made from `daemon/glossary_terms.py` and `daemon/state_terms.py` by `make glossary`; a test holds them equal.
`fortnox-bridge glossary TERM` shows one term, found by its name in English or Swedish, a part of one, or a field;
`--language sv` tells it in Swedish, `--json` in both. Fields are written as Fortnox or the bridge writes them.
"""

TABLE = """
## {group}

| term | in Swedish | means | betyder | fields |
| - | - | - | - | - |
"""


def _row(term: dict[str, Any]) -> str:
    fields = ", ".join(f"`{field}`" for field in term["fields"])
    names, means = term["term"], term["means"]
    return f"| {names['en']} | {names['sv']} | {means['en']} | {means['sv']} | {fields} |\n"


def page() -> str:
    """The whole page."""
    grouped = groupby(glossary(), key=lambda term: term["group"])
    return HEAD + "".join(TABLE.format(group=group) + "".join(_row(term) for term in terms) for group, terms in grouped)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
