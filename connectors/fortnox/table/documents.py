"""Documents of sale: offers, orders, invoices and what is paid of them (Fortnox facts, sections 6.5 to 6.8)."""

from connectors.fortnox.table.model import Absence, Action, Resource


def _sending(one: str, at: str, says: str, *, answers: str = "object", shown_by: str = "Sent") -> Action:
    """A GET that leaves the house: each one sends or prints again (Fortnox facts, section 6.1)."""
    return Action(
        name=f"{at}_{one}",
        at=at,
        says=says,
        method="GET",
        effect="send",
        shown_by=shown_by,
        answers="bytes" if answers == "bytes" else "object",
    )


def _paper(one: str) -> tuple[Action, ...]:
    """What every document can do with its paper."""
    return (
        _sending(one, "email", "send it by e-mail, once more at each call"),
        _sending(one, "print", "make the print-out, and mark it as sent", answers="bytes"),
        Action(
            name=f"preview_{one}",
            at="preview",
            says="make the print-out and change nothing",
            method="GET",
            effect="none",
            answers="bytes",
        ),
        Action(name=f"externalprint_{one}", at="externalprint", says="mark it as sent", shown_by="Sent"),
    )


_ROW = {"Description": "Montering", "Price": 950, "VAT": 25, "AccountNumber": 3001}
_HEAD = {"CustomerNumber": "K-100", "Currency": "SEK", "YourReference": "Inköp"}

OFFERS = Resource(
    name="offers",
    one="offer",
    path="/offers",
    single="Offer",
    plural="Offers",
    keys=("DocumentNumber",),
    scope="offer",
    verbs=("list", "read", "create", "update"),
    schema="fortnox_Offer",
    required=("CustomerNumber",),
    rows=("001-15",),
    absence=Absence(by="mark", fields=("YourReferenceNumber",), search="customernumber"),
    actions=(
        Action(name="cancel_offer", at="cancel", says="cancel it", shown_by="Cancelled"),
        Action(
            name="offer_to_order",
            at="createorder",
            says="make an order of it",
            other_envelopes=("Order",),
            shown_by="OrderReference",
        ),
        Action(
            name="offer_to_invoice",
            at="createinvoice",
            says="make an invoice of it",
            other_envelopes=("Invoice", "Order"),
            shown_by="InvoiceReference",
        ),
        *_paper("offer"),
    ),
    sort="documentnumber",
    example={**_HEAD, "OfferRows": [{**_ROW, "Quantity": "2"}]},
    change={"Comments": "Gäller hela veckan"},
)

ORDERS = Resource(
    name="orders",
    one="order",
    path="/orders",
    single="Order",
    plural="Orders",
    keys=("DocumentNumber",),
    scope="order",
    verbs=("list", "read", "create", "update"),
    schema="fortnox_Order",
    required=("CustomerNumber",),
    rows=("001-17",),
    absence=Absence(by="mark", fields=("ExternalInvoiceReference1",), search="externalinvoicereference1"),
    actions=(
        Action(name="cancel_order", at="cancel", says="cancel it", shown_by="Cancelled"),
        Action(
            name="order_to_invoice",
            at="createinvoice",
            says="make an invoice of it",
            other_envelopes=("Invoice",),
            shown_by="InvoiceReference",
        ),
        Action(
            name="warehouseready_order",
            at="warehouseready",
            says="mark it as ready in the warehouse",
            shown_by="WarehouseReady",
        ),
        *_paper("order"),
    ),
    sort="documentnumber",
    example={**_HEAD, "OrderRows": [{**_ROW, "OrderedQuantity": "2", "DeliveredQuantity": "2"}]},
    change={"Comments": "Lossas vid port 3"},
)

INVOICES = Resource(
    name="invoices",
    one="invoice",
    path="/invoices",
    single="Invoice",
    plural="Invoices",
    keys=("DocumentNumber",),
    scope="invoice",
    verbs=("list", "read", "create", "update"),
    schema="fortnox_InvoicePayload",
    required=("CustomerNumber",),
    rows=("001-08", "001-11", "001-12"),
    absence=Absence(by="mark", fields=("ExternalInvoiceReference1",), search="externalinvoicereference1"),
    actions=(
        Action(name="book_invoice", at="bookkeep", says="book it: it can no longer be changed", shown_by="Booked"),
        Action(name="cancel_invoice", at="cancel", says="cancel it while it is unbooked", shown_by="Cancelled"),
        Action(
            name="credit_invoice",
            at="credit",
            says="make a credit invoice of it",
            effect="create",
            shown_by="CreditInvoiceReference",
        ),
        Action(
            name="warehouseready_invoice",
            at="warehouseready",
            says="mark it as ready in the warehouse",
            shown_by="WarehouseReady",
        ),
        *_paper("invoice"),
        _sending("invoice", "einvoice", "send it as an e-invoice"),
        _sending("invoice", "eprint", "have Fortnox print and post it"),
        _sending("invoice", "printreminder", "make the reminder's print-out", answers="bytes", shown_by="Reminders"),
    ),
    sort="documentnumber",
    example={**_HEAD, "InvoiceRows": [{**_ROW, "DeliveredQuantity": "2"}]},
    change={"Comments": "Avser vecka 48"},
)

PAYMENTS = Resource(
    name="payments",
    one="payment",
    path="/invoicepayments",
    single="InvoicePayment",
    plural="InvoicePayments",
    keys=("Number",),
    scope="payment",
    verbs=("list", "read", "create", "update", "delete"),
    schema="fortnox_InvoicePayment",
    required=("InvoiceNumber",),
    rows=("001-19",),
    absence=Absence(by="fields", fields=("InvoiceNumber", "Amount", "PaymentDate"), search="invoicenumber"),
    actions=(
        Action(name="book_payment", at="bookkeep", says="book it: it can no longer be changed", shown_by="Booked"),
    ),
    query=("invoicenumber",),
    example={"InvoiceNumber": 1, "Amount": 2375, "AmountCurrency": 2375, "ModeOfPayment": "BG"},
    change={"ModeOfPayment": "PG"},
    note="nothing stops a double while payments are unbooked",
)

DOCUMENTS: tuple[Resource, ...] = (OFFERS, ORDERS, INVOICES, PAYMENTS)
