"""The properties of a contract: those it shows, and those of a document it only reckons with (Fortnox facts, 6.16)."""

from typing import Any

from connectors.fortnox.simulator.document_fields import HEADER_FIELDS, date, email_information, money, text, together
from connectors.fortnox.simulator.fields import Field, Kind
from connectors.fortnox.simulator.invoice_fields import INVOICE_ROW_FIELDS

ACTIVE, INACTIVE, FINISHED = "ACTIVE", "INACTIVE", "FINISHED"
_NOT_IN_ROWS = ("Cost", "StockPointCode", "VATCode")

_OWN: dict[str, Field] = {
    "Active": Field(Kind.BOOLEAN, default=True),
    "Continuous": Field(Kind.BOOLEAN, default=False),
    "ContractDate": date(),
    "ContractLength": Field(Kind.INTEGER, default=None),
    "CustomerName": Field(read_only=True),
    "EmailInformation": email_information("Faktura {no} bifogas"),
    "ExternalInvoiceReference1": text(80),
    "ExternalInvoiceReference2": text(80),
    "InvoiceDiscount": money(),
    "InvoiceInterval": Field(Kind.INTEGER, default=1),
    "InvoicesRemaining": Field(read_only=True),
    "LastInvoiceDate": Field(read_only=True),
    "OrganisationNumber": text(30),
    "PeriodEnd": date(),
    "PeriodStart": date(),
    "PrintTemplate": Field(default="st"),
    "Status": Field(default=ACTIVE, read_only=True),
    "TemplateName": Field(read_only=True),
    "TemplateNumber": Field(Kind.INTEGER, default=0),
    "YourOrderNumber": text(75),
}
_RECKONED_WITH = (
    "Address1", "Address2", "AdministrationFeeVAT", "Cancelled", "City", "Country", "CurrencyRate", "CurrencyUnit",
    "DeliveryAddress1", "DeliveryAddress2", "DeliveryCity", "DeliveryCountry", "DeliveryDate", "DeliveryName",
    "DeliveryZipCode", "FreightVAT", "InvoiceReference", "NotCompleted", "OrganisationNumber", "Phone1", "Phone2",
    "Sent", "VATIncluded", "ZipCode",
)  # fmt: skip

CONTRACT_FIELDS = together(HEADER_FIELDS, _OWN)
CONTRACT_ROW_FIELDS = {name: one for name, one in INVOICE_ROW_FIELDS.items() if name not in _NOT_IN_ROWS}
NOT_SHOWN = frozenset((*_RECKONED_WITH, "Labels"))

_LISTED = (
    "Continuous", "ContractLength", "Currency", "CustomerName", "CustomerNumber", "DocumentNumber", "LastInvoiceDate",
    "PeriodEnd", "PeriodStart", "Status", "TemplateNumber", "Total",
)  # fmt: skip


def shown(data: dict[str, Any]) -> dict[str, Any]:
    """Give a contract as Fortnox shows it, with its own spelling `VatIncluded`."""
    return {name: one for name, one in data.items() if name not in NOT_SHOWN} | {"VatIncluded": data["VATIncluded"]}


def list_item(data: dict[str, Any]) -> dict[str, Any]:
    """Give a contract as a list shows it; the spelling of the interval and the number as such are declared so."""
    remaining = {"Invoiceinterval": data["InvoiceInterval"], "InvoicesRemaining": int(data["InvoicesRemaining"])}
    return {name: data[name] for name in _LISTED} | remaining
