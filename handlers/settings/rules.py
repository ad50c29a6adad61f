"""What a company chooses for one rule by its name."""

from typing import Any, Literal

from pydantic import Field

from handlers.values import Frozen


class RuleOptions(Frozen):
    """``mode``: the rule runs, or is switched off: then what it hears causes nothing.

    ``fields`` are further Fortnox fields of what a built-in rule makes, by document: ``invoice.Remarks``. They are read
    apart, because their shape is the resource's.
    """

    mode: Literal["live", "off"] = "live"
    fields: dict[str, dict[str, Any]] = Field(default_factory=dict)


PLAIN_RULE = RuleOptions()
"""A rule of which the configuration says nothing."""
