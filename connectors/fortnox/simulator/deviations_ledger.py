"""What bookkeeping, purchases and agreements do by our choice or unlike Fortnox, as part of the printed table."""

LEDGER_DEVIATIONS: tuple[tuple[str, str], ...] = (
    (
        "Financial years",
        "Every calendar year exists unless a switch names them; the id is the calendar year minus 2000.",
    ),
    ("Financial year chosen", "Without financialyear today's year is read, also in lists; a voucher's date decides."),
    ("New year's accounts", "As in the nearest earlier year, opening balances 0 until they are written."),
    ("Accounts of documents", "Looked up in the preselected year; in the date's year when booked (2001304)."),
    ("Account in use", "Refused with an invented code while a voucher of the year has it."),
    ("Account charts", "One, Bas 2026, with some forty accounts."),
    ("Voucher series", "A to E are seeded: A manual; B, C, D and E for invoices, payments, bills and their payments."),
    (
        "Voucher rows",
        "Debit or credit, never negative; without a cost center or project they take the header's.",
    ),
    ("SIE", "Balances that are 0 are left out; what code page 437 lacks becomes a question mark."),
    ("Voucher deleted", "Only one from outside, with the scope deletevoucher; its number is not given again."),
)
