"""The properties that only offers and their rows have (Fortnox facts, 1.9, 6.1 and 6.7)."""

from connectors.fortnox.simulator.document_fields import (
    HEADER_FIELDS,
    ROW_FIELDS,
    date,
    email_information,
    number_of_another,
    quantity,
    text,
    together,
)
from connectors.fortnox.simulator.fields import Field, Kind

_OWN: dict[str, Field] = {
    "CopyRemarks": Field(Kind.BOOLEAN, default=False),
    "EmailInformation": email_information("Offert {no} bifogas"),
    "ExpireDate": date(),
    "OfferDate": date(),
    "OrderReference": number_of_another(),
    "OrganisationNumber": text(30),
    "PrintTemplate": Field(default="of"),
    "YourReferenceNumber": text(),
}

OFFER_FIELDS = together(HEADER_FIELDS, _OWN)
OFFER_ROW_FIELDS = together(ROW_FIELDS, {"Quantity": quantity()})

OFFER_LIST_FIELDS = (
    "Cancelled", "Currency", "CustomerName", "CustomerNumber", "DocumentNumber", "OfferDate", "Project", "Sent",
    "Total",
)  # fmt: skip
"""Without `OrderReference` and `ExpireDate`, which only the offer itself has (Fortnox facts, 5)."""
