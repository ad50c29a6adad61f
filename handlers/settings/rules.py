"""What a company chooses for one rule by its name."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from handlers.values import Frozen

CostCenterCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=6)]
ProjectNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
LabelText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=25)]
"""Lengths that Fortnox takes (Fortnox facts, sections 1.10, 6.14 and 6.15)."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100)]
"""A payment method as its sender calls it; compared without regard to case."""

Finish = Literal["as_paid", "draft", "booked", "sent"]
Mode = Literal["live", "shadow", "off"]
SendBy = Literal["email", "einvoice", "eprint", "print"]


class RuleOptions(Frozen):
    """``mode``: the rule runs; or does all but send, for a report (``shadow``); or what it hears causes nothing.

    ``finish`` is how far an invoice goes by itself: ``as_paid`` leaves it unbooked until it is paid; a ``draft`` is
    never booked by us, so its payment is not entered either (Fortnox takes none on an unbooked invoice); ``booked`` and
    ``sent`` book it as soon as it stands there as meant, and ``sent`` sends it then, once, by ``send_by``.
    ``also_send`` sends orders and offers once they are made: printed where ``send_by`` is ``print``, else by e-mail.

    ``cost_center``, ``project`` and ``labels`` (by their text) stand on what the rule makes; a document's own, and
    those of a row, come first. ``create_labels``: a label that Fortnox does not know is made, else asked about.

    ``skip_zero``: a document without rows or value is passed by, else asked about. ``skip_payment_methods`` and
    ``only_payment_methods`` pass by what is paid so, or otherwise; what is passed by is recorded with its reason.

    ``attach_source``: whether what the source told is attached to what the rule makes; ``None`` is as the company's
    ``bookkeeping.attach_source`` says.

    ``fields`` are further Fortnox fields of what a built-in rule makes, by document: ``invoice.Remarks``. They are read
    apart, because their shape is the resource's.
    """

    mode: Mode = "live"
    finish: Finish = "as_paid"
    send_by: SendBy = "email"
    also_send: tuple[Literal["order", "offer"], ...] = ()
    cost_center: CostCenterCode | None = None
    project: ProjectNumber | None = None
    labels: Annotated[tuple[LabelText, ...], Field(max_length=20)] = ()
    create_labels: bool = False
    skip_zero: bool = False
    skip_payment_methods: tuple[Word, ...] = ()
    only_payment_methods: tuple[Word, ...] = ()
    attach_source: bool | None = None
    fields: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_list_of_methods(self) -> "RuleOptions":
        if self.skip_payment_methods and self.only_payment_methods:
            raise ValueError("set one of skip_payment_methods and only_payment_methods, not both")
        return self


PLAIN_RULE = RuleOptions()
"""A rule of which the configuration says nothing."""
