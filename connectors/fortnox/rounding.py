"""Whether a company's Fortnox rounds invoices to whole kronor: learned from our invoices there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Json
from connectors.fortnox.registers import KRONA
from connectors.fortnox.wire import decimal_of

ENOUGH = 50
"""Invoices that are looked at, the newest ones."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """What invoices showed: ``whole_kronor``, by how many of them, and since when the first of them was seen."""

    whole_kronor: bool
    invoices: int
    since: datetime


def learned_rounding(seen: Sequence[tuple[Json, datetime]]) -> Rounding | None:
    """What invoices of ours tell, each as it was last seen and when it was linked; ``None``: none of them tells.

    One that was rounded shows that the company rounds; öre in a total that nobody rounded that it does not. Only
    kronor are rounded (Fortnox facts, section 6.1).
    """
    kronor = [(state, at) for state, at in seen if state.get("currency") == KRONA]
    rounded = [at for state, at in kronor if decimal_of(state.get("round_off"))]
    exact = [at for state, at in kronor if (total := decimal_of(state.get("total"))) is not None and total % 1]
    shown = rounded or exact
    return Rounding(bool(rounded), len(shown), min(shown)) if shown else None
