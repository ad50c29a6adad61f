"""The resources whose objects are documents: invoices and their payments (Fortnox facts, 5, 6.5 and 6.6)."""

from connectors.fortnox.simulator import invoice_actions, invoices, payments
from connectors.fortnox.simulator.company import Record
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.invoice_fields import INVOICE_LIST_FIELDS
from connectors.fortnox.simulator.resource import Data, Resource
from connectors.fortnox.simulator.search import (
    Search,
    any_row,
    contains,
    each,
    exactly,
    flag,
    last_modified,
    prefix,
    row_number,
    since,
    until,
)
from connectors.fortnox.simulator.wire import decimal_text


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
        **each("DocumentNumber CustomerName CustomerNumber OCR YourOrderNumber YourReference OurReference", contains),
        **each("Project CostCenter Currency", contains),
        **each("ExternalInvoiceReference1 ExternalInvoiceReference2", prefix),
        **each("Sent NotCompleted Credit", flag),
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
