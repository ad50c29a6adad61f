"""What ``surveys`` shows: each survey of a company with its statistics, from the responses on disk."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from daemon.settings import Company, Config
from handlers.scores import plain_score, scale_of
from handlers.settings.survey_scales import Scale
from handlers.survey_statistics import Counted, Period, Step, Summary, summarised, trend
from store import responses
from store.db import Read
from store.responses import Tally

Json = dict[str, Any]


async def surveys(
    read: Read, config: Config, *, company: str | None, survey: str | None, today: date, days: int, period: Period
) -> list[Json]:
    """Each survey of each company (or of the one that is named), today and ``days`` before; decimals are texts."""
    found: list[Json] = []
    since = (today - timedelta(days=days)).isoformat()
    for name, settings in config.companies.items():
        if company in {None, name}:
            tallies = await read(responses.tallies(name, survey, since))
            by_survey = groupby(tallies, key=lambda tally: tally.survey)
            found += [_shown(settings, one, list(rows), period) for one, rows in by_survey]
    return found


def _shown(company: Company, survey: str, tallies: Sequence[Tally], period: Period) -> Json:
    counted = [
        Counted(date.fromisoformat(one.day), None if one.score is None else Decimal(one.score), one.count)
        for one in tallies
    ]
    said = "nps" if {one.scale for one in tallies if one.score is not None} == {"nps"} else None
    scale = scale_of(survey, said, company.settings.survey.scales)
    days = sorted(one.day for one in counted)
    return {
        "company": company.name,
        "company_kind": company.kind,
        "survey": survey,
        "scale": _scale(scale),
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        **_summary(summarised(counted, scale)),
        "period": period,
        "trend": [_step(step) for step in trend(counted, scale, period)],
    }


def _scale(scale: Scale) -> Json:
    low, high = scale.ends
    satisfied = _text(scale.satisfied) if scale.kind == "csat" else None
    return {"kind": scale.kind, "low": _text(low), "high": _text(high), "satisfied_from": satisfied}


def _summary(summary: Summary) -> Json:
    return {
        "responses": summary.responses,
        "scored": summary.scored,
        "outside": summary.outside,
        "mean": _fixed(summary.mean),
        "index": _fixed(summary.index),
        "classes": dict(summary.bands),
        "distribution": [{"score": plain_score(score), "responses": count} for score, count in summary.distribution],
    }


def _step(step: Step) -> Mapping[str, Any]:
    summary = step.summary
    return {
        "name": step.name,
        "begins": step.begins.isoformat(),
        "responses": summary.responses,
        "scored": summary.scored,
        "mean": _fixed(summary.mean),
        "index": _fixed(summary.index),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain_score(value)


def _fixed(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
