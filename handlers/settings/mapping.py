"""What a company maps by itself, as the configuration says it: sections that are checked against events and Fortnox."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from handlers.values import Frozen

Constant = bool | int | Decimal | date | str
"""A value that stands in the configuration itself."""

Heard = Literal[
    "order_changed",
    "refunded",
    "invoice_changed",
    "payment_received",
    "survey_submitted",
    "party_changed",
    "note_added",
]
"""Kinds of events that a mapping can hear."""


class FieldSource(Frozen):
    """Where one field's value comes from: exactly one of ``path``, ``template``, ``constant`` and ``number_of``.

    ``path`` is JMESPath on the event, ``template`` a text with such expressions in braces. ``number_of`` is the number
    in Fortnox of something of the event's. ``as`` names a converter; ``default`` stands in where the event has nothing,
    and with ``required`` such an event is held.
    """

    path: str | None = None
    template: str | None = None
    constant: Constant | None = None
    number_of: str | None = None
    default: Constant | None = None
    required: bool = False
    converter: str | None = Field(default=None, alias="as")


class MappingSection(Frozen):
    """``[companies.X.mappings.NAME]``: which events become which operation of Fortnox, and with which fields.

    ``source`` restricts it to the named senders. ``keys`` name the object that stands there already, ``record`` names
    it by something of the event's (``customer``, ``invoice`` ...) or by another mapping. ``fields`` is read apart,
    because its shape is the resource's.
    """

    event: Heard
    when: str | None = None
    source: tuple[str, ...] = ()
    action: str
    keys: tuple[Any, ...] = ()
    record: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
