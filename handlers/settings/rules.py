"""What a company chooses for one rule by its name."""

from typing import Literal

from handlers.values import Frozen

Mode = Literal["live", "shadow", "off"]


class RuleOptions(Frozen):
    """``mode``: the rule runs; or does all but send, for a report (``shadow``); or what it hears causes nothing."""

    mode: Mode = "live"


PLAIN_RULE = RuleOptions()
"""A rule of which the configuration says nothing."""
