"""What shall be true outside: frozen commands that rules make and delivery carries out."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from handlers.values import Frozen, Ref

MatchKey = tuple[str, str]
"""A name of a key (organisation_number, own_number, email) and its normalised value."""


class CommandBase(Frozen):
    """What every command carries: the thing it makes true. Its outbox key is event identity + rule + subject."""

    target: Literal["fortnox"] = "fortnox"
    thing: Ref

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Things that must be linked before this command can go."""
        return ()

    @property
    def match_keys(self) -> tuple[MatchKey, ...]:
        """Keys to claim before the thing is looked up or created, strongest first; only parties have any."""
        return ()


class EnsureCustomer(CommandBase):
    """The buyer or respondent exists as a customer in Fortnox.

    ``update`` says what happens to a card that is already there: ``never`` touches nothing, ``fill`` fills empty fields
    and overwrites only the fields named in ``overwrite`` (names of this class). ``create`` is false where settings
    forbid making new customers: then a respondent without a card is recorded and nothing is made. ``not_by`` names
    keys that a person said belong to another party: they are not matched.
    """

    kind: Literal["ensure_customer"] = "ensure_customer"
    name: str
    organisation_number: str | None = None
    own_number: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    update: Literal["never", "fill"] = "never"
    overwrite: tuple[str, ...] = ()
    create: bool = True
    not_by: tuple[str, ...] = ()

    @property
    def match_keys(self) -> tuple[MatchKey, ...]:
        """Organisation number before own number before e-mail (casefolded); absent keys are left out."""
        named = (
            ("organisation_number", self.organisation_number),
            ("own_number", self.own_number),
            ("email", self.email.casefold() if self.email else None),
        )
        return tuple((name, value) for name, value in named if value and name not in self.not_by)


class InvoiceRow(Frozen):
    """One row as it shall stand in Fortnox; ``price`` per unit, with VAT where the invoice's prices include it."""

    description: str
    quantity: Decimal
    unit: str | None = None
    price: Decimal
    vat: Decimal
    account: int
    discount_percent: Decimal = Decimal(0)


class EnsureInvoice(CommandBase):
    """An unbooked invoice with exactly these rows and totals exists for the customer.

    ``number`` is the source's own number (to ``YourOrderNumber``), ``origin`` names source and id (to
    ``ExternalInvoiceReference2``). Totals are decimals in ``currency``, before Fortnox's rounding to whole kronor.
    ``made_from`` and ``hold_same_total_days`` serve the guard against one sale arriving as an order and as an invoice.
    ``to_be_booked``: booking follows, so an invoice that stands already is read and compared once more, because people
    may have changed it since.
    """

    kind: Literal["ensure_invoice"] = "ensure_invoice"
    customer: Ref
    number: str
    origin: str
    made_from: Literal["order", "invoice"]
    hold_same_total_days: int = 0
    to_be_booked: bool = False
    invoice_date: date
    due_date: date
    currency: str
    currency_rate: Decimal | None = None
    prices_include_vat: bool
    rows: tuple[InvoiceRow, ...]
    total_excluding_vat: Decimal
    total_vat: Decimal
    total: Decimal

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The customer."""
        return (self.customer,)


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

    Exactly one of ``mode`` (a mode of payment's code) and ``account`` is set. Where the invoice carries a round-off,
    the payment carries a write-off of exactly that amount to ``round_off_account``.
    """

    kind: Literal["ensure_payment"] = "ensure_payment"
    invoice: Ref
    amount: Decimal
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
    EnsureCustomer | EnsureInvoice | BookInvoice | EnsurePayment | BookPayment | EnsureNote, Field(discriminator="kind")
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads a stored command back; decimals are kept because they travel as JSON text."""
