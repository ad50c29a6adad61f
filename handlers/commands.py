"""What shall be true outside: frozen commands that rules make and delivery carries out."""

from abc import abstractmethod
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from handlers.values import Frozen, Ref

MatchKey = tuple[str, str]
"""A name of a key (organisation_number, own_number, email) and its normalised value."""

Purpose = tuple[str, Ref]
"""A kind of command and the thing that it is about."""

DocumentKind = Literal["invoice", "order", "offer"]


class CommandBase(Frozen):
    """What every command carries: the thing it makes true. Its outbox key is event identity + rule + subject."""

    target: Literal["fortnox"] = "fortnox"
    thing: Ref

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Things that must be linked before this command can go."""
        return ()

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """Things that are used where they are linked; nothing waits for them, and nothing stops without them."""
        return ()

    @property
    def supersedes(self) -> tuple[Purpose, ...]:
        """Kinds of older unsent commands that mean the opposite and give way to this one, each with its thing."""
        return ()

    @property
    def replaces_older(self) -> bool:
        """Whether older unsent commands of this kind for the same thing give way to this one."""
        return True

    @property
    def match_keys(self) -> tuple[MatchKey, ...]:
        """Keys to claim before the thing is looked up or created, strongest first; only parties have any."""
        return ()


class EnsureCustomer(CommandBase):
    """The buyer or respondent exists as a customer in Fortnox.

    ``update`` says what happens to a card that is already there: ``never`` touches nothing, ``fill`` fills empty fields
    and overwrites only the fields named in ``overwrite`` (names of this class). ``create`` is false where no new
    customer may be made: then a party without a card is recorded and nothing is made. ``search`` is false where only a
    customer that we know already is meant: then an unknown one costs no call either. ``not_by`` names keys that a
    person said belong to another party: they are not matched.
    """

    kind: Literal["ensure_customer"] = "ensure_customer"
    name: str
    organisation_number: str | None = None
    own_number: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    address1: str | None = None
    address2: str | None = None
    zip_code: str | None = None
    city: str | None = None
    update: Literal["never", "fill"] = "never"
    overwrite: tuple[str, ...] = ()
    create: bool = True
    search: bool = True
    not_by: tuple[str, ...] = ()

    @property
    def replaces_older(self) -> bool:
        """What may make nothing never stands in for what may: a sale may wait behind the older one."""
        return self.create or not self.search

    @property
    def match_keys(self) -> tuple[MatchKey, ...]:
        """Organisation number before own number before e-mail (casefolded); absent keys are left out."""
        named = (
            ("organisation_number", self.organisation_number),
            ("own_number", self.own_number),
            ("email", self.email.casefold() if self.email else None),
        )
        return tuple((name, value) for name, value in named if value and name not in self.not_by)


class EnsureArticle(CommandBase):
    """An article with this number exists in Fortnox and is active; its VAT and account are known from then on.

    ``create`` is false where only articles that stand there already may be used. ``vat`` (percent) and ``account`` are
    what a new article gets; an article that is there keeps its own. The thing is shared by all sources.
    """

    kind: Literal["ensure_article"] = "ensure_article"
    number: str
    description: str
    unit: str | None = None
    vat: Decimal | None = None
    account: int | None = None
    create: bool = False


class DocumentRow(Frozen):
    """One row as it shall stand in Fortnox; ``price`` per unit, with VAT where the document's prices include it.

    ``vat`` and ``account`` are ``None`` where the article decides them. ``discount_amount`` is of the whole row, in the
    document's currency; at most one of the two discounts is above zero.
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


class DocumentCommand(CommandBase):
    """What invoices, orders and offers share: one document with exactly these rows and totals for the customer.

    ``number`` goes to ``YourOrderNumber`` (offers: ``YourReferenceNumber``), ``origin`` names source and id
    (``ExternalInvoiceReference2``). Totals are decimals in ``currency``, before Fortnox's rounding to whole kronor;
    ``total_vat`` and ``total`` are ``None`` where the source states no VAT: then they follow from the rows' VAT.
    ``invoice``, ``order``, ``offer`` and ``credit`` are the other documents that the same sale may have.
    """

    customer: Ref
    number: str
    origin: str
    currency: str
    currency_rate: Decimal | None = None
    prices_include_vat: bool
    rows: tuple[DocumentRow, ...]
    total_excluding_vat: Decimal
    total_vat: Decimal | None
    total: Decimal | None
    our_reference: str | None = None
    your_reference: str | None = None
    comments: str | None = None
    delivery_date: date | None = None
    price_list: str | None = None
    invoice: Ref | None = None
    order: Ref | None = None
    offer: Ref | None = None
    credit: Ref | None = None

    @property
    @abstractmethod
    def dated(self) -> date:
        """The document's own date."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The customer, and each article once."""
        return (self.customer, *dict.fromkeys(row.article for row in self.rows if row.article is not None))

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """The sale's other documents."""
        return tuple(ref for ref in (self.invoice, self.order, self.offer, self.credit) if ref is not None)

    @property
    def supersedes(self) -> tuple[Purpose, ...]:
        """What would take the sale's documents back."""
        cancelled = [("ensure_cancelled", ref) for ref in (self.thing, *self.optional_refs)]
        credited = [(kind, self.credit) for kind in ("ensure_credit", "book_invoice") if self.credit is not None]
        return (*cancelled, *credited)


class EnsureInvoice(DocumentCommand):
    """An unbooked invoice with exactly these rows and totals exists for the customer.

    Where its order (or its offer) is linked, it is made from that. ``made_from`` and ``hold_same_total_days`` serve the
    guard against one sale arriving as an order and as an invoice. ``to_be_booked``: booking follows, so an invoice that
    stands already is read and compared once more, because people may have changed it since. ``due_stated``: the due
    date is the source's own, so that also an invoice made from an order gets it.
    """

    kind: Literal["ensure_invoice"] = "ensure_invoice"
    made_from: Literal["order", "invoice"]
    hold_same_total_days: int = 0
    to_be_booked: bool = False
    invoice_date: date
    due_date: date
    due_stated: bool = False

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
        """The document's making and booking, where they have not been sent."""
        made: Purpose = (f"ensure_{self.document}", self.thing)
        return (made, ("book_invoice", self.thing)) if self.document == "invoice" else (made,)


class EnsureCredit(CommandBase):
    """A booked ``invoice`` has one credit invoice of its whole amount, not yet booked; an unbooked one needs none."""

    kind: Literal["ensure_credit"] = "ensure_credit"
    invoice: Ref

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """The invoice that is credited."""
        return (self.invoice,)


class BookInvoice(CommandBase):
    """The invoice ``thing`` is booked; with a round-off it may be booked only where ``round_off_account`` is set."""

    kind: Literal["book_invoice"] = "book_invoice"
    round_off_account: int | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The invoice itself must be linked."""
        return (self.thing,)


class EnsurePayment(CommandBase):
    """A payment of ``amount`` (what was paid, in ``currency``) on the invoice exists, not yet booked.

    ``amount`` is ``None`` where the source states no VAT: the whole invoice was paid, whatever its total. Exactly one
    of ``mode`` (a mode of payment's code) and ``account`` is set. Where the invoice carries a round-off, the payment
    carries a write-off of exactly that amount to ``round_off_account``.
    """

    kind: Literal["ensure_payment"] = "ensure_payment"
    invoice: Ref
    amount: Decimal | None
    currency: str
    currency_rate: Decimal | None = None
    paid: date
    mode: str | None = None
    account: int | None = None
    round_off_account: int | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The invoice."""
        return (self.invoice,)


class BookPayment(CommandBase):
    """The payment ``thing`` is booked."""

    kind: Literal["book_payment"] = "book_payment"
    invoice: Ref

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The payment itself, and the invoice that it is booked on, must be linked."""
        return (self.thing, self.invoice)


class EnsureNote(CommandBase):
    """The customer's comments hold one line of ours: date, ``core`` (never shortened), ``detail`` as room allows."""

    kind: Literal["ensure_note"] = "ensure_note"
    customer: Ref
    dated: date
    core: str
    detail: str = ""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The customer."""
        return (self.customer,)


Command = Annotated[
    EnsureCustomer
    | EnsureArticle
    | EnsureInvoice
    | EnsureOrder
    | EnsureOffer
    | EnsureCancelled
    | EnsureCredit
    | BookInvoice
    | EnsurePayment
    | BookPayment
    | EnsureNote,
    Field(discriminator="kind"),
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads a stored command back; decimals are kept because they travel as JSON text."""
