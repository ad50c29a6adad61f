"""Codes about tax reduction for housework, ROT and RUT (Fortnox facts, section 4.3)."""

from connectors.fortnox.error_codes.meaning import Meanings, Said, park

_APPLICATION = park(
    "tax_reduction_application",
    Said(
        "The application for tax reduction does not pass the checks.",
        "Ansökan om skattereduktion klarar inte kontrollerna.",
    ),
    Said(
        "Read Fortnox's message, correct the application there, then retry.",
        "Läs Fortnox meddelande, rätta ansökan där och försök sedan igen.",
    ),
)
_AMOUNTS = Said(
    "Lower the amounts asked for, or correct the rows, then retry.",
    "Sänk de sökta beloppen, eller rätta raderna, och försök sedan igen.",
)
_TYPE = Said(
    "Choose another type of work for the row, then retry.",
    "Välj en annan typ av arbete för raden och försök sedan igen.",
)

HOUSEWORK: Meanings = {
    2000600: park(
        "tax_reduction_exists",
        Said(
            "The person is on this document's tax reduction already.",
            "Personnumret finns redan på dokumentets skattereduktion.",
        ),
        Said("Change the entry that is there.", "Ändra den uppgift som redan finns."),
        section="4.3, 6.16",
    ),
    2001246: park(
        "tax_reduction_last",
        Said(
            "The last tax-reduction entry of a housework document cannot be deleted.",
            "Den sista uppgiften om skattereduktion på ett husarbetesdokument kan inte tas bort.",
        ),
        Said("Change it instead.", "Ändra den i stället."),
        section="4.3, 6.16",
    ),
    2002980: park(
        "housework_type",
        Said(
            "The work type OTHERCOSTS may not stand on a housework row.",
            "Arbetstypen Övrig kostnad (OTHERCOSTS) får inte stå på en husarbetesrad.",
        ),
        _TYPE,
        section="4.3, 6.1",
    ),
    2003157: park(
        "housework_type",
        Said(
            "This type of housework has ended (COOKING, TUTORING).",
            "Den här typen av husarbete har upphört (COOKING, TUTORING).",
        ),
        _TYPE,
        section="4.3, 6.1",
    ),
    2003227: park(
        "tax_reduction_amount",
        Said(
            "The rows give less tax reduction than the entries ask for, or no housework row is left.",
            "Raderna ger mindre skattereduktion än vad som är sökt, eller så finns ingen husarbetesrad kvar.",
        ),
        _AMOUNTS,
        section="4.3, 6.16",
    ),
    2003228: park(
        "tax_reduction_amount",
        Said(
            "A tax-reduction entry asks for more than the rows allow.",
            "En uppgift om skattereduktion söker mer än vad raderna tillåter.",
        ),
        _AMOUNTS,
        section="4.3, 6.16",
    ),
    2004021: park(
        "housework_type",
        Said(
            "The type of housework does not fit the document's tax reduction (ROT or RUT).",
            "Typen av husarbete passar inte dokumentets skattereduktion (ROT eller RUT).",
        ),
        _TYPE,
        section="4.3, 6.1",
    ),
    **dict.fromkeys((2004209, 2004217, 2004218, 2004262, 2004263), _APPLICATION),
}
