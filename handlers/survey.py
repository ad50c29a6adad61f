"""What a survey leaves where no rule says otherwise: the respondent's customer, and one line with the score on it."""

import re
from collections.abc import Iterator

from handlers.commands import Command, EnsureNote
from handlers.events import Answer, SurveySubmitted
from handlers.party import looks_like_email, respondent, single_line
from handlers.scores import checked_score
from handlers.settings import CompanySettings
from handlers.settings import Survey as SurveySettings
from handlers.values import plain_number, swedish_organisation_number

SURVEY_CHARACTERS = 24
KEY_CHARACTERS = 40
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_ORGANISATION_NUMBER = re.compile(r"([0-9]{2})?[0-9]{6}[-+ ]?[0-9]{4}")
_PHONE = re.compile(r"(\+|0)[0-9 ()/.–-]{6,24}")


def default_note(event: SurveySubmitted, settings: CompanySettings) -> tuple[Command, ...]:
    """The respondent's customer card and one dated line in its comments: survey, score, notable answers.

    The survey's id is cut at 24 characters, so that the part of the line that is never shortened stays short. Raises
    :class:`Question` where nobody can be named or the score is no score.
    """
    customer = respondent(event.thing, event.respondent, settings.survey, settings.customers)
    note = EnsureNote(
        thing=event.thing,
        customer=customer.thing,
        dated=event.dated,
        core=" ".join(
            part for part in (single_line(event.survey)[:SURVEY_CHARACTERS].rstrip(), _score(event, settings)) if part
        ),
        detail=shortened("; ".join(_notable(event, settings.survey)), settings.survey.detail_characters),
    )
    return customer, note


def _score(event: SurveySubmitted, settings: CompanySettings) -> str:
    """The score in words, with two decimals at most; empty where the survey has none."""
    score = checked_score(event, settings.survey.scales)
    return "" if score is None else f"{plain_number(score):f}"


def _notable(event: SurveySubmitted, settings: SurveySettings) -> Iterator[str]:
    """The answers that the settings name, in their order; where they name none, every answer in free text."""
    chosen = (
        [answer for name in settings.notable_answers for answer in event.answers if _is_named(answer, name)]
        if settings.notable_answers
        else [answer for answer in event.answers if _is_free_text(single_line(answer.value))]
    )
    for answer in chosen:
        value = single_line(answer.value)
        if value:
            yield f"{shortened(single_line(answer.key), KEY_CHARACTERS)}: {value}"


def _is_named(answer: Answer, name: str) -> bool:
    wanted = single_line(name).casefold()
    return wanted in {single_line(answer.key).casefold(), single_line(answer.question).casefold()}


def _is_free_text(value: str) -> bool:
    """Not a number, and not what belongs in the card's own fields or nowhere: e-mail, phone, (personal) number."""
    return not (
        not value
        or _NUMBER.fullmatch(value)
        or looks_like_email(value)
        or _PHONE.fullmatch(value)
        or _ORGANISATION_NUMBER.fullmatch(value)
        or swedish_organisation_number(value)
    )


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters, cut at a word where there is one, with three dots where something is missing."""
    if len(text) <= limit:
        return text
    dots = "..."[:limit]
    kept = text[: limit - len(dots)]
    whole_words = kept.rpartition(" ")[0]
    return (whole_words if 2 * len(whole_words) > limit else kept).rstrip(" ;:,") + dots
