"""What files, print-outs and the warehouse do here without evidence from Fortnox, as a part of the table to print."""

DEVIATIONS_OF_PAPER: tuple[tuple[str, str], ...] = (
    ("E-mail", "Needs a receiver; invoices need the company's bank details too, which a switch takes away."),
    ("Mails sent", "Nothing leaves: what would, stands under sendings in /_sim/state, with its attachments."),
    ("E-invoice", "Needs a location number of invoice or customer; a switch leaves that out. EDIStatus stays empty."),
    ("Print-out", "A small PDF of our own: number, customer, amount to pay, currency; templates are ignored."),
    ("Reminder", "Printed for any invoice; counts Reminders, sets LastRemindDate and Sent."),
    (
        "Warehouse module",
        "Off, but for a switch: then new documents are not ready, an order must be before it is invoiced, an invoice "
        "before it is booked (2003498), and ready ones refuse changes (2003125).",
    ),
    ("warehouseready", "Accepted again; 2003124 without delivery, 2003126 for an outbound date to come."),
    ("Invoice from an order", "Ready at once in the warehouse, since its order had to be."),
    ("Inbox", "A folder's id is its path in lower case; nothing can be put into the root; names may repeat."),
    ("Archive", "An upload makes the folders of its path; either id names a file."),
    ("File sizes", "The limits are invented and can be switched."),
    ("Files connected", "Named by either id; leave inbox and archive, and stay away when the connection is deleted."),
    ("File of a voucher", "Looked for in the financial year of the query, else in the preselected one."),
    ("File of an asset", "Sent and answered under its envelope, unlike what the OpenAPI document declares."),
    (
        "Attachments",
        "Of contracts, invoices, orders and offers; files (pdf, jpg, png) from the inbox folders of documents or "
        "connected before; only includeOnSend changes. Of the warehouse: could_not_retrieve_document.",
    ),
)
"""Subject and text, as in `deviations`."""
