"""What a company chooses for one rule by its name."""

from typing import Literal

from handlers.values import Frozen


class RuleOptions(Frozen):
    """``mode``: the rule runs, or is switched off: then what it hears causes nothing."""

    mode: Literal["live", "off"] = "live"


PLAIN_RULE = RuleOptions()
"""A rule of which the configuration says nothing."""
