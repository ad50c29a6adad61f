"""Commands about money: booking an invoice, and the payment of one."""

from datetime import date
from decimal import Decimal
from typing import Literal

from handlers.commands.base import Braked, ClosedPeriod, CommandBase
from handlers.values import Ref


class BookInvoice(CommandBase):
    """The invoice ``thing`` is booked; with a round-off it may be booked only where ``round_off_account`` is set.

    ``told_later``: the sale may be told later than this.
    """

    kind: Literal["book_invoice"] = "book_invoice"
    round_off_account: int | None = None
    told_later: bool = False

    @property
    def patient(self) -> bool:
        """Where the sale may be told later."""
        return self.told_later

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The invoice itself must be linked."""
        return (self.thing,)


class EnsurePayment(Braked):
    """A payment of ``amount`` (what was paid, in ``currency``) on the invoice exists, not yet booked.

    ``amount`` is ``None`` where the source states no VAT: the whole invoice was paid, whatever its total. Exactly one
    of ``mode`` (a mode of payment's code) and ``account`` is set. Where the invoice carries a round-off, the payment
    carries a write-off of exactly that amount to ``round_off_account``. ``closed_period`` says what happens where the
    day cannot be booked. ``partial``: it is one of several, so it must not be more than what is still open, and only
    the last one carries the write-off. ``like``: where that payment of ours stands in Fortnox, this one goes by
    its mode or account.
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
    closed_period: ClosedPeriod = "hold"
    partial: bool = False
    like: Ref | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The invoice."""
        return (self.invoice,)

    @property
    def optional_refs(self) -> tuple[Ref, ...]:
        """The payment that this one goes by the mode of."""
        return () if self.like is None else (self.like,)


class BookPayment(CommandBase):
    """The payment ``thing`` is booked."""

    kind: Literal["book_payment"] = "book_payment"
    invoice: Ref

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The payment itself, and the invoice that it is booked on, must be linked."""
        return (self.thing, self.invoice)
