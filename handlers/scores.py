"""What a score says: the scale of its survey, the band that it lies in, and its one written form."""

from collections.abc import Mapping
from decimal import Decimal
from fnmatch import fnmatchcase

from handlers.events import SurveySubmitted
from handlers.settings.survey_scales import FREE, NPS, Band, Scale
from handlers.values import Question

LARGEST_SCORE = Decimal(10) ** 6
PROMOTER_FROM, PASSIVE_FROM = Decimal(9), Decimal(7)


def scale_of(survey: str, said: str | None, scales: Mapping[str, Scale]) -> Scale:
    """The scale that the company states for the survey; without one NPS where its source says so, else free."""
    if survey in scales:
        return scales[survey]
    stated = next((scale for pattern, scale in scales.items() if fnmatchcase(survey, pattern)), None)
    if stated is not None:
        return stated
    return NPS if said == "nps" else FREE


def checked_score(event: SurveySubmitted, scales: Mapping[str, Scale]) -> Decimal | None:
    """The event's score, which its survey's scale can have.

    Raises :class:`Question` for one beyond a million, and for one that the stated scale does not have.
    """
    score = event.score
    if score is None:
        return None
    if not -LARGEST_SCORE < score < LARGEST_SCORE:
        raise Question(f"the score is not between -{LARGEST_SCORE:f} and {LARGEST_SCORE:f}")
    scale = scale_of(event.survey, event.scale, scales)
    low, high = scale.ends
    if (low is not None and score < low) or (high is not None and score > high):
        raise Question(f"the score {plain_score(score)} is not on the survey's scale, {_said(low)} to {_said(high)}")
    if scale.kind == "nps" and score != score.to_integral_value():
        raise Question(f"the score {plain_score(score)} is no whole number, as every score of NPS is")
    return score


def band_of(score: Decimal | None, scale: Scale) -> Band | None:
    """The band of a score on its scale; ``None`` without a score, and on a free scale."""
    if score is None or scale.kind == "free":
        return None
    if scale.kind == "csat":
        return "satisfied" if score >= scale.satisfied else "unsatisfied"
    if score >= PROMOTER_FROM:
        return "promoter"
    return "passive" if score >= PASSIVE_FROM else "detractor"


def plain_score(score: Decimal) -> str:
    """A score as it is written: all of its digits, no exponent, no zeros at the end; equal scores read equally."""
    text = f"{score:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _said(end: Decimal | None) -> str:
    return "any" if end is None else plain_score(end)
