"""Statistics of surveys: exact, the same however responses are grouped, and complete from first to last."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.settings.survey_scales import FREE, NPS, Scale
from handlers.survey_statistics import Counted, rounded, summarised, trend
from tests.properties import examples

DAY = date(2026, 11, 13)
SCORES = st.one_of(
    st.none(), st.integers(-3, 13).map(Decimal), st.decimals(-9, 99, places=3, allow_nan=False, allow_infinity=False)
)
COUNTED = st.builds(Counted, st.dates(date(2026, 11, 20), date(2027, 2, 3)), SCORES, st.integers(1, 10**6))
SCALES = st.sampled_from([NPS, FREE, Scale(kind="csat"), Scale(kind="csat", low=Decimal(1), high=Decimal(7))])


def counted(*scores: int) -> list[Counted]:
    """One response of each score."""
    return [Counted(DAY, Decimal(score), 1) for score in scores]


@pytest.mark.capability("000-43")
def test_figures_worked_out_by_hand() -> None:
    """NPS of 9, 10, 9, 8, 6, 0: three promoters less two detractors of six; CSAT of 5, 4, 2, 5: three of four."""
    nps = summarised([*counted(9, 10, 9, 8, 6, 0), Counted(DAY, None, 2), Counted(DAY, Decimal(11), 1)], NPS)
    assert (nps.responses, nps.scored, nps.outside) == (9, 6, 1)
    assert (nps.mean, nps.index) == (Decimal("7.00"), Decimal("16.7"))
    assert nps.bands == {"promoter": 3, "passive": 1, "detractor": 2}
    assert nps.distribution[-2:] == ((Decimal(9), 2), (Decimal(10), 1))
    csat = summarised(counted(5, 4, 2, 5), Scale(kind="csat"))
    assert (csat.mean, csat.index, csat.bands) == (Decimal("4.00"), Decimal("75.0"), {"satisfied": 3, "unsatisfied": 1})
    free = summarised([Counted(DAY, Decimal("2.5"), 1), Counted(DAY, Decimal("0.01"), 1)], FREE)
    assert (free.mean, free.index, free.bands) == (Decimal("1.26"), None, {})
    assert summarised([Counted(DAY, None, 3)], NPS).mean is None


def test_weeks_and_months_have_no_gaps() -> None:
    """ISO weeks across a year's end, and a month in which nobody answered."""
    days = [date(2026, 12, 30), date(2027, 1, 11)]
    weeks = trend([Counted(day, Decimal(9), 1) for day in days], NPS, "week")
    assert [step.name for step in weeks] == ["2026-W53", "2027-W01", "2027-W02"]
    assert [step.summary.responses for step in weeks] == [1, 0, 1]
    months = trend([Counted(day, Decimal(9), 1) for day in (date(2026, 11, 30), date(2027, 1, 1))], NPS, "month")
    assert [(step.name, step.begins.day) for step in months] == [("2026-11", 1), ("2026-12", 1), ("2027-01", 1)]


@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
@given(st.lists(COUNTED, max_size=8), SCALES, st.sampled_from(["week", "month"]))
def test_a_trend_adds_up_to_the_whole(given_: list[Counted], scale: Scale, period: str) -> None:
    """Counts and classes of all steps are those of the whole, in whatever order; figures stay in their range."""
    whole = summarised(given_, scale)
    steps = trend(given_, scale, "week" if period == "week" else "month")
    assert sum(step.summary.responses for step in steps) == whole.responses == sum(one.count for one in given_)
    assert sum(step.summary.scored for step in steps) == whole.scored == sum(count for _, count in whole.distribution)
    assert {band: sum(step.summary.bands[band] for step in steps) for band in whole.bands} == whole.bands
    assert summarised(given_[::-1], scale) == whole
    assert not whole.bands or sum(whole.bands.values()) == whole.scored
    assert [step.begins for step in steps] == sorted({step.begins for step in steps})
    bare = sum(one.count for one in given_ if one.score is None)
    assert whole.scored + whole.outside + bare == whole.responses
    if whole.mean is not None:
        scores = [score for score, _ in whole.distribution]
        assert min(scores) - Decimal("0.005") <= whole.mean <= max(scores) + Decimal("0.005")
        assert whole.index is None or -100 <= whole.index <= 100


@pytest.mark.properties
@settings(max_examples=examples(), deadline=None)
@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.integers(0, 4))
def test_rounding_is_half_away_from_zero(above: int, below: int, decimals: int) -> None:
    """As decimal arithmetic rounds it with many digits."""
    with localcontext() as context:
        context.prec = 60
        wanted = (Decimal(above) / Decimal(below)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert rounded(Fraction(above, below), decimals) == wanted


def test_a_month_is_stepped_from_any_length() -> None:
    """A year of days has twelve months and 53 weeks."""
    days = [Counted(date(2024, 1, 1) + timedelta(days=place), Decimal(1), 1) for place in range(366)]
    assert [len(trend(days, FREE, period)) for period in ("month", "week")] == [12, 53]
