"""What steps of workflows leave at the source of their event; plain values in and out."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from handlers.commands import EnsureSenderNote, EnsureSenderTask
from handlers.events import Event, Refunded
from handlers.mapping.data import data_of
from handlers.mapping.values import template_of
from handlers.settings import CompanySettings, WriteBack
from handlers.values import Question, Ref
from handlers.workflow import Todo
from handlers.workflow_at_sender import LeftNote, task_at_sender
from tests.handlers.examples import DOCUMENT, NOW, TALLBACKEN, TODAY, company, order, survey

THING = Ref(system="workflow", kind="call", id="callback-1")
DAY = date(2026, 11, 28)
CALL = Todo("Ring", 3, awaited=True, at_sender=True)
NAMELESS = TALLBACKEN.model_copy(update={"source_id": None})


def settings(*, notes: bool = False, tasks: bool = False) -> CompanySettings:
    """A company whose sources take these."""
    allowed = WriteBack(party="contact", notes=notes, tasks=tasks)
    return company(write_backs={"ghl": allowed, "shop": allowed})


def known(event: Event) -> dict[str, Any]:
    """What a run knows that this event started."""
    return {"event": data_of(event), "input": {}, "steps": {}}


def left(text: str, event: Event, allowed: CompanySettings) -> tuple[Any, ...]:
    """The commands of a step with this note."""
    return LeftNote(template_of(text))(known(event), THING, allowed)


@pytest.mark.capability("000-28")
def test_a_note_is_left_on_the_party_of_any_event() -> None:
    """Of a survey on its respondent, of an order on its buyer; as one line."""
    for event, source in ((survey(), "ghl"), (order(), "shop")):
        (note,) = left("Om  {event.thing.id}\n!", event, settings(notes=True))
        assert note == EnsureSenderNote(
            target=source,
            company="demo",
            thing=THING,
            record="contact",
            id="C-778",
            text=f"Om {event.thing.id} !",
        )


def test_a_note_that_cannot_be_left_is_a_question() -> None:
    """No such source, nobody there, no words, no event."""
    with pytest.raises(Question, match="takes no notes"):
        left("x", survey(), settings(tasks=True))
    with pytest.raises(Question, match="no id at its source"):
        left("x", survey(NAMELESS), settings(notes=True))
    with pytest.raises(Question, match="no words"):
        left(" ", survey(), settings(notes=True))
    with pytest.raises(Question, match="not started by an event"):
        LeftNote(template_of("x"))({"event": {}}, THING, settings(notes=True))


@pytest.mark.capability("000-26")
def test_a_task_is_shown_at_the_source_where_it_can_be() -> None:
    """Due as many days after it was given; where the source does not know the party, the task is only ours."""
    task = task_at_sender(CALL, known(survey()), THING, settings(tasks=True), DAY)
    assert task == EnsureSenderTask(
        target="ghl",
        company="demo",
        thing=THING,
        record="contact",
        id="C-778",
        title="Ring",
        due=date(2026, 12, 1),
    )
    for event, allowed in ((survey(NAMELESS), settings(tasks=True)), (survey(), settings(notes=True))):
        assert task_at_sender(CALL, known(event), THING, allowed, DAY) is None
    refund = Refunded(
        thing=Ref(system="ghl", kind="order_refund", id="1"),
        version=Decimal(1),
        occurred_at=NOW,
        dated=TODAY,
        order=Ref(system="ghl", kind="order", id="1"),
        document=DOCUMENT,
    )
    assert task_at_sender(CALL, known(refund), THING, settings(tasks=True), DAY) is None
    assert task_at_sender(CALL, {"event": {}}, THING, settings(tasks=True), DAY) is None
    ours = Todo("Ring", 3, awaited=True)
    assert task_at_sender(ours, known(survey()), THING, settings(tasks=True), DAY) is None
