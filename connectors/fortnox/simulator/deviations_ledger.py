"""What bookkeeping, purchases and agreements do by our choice or unlike Fortnox, as part of the printed table."""

DEVIATIONS_OF_LEDGER: tuple[tuple[str, str], ...] = (
    (
        "Financial years",
        "Every calendar year exists unless a switch names them; the id is the calendar year minus 2000.",
    ),
    (
        "Financial year chosen",
        "Without financialyear today's year is read, also in lists; a voucher's date decides; documents ignore it.",
    ),
    ("New year's accounts", "As in the nearest earlier year, opening balances 0 until they are written."),
    ("Accounts of documents", "Looked up in the preselected year; in the date's year when booked (2001304)."),
    ("Account in use", "Refused with an invented code while a voucher of the year has it."),
    ("Account charts", "One, Bas 2026, with some fifty accounts."),
    ("Voucher series", "A, which is manual, and those that are predefined are seeded; a cash invoice has its own, F."),
    (
        "Voucher rows",
        "Debit or credit, never negative; without a cost center or project they take the header's.",
    ),
    ("SIE", "Balances that are 0 are left out; what code page 437 lacks becomes a question mark."),
    (
        "Supplier invoice rows",
        "Without rows one of cost and one of VAT; without Total it is their sum; a PUT with rows replaces all of them.",
    ),
    ("Supplier invoice twice", "The same InvoiceNumber of a supplier is not refused; the OCR is not checked."),
    (
        "Supplier approvals",
        "AuthorizerName shows that for booking, PaymentPending that for payment; a switch makes the first needed.",
    ),
    (
        "Supplier credit",
        "As that of a customer's invoice; rows exchange debit and credit, booking it lowers the original.",
    ),
    ("Contract's invoices", "One for each interval begun within its length, dated today, with the contract's Remarks."),
    ("Contract's period", "InvoicePeriodStart and End follow from the invoices made before; cancelled ones count too."),
    (
        "Contract's status",
        "Status is shown on the contract too; a finished one refuses everything (invented code).",
    ),
    ("Contract continuous", "Goes on when no invoice remains; its InvoiceDiscount is stored, not applied."),
    (
        "Tax reduction",
        "30 % of rot and 50 % of rut with VAT, of green 15 (solar) or 50, in whole kronor, cut off; no yearly limit.",
    ),
    ("Tax reduction booked", "Its part of the claim on 1513; no application is sent, approved or billed."),
    ("Tax reduction none", "Takes housework off the rows; an article's own is inherited only under another type."),
    ("Tax reduction copied", "From offer to order to invoice, unless the new rows allow less; never to a credit."),
    ("Voucher deleted", "Only one from outside, with the scope deletevoucher; its number is not given again."),
)
