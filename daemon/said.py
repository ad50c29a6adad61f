"""What an event says besides its commands: its number, its other name, the sale and the answer that are remembered."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from handlers.commands import Command, EnsureCustomer, EnsureInvoice, EnsureOrder
from handlers.events import ContactGiven, Event, InvoiceChanged, OrderChanged, Refunded, SurveySubmitted
from handlers.facts import Facts
from handlers.party import person
from handlers.scores import checked_score, plain_score
from handlers.settings import CompanySettings
from handlers.survey_rules import names_met
from handlers.values import Ref, stockholm_date
from store.db import milliseconds
from store.inbox import Waiting
from store.responses import Response
from store.sales import Sale
from store.twins import Twin

TWIN_WINDOW = timedelta(minutes=10)
"""How far apart the two paths of one submission may date it (HighLevel facts, section 9: a few minutes)."""


def number_of(event: Event) -> str:
    """The number that people know the thing by at its source."""
    if isinstance(event, OrderChanged | InvoiceChanged | Refunded):
        return event.document.number
    return event.survey_id if isinstance(event, ContactGiven) else event.thing.id


def twin_of(event: Event) -> Twin | None:
    """What a survey's submission is called on its other path, where its source has two."""
    if not isinstance(event, SurveySubmitted) or event.twin is None:
        return None
    return Twin(
        key=event.twin,
        digest=str(event.score),
        at=round(event.occurred_at.timestamp() * 1000),
        window_ms=round(TWIN_WINDOW.total_seconds() * 1000),
    )


def response_of(row: Waiting, settings: CompanySettings, event: Event, remembered: Facts) -> tuple[Response, ...]:
    """What is kept of an answer to a survey: no text of it. Raises ``Question`` for a score that is none."""
    if not isinstance(event, SurveySubmitted):
        return ()
    score = checked_score(event, settings.survey.scales)
    return (
        Response(
            thing=event.thing.thing(row.company),
            company=row.company,
            survey=event.survey,
            person=person(event.thing, event.respondent, settings.customers).thing(row.company),
            score=None if score is None else plain_score(score),
            scale=event.scale,
            at=milliseconds(event.occurred_at),
            day=stockholm_date(event.occurred_at).isoformat(),
            inbox_id=row.id,
            met=sorted(names_met(event, settings, remembered)),
        ),
    )


def sales_of(company: str, commands: Sequence[Command]) -> Iterator[Sale]:
    """The invoices that the commands mean to make, for the guard against one sale arriving twice."""
    keys = {
        command.thing: [f"{name}:{value}" for name, value in command.match_keys]
        for command in commands
        if isinstance(command, EnsureCustomer)
    }
    for command in commands:
        made_from = command.made_from if isinstance(command, EnsureInvoice) else "order"
        # What a survey causes is no sale that could come in two ways.
        if isinstance(command, EnsureInvoice | EnsureOrder) and made_from != "survey":
            yield Sale(
                thing=command.thing.thing(company),
                customer=command.customer.thing(company),
                made_from=made_from,
                # Without a stated VAT the total is known only when Fortnox has made the invoice.
                total="" if command.total is None else f"{command.total:f}",
                currency=command.currency,
                keys=keys.get(command.customer, ()),
                number=command.number,
                net=f"{command.total_excluding_vat:f}",
                rate="" if command.currency_rate is None else f"{command.currency_rate:f}",
                before=_before(company, command.thing),
            )


def _before(company: str, thing: Ref) -> str | None:
    """The thing of the generation before, where there was one."""
    if thing.generation == 1:
        return None
    return thing.model_copy(update={"generation": thing.generation - 1}).thing(company)
