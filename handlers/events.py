"""What happened, in our words: frozen events that sources make and rules read."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from handlers.values import Frozen, Ref


class Party(Frozen):
    """A buyer or respondent as the source describes it; an absent value is ``None``, never an empty text.

    ``organisation_number`` is what the source sent, trimmed; rules decide what it is. ``country`` is ISO 3166 alpha-2.
    """

    source_id: str | None = None
    name: str
    organisation_number: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None


class Line(Frozen):
    """One line of an order: prices in the document's currency per unit, VAT rate and discount in percent."""

    sku: str | None = None
    description: str
    quantity: Decimal
    unit: str | None = None
    unit_price: Decimal
    vat_rate: Decimal
    discount_percent: Decimal = Decimal(0)


class Document(Frozen):
    """The money side of an order or invoice, as the source states it (decimals in ``currency``)."""

    number: str
    currency: str
    currency_rate: Decimal | None = None
    prices_include_vat: bool
    customer: Party
    lines: tuple[Line, ...]
    total_excluding_vat: Decimal
    total_vat: Decimal
    total: Decimal
    dated: date
    paid: date | None = None


class Answer(Frozen):
    """One answer of a survey: the source's key, the question's text, and the value in words (several are joined)."""

    key: str
    question: str
    value: str


class EventBase(Frozen):
    """What every event carries.

    ``thing`` is what it speaks of; ``version`` orders changes of one thing (it comes from the body: a number, or
    seconds since 1970; equal versions apply in order of arrival); ``dated`` is the business date in Europe/Stockholm,
    compared with the company's ``start``; ``lane`` is the one business object whose changes stay in order.
    """

    thing: Ref
    version: Decimal
    occurred_at: datetime
    dated: date
    origin: Literal["webhook", "poll"] = "webhook"

    @property
    def lane(self) -> str:
        """The lane of the thing itself: never a party that several documents share."""
        return f"{self.thing.system}:{self.thing.kind}:{self.thing.id}"


class OrderChanged(EventBase):
    """An order reached a status at its source."""

    kind: Literal["order_changed"] = "order_changed"
    status: Literal["won", "paid", "refunded", "cancelled"]
    document: Document


class InvoicePaid(EventBase):
    """An invoice that the source made by itself, without an order that we know, was paid in full."""

    kind: Literal["invoice_paid"] = "invoice_paid"
    document: Document


class SurveySubmitted(EventBase):
    """A respondent finished a survey; ``score`` is on the survey's own scale."""

    kind: Literal["survey_submitted"] = "survey_submitted"
    survey: str
    respondent: Party
    score: Decimal | None = None
    answers: tuple[Answer, ...] = ()


Event = Annotated[OrderChanged | InvoicePaid | SurveySubmitted, Field(discriminator="kind")]
