"""The resources of purchases: supplier invoices and their payments (Fortnox facts, 5, 6.10 and 6.11)."""

from dataclasses import replace

from connectors.fortnox.simulator import (
    supplier_invoice_actions,
    supplier_invoice_fields,
    supplier_invoices,
    supplier_payments,
)
from connectors.fortnox.simulator.company import Moment, Record
from connectors.fortnox.simulator.errors import Invented
from connectors.fortnox.simulator.invoices import settled
from connectors.fortnox.simulator.payments import list_item
from connectors.fortnox.simulator.resource import of_table
from connectors.fortnox.simulator.search import contains, exactly


def _owed(record: Record, _moment: Moment) -> bool:
    return record.data["Booked"] and not settled(record.data)


SUPPLIER_INVOICES = replace(
    of_table("supplier_invoices"),
    records=supplier_invoices.supplier_invoices,
    missing=(Invented.SUPPLIER_INVOICE_NOT_FOUND, "Kan inte hitta leverantörsfakturan."),
    create=supplier_invoices.create,
    update=supplier_invoices.update,
    actions={
        "approvalbookkeep": supplier_invoice_actions.approvalbookkeep,
        "approvalpayment": supplier_invoice_actions.approvalpayment,
        "bookkeep": supplier_invoice_actions.bookkeep,
        "cancel": supplier_invoice_actions.cancel,
        "credit": supplier_invoice_actions.credit,
    },
    shown=supplier_invoice_fields.shown,
    list_item=supplier_invoice_fields.list_item,
    searches={
        "suppliernumber": exactly("SupplierNumber"),
        "suppliername": contains("SupplierName"),
    },
    filters={
        "authorizepending": lambda record, _moment: (
            not record.data["Cancelled"] and not record.data["Booked"] and not record.data["AuthorizerName"]
        ),
        "cancelled": lambda record, _moment: record.data["Cancelled"],
        "fullypaid": lambda record, _moment: record.data["Booked"] and settled(record.data),
        "pendingpayment": lambda record, _moment: record.data["PaymentPending"],
        "unbooked": lambda record, _moment: not record.data["Booked"] and not record.data["Cancelled"],
        "unpaid": _owed,
        "unpaidoverdue": lambda record, moment: (
            _owed(record, moment) and record.data["DueDate"] < moment.today.isoformat()
        ),
    },
)

SUPPLIER_PAYMENTS = replace(
    of_table("supplier_payments"),
    records=supplier_payments.supplier_payments,
    missing=(Invented.PAYMENT_NOT_FOUND, "Kan inte hitta betalningen."),
    create=supplier_payments.create,
    update=supplier_payments.update,
    delete=supplier_payments.delete,
    actions={"bookkeep": supplier_payments.bookkeep},
    shown=supplier_payments.shown,
    list_item=list_item,
    searches={"invoicenumber": exactly("InvoiceNumber")},
    sorts={"paymentdate": "PaymentDate"},
)
