"""The words that the screens use for how a delivery or a command stands, and what they mean, in English and Swedish."""

from daemon.glossary_terms import Term

STATES: tuple[Term, ...] = (
    Term(
        "held", "väntar på svar",
        "A question stands in the way that only a person can answer; `held` lists them.",
        "En fråga är i vägen som bara en människa kan svara på; `held` listar dem.",
    ),
    Term(
        "parked", "parkerad",
        "It failed in a way that a person must mend, and then says `retry`.",
        "Det misslyckades på ett sätt som en människa måste rätta, och sedan säger `retry`.",
    ),
    Term(
        "waiting", "väntar",
        "It waits for something of ours that comes first: a document, a customer, a turn. It goes on by itself.",
        "Det väntar på något av vårt som kommer först: ett dokument, en kund, en tur. Det går vidare av sig självt.",
    ),
    Term(
        "ready", "klar att skickas",
        "Nothing is in its way: it leaves when its turn and the rate limit let it.",
        "Inget är i vägen: det skickas när dess tur och anropsgränsen tillåter.",
    ),
    Term(
        "in flight", "på väg",
        "Its call to Fortnox is under way.",
        "Dess anrop till Fortnox pågår.",
    ),
    Term(
        "unknown", "okänt slut",
        "A call was sent and no whole answer came: it is looked for in Fortnox before anything is sent again.",
        "Ett anrop skickades och inget helt svar kom: det eftersöks i Fortnox innan något skickas igen.",
    ),
    Term(
        "done", "klart",
        "It is true in Fortnox, and proved.",
        "Det gäller i Fortnox, och är bevisat.",
    ),
    Term(
        "discarded", "kasserad",
        "A person said that it shall not happen.",
        "En människa sa att det inte ska hända.",
    ),
    Term(
        "superseded", "ersatt",
        "A later command means something else, and this one had not been sent.",
        "Ett senare kommando menar något annat, och det här hade inte skickats.",
    ),
    Term(
        "reading", "läses",
        "Records are read at the sender before it is decided what the delivery causes.",
        "Poster läses hos avsändaren innan det avgörs vad leveransen leder till.",
    ),
    Term(
        "handled", "hanterad",
        "The rules ran, and what the delivery causes is on disk as commands.",
        "Reglerna har körts, och det som leveransen leder till ligger på disk som kommandon.",
    ),
    Term(
        "ignored", "förbigången",
        "Nothing follows from the delivery; the reason stands beside it.",
        "Leveransen leder inte till något; orsaken står bredvid.",
    ),
    Term(
        "before start", "före start",
        "It is dated before the day from which the bridge keeps the company's books.",
        "Den är daterad före den dag då bryggan tar över företagets bokföring.",
    ),
    Term(
        "stale", "föråldrad",
        "A newer version of the same thing was handled already.",
        "En nyare version av samma sak är redan hanterad.",
    ),
)  # fmt: skip
"""Each state of a delivery or a command; a line under the state's own name is written with a space in it."""
