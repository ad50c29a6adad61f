"""What is known to differ from Fortnox, or was decided without evidence, in registers, cards and assets."""

DEVIATIONS_OF_REGISTERS: tuple[tuple[str, str], ...] = (
    (
        "Empty properties",
        "Of a plain resource: a text is empty, a number 0, a flag false, a date or a word of several null.",
    ),
    ("lastmodified", "Taken by every list but that of currencies, which refuses it (2000588)."),
    ("Unknown and used keys", "Where Fortnox's own code is not known, one invented code each for all resources."),
    ("Project, cost center", "One that is not there is refused on documents and rows (a switch leaves the look out)."),
    ("Project, cost center used", "Not deleted while a document, row or card names it, cancelled or not."),
    ("Lists of these two", "Follow page; a switch lets them give their first page every time."),
    ("Labels", "Sent all at once; deleting one takes it off its documents without changing their lastmodified."),
    ("Currency deleted", "Only SEK is kept; documents in another keep its code and fail at their next change."),
    ("Mode of payment", "Its account must stand in the chart (2000423); deleting one in use is not refused."),
    ("Supplier", "New ones have SEK and NORMAL; one that articles or supplier invoices name is not deleted."),
    ("Customer references", "The list has no pages; a change answers with the row, where the customer is declared."),
    (
        "Predefined accounts",
        "Defaults of rows, articles and vouchers; 0 is one that is not set (2001304); 1513 has no name.",
    ),
    (
        "Predefined voucher series",
        "Letters beyond B and C are chosen here; accruals, assets, salaries and VAT book nothing.",
    ),
    ("Print templates", "One of each kind: oc, of, st."),
    ("Accruals", "Times follows from the dates, rows from accounts and total where none are sent; no voucher."),
    ("Assets", "Kronor, linear by months from AcquisitionStart to DepreciationFinal; no voucher is written."),
    ("Asset types", "A POST may go to the collection or to any number; the number given is the next one."),
    (
        "Accounts of registers",
        "Those of asset types, accruals and expenses are looked up; the id of an account is its number.",
    ),
    ("Fortnox Finans", "Status OPEN, OCR and balance at once; fees are 0, nothing is sent, charged or booked."),
    ("Me", "Always the service user of the consent."),
    ("EU limit", "99680 kronor a year; what counts is the net of invoices under the regime EUVAT."),
    ("Company settings", "No bank details; VATNumber follows from the organisation number."),
)
