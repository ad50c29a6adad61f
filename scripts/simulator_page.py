"""Writes the tables of docs/simulator.md from the simulator's own code: `make simulator-page`."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from connectors.fortnox.simulator import DEVIATIONS, CompanySettings
from connectors.fortnox.simulator.deviations import invented_codes
from connectors.fortnox.simulator.resources import NAMED
from connectors.fortnox.simulator.switches import as_json
from connectors.fortnox.simulator.topics import CHANGED, CREATED, TOPICS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "simulator.md"

_MARK = re.compile(r"(<!-- made: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def _value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) if value else "none"
    return str(value)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = (head, tuple("-" for _ in head), *rows)
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _switches() -> str:
    shown = as_json(CompanySettings())
    names = [item.name for item in fields(CompanySettings) if item.name not in ("tenant_id", "scopes")]
    return _table(("switch", "at first"), [(f"`{name}`", _value(shown[name])) for name in sorted(names)])


def _kinds() -> str:
    kinds = [name for name, resource in NAMED.items() if resource.create is not None]
    return ", ".join(f"`{kind}`" for kind in kinds) + ".\n"


def _topics() -> str:
    told = {kind.type for kind in (*CREATED.values(), *CHANGED.values())}
    rows = [
        (f"`{topic}`", ", ".join(f"`{one}`" if one in told else f"`{one}` (on demand)" for one in types))
        for topic, types in TOPICS.items()
    ]
    return _table(("topic", "types"), rows)


def _deviations() -> str:
    return _table(("about", "here"), [(subject, text) for subject, text in DEVIATIONS])


def _codes() -> str:
    return _table(("code", "stands for"), invented_codes())


BLOCKS = {
    "switches": _switches,
    "kinds": _kinds,
    "topics": _topics,
    "deviations": _deviations,
    "codes": _codes,
}
"""By the name that the page's marks bear."""


def page(text: str) -> str:
    """Give the page with everything between its marks made anew; a mark without a block is a `KeyError`."""
    return _MARK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]]()}{found[3]}", text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
