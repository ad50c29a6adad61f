"""What the responses to one survey say together: counts, mean, NPS or CSAT, distribution, and how they moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from handlers.scores import band_of
from handlers.settings.survey_scales import Band, Scale

Period = Literal["week", "month"]
"""Weeks begin on Monday (ISO 8601), months on their first day."""

BANDS: Mapping[str, tuple[Band, ...]] = {
    "nps": get_args(Band)[:3],
    "csat": get_args(Band)[3:],
    "free": (),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """How many responses gave this score on this day (Stockholm); ``None`` is a response without a score."""

    day: date
    score: Decimal | None
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What some responses say. Scores that the scale does not have are ``outside``: they count for nothing else.

    ``mean`` has two decimals, ``index`` one: NPS from -100 to 100, or the percentage of the satisfied; both are rounded
    half away from zero from the exact fraction, and ``None`` without a score (``index`` also on a free scale).
    """

    responses: int
    scored: int
    outside: int
    mean: Decimal | None
    index: Decimal | None
    bands: Mapping[Band, int]
    distribution: tuple[tuple[Decimal, int], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One period of a trend: its name (``2026-W46``, ``2026-11``), its first day, and what its responses say."""

    name: str
    begins: date
    summary: Summary


def summarised(counted: Sequence[Counted], scale: Scale) -> Summary:
    """All of them together."""
    totals: dict[Decimal, int] = {}
    outside = 0
    for one in counted:
        if one.score is None:
            continue
        if _on_scale(one.score, scale):
            totals[one.score] = totals.get(one.score, 0) + one.count
        else:
            outside += one.count
    bands: dict[Band, int] = dict.fromkeys(BANDS[scale.kind], 0)
    for score, count in totals.items():
        band = band_of(score, scale)
        if band is not None:
            bands[band] += count
    scored = sum(totals.values())
    whole = sum((Fraction(score) * count for score, count in totals.items()), Fraction(0))
    return Summary(
        responses=sum(one.count for one in counted),
        scored=scored,
        outside=outside,
        mean=rounded(whole / scored, 2) if scored else None,
        index=_index(bands, scored),
        bands=bands,
        distribution=tuple(sorted(totals.items())),
    )


def trend(counted: Sequence[Counted], scale: Scale, period: Period) -> tuple[Step, ...]:
    """One step for each period from the first response to the last; one in which nobody answered is there, empty."""
    if not counted:
        return ()
    by_period: dict[date, list[Counted]] = {}
    for one in counted:
        by_period.setdefault(_begin(one.day, period), []).append(one)
    begins = _periods(min(by_period), max(by_period), period)
    return tuple(Step(_name(begin, period), begin, summarised(by_period.get(begin, []), scale)) for begin in begins)


def rounded(exact: Fraction, decimals: int) -> Decimal:
    """A fraction with so many decimals, half away from zero, however large it is."""
    scaled = abs(exact) * 10**decimals
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-units if exact < 0 else units).scaleb(-decimals)


def _on_scale(score: Decimal, scale: Scale) -> bool:
    low, high = scale.ends
    whole = scale.kind != "nps" or score == score.to_integral_value()
    return whole and (low is None or low <= score) and (high is None or score <= high)


def _index(bands: Mapping[Band, int], scored: int) -> Decimal | None:
    if not scored or not bands:
        return None
    if "promoter" in bands:
        return rounded(Fraction(100 * (bands["promoter"] - bands["detractor"]), scored), 1)
    return rounded(Fraction(100 * bands["satisfied"], scored), 1)


def _begin(day: date, period: Period) -> date:
    return day.replace(day=1) if period == "month" else day - timedelta(days=day.weekday())


def _periods(first: date, last: date, period: Period) -> Iterator[date]:
    begin = first
    while begin <= last:
        yield begin
        begin = _begin(begin + timedelta(days=32), period) if period == "month" else begin + timedelta(days=7)


def _name(begin: date, period: Period) -> str:
    if period == "month":
        return f"{begin.year:04}-{begin.month:02}"
    year, week, _ = begin.isocalendar()
    return f"{year:04}-W{week:02}"
