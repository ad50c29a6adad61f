"""Commands about any resource of the table: an object as it shall be, an action on one, a document that is sent."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from handlers.commands.base import Braked, ClosedPeriod, CommandBase, ExactFields
from handlers.values import Ref

How = Literal["email", "einvoice", "eprint", "print", "printreminder"]


class RecordCommand(CommandBase):
    """What commands about a resource share.

    ``resource`` is its name in the table. ``keys`` name an object that stands there already, by the fields of its
    path; ``record`` names it by a thing of ours that is linked.
    """

    resource: str
    keys: tuple[str, ...] = ()
    record: Ref | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The thing that is meant, where one is named."""
        return () if self.record is None else (self.record,)


class EnsureRecord(RecordCommand, Braked):
    """An object of the resource stands there with these fields.

    Without ``keys`` and ``record`` it is made, and linked to ``thing``; an object that is linked or named gets the
    given fields and keeps all others. ``row`` is the ``RowId`` of one row of a document: then ``fields`` are that
    row's, and no other row is touched. ``numbers`` gives fields the number of a thing of ours that must be linked
    first, ``after`` are things that must merely be linked. ``although_alike``: a person said that what looks the same
    is another one. ``closed_period`` says what happens to a new voucher whose day cannot be booked. ``once`` names
    fields that are said when the object is made, and no more once it stands there.
    """

    kind: Literal["ensure_record"] = "ensure_record"
    fields: ExactFields
    row: str | None = None
    numbers: dict[str, Ref] = Field(default_factory=dict)
    after: tuple[Ref, ...] = ()
    although_alike: bool = False
    closed_period: ClosedPeriod = "hold"
    once: tuple[str, ...] = ()

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The thing that is meant, those whose numbers are needed, and those that come first."""
        return (*super().refs, *self.numbers.values(), *self.after)


class ActOnRecord(RecordCommand):
    """The action of the table with this name was done once to the object; ``fields`` is what it sends, if anything."""

    kind: Literal["act_on_record"] = "act_on_record"
    action: str
    fields: ExactFields = Field(default_factory=dict)


class SendDocument(RecordCommand):
    """The document was sent (or printed) once by this command; each command sends once more, none sends twice.

    ``unless_sent``: one that was sent before, by whomever, is left alone. ``once_booked``: an invoice that is not
    booked is asked about.
    """

    kind: Literal["send_document"] = "send_document"
    resource: Literal["invoices", "orders", "offers"]
    how: How
    unless_sent: bool = False
    once_booked: bool = False


class ReverseVoucher(RecordCommand):
    """The voucher with these ``keys`` (series, number, id of its financial year) is taken back by a voucher of ours.

    Fortnox changes no voucher (Fortnox facts, 6.13): a correction is this, and then the voucher as it shall be.
    ``dated`` is the day of the reversal (ISO 8601); without it the voucher's own.
    """

    kind: Literal["reverse_voucher"] = "reverse_voucher"
    resource: Literal["vouchers"] = "vouchers"
    dated: str | None = None


def voucher_correction(
    thing: Ref, keys: tuple[str, ...], fields: Mapping[str, Any], *, dated: str | None = None
) -> tuple[ReverseVoucher, EnsureRecord]:
    """A voucher that shall be another: its reversal, and then the new one, which waits for the reversal."""
    taken_back = Ref(system=thing.system, kind=f"{thing.kind}_reversal", id=thing.id, generation=thing.generation)
    return (
        ReverseVoucher(thing=taken_back, keys=keys, dated=dated),
        EnsureRecord(thing=thing, resource="vouchers", fields=dict(fields), after=(taken_back,)),
    )
