"""One response as rules of a company read it: score, band, what went before, its answers, and texts about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from handlers.events import SurveySubmitted
from handlers.facts import Facts
from handlers.party import single_line
from handlers.scores import band_of, checked_score, plain_score, scale_of
from handlers.settings import CompanySettings
from handlers.settings.survey_rules import SurveyRule, When
from handlers.settings.survey_scales import Band
from handlers.settings.wording import ANSWER, places_of
from handlers.values import Question

EVERY_SURVEY = "*"
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}([.,][0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A response beside one rule.

    ``first``: the person answered none of the surveys that the rule compares before. ``previous`` is the last score
    that the person gave there.
    """

    event: SurveySubmitted
    score: Decimal | None
    band: Band | None
    first: bool
    previous: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """How much higher the score is than the previous one."""
        return None if self.score is None or self.previous is None else self.score - self.previous

    def answer(self, name: str) -> str | None:
        """The answer of this key, or else to this question, as one line; ``None`` where there is none."""
        wanted = single_line(name).casefold()
        for named in ("key", "question"):
            for answer in self.event.answers:
                if single_line(getattr(answer, named)).casefold() == wanted:
                    return single_line(answer.value)
        return None

    def number(self, name: str) -> Decimal:
        """The number in an answer. Raises :class:`Question` where there is none, or it is no plain number."""
        said = self.answer(name)
        if said is None or _NUMBER.fullmatch(said) is None:
            raise Question(f"the answer {name!r}, which a rule reads as a number, is missing or no plain number")
        return Decimal(said.replace(",", "."))

    def written(self, wording: str) -> str:
        """The text with what this response says in its places, as one line; what is not known is left out."""
        values = self._values()
        parts = []
        for before, place in places_of(wording):
            parts.append(before)
            if place is not None and place.startswith(ANSWER):
                parts.append(self.answer(place.removeprefix(ANSWER)) or "")
            elif place is not None:
                parts.append(values[place] or "")
        return single_line("".join(parts))

    def _values(self) -> Mapping[str, str | None]:
        event, change = self.event, self.change
        party = event.respondent
        return {
            "score": None if self.score is None else plain_score(self.score),
            "previous": None if self.previous is None else plain_score(self.previous),
            "change": None if change is None else ("+" if change > 0 else "") + plain_score(change),
            "class": self.band,
            "survey": event.survey,
            "response": event.thing.id,
            "date": event.dated.isoformat(),
            "name": party.name,
            "email": party.email,
            "organisation_number": party.organisation_number,
        }


def reading_for(rule: SurveyRule, event: SurveySubmitted, settings: CompanySettings, facts: Facts) -> Reading:
    """The response as ``rule`` reads it. Raises :class:`Question` for a score that is none."""
    scales = settings.survey.scales
    score = checked_score(event, scales)
    compared = [one for one in facts.earlier if _compares(rule, event.survey, one.survey)]
    return Reading(
        event=event,
        score=score,
        band=band_of(score, scale_of(event.survey, event.scale, scales)),
        first=not compared,
        previous=next((one.score for one in reversed(compared) if one.score is not None), None),
    )


def _compares(rule: SurveyRule, survey: str, earlier: str) -> bool:
    """A rule that names its surveys compares within those, one for every survey within the same."""
    return earlier == survey if rule.survey == EVERY_SURVEY else fnmatchcase(earlier, rule.survey)


def hears(rule: SurveyRule, event: SurveySubmitted) -> bool:
    """Whether the rule is for this survey and this sender."""
    return fnmatchcase(event.survey, rule.survey) and (not rule.sources or event.thing.system in rule.sources)


def holds(when: When, reading: Reading) -> bool:
    """Whether all conditions that are given hold."""
    return (
        _in_range(when, reading.score)
        and (not when.classes or reading.band in when.classes)
        and _moved(when, reading.change)
        and (when.first is None or when.first == reading.first)
        and (not when.keywords or any(_mentions(reading, keyword) for keyword in when.keywords))
        and _answered(when, reading)
    )


def _in_range(when: When, score: Decimal | None) -> bool:
    asked = (when.score_at_least, when.score_at_most, when.score_above, when.score_below)
    if score is None:
        return all(limit is None for limit in asked)
    at_least, at_most, above, below = asked
    return (
        (at_least is None or score >= at_least)
        and (at_most is None or score <= at_most)
        and (above is None or score > above)
        and (below is None or score < below)
    )


def _moved(when: When, change: Decimal | None) -> bool:
    fell = when.dropped_by is None or (change is not None and -change >= when.dropped_by)
    rose = when.rose_by is None or (change is not None and change >= when.rose_by)
    return fell and rose


def _mentions(reading: Reading, keyword: str) -> bool:
    words = single_line(keyword.removesuffix("*")).casefold()
    pattern = rf"(?<!\w){re.escape(words)}" + ("" if keyword.endswith("*") else r"(?!\w)")
    return any(re.search(pattern, single_line(answer.value).casefold()) for answer in reading.event.answers)


def _answered(when: When, reading: Reading) -> bool:
    def said(name: str) -> str:
        return (reading.answer(name) or "").casefold()

    equal = (said(name) in {single_line(one).casefold() for one in wanted} for name, wanted in when.answers.items())
    return all(equal) and all(
        any(single_line(one).casefold() in said(name) for one in wanted)
        for name, wanted in when.answers_contain.items()
    )
