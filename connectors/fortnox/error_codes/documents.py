"""Codes about documents: offers, orders, invoices, payments, the warehouse (Fortnox facts, section 4.3)."""

from connectors.fortnox.error_codes.meaning import CORRECT, IN_FORTNOX, Meanings, Said, park

_COMPARE_ORDER = Said("Compare the order in Fortnox by hand.", "Jämför med ordern i Fortnox för hand.")
_WAREHOUSE = park(
    "warehouse",
    Said(
        "The warehouse module refuses it: not delivered yet, ready and locked already, or a date in the future.",
        "Lagermodulen nekar: inte levererat än, redan klarmarkerat och låst, eller ett datum framåt i tiden.",
    ),
    IN_FORTNOX,
)

SALES: Meanings = {
    2000397: park(
        "order_cancelled",
        Said("The order is cancelled, so nothing is made from it.", "Ordern är makulerad, så inget skapas av den."),
        Said("Make a new order if it shall be invoiced.", "Skapa en ny order om den ska faktureras."),
        section="4.3, 6.8",
    ),
    2000434: park(
        "invoice_not_found",
        Said("The invoice does not exist in Fortnox.", "Fakturan finns inte i Fortnox."),
        status=404,
    ),
    2000439: park(
        "order_not_found", Said("The order does not exist in Fortnox.", "Ordern finns inte i Fortnox."), status=404
    ),
    2000496: park(
        "order_invoiced",
        Said("The order is invoiced already.", "Ordern är redan fakturerad."),
        Said("Compare the invoice in Fortnox by hand.", "Jämför med fakturan i Fortnox för hand."),
        section="4.3, 6.8, 8",
    ),
    2000499: park(
        "offer_ordered",
        Said("The offer has an order already.", "Offerten har redan en order."),
        _COMPARE_ORDER,
        section="4.3, 6.7, 8",
    ),
    2000861: park(
        "order_exists",
        Said("The order exists already.", "Ordern finns redan."),
        Said("Compare it in Fortnox, then link it.", "Jämför den i Fortnox och länka den sedan (link)."),
    ),
    2001243: park(
        "offer_locked",
        Said("An order was made from the offer, so it is locked.", "En order har skapats av offerten, så den är låst."),
        Said("Change the order instead.", "Ändra ordern i stället."),
        section="4.3, 6.7",
    ),
    2001279: park(
        "order_cancelled",
        Said("The order is cancelled already.", "Ordern är redan makulerad."),
        Said(
            "Nothing is left to do: see it in Fortnox and discard the command.",
            "Inget återstår att göra: se efter i Fortnox och avsluta kommandot (discard).",
        ),
        section="4.3, 6.8, 8",
    ),
    2001383: park(
        "order_locked",
        Said(
            "The order is invoiced, so it is locked and cannot be cancelled.",
            "Ordern är fakturerad, alltså låst, och kan inte makuleras.",
        ),
        Said("Handle its invoice instead.", "Hantera fakturan i stället."),
        section="4.3, 6.8, 8",
    ),
    2002141: park(
        "period_locked",
        Said(
            "The period of the invoice is locked, so it cannot be booked.",
            "Fakturans period är låst, så den kan inte bokföras.",
        ),
        Said("Unlock it in Fortnox, or book by hand.", "Lås upp den i Fortnox, eller bokför för hand."),
        section="4.3, 6.5",
    ),
    2003055: park(
        "already_paid",
        Said("The invoice is already fully paid.", "Fakturan är redan slutbetald."),
        Said("Compare the payments in Fortnox by hand.", "Jämför betalningarna i Fortnox för hand."),
        section="4.3, 6.6, 8",
    ),
    2003498: park(
        "not_ready",
        Said(
            "The invoice must be marked ready before it is booked (warehouse module).",
            "Fakturan måste klarmarkeras innan den bokförs (lagermodulen).",
        ),
        Said("Mark it as ready in Fortnox, then retry.", "Klarmarkera den i Fortnox och försök sedan igen."),
        section="4.3, 6.5",
    ),
    2003977: park(
        "row_incomplete",
        Said("A row with a quantity lacks description and article.", "En rad med antal saknar benämning och artikel."),
        CORRECT,
        section="4.3, 6.5",
    ),
    2004167: park(
        "vat_needs_account",
        Said(
            "A row with a custom VAT rate needs an account (EasyVat).",
            "En rad med egen momssats behöver ett konto (förenklad moms).",
        ),
        CORRECT,
        section="4.3, 6.1",
    ),
}

PURCHASES: Meanings = {
    2000755: park(
        "not_balanced",
        Said("The rows of the supplier invoice do not balance.", "Leverantörsfakturans rader balanserar inte."),
        CORRECT,
        section="4.3, 6.10",
    ),
    2003115: park(
        "row_code_missing",
        Said("Rows with reverse-charge VAT need a code.", "Rader med omvänd skattskyldighet behöver en kod (Code)."),
        CORRECT,
        section="4.3, 6.10",
    ),
}

WAREHOUSE: Meanings = dict.fromkeys((2003124, 2003125, 2003126, 2003127, 2003241, 2003277, 2003399), _WAREHOUSE)
