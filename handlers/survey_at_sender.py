"""Rule for the way back of a survey: notes and tasks that a company's rules leave on the respondent at the source."""

from collections.abc import Iterator
from datetime import timedelta

from handlers.commands import Command, EnsureSenderNote, EnsureSenderTask
from handlers.events import SurveySubmitted
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.settings import CompanySettings
from handlers.settings.survey_rules import SENDER_ACTIONS, SurveyRule
from handlers.survey_money import thing_of
from handlers.survey_reading import Reading
from handlers.survey_rules import rules_met
from handlers.values import Skipped


def survey_at_sender(
    event: SurveySubmitted, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """One note and one task for each rule that holds, on the record that the source calls the respondent.

    A corrected response leaves no second one, and what a rule left that no longer holds stays. Raises :class:`Skipped`
    where the response names no record, or its source takes neither: the rest of the response needs neither of them.
    """
    wanted = [(rule, reading) for rule, reading in rules_met(event, settings, facts) if rule.at_sender]
    if not wanted:
        return ()
    number = (event.respondent.source_id or "").strip()
    if not number:
        raise Skipped("the response names no contact at its source, so no note or task can be left there")
    made = tuple(command for rule, reading in wanted for command in _left(rule, reading, number, settings))
    if not made:
        raise Skipped("its source takes no such note or task (write_back)")
    return made


def _left(rule: SurveyRule, reading: Reading, number: str, settings: CompanySettings) -> Iterator[Command]:
    event = reading.event
    back = settings.write_back(event.thing.system)
    place = {"target": event.thing.system, "company": settings.name, "record": back.party, "id": number}
    note, task = (thing_of(event, action, rule) for action in SENDER_ACTIONS)
    text = "" if rule.sender_note is None else reading.written(rule.sender_note)
    if text and back.notes:
        yield EnsureSenderNote(**place, thing=note, text=text)
    if rule.sender_task is not None and back.tasks:
        yield EnsureSenderTask(
            **place,
            thing=task,
            title=reading.written(rule.sender_task.title) or rule.name,
            text="" if rule.sender_task.text is None else reading.written(rule.sender_task.text),
            due=event.dated + timedelta(days=rule.sender_task.days),
        )
