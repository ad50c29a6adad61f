"""The documents for people who send to us, or who add a sender, show what works."""

import json
import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema

from connectors.registry import SOURCES
from connectors.sources import Ignored, Stored
from connectors.standard import schema

DOCS = Path(__file__).resolve().parents[2] / "docs"
SENDERS = DOCS / "senders"


def _blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / document).read_text(encoding="utf-8"), re.DOTALL)


def test_the_bodies_shown_are_bodies_that_we_take() -> None:
    """Each JSON block fits the schema and becomes an event."""
    kind = SOURCES["standard"]
    settings = kind.settings.model_validate({"company": "demo", "secret": "generated:x"})
    source = kind.make("shop", settings, {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    shown = _blocks("senders/standard-webhooks.md", "json")
    assert len(shown) == 4
    for text in shown:
        jsonschema.Draft202012Validator(schema.body_schema()).validate(json.loads(text))
        stored = Stored(1, "k", datetime(2026, 11, 13, tzinfo=UTC), {}, text.encode())
        assert not isinstance(source.events(stored), Ignored)


def test_links_between_documents_lead_somewhere() -> None:
    """Each relative link of README and docs/ names a file that is there."""
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_sections_shown_are_sections_that_load() -> None:
    """Each whole TOML section fits the settings of its kind of source; a part of one fits together with its whole."""
    names = ["add-a-source.md", "staying-connected.md", *(f"senders/{page.name}" for page in SENDERS.glob("*.md"))]
    loaded = 0
    for name in names:
        whole: dict[str, Any] = {}
        for text in _blocks(name, "toml"):
            shown = tomllib.loads(text, parse_float=Decimal).get("sources", {}) if "[sources." in text else {}
            for source, settings in shown.items():
                whole[source] = settings if "type" in settings else whole[source] | settings
                given = dict(whole[source])
                SOURCES[given.pop("type")].settings.model_validate(given)
                loaded += 1
    assert loaded >= len(SOURCES)
