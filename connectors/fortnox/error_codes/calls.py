"""Codes about the call itself: its form, its values, its address, and who may make it (Fortnox facts, section 4.3)."""

from connectors.fortnox.error_codes.meaning import (
    CONNECT,
    CORRECT,
    GIVE_RIGHT,
    Meanings,
    Said,
    bug,
    credentials,
    later,
    park,
)

LOGIN = credentials(
    "login_refused",
    Said("Fortnox refuses the login.", "Fortnox godtar inte inloggningen."),
    CONNECT,
    section="4.3, 6.2",
)
"""The first meaning of 2000310, told by the status or by a call that changes nothing."""

ACCESS: Meanings = {
    2000311: credentials(
        "token_missing", Said("Fortnox got no token.", "Fortnox fick ingen åtkomstnyckel (token)."), CONNECT
    ),
    2000663: park(
        "scope_missing",
        Said(
            "The token lacks the scope for this resource.", "Integrationen saknar behörighet (scope) för den här delen."
        ),
        Said(
            "Add the scope in the developer portal and let an administrator approve the app again, then retry.",
            "Lägg till behörigheten i utvecklarportalen, låt en administratör godkänna integrationen på nytt och "
            "försök sedan igen.",
        ),
        status=403,
        section="2.7, 4.2, 4.3",
    ),
    2001101: park(
        "licence_missing",
        Said(
            "The company has no licence for this part of Fortnox.",
            "Företaget saknar licens för den här delen av Fortnox.",
        ),
        Said("Order the licence in Fortnox, then retry.", "Beställ licensen i Fortnox och försök sedan igen."),
        status=None,
        section="2.7, 4.2, 4.3, 9",
    ),
    2001103: credentials(
        "api_licence_missing",
        Said("The company has no licence for integrations (API).", "Företaget saknar licens för integrationer (API)."),
        Said("Order it in Fortnox, then resume.", "Beställ licensen i Fortnox och återuppta sedan (resume)."),
        section="4.2, 4.3",
    ),
    2001339: park(
        "permission_missing",
        Said("The connected user may not list invoices.", "Den anslutna användaren får inte lista fakturor."),
        GIVE_RIGHT,
        status=None,
    ),
    2001393: park(
        "permission_missing",
        Said(
            "The connected user lacks the right to customer invoices.",
            "Den anslutna användaren saknar behörighet till kundfakturor.",
        ),
        GIVE_RIGHT,
        status=None,
    ),
    2002455: park(
        "permission_missing",
        Said(
            "The connected user lacks the right to vouchers.",
            "Den anslutna användaren saknar behörighet till verifikationer.",
        ),
        GIVE_RIGHT,
        status=None,
    ),
    2003275: park(
        "permission_missing",
        Said(
            "The connected user lacks a right; Fortnox's message names it.",
            "Den anslutna användaren saknar en behörighet; Fortnox meddelande säger vilken.",
        ),
        GIVE_RIGHT,
        status=None,
    ),
    2004054: credentials(
        "login_refused", Said("Fortnox refuses the login.", "Fortnox godtar inte inloggningen."), CONNECT
    ),
}

FORM: Meanings = {
    1000003: later(
        "system_exception",
        Said("Fortnox had a fault of its own.", "Det uppstod ett fel hos Fortnox."),
        Said("Nothing is to be done; it usually passes.", "Inget behöver göras; det brukar gå över."),
        status=500,
        section="4.2, 4.3",
    ),
    1000030: bug(
        "accept_refused",
        Said("Fortnox refuses the Accept header.", "Fortnox godtar inte HTTP-huvudet Accept."),
        section="1.2, 4.3",
    ),
    1000031: bug(
        "content_type_refused",
        Said("Fortnox refuses the content type.", "Fortnox godtar inte innehållstypen (Content-Type)."),
        section="1.2, 4.3",
    ),
    2000587: bug(
        "filter_refused",
        Said("Fortnox refuses a filter of a list.", "Fortnox godtar inte ett filter i en lista."),
        section="4.1, 4.3, 5",
    ),
    2000588: bug(
        "parameter_refused",
        Said("Fortnox refuses a search parameter.", "Fortnox godtar inte en sökparameter."),
        section="4.3, 5, 6.15",
    ),
    2000699: bug(
        "null_refused",
        Said(
            "A value may not be null, such as the unit of a row.",
            "Ett värde får inte vara null, till exempel enheten på en rad.",
        ),
        section="1.8, 4.3",
    ),
    2000729: bug("identifier_missing", Said("No valid identifier was given.", "Ingen giltig identifierare angavs.")),
    2000764: bug(
        "no_such_route",
        Said("Fortnox does not know the address of the call.", "Fortnox känner inte till adressen för anropet."),
    ),
    2001392: bug(
        "body_refused",
        Said(
            "Fortnox found the body empty or of the wrong type.",
            "Fortnox fick ett anrop utan innehåll eller av fel typ.",
        ),
    ),
    2001399: bug(
        "unknown_field",
        Said(
            "Fortnox does not know a field that was sent, or does not let it be written.",
            "Fortnox känner inte till ett fält som skickades, eller låter det inte skrivas.",
        ),
        section="1.9, 4.3, 6.1",
    ),
    2001740: bug("xml_refused", Said("Fortnox could not read the XML.", "Fortnox kunde inte läsa XML-innehållet.")),
    2002115: bug("json_refused", Said("Fortnox could not read the JSON.", "Fortnox kunde inte läsa JSON-innehållet.")),
    2000134: bug("not_boolean", Said("A value must be true or false.", "Ett värde måste vara sant eller falskt.")),
}

VALUES: Meanings = {
    2000106: park(
        "not_alphanumeric",
        Said("A value must consist of letters and digits.", "Ett värde får bara bestå av bokstäver och siffror."),
    ),
    2000107: park("too_long", Said("A value is too long.", "Ett värde är för långt."), section="1.10, 4.3"),
    2000108: park("not_numeric", Said("A value must be a number.", "Ett värde måste vara ett tal.")),
    2000359: park(
        "illegal_characters",
        Said("A text holds characters that Fortnox refuses.", "En text innehåller tecken som Fortnox inte godtar."),
        section="1.6, 4.3, 9",
    ),
    2001795: park("field_missing", Said("A required field is missing.", "Ett obligatoriskt fält saknas.")),
    2000310: park(
        "record_in_use",
        Said("The record is in use by other documents.", "Posten används av andra dokument."),
        Said(
            "End what uses it in Fortnox, or leave the record as it is.",
            "Avsluta det som använder posten i Fortnox, eller låt den vara kvar.",
        ),
        section="4.3, 6.2",
    ),
    2001600: park(
        "your_reference_too_long",
        Said("YourReference is longer than 50 characters.", "Er referens är längre än 50 tecken."),
        CORRECT,
        section="1.10, 4.3",
    ),
    2001896: park(
        "comments_too_long",
        Said("Comments are longer than 1024 characters.", "Kommentaren är längre än 1024 tecken."),
        Said("Shorten them in Fortnox, then retry.", "Korta kommentaren i Fortnox och försök sedan igen."),
        section="1.10, 4.3",
    ),
}
