"""What the manual and the example of the configuration show for Upsales can be pasted."""

import re
import tomllib
from pathlib import Path
from typing import Any

from connectors.upsales.callbacks import API_USERS
from connectors.upsales.settings import UpsalesSettings, WriteBackSettings

ROOT = Path(__file__).resolve().parents[3]
MANUAL = (ROOT / "docs" / "senders" / "upsales.md").read_text(encoding="utf-8")


def example_section() -> dict[str, Any]:
    """The section of the example file, without its signs of comment."""
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    lines = text[text.index("# [sources.upsales]") :].split("\n\n")[0].splitlines()
    section = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines))["sources"]["upsales"]
    assert section.pop("type") == "upsales"
    return section  # type: ignore[no-any-return]


def test_the_section_of_the_manual_loads() -> None:
    """It takes callbacks, reads and polls, and with its second part it is written to."""
    text = "\n".join(re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL))
    section = tomllib.loads(text)["sources"]["upsales"]
    assert section.pop("type") == "upsales"
    settings = UpsalesSettings.model_validate(section)
    assert settings.can_read
    assert settings.back is not None
    assert (settings.back.parties, settings.back.price_list) == ("linked", "A")
    assert settings.won_stage == ("12",)
    assert API_USERS in MANUAL


def test_the_example_shows_every_setting_with_its_default() -> None:
    """Whole, loadable, and true about what a key that is left out means."""
    section = example_section()
    settings = UpsalesSettings.model_validate(section)
    assert set(section) | {"companies", "start"} == set(UpsalesSettings.model_fields)
    told = UpsalesSettings.model_validate({"company": "demo", "api_key": "x", "won_stage": 12})
    own = {
        "company",
        "authentication_key",
        "previous_authentication_key",
        "app_id",
        "customer_id",
        "api_key",
        "vat_rate",
        "fallback_reference",
        "write_back",
    }
    own |= {name for name in section if name.endswith(("_field", "_stage"))}
    for name in set(section) - own:
        assert getattr(settings, name) == getattr(told, name), name


def test_the_example_shows_everything_that_can_be_written_with_its_default() -> None:
    """All but the custom fields and the price list, which are each account's own."""
    section = example_section()["write_back"]
    assert set(section) == set(WriteBackSettings.model_fields)
    settings, told = WriteBackSettings.model_validate(section), WriteBackSettings()
    for name in section:
        own = name == "price_list" or name.endswith("_field")
        assert own or getattr(settings, name) == getattr(told, name), name
