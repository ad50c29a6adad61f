"""The table of resources: path, envelope names, key, scope, operations, searches and list fields of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.fortnox.simulator import customers, invoice_actions, invoices, payments, registers
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.customer_fields import CUSTOMER_LIST_FIELDS
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.invoice_fields import INVOICE_LIST_FIELDS
from connectors.fortnox.simulator.search import (
    Filter,
    Search,
    any_row,
    contains,
    exactly,
    flag,
    last_modified,
    never,
    prefix,
    row_number,
    since,
    until,
)
from connectors.fortnox.simulator.wire import decimal_text

Data = dict[str, Any]
Create = Callable[[Company, Mapping[str, Any], Moment], Record]
Update = Callable[[Company, Record, Mapping[str, Any], Moment], None]
Action = Callable[[Company, Record, Moment], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource under `/3/`; an operation that is None answers as an unknown route."""

    path: str
    single: str
    plural: str
    key: str
    scope: str
    records: Callable[[Company], dict[str, Record]]
    missing: tuple[int, str]
    create: Create | None = None
    update: Update | None = None
    delete: Action | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    list_item: Callable[[Data], Data] = dict
    searches: Mapping[str, Search] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    further_urls: Mapping[str, str] = field(default_factory=dict)


def _customer_item(data: Data) -> Data:
    return {name: data[source] for name, source in CUSTOMER_LIST_FIELDS.items()}


def _invoice_item(data: Data) -> Data:
    item = {name: data[name] for name in INVOICE_LIST_FIELDS}
    item["CurrencyRate"] = decimal_text(data["CurrencyRate"])
    return item


def _payment_item(data: Data) -> Data:
    item = {name: data[name] for name in payments.PAYMENT_LIST_FIELDS}
    item["WriteOffExist"] = bool(data["WriteOffs"])
    return item


def _owes(record: Record) -> bool:
    return record.data["Booked"] and not record.data["Cancelled"] and not invoices.settled(record.data)


def _row_text_contains(name: str) -> Search:
    return any_row("InvoiceRows", lambda row, wanted: wanted.casefold() in str(row[name]).casefold())


def _plain(fields: str, kind: Callable[[str], Search]) -> dict[str, Search]:
    return {name.lower(): kind(name) for name in fields.split()}


CUSTOMERS = Resource(
    path="customers",
    single="Customer",
    plural="Customers",
    key="CustomerNumber",
    scope="customer",
    records=lambda company: company.customers,
    missing=(2000433, "Kan inte hitta kunden."),
    create=customers.create,
    update=customers.update,
    delete=customers.delete,
    list_item=_customer_item,
    searches={
        **_plain("CustomerNumber Name ZipCode City Email GLN GLNDelivery", contains),
        "phone": contains("Phone1"),
        "organisationnumber": exactly("OrganisationNumber"),
        "lastmodified": last_modified,
    },
    filters={
        "active": lambda record, _moment: record.data["Active"],
        "inactive": lambda record, _moment: not record.data["Active"],
    },
    sorts={"customernumber": "CustomerNumber", "name": "Name"},
)

INVOICES = Resource(
    path="invoices",
    single="Invoice",
    plural="Invoices",
    key="DocumentNumber",
    scope="invoice",
    records=lambda company: company.invoices,
    missing=(2000434, "Kan inte hitta fakturan."),
    create=invoices.create,
    update=invoices.update,
    actions={"bookkeep": invoice_actions.bookkeep, "cancel": invoice_actions.cancel},
    list_item=_invoice_item,
    searches={
        **_plain("DocumentNumber CustomerName CustomerNumber OCR YourOrderNumber YourReference OurReference", contains),
        **_plain("Project CostCenter Currency", contains),
        **_plain("ExternalInvoiceReference1 ExternalInvoiceReference2", prefix),
        **_plain("Sent NotCompleted Credit", flag),
        "invoicetype": exactly("InvoiceType"),
        "articlenumber": _row_text_contains("ArticleNumber"),
        "articledescription": _row_text_contains("Description"),
        "accountnumberfrom": row_number("accountnumberfrom", lambda row, least: row["AccountNumber"] >= least),
        "accountnumberto": row_number("accountnumberto", lambda row, most: row["AccountNumber"] <= most),
        "fromdate": since("fromdate", "InvoiceDate"),
        "todate": until("todate", "InvoiceDate"),
        "fromfinalpaydate": since("fromfinalpaydate", "FinalPayDate"),
        "tofinalpaydate": until("tofinalpaydate", "FinalPayDate"),
        "lastmodified": last_modified,
    },
    filters={
        "cancelled": lambda record, _moment: record.data["Cancelled"],
        "fullypaid": lambda record, _moment: record.data["Booked"] and invoices.settled(record.data),
        "unpaid": lambda record, _moment: _owes(record),
        "unpaidoverdue": lambda record, moment: _owes(record) and record.data["DueDate"] < moment.today.isoformat(),
        "unbooked": lambda record, _moment: not record.data["Booked"] and not record.data["Cancelled"],
    },
    sorts={
        "customername": "CustomerName",
        "customernumber": "CustomerNumber",
        "documentnumber": "DocumentNumber",
        "invoicedate": "InvoiceDate",
        "ocr": "OCR",
        "total": "Total",
    },
    further_urls={"@urlTaxReductionList": "taxreductions?filter=invoices&referencenumber={key}"},
)

PAYMENTS = Resource(
    path="invoicepayments",
    single="InvoicePayment",
    plural="InvoicePayments",
    key="Number",
    scope="payment",
    records=lambda company: company.payments,
    missing=(Invented.PAYMENT_NOT_FOUND, "Kan inte hitta betalningen."),
    create=payments.create,
    update=payments.update,
    delete=payments.delete,
    actions={"bookkeep": payments.bookkeep},
    list_item=_payment_item,
    searches={"invoicenumber": exactly("InvoiceNumber"), "lastmodified": last_modified},
    sorts={"paymentdate": "PaymentDate"},
)

CURRENCIES = Resource(
    path="currencies",
    single="Currency",
    plural="Currencies",
    key="Code",
    scope="currency",
    records=lambda company: company.currencies,
    missing=(2000427, "Kan inte hitta valutan."),
    create=registers.create_currency,
    update=registers.update_currency,
    searches={"lastmodified": never("lastmodified")},
)

MODES_OF_PAYMENT = Resource(
    path="modesofpayments",
    single="ModeOfPayment",
    plural="ModesOfPayments",
    key="Code",
    scope="settings",
    records=lambda company: company.modes_of_payment,
    missing=(Invented.MODE_OF_PAYMENT_NOT_FOUND, "Kan inte hitta betalningssättet."),
)

RESOURCES = {resource.path: resource for resource in (CUSTOMERS, INVOICES, PAYMENTS, CURRENCIES, MODES_OF_PAYMENT)}
