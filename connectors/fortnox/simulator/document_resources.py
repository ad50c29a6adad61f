"""The resources whose objects are documents: offers, orders, invoices with their payments (Fortnox facts, 5 and 6)."""

from dataclasses import replace

from connectors.fortnox.simulator import crediting, invoice_actions, invoices, offers, orders, payments
from connectors.fortnox.simulator.company import Moment, Record
from connectors.fortnox.simulator.documents import mark_sent
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.invoice_fields import INVOICE_LIST_FIELDS
from connectors.fortnox.simulator.offer_fields import OFFER_LIST_FIELDS
from connectors.fortnox.simulator.order_fields import ORDER_LIST_FIELDS
from connectors.fortnox.simulator.paper import paper_actions
from connectors.fortnox.simulator.resource import Data, of_table, showing
from connectors.fortnox.simulator.search import (
    Search,
    any_row,
    contains,
    each,
    exactly,
    flag,
    prefix,
    row_number,
    since,
    until,
)
from connectors.fortnox.simulator.warehouse import warehouseready
from connectors.fortnox.simulator.wire import decimal_text


def _invoice_item(data: Data) -> Data:
    item = {name: data[name] for name in INVOICE_LIST_FIELDS}
    item["CurrencyRate"] = decimal_text(data["CurrencyRate"])
    return item


def _owes(record: Record) -> bool:
    return record.data["Booked"] and not record.data["Cancelled"] and not invoices.settled(record.data)


def _row_text_contains(name: str) -> Search:
    return any_row("InvoiceRows", lambda row, wanted: wanted.casefold() in str(row[name]).casefold())


def _between(date: str) -> dict[str, Search]:
    return {"fromdate": since("fromdate", date), "todate": until("todate", date)}


def _is_cancelled(record: Record, _moment: Moment) -> bool:
    return bool(record.data["Cancelled"])


def _is_open(record: Record) -> bool:
    return not record.data["Cancelled"] and not orders.is_invoiced(record.data)


def _is_late(record: Record, moment: Moment) -> bool:
    """An open order whose delivery date has passed (*simulator choice*)."""
    return _is_open(record) and "" < (record.data["DeliveryDate"] or "") < moment.today.isoformat()


def _is_expired(record: Record, moment: Moment) -> bool:
    """An open offer past its last day."""
    return offers.is_open(record.data) and record.data["ExpireDate"] < moment.today.isoformat()


_COMMON_SEARCHES: dict[str, Search] = {
    **each("DocumentNumber CustomerName CustomerNumber YourReference OurReference Project CostCenter", contains),
    **each("Sent NotCompleted", flag),
    "label": any_row("Labels", lambda label, wanted: str(label["Id"]) == wanted),
}
_EXTERNAL_REFERENCES = each("ExternalInvoiceReference1 ExternalInvoiceReference2", prefix)
_COMMON_SORTS = {
    "customername": "CustomerName",
    "customernumber": "CustomerNumber",
    "documentnumber": "DocumentNumber",
}

INVOICES = replace(
    of_table("invoices"),
    missing=(2000434, "Kan inte hitta fakturan."),
    create=invoices.INVOICE.create,
    update=invoices.INVOICE.update,
    actions={
        "bookkeep": invoice_actions.bookkeep,
        "cancel": invoice_actions.cancel,
        "credit": crediting.credit,
        "externalprint": mark_sent,
        "warehouseready": warehouseready,
    },
    get_actions=paper_actions("invoices"),
    list_item=_invoice_item,
    searches={
        **_COMMON_SEARCHES,
        **_EXTERNAL_REFERENCES,
        **each("OCR YourOrderNumber Currency", contains),
        "credit": flag("Credit"),
        "invoicetype": exactly("InvoiceType"),
        "articlenumber": _row_text_contains("ArticleNumber"),
        "articledescription": _row_text_contains("Description"),
        "accountnumberfrom": row_number("accountnumberfrom", lambda row, least: row["AccountNumber"] >= least),
        "accountnumberto": row_number("accountnumberto", lambda row, most: row["AccountNumber"] <= most),
        **_between("InvoiceDate"),
        "fromfinalpaydate": since("fromfinalpaydate", "FinalPayDate"),
        "tofinalpaydate": until("tofinalpaydate", "FinalPayDate"),
    },
    filters={
        "cancelled": _is_cancelled,
        "fullypaid": lambda record, _moment: record.data["Booked"] and invoices.settled(record.data),
        "unpaid": lambda record, _moment: _owes(record),
        "unpaidoverdue": lambda record, moment: _owes(record) and record.data["DueDate"] < moment.today.isoformat(),
        "unbooked": lambda record, _moment: not record.data["Booked"] and not record.data["Cancelled"],
    },
    sorts={**_COMMON_SORTS, "invoicedate": "InvoiceDate", "ocr": "OCR", "total": "Total"},
    further_urls={"@urlTaxReductionList": "taxreductions?filter=invoices&referencenumber={key}"},
)

OFFERS = replace(
    of_table("offers"),
    missing=(Invented.OFFER_NOT_FOUND, "Kan inte hitta offerten."),
    create=offers.OFFER.create,
    update=offers.OFFER.update,
    actions={
        "cancel": offers.cancel,
        "createinvoice": offers.createinvoice,
        "createorder": offers.createorder,
        "externalprint": mark_sent,
    },
    get_actions=paper_actions("offers"),
    list_item=showing(OFFER_LIST_FIELDS),
    searches={**_COMMON_SEARCHES, **_between("OfferDate")},
    filters={
        "cancelled": _is_cancelled,
        "completed": lambda record, _moment: not record.data["NotCompleted"],
        "expired": _is_expired,
        "notcompleted": lambda record, _moment: record.data["NotCompleted"],
        "ordercreated": lambda record, _moment: offers.is_ordered(record.data),
        "ordernotcreated": lambda record, _moment: not record.data["Cancelled"] and not offers.is_ordered(record.data),
    },
    sorts={**_COMMON_SORTS, "offerdate": "OfferDate"},
    further_urls={"@urlTaxReductionList": "taxreductions?filter=offers&referencenumber={key}"},
)

ORDERS = replace(
    of_table("orders"),
    missing=(2000439, "Kan inte hitta ordern."),
    create=orders.ORDER.create,
    update=orders.ORDER.update,
    actions={
        "cancel": orders.cancel,
        "createinvoice": orders.createinvoice,
        "externalprint": mark_sent,
        "warehouseready": warehouseready,
    },
    get_actions=paper_actions("orders"),
    list_item=showing(ORDER_LIST_FIELDS),
    searches={
        **_COMMON_SEARCHES,
        **_EXTERNAL_REFERENCES,
        "ordertype": exactly("OrderType"),
        **_between("OrderDate"),
    },
    filters={
        "cancelled": _is_cancelled,
        "expired": _is_late,
        "invoicecreated": lambda record, _moment: orders.is_invoiced(record.data),
        "invoicenotcreated": lambda record, _moment: _is_open(record),
    },
    sorts={**_COMMON_SORTS, "orderdate": "OrderDate"},
    further_urls={"@urlTaxReductionList": "taxreductions?filter=orders&referencenumber={key}"},
)

PAYMENTS = replace(
    of_table("payments"),
    missing=(Invented.PAYMENT_NOT_FOUND, "Kan inte hitta betalningen."),
    create=payments.create,
    update=payments.update,
    delete=payments.delete,
    actions={"bookkeep": payments.bookkeep},
    list_item=payments.list_item,
    searches={"invoicenumber": exactly("InvoiceNumber")},
    sorts={"paymentdate": "PaymentDate"},
)
