"""What is decided without evidence about events and the WebSocket (Fortnox facts, 7 and 12)."""

DEVIATIONS_OF_EVENTS: tuple[tuple[str, str], ...] = (
    ("Event connection", "No ping is required and an idle connection stays open; 100 at once, else 503."),
    ("Event commands", "Out of order or not understood, a command answers result error with a message."),
    ("Event tenants", "One bad token or another app's secret refuses the whole command; scopes are not looked at."),
    ("Child tenants", "includeChildTenants is accepted and does nothing; a company has no children."),
    ("Tenant added late", "Its events come at once, without a new subscribe; a replay leaves out other tenants."),
    ("Topic without offset", "Begins with what happens after subscribe, or after add-topics if that comes later."),
    ("Event retention", "14 days, and at most 10000 events of a topic; an offset never given out counts as unknown."),
    ("Event and answer", "Either may come first; before_answer holds the answer until the event is out."),
    ("Consent revoked", "Revoking a refresh token stops its company's events, the connection stays; a switch."),
    ("Token runs out", "The connection goes on; with a switch it is closed with 1008."),
    ("Payment events", "entityId is the payment's number, with invoiceNumber and paid; no invoice-updated besides."),
    ("Voucher events", "entityId is year-series-number with year, series and id; bookkeeping makes them too."),
    (
        "Actions without a type",
        "Credit, sendings, approvals, createorder, createinvoice and warehouseready count as updated.",
    ),
    ("Events on demand only", "bureau-activities, bureau-assignments, messages and warehouse-stockbalances."),
    ("Seeds and events", "What is seeded is not told."),
)
