"""What the scores of a survey mean."""

from decimal import Decimal
from typing import Literal

from pydantic import model_validator

from handlers.values import Frozen

Band = Literal["promoter", "passive", "detractor", "satisfied", "unsatisfied"]
"""Where a score lies: the first three of NPS, the others of CSAT."""

NPS_LOW, NPS_HIGH = Decimal(0), Decimal(10)
CSAT_LOW, CSAT_HIGH = Decimal(1), Decimal(5)


class Scale(Frozen):
    """One scale, ``low`` and ``high`` included.

    ``nps`` goes from 0 to 10 in whole numbers. ``csat`` goes from 1 to 5 unless it says otherwise; who answers at least
    ``satisfied_from`` is satisfied, without it the two highest whole numbers. ``free`` has no bands, and ends only
    where it says so.
    """

    kind: Literal["nps", "csat", "free"]
    low: Decimal | None = None
    high: Decimal | None = None
    satisfied_from: Decimal | None = None

    @model_validator(mode="after")
    def _ends_that_fit(self) -> "Scale":
        low, high = self.ends
        if self.kind == "nps" and (low, high) != (NPS_LOW, NPS_HIGH):
            raise ValueError("nps goes from 0 to 10: leave low and high out, or take csat or free")
        if low is not None and high is not None and low >= high:
            raise ValueError("low must be below high")
        if self.satisfied_from is not None and self.kind != "csat":
            raise ValueError("satisfied_from belongs to csat")
        if self.satisfied_from is not None and not (low or 0) <= self.satisfied_from <= (high or 0):
            raise ValueError("satisfied_from must lie between low and high")
        return self

    @property
    def ends(self) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and the highest score; ``None`` where there is no end."""
        low, high = {"nps": (NPS_LOW, NPS_HIGH), "csat": (CSAT_LOW, CSAT_HIGH)}.get(self.kind, (None, None))
        return low if self.low is None else self.low, high if self.high is None else self.high

    @property
    def satisfied(self) -> Decimal:
        """The lowest score of whoever is satisfied; of ``csat`` only."""
        high = self.ends[1]
        assert high is not None
        return high - 1 if self.satisfied_from is None else self.satisfied_from


NPS = Scale(kind="nps")
FREE = Scale(kind="free")
