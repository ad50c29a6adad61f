"""How invoices, orders and offers differ at Fortnox: names of fields, what locks them, what they become."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import Json
from connectors.fortnox.wire import is_true, text_of

NO_REFERENCE = frozenset({"", "0"})
"""How Fortnox writes that a document has become no other one (Fortnox facts, section 1.7)."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of document.

    ``quantities`` are the row fields that hold the quantity: an order states it twice, because the invoice is made from
    what was delivered (Fortnox facts, section 6.1). ``becomes`` are the fields that name what it was made into.
    """

    kind: str
    envelope: str
    rows: str
    quantities: tuple[str, ...]
    date: str
    number: str
    marked: bool
    becomes: tuple[str, ...]

    def named(self, number: str) -> str:
        """The document as a sentence begins with it: ``Invoice 12``."""
        return f"{self.kind.capitalize()} {number}"

    def became(self, stored: Json) -> str:
        """The number of the document that this one was made into; empty where there is none."""
        numbers = (reference_of(stored, name) for name in self.becomes)
        return next((number for number in numbers if number), "")

    def locked(self, stored: Json) -> bool:
        """Whether Fortnox takes no more changes: booked, or made into the next document (facts, 6.5, 6.7 and 6.8)."""
        return is_true(stored.get("Booked")) if self.kind == "invoice" else bool(self.became(stored))


def reference_of(stored: Json, name: str) -> str:
    """The number that a reference field holds; empty where it says that there is none."""
    number = text_of(stored.get(name))
    return "" if number in NO_REFERENCE else number


INVOICE = Form("invoice", "Invoice", "InvoiceRows", ("DeliveredQuantity",), "InvoiceDate", "YourOrderNumber", True, ())
ORDER = Form(
    "order",
    "Order",
    "OrderRows",
    ("OrderedQuantity", "DeliveredQuantity"),
    "OrderDate",
    "YourOrderNumber",
    True,
    ("InvoiceReference",),
)
OFFER = Form(
    "offer",
    "Offer",
    "OfferRows",
    ("Quantity",),
    "OfferDate",
    "YourReferenceNumber",
    False,
    ("OrderReference", "InvoiceReference"),
)
FORMS: Mapping[str, Form] = {form.kind: form for form in (INVOICE, ORDER, OFFER)}
BY_ENVELOPE: Mapping[str, Form] = {form.envelope: form for form in FORMS.values()}
