"""Says what groups a hold with others: the question of a rule or of a target as the store keeps it."""

from collections.abc import Sequence

from connectors.base import Held, OutsideError
from handlers.events import Event, InvoiceChanged, OrderChanged
from handlers.questions import DATE, NUMBER
from handlers.values import Question
from store.holds import Ask, worded

RULE = "question"
"""The reason of everything that a rule asks."""
MARK = 12
"""Characters of a thing's key that tell its questions from those of others."""


def asked_by_rule(question: Question, event: Event | None = None, company: str = "") -> Ask:
    """A rule's question about an event (``None``: its source asks, before there is one).

    One word may be the answer for many sales at once; a number or a day is that of its own sale.
    """
    thing = "" if event is None else event.thing.thing(company)
    key = f"{RULE}:{question.about or question}"
    if question.key:
        own = question.of_sale and not {NUMBER, DATE}.isdisjoint(question.choices)
        key = f"{question.key}:{thing[:MARK]}" if own else _key(question.key, question.choices)
    return Ask(
        key,
        _reason(question.key) if question.key else RULE,
        input=question.key,
        of_sale=question.of_sale,
        choices=question.choices,
        thing=thing,
        **_sale(event),
    )


def asked_by_target(error: OutsideError) -> Ask | None:
    """A target's question; ``None`` where the words of the question are what groups it."""
    if not isinstance(error, Held) or not error.about:
        return None
    if error.key:
        # Rules ask the same where the source states what cannot be: one answer is for both.
        return Ask(_key(error.key, error.choices), _reason(error.key), input=error.key, choices=error.choices)
    return Ask(f"{error.reason}:{error.about}", error.reason, choices=error.choices)


def asked(reason: str, question: str, *, about: str, choices: Sequence[str] = ()) -> Ask:
    """A question of delivery itself; where there is nothing that it is about, its words are that."""
    return Ask(f"{reason}:{about}", reason, choices=choices) if about else worded(reason, question)


def _key(question: str, choices: Sequence[str]) -> str:
    return f"{question}:{'|'.join(choices)}"


def _reason(question: str) -> str:
    """The closed word that a question's key begins with."""
    return question.partition(":")[0]


def _sale(event: Event | None) -> dict[str, str]:
    if not isinstance(event, OrderChanged | InvoiceChanged):
        return {}
    document = event.document
    total = document.total if document.total is not None else document.total_excluding_vat
    rate = document.currency_rate
    return {
        "sale": event.lane,
        "total": f"{total:f}",
        "currency": document.currency,
        "rate": "" if rate is None else f"{rate:f}",
    }
