"""Commands about the documents of a sale: made, taken back, credited."""

from abc import abstractmethod
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from handlers.commands.base import Braked, ClosedPeriod, CommandBase, ExactFields, Purpose
from handlers.values import Frozen, Ref

MadeFrom = Literal["order", "invoice", "survey"]
"""What a source told that became a document; what a survey causes is no sale that could come in two ways."""

DocumentKind = Literal["invoice", "order", "offer"]


def sending_of(document: Ref) -> Ref:
    """The thing that a document's own sending is: one for each of its generations."""
    return document.model_copy(update={"kind": f"{document.kind}_sending"})


class VatDecision(Frozen):
    """Which VAT a sale carries and why: kept for ``explain``; the reason names no party.

    ``country`` is the buyer's. ``vat_type`` is what the customer's card in Fortnox must say. ``vat_number`` is the
    buyer's, checked, where the decision stands on it.
    """

    treatment: Literal["domestic", "eu_reverse_charge", "eu_vat", "oss", "export"]
    country: str
    vat_type: Literal["SEVAT", "EUREVERSEDVAT", "EUVAT", "EXPORT"]
    vat_number: str | None = None
    reason: str


class DocumentRow(Frozen):
    """One row as it shall stand in Fortnox; ``price`` per unit, with VAT where the document's prices include it.

    ``vat`` and ``account`` are ``None`` where the article decides them. ``discount_amount`` is of the whole row, in the
    document's currency; at most one of the two discounts is above zero. ``cost_center`` and ``project`` are codes.
    """

    description: str
    quantity: Decimal
    unit: str | None = None
    price: Decimal
    vat: Decimal | None
    account: int | None
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    article: Ref | None = None
    cost_center: str | None = None
    project: str | None = None


class DocumentCommand(Braked):
    """What invoices, orders and offers share: one document with exactly these rows and totals for the customer.

    ``number`` goes to ``YourOrderNumber`` (offers: ``YourReferenceNumber``), ``origin`` names source and id
    (``ExternalInvoiceReference2``). ``currency_thing`` is the currency where a missing one is made; ``currency_rate``
    is the source's, of ``currency_rate_date``, without one Fortnox's register gives it. Totals are decimals in
    ``currency``, before Fortnox's rounding to whole kronor; they count ``freight`` and ``administration_fee``, which
    are without VAT and stand in Fortnox's own fields. ``total_vat`` and ``total`` are ``None`` where the source states
    no VAT: then they follow from the rows' VAT. ``invoice``, ``order``, ``offer`` and ``credit`` are the other
    documents that the same sale may have. ``most_kronor`` and ``most_per_hour`` are the company's brakes.
    ``cost_center`` and ``project`` are codes of the whole document, ``labels`` the labels that it gets. ``extra`` are
    further fields under Fortnox's own names, as the company maps them.

    ``dated_stated``: the document's day is its own at the source, and is followed while Fortnox lets it be changed.
    ``sale`` is what the source calls it all. ``reissue``: where what stands there can no longer become what is meant,
    the sale gets a new generation without a person's word. ``replaces`` is the invoice of the generation before, and
    ``replaces_credit`` its credit: nothing new stands beside one that still counts.
    """

    customer: Ref
    number: str
    origin: str
    currency: str
    currency_rate: Decimal | None = None
    currency_rate_date: date | None = None
    vat_decision: VatDecision | None = None
    prices_include_vat: bool
    currency_thing: Ref | None = None
    rows: tuple[DocumentRow, ...]
    freight: Decimal = Decimal(0)
    administration_fee: Decimal = Decimal(0)
    total_excluding_vat: Decimal
    total_vat: Decimal | None
    total: Decimal | None
    our_reference: str | None = None
    your_reference: str | None = None
    comments: str | None = None
    delivery_date: date | None = None
    price_list: str | None = None
    cost_center: str | None = None
    project: str | None = None
    labels: tuple[Ref, ...] = ()
    most_kronor: Decimal | None = None
    most_per_hour: int | None = None
    invoice: Ref | None = None
    order: Ref | None = None
    offer: Ref | None = None
    credit: Ref | None = None
    dated_stated: bool = False
    sale: Ref | None = None
    reissue: bool = False
    replaces: Ref | None = None
    replaces_credit: Ref | None = None
    extra: ExactFields = Field(default_factory=dict)

    @property
    @abstractmethod
    def dated(self) -> date:
        """The document's own date."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The customer, the currency where it may have to be made first, each article and each label once."""
        named = (self.currency_thing, *(row.article for row in self.rows), *self.labels)
        return (self.customer, *dict.fromkeys(ref for ref in named if ref is not None))

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """The sale's other documents, and those of the generation before."""
        before = tuple(ref for ref in (self.replaces, self.replaces_credit) if ref is not None)
        return (*self._others, *before)

    @property
    def _others(self) -> tuple[Ref, ...]:
        return tuple(ref for ref in (self.invoice, self.order, self.offer, self.credit) if ref is not None)

    @property
    def supersedes(self) -> tuple[Purpose, ...]:
        """What would take the sale's documents back."""
        cancelled = [("ensure_cancelled", ref) for ref in (self.thing, *self._others)]
        credited = [(kind, self.credit) for kind in ("ensure_credit", "book_invoice") if self.credit is not None]
        return (*cancelled, *credited)


class EnsureInvoice(DocumentCommand):
    """An unbooked invoice with exactly these rows and totals exists for the customer.

    Where its order (or its offer) is linked, it is made from that. ``made_from`` and ``hold_same_total_days`` serve the
    guard against one sale arriving as an order and as an invoice. ``to_be_booked``: booking follows, so an invoice that
    stands already is read and compared once more, because people may have changed it since. ``due_stated``: the due
    date is the source's own, so that also an invoice made from an order gets it. ``closed_period`` says what happens
    where the invoice date cannot be booked.
    """

    kind: Literal["ensure_invoice"] = "ensure_invoice"
    made_from: MadeFrom
    hold_same_total_days: int = 0
    to_be_booked: bool = False
    invoice_date: date
    due_date: date
    due_stated: bool = False
    closed_period: ClosedPeriod = "hold"

    @property
    def dated(self) -> date:
        """The invoice date."""
        return self.invoice_date


class EnsureOrder(DocumentCommand):
    """An order with exactly these rows and totals exists for the customer; made from its offer where that is linked."""

    kind: Literal["ensure_order"] = "ensure_order"
    order_date: date

    @property
    def dated(self) -> date:
        """The order date."""
        return self.order_date


class EnsureOffer(DocumentCommand):
    """An offer with exactly these rows and totals exists for the customer, unless the sale has gone further already."""

    kind: Literal["ensure_offer"] = "ensure_offer"
    offer_date: date

    @property
    def dated(self) -> date:
        """The offer date."""
        return self.offer_date


class EnsureCancelled(CommandBase):
    """The document ``thing`` no longer counts: cancelled in Fortnox if it stands there and still can be.

    Nothing linked means nothing to cancel. ``booked`` says what happens to an invoice that is booked: a person is
    asked, or it is left to the credit that follows. ``later`` are the documents that may have been made from this one:
    what became one of them is handled there.
    """

    kind: Literal["ensure_cancelled"] = "ensure_cancelled"
    document: DocumentKind
    booked: Literal["hold", "credit"] = "hold"
    later: tuple[Ref, ...] = ()

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """The document itself, and what may have been made from it."""
        return (self.thing, *self.later)

    @property
    def supersedes(self) -> tuple[Purpose, ...]:
        """The document's making, booking and sending, where they have not left yet."""
        made: tuple[Purpose, ...] = ((f"ensure_{self.document}", self.thing), ("send_document", sending_of(self.thing)))
        return (*made, ("book_invoice", self.thing)) if self.document == "invoice" else made


class CreditContent(Frozen):
    """What a refund takes back of an invoice: positive amounts in the invoice's currency, before Fortnox's rounding.

    ``whole``: the source says that everything was refunded, and no rows: then the invoice's own count. ``total_vat``
    and ``total`` are ``None`` only there. Without it the totals say whether it is all of the invoice: then the rows
    are not needed. ``credit_date`` is the day of the refund.
    """

    number: str
    origin: str
    credit_date: date
    currency: str
    whole: bool = False
    prices_include_vat: bool = False
    rows: tuple[DocumentRow, ...] = ()
    freight: Decimal = Decimal(0)
    administration_fee: Decimal = Decimal(0)
    total_excluding_vat: Decimal
    total_vat: Decimal | None
    total: Decimal | None
    comments: str | None = None


class EnsureCredit(Braked):
    """A credit invoice of ``invoice`` exists, not yet booked.

    Without ``content`` the sale was called off: a booked and unpaid invoice is credited once and in full, an unbooked
    one needs no credit. With it the buyer got that much back: ``thing`` is the refund, of which there may be several,
    and a paid invoice is credited too; an unbooked one is cancelled where all of it was refunded. ``drafts``: the
    sale's rule leaves invoices as drafts, so that no later event books this one.
    """

    kind: Literal["ensure_credit"] = "ensure_credit"
    invoice: Ref
    content: CreditContent | None = None
    drafts: bool = False
    closed_period: ClosedPeriod = "hold"

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The articles that the refund's rows name."""
        rows = () if self.content is None else self.content.rows
        return tuple(dict.fromkeys(row.article for row in rows if row.article is not None))

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """The invoice that is credited."""
        return (self.invoice,)

    @property
    def replaces_older(self) -> bool:
        """A refund that is told twice, with other sums, is asked about: neither gives way silently."""
        return self.content is None
