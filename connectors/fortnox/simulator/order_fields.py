"""The properties that only orders and their rows have (Fortnox facts, 1.9, 6.1 and 6.8)."""

from connectors.fortnox.simulator.document_fields import (
    DELIVERY_FIELDS,
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
    "DeliveryState": Field(default="delivery", choices=("registration", "reservation", "delivery")),
    "EmailInformation": email_information("Order {no} bifogas"),
    "OfferReference": number_of_another(),
    "OrderDate": date(),
    "OrderType": Field(default="Order", read_only=True),
    "OrganisationNumber": text(30),
    "PrintTemplate": Field(default="oc"),
    "StockPointCode": Field(default=None),
    "StockPointId": Field(default=None),
}
_OWN_IN_ROWS: dict[str, Field] = {
    "DeliveredQuantity": quantity(),
    "OrderedQuantity": quantity(),
    "ReservedQuantity": Field(Kind.NUMERIC_TEXT, default="0", read_only=True),
    "StockPointCode": Field(default=None),
    "StockPointId": Field(default=None),
}

ORDER_FIELDS = together(HEADER_FIELDS, DELIVERY_FIELDS, _OWN)
ORDER_ROW_FIELDS = together(ROW_FIELDS, _OWN_IN_ROWS)

ORDER_LIST_FIELDS = (
    "Cancelled", "Currency", "CustomerName", "CustomerNumber", "DeliveryDate", "DocumentNumber",
    "ExternalInvoiceReference1", "ExternalInvoiceReference2", "OrderDate", "OrderType", "Project", "Sent", "Total",
)  # fmt: skip
"""Without `InvoiceReference`, which only the order itself has (Fortnox facts, 5)."""
