"""Codes about cards and registers: customers, articles, prices, accounts, currencies (Fortnox facts, section 4.3)."""

from dataclasses import replace

from connectors.fortnox.error_codes.meaning import ADD, CORRECT, IN_FORTNOX, Meanings, Said, park

_ACCOUNT_SETTINGS = Said(
    "Check the predefined accounts in Fortnox, then retry.",
    "Kontrollera förvalda konton i Fortnox och försök sedan igen.",
)
_COST_CENTER_OFF = park(
    "cost_center_inactive",
    Said("The cost center is not active.", "Kostnadsstället är inte aktivt."),
    Said(
        "Make it active in Fortnox, or choose another, then retry.",
        "Aktivera det i Fortnox, eller välj ett annat, och försök sedan igen.",
    ),
    section="4.3, 6.13",
)
_CURRENCY = Said("The currency is not registered in Fortnox.", "Valutan är inte upplagd i Fortnox.")

CARDS: Meanings = {
    2000204: park(
        "customer_missing",
        Said(
            "The customer of the document is missing in Fortnox, or a required value is not there.",
            "Dokumentets kund saknas i Fortnox, eller så saknas ett obligatoriskt värde.",
        ),
    ),
    2000433: park(
        "customer_not_found",
        Said("The customer does not exist in Fortnox.", "Kunden finns inte i Fortnox."),
        status=404,
        section="4.3, 6.2",
    ),
    2000637: park(
        "customer_number_used",
        Said(
            "The customer number is used, or kept by a deleted customer.",
            "Kundnumret används redan, eller är upptaget av en borttagen kund.",
        ),
        Said("Choose another number, then retry.", "Välj ett annat kundnummer och försök sedan igen."),
        section="4.3, 6.2, 8",
    ),
    2003614: park(
        "customer_has_offers",
        Said(
            "The customer has offers without an order, so it cannot be deleted.",
            "Kunden har offerter utan order och kan därför inte tas bort.",
        ),
        Said(
            "End the offers in Fortnox, or set the customer to inactive instead.",
            "Avsluta offerterna i Fortnox, eller sätt kunden som inaktiv i stället.",
        ),
        section="4.3, 6.2",
    ),
    2004194: park(
        "vat_number",
        Said("The VAT number is not valid.", "Momsregistreringsnumret (VAT-numret) är inte giltigt."),
        section="4.3, 6.2",
    ),
    2000013: park(
        "article_number_used",
        Said("The article number is used already.", "Artikelnumret används redan."),
        section="4.3, 6.4, 8",
    ),
    2000166: park(
        "article_number",
        Said(
            "The article number has characters that Fortnox refuses.",
            "Artikelnumret innehåller tecken som Fortnox inte godtar.",
        ),
        Said(
            "Use only letters, digits, _ - / and +, then retry.",
            "Använd bara bokstäver, siffror, _ - / och + och försök sedan igen.",
        ),
        section="4.3, 6.4",
    ),
    2000428: park(
        "article_not_found",
        Said("The article does not exist in Fortnox.", "Artikeln finns inte i Fortnox."),
        status=404,
        section="4.1, 4.3",
    ),
    2000513: park(
        "article_not_found", Said("The product does not exist in Fortnox.", "Produkten finns inte i Fortnox.")
    ),
    2000762: park(
        "article_not_found",
        Said(
            "An article is missing in Fortnox, or its price row exists already.",
            "En artikel saknas i Fortnox, eller så finns dess prisrad redan.",
        ),
        section="4.3, 6.4",
    ),
    2001302: park(
        "article_not_found",
        Said("An article of a row does not exist in Fortnox.", "En artikel på en rad finns inte i Fortnox."),
    ),
    2001846: park("article_number_missing", Said("An article number is missing.", "Ett artikelnummer saknas.")),
    2000342: park(
        "price_list", Said("A price or price list is refused.", "Ett pris eller en prislista godtas inte."), IN_FORTNOX
    ),
    2000517: park(
        "price_list", Said("A price or price list is refused.", "Ett pris eller en prislista godtas inte."), IN_FORTNOX
    ),
    2000430: park("price_not_found", Said("The price does not exist in Fortnox.", "Priset finns inte i Fortnox."), ADD),
    2000431: park(
        "price_list_not_found",
        Said("The price list does not exist in Fortnox.", "Prislistan finns inte i Fortnox."),
        ADD,
    ),
}

SETTINGS: Meanings = {
    2000427: park("currency_missing", _CURRENCY, ADD, section="4.3, 6.1"),
    2004344: park("currency_missing", _CURRENCY, ADD, section="4.3, 6.1"),
    2000429: park(
        "terms_of_payment_missing",
        Said("The terms of payment do not exist in Fortnox.", "Betalningsvillkoret finns inte i Fortnox."),
        ADD,
        status=404,
    ),
    2000435: park(
        "terms_of_delivery_missing",
        Said("The terms of delivery do not exist in Fortnox.", "Leveransvillkoret finns inte i Fortnox."),
        ADD,
    ),
    2000432: park(
        "unit_missing",
        Said("The unit does not exist in Fortnox.", "Enheten finns inte i Fortnox."),
        Said(
            "Add it there or change `units`, then retry.", "Lägg upp den där eller ändra `units` och försök sedan igen."
        ),
        status=404,
    ),
    2001161: park(
        "project_not_found",
        Said("The project does not exist in Fortnox.", "Projektet finns inte i Fortnox."),
        status=404,
    ),
    2000946: park(
        "cost_center_required",
        Said("The account requires a cost center.", "Kontot kräver ett kostnadsställe."),
        CORRECT,
        section="4.3, 6.12, 6.13",
    ),
    2000947: _COST_CENTER_OFF,
    2002821: replace(_COST_CENTER_OFF, section="4.3"),
}

ACCOUNTS: Meanings = {
    2000401: park(
        "period_locked",
        Said("The bookkeeping period is locked.", "Bokföringsperioden är låst."),
        Said("Unlock it in Fortnox, or book by hand.", "Lås upp den i Fortnox, eller bokför för hand."),
        section="4.3, 6.13",
    ),
    2000423: park("account_missing", Said("An account does not exist.", "Ett konto finns inte."), ADD),
    2000550: park(
        "account_inactive",
        Said("An account is not active.", "Ett konto är inte aktivt."),
        Said(
            "Make it active in the chart of accounts, then retry.", "Aktivera det i kontoplanen och försök sedan igen."
        ),
        section="4.3, 6.13",
    ),
    2001265: park(
        "predefined_account",
        Said("A predefined account is missing or inactive.", "Ett förvalt konto saknas eller är inte aktivt."),
        _ACCOUNT_SETTINGS,
    ),
    2001303: park(
        "account_not_in_chart",
        Said("An account of a row is not in the chart of accounts.", "Ett konto på en rad finns inte i kontoplanen."),
        Said(
            "Add it to the chart of the year, or correct the settings, then retry.",
            "Lägg upp det i årets kontoplan, eller rätta inställningarna, och försök sedan igen.",
        ),
        section="4.3, 6.1",
    ),
    2001304: park(
        "default_account_missing",
        Said(
            "An account was not found: most often a default account is missing in the settings.",
            "Ett konto hittades inte: oftast saknas ett förvalt konto i inställningarna.",
        ),
        _ACCOUNT_SETTINGS,
        section="4.3, 6.12, 9",
    ),
    2001403: park(
        "predefined_account_missing",
        Said("A predefined account was not found.", "Ett förvalt konto hittades inte."),
        _ACCOUNT_SETTINGS,
    ),
    2002462: park(
        "predefined_account",
        Said("A predefined account has not four digits.", "Ett förvalt konto har inte fyra siffror."),
        _ACCOUNT_SETTINGS,
    ),
    2004052: park(
        "predefined_account",
        Said(
            "A predefined account has a VAT code that does not fit.",
            "Ett förvalt konto har en momskod som inte passar.",
        ),
        _ACCOUNT_SETTINGS,
    ),
    2003095: park(
        "predefined_account_missing",
        Said(
            "The default account for purchases with reverse charge is missing.",
            "Det förvalda kontot för inköp med omvänd skattskyldighet saknas.",
        ),
        _ACCOUNT_SETTINGS,
    ),
}
