"""Rules that a company writes for its surveys: which hold, and the commands of those that do or no longer do."""

from collections.abc import Iterator

from handlers import questions
from handlers.commands import Command, EnsureCancelled, EnsureCustomer, EnsureNote, EnsureRecord
from handlers.events import SurveySubmitted
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.party import respondent, single_line
from handlers.settings import CompanySettings
from handlers.settings.survey_rules import DEFAULT_NOTE, Fields, SurveyRule
from handlers.survey import default_note, shortened
from handlers.survey_money import money_commands, thing_of
from handlers.survey_reading import Reading, hears, holds, reading_for
from handlers.values import Question, Ref

INSIGHT = "insight"
WITHDRAWN = "no longer so, the response was corrected"
Met = tuple[SurveyRule, Reading]


def rules_met(event: SurveySubmitted, settings: CompanySettings, facts: Facts) -> tuple[Met, ...]:
    """The rules that hold for a response, in the order of the file; one that says nothing is the last to be asked.

    Raises :class:`Question` for a score that is none.
    """
    found = []
    for rule in settings.survey.rules:
        if not hears(rule, event):
            continue
        reading = reading_for(rule, event, settings, facts)
        if holds(rule.when, reading):
            found.append((rule, reading))
            if rule.nothing:
                break
    return tuple(found)


def names_met(event: SurveySubmitted, settings: CompanySettings, facts: Facts) -> frozenset[str]:
    """The names of the rules that this response meets or met before, with that of the default note among them."""
    met = rules_met(event, settings, facts)
    default = frozenset({DEFAULT_NOTE}) if _leaves_default(met) else frozenset()
    return facts.met | default | {rule.name for rule, _ in met}


def note_survey(event: SurveySubmitted, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """What every survey leaves unless a rule of the company replaces it: the respondent's card, one dated line on it.

    A line that an older version of the response left, and that a rule replaces now, says so. Raises :class:`Question`
    where nobody can be named or the score is no score.
    """
    if _leaves_default(rules_met(event, settings, facts)):
        return default_note(event, settings)
    if DEFAULT_NOTE not in facts.met:
        return ()
    customer = respondent(event.thing, event.respondent, settings.survey, settings.customers)
    return customer, _withdrawn(event, customer, event.thing, "survey")


def survey_rules(
    event: SurveySubmitted, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """What the company's own rules make of a response, and what an older version of it caused and no longer would.

    Raises :class:`Question` where nobody can be named, a text or number that a rule needs is missing, or a money
    document cannot be made as it stands.
    """
    met = rules_met(event, settings, facts)
    names = {rule.name for rule, _ in met}
    gone = [rule for rule in settings.survey.rules if rule.name in facts.met - names]
    if not any(rule.in_fortnox for rule in (*(rule for rule, _ in met), *gone)):
        return ()
    customer = respondent(event.thing, event.respondent, settings.survey, settings.customers)
    made: list[Command] = []
    for rule, reading in met:
        made += _on_card(rule, reading, customer, settings, facts)
        made += _records(rule, reading)
    bought, documents = money_commands(met, customer, settings, facts)
    taken_back = [command for rule in gone for command in _taken_back(rule, event, customer, facts)]
    commands = [*made, *documents, *taken_back]
    return (*_needed(bought, commands, default=_default_customer(event, met, settings)), *commands)


def _leaves_default(met: tuple[Met, ...]) -> bool:
    return not any(rule.instead or rule.nothing for rule, _ in met)


def _default_customer(event: SurveySubmitted, met: tuple[Met, ...], settings: CompanySettings) -> EnsureCustomer | None:
    """The customer as the default note asks for it, where that runs: it need not be asked for twice."""
    if not _leaves_default(met) or settings.rule(DEFAULT_NOTE).mode != "live":
        return None
    return respondent(event.thing, event.respondent, settings.survey, settings.customers)


def _needed(
    customer: EnsureCustomer, commands: list[Command], *, default: EnsureCustomer | None
) -> tuple[EnsureCustomer, ...]:
    wanted = any(customer.thing in command.refs for command in commands)
    return (customer,) if wanted and customer != default else ()


def _on_card(
    rule: SurveyRule, reading: Reading, customer: EnsureCustomer, settings: CompanySettings, facts: Facts
) -> Iterator[Command]:
    """Lines and fields of the respondent's card; fields are left alone where the person has answered again since."""
    event, room = reading.event, settings.survey.detail_characters
    for kind, wording in (("note", rule.note), (INSIGHT, rule.insight)):
        text = "" if wording is None else reading.written(wording)
        if text:
            core = rule.name if kind == "note" else f"{INSIGHT} {rule.name}"
            yield EnsureNote(
                thing=thing_of(event, kind, rule),
                customer=customer.thing,
                dated=event.dated,
                core=core,
                detail=shortened(text, room),
            )
    if rule.customer and not facts.overtaken:
        # One thing for each person and rule: a newer response takes over from an unsent older one.
        fields = Ref(system=customer.thing.system, kind="survey_fields", id=f"{rule.name}/{customer.thing.id}")
        yield EnsureRecord(
            thing=fields, resource="customers", record=customer.thing, fields=_filled(rule.customer, reading)
        )


def _records(rule: SurveyRule, reading: Reading) -> Iterator[Command]:
    for resource, fields in rule.records.items():
        yield EnsureRecord(
            thing=thing_of(reading.event, resource, rule), resource=resource, fields=_filled(fields, reading)
        )


def _filled(fields: Fields, reading: Reading) -> dict[str, str | bool | int]:
    """The fields with their texts written; a text that comes out empty is left out."""
    written = {name: reading.written(value) if isinstance(value, str) else value for name, value in fields.items()}
    return {name: value for name, value in written.items() if value != ""}


def _taken_back(rule: SurveyRule, event: SurveySubmitted, customer: EnsureCustomer, facts: Facts) -> Iterator[Command]:
    """What a rule caused that no longer holds: its lines say so, its documents are cancelled while they are unbooked.

    Fields of the card and objects stay: nobody knows what stood there before. Raises :class:`Question` for a voucher,
    until a person has answered.
    """
    key = questions.voucher_of(rule.name)
    if rule.voucher is not None and key not in facts.answers:
        raise Question(
            f"the response was corrected and the rule {rule.name} no longer holds, but it made a voucher: is that one "
            "taken back (`task start reverse_voucher`), or does it stay?",
            key=key,
            choices=(questions.TAKEN_BACK, questions.STAYS),
        )
    if rule.note is not None:
        yield _withdrawn(event, customer, thing_of(event, "note", rule), rule.name)
    if rule.insight is not None:
        yield _withdrawn(event, customer, thing_of(event, INSIGHT, rule), f"{INSIGHT} {rule.name}")
    if rule.offer is not None:
        yield EnsureCancelled(thing=thing_of(event, "offer", rule), document="offer")
    if rule.invoice is not None:
        yield EnsureCancelled(thing=thing_of(event, "invoice", rule), document="invoice")


def _withdrawn(event: SurveySubmitted, customer: EnsureCustomer, thing: Ref, what: str) -> EnsureNote:
    return EnsureNote(
        thing=thing,
        customer=customer.thing,
        dated=event.dated,
        core=single_line(f"{what}: {WITHDRAWN}"),
        only_replaces=True,
    )
