"""What happened, in our words: frozen events that sources make and rules read."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from handlers.payout_parts import PayoutFee, PayoutSale
from handlers.values import Frozen, Ref

Origin = Literal["webhook", "poll", "push"]
"""The way in: sent to our door, found by asking, or told on a stream that we keep open."""


class Address(Frozen):
    """Where a party gets its post; an absent part is ``None``. The country stands on the party itself."""

    street: str | None = None
    second_line: str | None = None
    zip_code: str | None = None
    city: str | None = None


class Party(Frozen):
    """A buyer or respondent as the source describes it; an absent value is ``None``, never an empty text.

    ``organisation_number`` is what the source sent, trimmed; rules decide what it is. ``own_number`` is the customer's
    number in Fortnox where the source knows it. ``country`` is ISO 3166 alpha-2. ``vat_number`` stands as the source
    has it; ``kind`` says whether a company or a person buys, where the source knows.
    """

    source_id: str | None = None
    name: str
    organisation_number: str | None = None
    vat_number: str | None = None
    kind: Literal["company", "private"] | None = None
    own_number: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    address: Address | None = None


class Line(Frozen):
    """One line of an order: prices in the document's currency per unit, VAT rate and discount in percent.

    ``sku`` is the article's number at the source. ``vat_rate`` is ``None`` where the source says nothing of VAT: then
    the article in Fortnox decides. ``discount_amount`` is of the whole line, as priced (with VAT where prices include
    it); at most one of the two discounts is above zero. ``cost_center`` and ``project`` are codes in Fortnox.
    """

    sku: str | None = None
    description: str
    quantity: Decimal
    unit: str | None = None
    unit_price: Decimal
    vat_rate: Decimal | None
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    cost_center: str | None = None
    project: str | None = None


class Surcharge(Frozen):
    """Freight or an administration fee of a whole document, as priced (with VAT where prices include it).

    ``vat_rate`` in percent is ``None`` only where the source says nothing of VAT.
    """

    amount: Decimal
    vat_rate: Decimal | None = None


class Charge(Frozen):
    """What a document adds to its lines or takes off them (below zero), as priced; it becomes a row of its own.

    ``gift_card`` is one sold (above zero) or used (below); ``rounding`` is the source's own rounding of the total.
    """

    kind: Literal["fee", "tip", "coupon", "gift_card", "rounding"]
    description: str
    amount: Decimal
    vat_rate: Decimal


class Payment(Frozen):
    """One payment of a sale, in the sale's currency; ``method`` is the source's own word, ``id`` its own name for it.

    Two tellings of one ``id`` are one payment; without an id its place among the sale's payments tells it apart.
    """

    id: str | None = None
    method: str | None = None
    amount: Decimal
    paid: date


class Document(Frozen):
    """The money side of an offer, order or invoice, as the source states it (decimals in ``currency``).

    ``discount_percent`` or ``discount_amount`` (as priced) is off all lines together, besides their own; freight, fee
    and charges are not reduced by it. The totals count everything; ``total_vat`` and ``total`` are ``None`` only where
    the source says nothing of VAT. ``dated_stated``: the day is the document's own at its source, not that of a message
    about it. ``currency_rate`` is kronor per unit, of ``currency_rate_date`` where the source
    says so. ``number`` is the source's own; ``order_number`` is the buyer's own order number where the buyer gave one.
    ``our_reference`` and ``your_reference`` are people at the seller and at the buyer. ``cost_center`` and ``project``
    are codes in Fortnox, of the whole document. ``payment_method`` is how the buyer pays, in the source's own word;
    ``payments`` are those that make up the total, where the source lists them.
    """

    number: str
    currency: str
    currency_rate: Decimal | None = None
    currency_rate_date: date | None = None
    prices_include_vat: bool
    customer: Party
    lines: tuple[Line, ...]
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    discount_text: str | None = None
    charges: tuple[Charge, ...] = ()
    freight: Surcharge | None = None
    administration_fee: Surcharge | None = None
    total_excluding_vat: Decimal
    total_vat: Decimal | None
    total: Decimal | None
    dated: date
    dated_stated: bool = False
    due: date | None = None
    paid: date | None = None
    delivery: date | None = None
    order_number: str | None = None
    our_reference: str | None = None
    your_reference: str | None = None
    comments: str | None = None
    price_list: str | None = None
    cost_center: str | None = None
    project: str | None = None
    payment_method: str | None = None
    payments: tuple[Payment, ...] = ()


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
    origin: Origin = "webhook"

    @property
    def in_batch(self) -> bool:
        """Whether what it causes goes behind what happens now."""
        return False

    @property
    def lane(self) -> str:
        """The lane of the thing itself: never a party that several documents share."""
        return f"{self.thing.system}:{self.thing.kind}:{self.thing.id}"

    @property
    def remembered_by(self) -> Ref:
        """The thing whose memory rules are told."""
        return self.thing


class OrderChanged(EventBase):
    """An order reached a status at its source.

    ``offer``: it is still an offer; ``won``: the buyer ordered; ``invoiced``: it is to be invoiced now; ``paid``: it
    was paid in full; ``cancelled``: it is lost or called off, at whatever stage it was.
    """

    kind: Literal["order_changed"] = "order_changed"
    status: Literal["offer", "won", "invoiced", "paid", "refunded", "cancelled"]
    document: Document


class Refunded(EventBase):
    """The buyer of ``order`` got money back; ``thing`` is this refund (kind ``order_refund``), one of maybe several.

    ``document`` is what was taken back, either all positive or with negative quantities and totals, as its source
    writes it. ``whole``: the source says that the whole order was refunded; the document is then the order itself.
    """

    kind: Literal["refunded"] = "refunded"
    order: Ref
    document: Document
    whole: bool = False

    @property
    def lane(self) -> str:
        """The lane of the order: what was sold and what is taken back stay in order."""
        return f"{self.order.system}:{self.order.kind}:{self.order.id}"

    @property
    def remembered_by(self) -> Ref:
        """The order, whose documents are taken back."""
        return self.order


class InvoiceChanged(EventBase):
    """An invoice that the source made by itself, without an order that we know, reached a status there.

    ``issued``: it was sent to the buyer; ``paid``: it was paid in full; ``voided``: it no longer counts.
    """

    kind: Literal["invoice_changed"] = "invoice_changed"
    status: Literal["issued", "paid", "voided"]
    document: Document


class PaymentReceived(EventBase):
    """A part of a sale, or all of it, was paid; ``thing`` is the payment, and so is its lane.

    ``sale`` is the order, or the source's own invoice, that was paid. It may be told later than its payment: in a lane
    of the sale's the payment would then stand in front of what it waits for.
    """

    kind: Literal["payment_received"] = "payment_received"
    sale: Ref
    payment: Payment
    currency: str
    currency_rate: Decimal | None = None

    @property
    def remembered_by(self) -> Ref:
        """The sale: the payment is of its newest generation."""
        return self.sale


class PayoutMade(EventBase):
    """A payment provider paid out: what was sold by its methods, less its fees, is ``net`` (in ``currency``).

    ``currency_rate`` is kronor per unit. ``net_kronor`` is what the bank received where the payout is in another
    currency and somebody knows it.
    """

    kind: Literal["payout_made"] = "payout_made"
    currency: str
    currency_rate: Decimal | None = None
    sales: tuple[PayoutSale, ...]
    fees: tuple[PayoutFee, ...] = ()
    net: Decimal
    net_kronor: Decimal | None = None


class SurveySubmitted(EventBase):
    """A respondent finished a survey; ``score`` is on the survey's own scale, which the source names where it knows it.

    ``by_digest``: nothing but a digest of its body told the delivery from others, so it may not make money documents.
    ``twin`` names what the same submission is called on another path (webhook and poll), where the source has two:
    equal names, near moments and equal scores are one event.
    """

    kind: Literal["survey_submitted"] = "survey_submitted"
    survey: str
    respondent: Party
    score: Decimal | None = None
    scale: Literal["nps"] | None = None
    answers: tuple[Answer, ...] = ()
    by_digest: bool = False
    twin: str | None = None


class PartyChanged(EventBase):
    """A contact or company was made or changed at the source; ``thing`` is the party itself (kind ``customer``)."""

    kind: Literal["party_changed"] = "party_changed"
    party: Party


class NoteAdded(EventBase):
    """Somebody wrote a note about a party at the source; ``thing`` is the note."""

    kind: Literal["note_added"] = "note_added"
    about: Party
    text: str


class ContactGiven(EventBase):
    """A client of our own endpoints says what a contact is now; given fields are to stand on its card.

    ``survey_id`` is the client's own id. ``create`` is false where an unknown contact is not to be made. ``batch``
    names the batch that it is a row of.
    """

    kind: Literal["contact_given"] = "contact_given"
    survey_id: str
    party: Party
    create: bool = True
    batch: str | None = None

    @property
    def in_batch(self) -> bool:
        """Rows of a batch go behind what happens now."""
        return self.batch is not None


class RecordGiven(EventBase):
    """A client of our own endpoints wants a write of Fortnox's table: the commands that carry it out, as JSON."""

    kind: Literal["record_given"] = "record_given"
    commands: tuple[dict[str, Any], ...]
    batch: str | None = None

    @property
    def in_batch(self) -> bool:
        """Rows of a batch go behind what happens now."""
        return self.batch is not None


class WorkflowAsked(EventBase):
    """Somebody, or the calendar, starts a workflow by its name; ``workflow_id`` is the run's own.

    ``input`` is what was given along; ``schedule`` names the schedule whose day it is.
    """

    kind: Literal["workflow_asked"] = "workflow_asked"
    workflow: str
    workflow_id: str
    survey_id: str | None = None
    account_id: str | None = None
    input: dict[str, Any] = Field(default_factory=dict)
    schedule: str | None = None


class ConsentChanged(EventBase):
    """Somebody says that a company's consent to our app was given or taken back: only the far side knows."""

    kind: Literal["consent_changed"] = "consent_changed"


Event = Annotated[
    OrderChanged
    | Refunded
    | InvoiceChanged
    | PaymentReceived
    | PayoutMade
    | SurveySubmitted
    | PartyChanged
    | NoteAdded
    | ContactGiven
    | RecordGiven
    | WorkflowAsked
    | ConsentChanged,
    Field(discriminator="kind"),
]
