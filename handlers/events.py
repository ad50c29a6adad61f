"""What happened, in our words: frozen events that sources make and rules read."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from handlers.event_parts import Address, Answer, Charge, Document, Line, Party, Payment, Surcharge
from handlers.payout_parts import PayoutFee, PayoutSale
from handlers.values import Frozen, Ref

__all__ = [
    "Address",
    "Answer",
    "Charge",
    "ConsentChanged",
    "ContactGiven",
    "Document",
    "DocumentChanged",
    "EntryChanged",
    "Event",
    "EventBase",
    "InvoiceChanged",
    "Line",
    "NoteAdded",
    "OrderChanged",
    "Origin",
    "Party",
    "PartyChanged",
    "Payment",
    "PaymentReceived",
    "PayoutMade",
    "RecordGiven",
    "Refunded",
    "Surcharge",
    "SurveySubmitted",
    "TaskCompleted",
    "WorkflowAsked",
]

Origin = Literal["webhook", "poll", "push"]
"""The way in: sent to our door, found by asking, or told on a stream that we keep open."""


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

    Where it charged fees alone ``net`` is below zero: it took them from the bank. ``currency_rate`` is kronor per unit.
    ``net_kronor`` is what the bank received where the payout is in another currency and somebody knows it.
    """

    kind: Literal["payout_made"] = "payout_made"
    currency: str
    currency_rate: Decimal | None = None
    sales: tuple[PayoutSale, ...] = ()
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


class TaskCompleted(EventBase):
    """A task that we left at the source was completed there; ``mark`` is the one in it, ``thing`` the task there."""

    kind: Literal["task_completed"] = "task_completed"
    mark: str


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

    ``inputs`` is what was given along; ``schedule`` names the schedule whose day it is.
    """

    kind: Literal["workflow_asked"] = "workflow_asked"
    workflow: str
    workflow_id: str
    survey_id: str | None = None
    account_id: str | None = None
    inputs: dict[str, Any] = Field(default_factory=dict)
    schedule: str | None = None


class EntryChanged(EventBase):
    """What stands in a register of the company's own Fortnox is not what we knew of it.

    ``thing`` is of the system ``fortnox:COMPANY``; ``number`` names the object in its register (``LIST:ARTICLE:FROM``
    for a price). ``changed`` are fields that differ, in our words; ``after`` is what the object shows now, ``None``
    where it is gone; ``new``: it was not known before; ``first``: nothing happened to it, and it is told all the same,
    once. ``fingerprints`` tell two states of it apart without showing
    them; ``mark`` is what it carries where our marks stand.
    """

    kind: Literal["entry_changed"] = "entry_changed"
    resource: Literal["customers", "articles", "prices"]
    number: str
    new: bool = False
    first: bool = False
    changed: tuple[str, ...] = ()
    after: dict[str, str] | None
    fingerprints: dict[str, str] = Field(default_factory=dict)
    mark: str | None = None

    @property
    def in_batch(self) -> bool:
        """What is told for the first time goes behind what happens now."""
        return self.first


class CommentsAdded(EventBase):
    """Somebody wrote lines in the comments of the customer ``number`` of the company's own Fortnox, or of a document.

    ``lines`` are the new ones by their fingerprints, ``standing`` the fingerprints of all that stand there, our own
    lines left out. ``parties`` are the customer's records at its sources: the key in the store under which each is
    linked, and its id there. Where it is a ``document`` of that number, ``sale`` is what its sale is called in the
    store, and ``parties`` is who bought.
    """

    kind: Literal["comments_added"] = "comments_added"
    number: str
    lines: dict[str, str]
    standing: tuple[str, ...]
    parties: dict[str, str]
    document: Literal["invoice", "order", "offer"] | None = None
    sale: str = ""

    @property
    def place(self) -> str:
        """Where the lines stand: the customer's number, or the document's kind and number."""
        return self.number if self.document is None else f"{self.document}:{self.number}"


class DocumentChanged(EventBase):
    """A document of one of our sales was ``cancelled`` in Fortnox, or ``became`` the next one there.

    ``order`` is the sale at its source, of the generation that the document (``invoice``, ``order`` or ``offer``) is.
    """

    kind: Literal["document_changed"] = "document_changed"
    document: Literal["invoice", "order", "offer"]
    status: Literal["cancelled", "became"]
    order: Ref

    @property
    def remembered_by(self) -> Ref:
        """The sale, whose documents may have been made anew."""
        return self.order.model_copy(update={"generation": 1})


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
    | TaskCompleted
    | ContactGiven
    | RecordGiven
    | WorkflowAsked
    | EntryChanged
    | CommentsAdded
    | DocumentChanged
    | ConsentChanged,
    Field(discriminator="kind"),
]
