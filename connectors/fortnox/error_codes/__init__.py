"""The catalogue of Fortnox's error codes: what each one means, and what to do next (Fortnox facts, section 4.3)."""

from connectors.fortnox.error_codes.calls import ACCESS, FORM, LOGIN, VALUES
from connectors.fortnox.error_codes.documents import PURCHASES, SALES, WAREHOUSE
from connectors.fortnox.error_codes.housework import HOUSEWORK
from connectors.fortnox.error_codes.meaning import DONE, Language, Meaning, Meanings, Next, Said, park
from connectors.fortnox.error_codes.names import REMEDIES
from connectors.fortnox.error_codes.registers import ACCOUNTS, CARDS, SETTINGS

__all__ = [
    "DONE", "LOGIN", "MEANINGS", "NOT_FOUND", "NO_ROUTE", "UNKNOWN", "Language", "Meaning", "Next", "Said",
    "all_meanings", "meaning_of", "swedish",
]  # fmt: skip

MEANINGS: Meanings = {
    code: meaning
    for area in (FORM, ACCESS, VALUES, CARDS, SETTINGS, ACCOUNTS, SALES, PURCHASES, WAREHOUSE, HOUSEWORK)
    for code, meaning in area.items()
}
"""The first meaning of each code."""

_IN_USE_OR_LOGIN = 2000310

UNKNOWN = park(
    "refused",
    Said(
        "Fortnox refuses the call with a code that has no explanation here (`explain` shows its words).",
        "Fortnox nekar anropet med en kod som inte är förklarad här (`explain` visar dess ord).",
    ),
    status=None,
)
NOT_FOUND = frozenset({
    2000423, 2000427, 2000428, 2000429, 2000430, 2000431, 2000432, 2000433, 2000434, 2000435, 2000439, 2001161, 2004344,
})  # fmt: skip
"""Codes that say that the one object that was read does not exist."""

NO_ROUTE = 2000764
"""The address of the call is unknown."""


def meaning_of(code: int, status: int | None, *, reads: bool = False) -> Meaning:
    """What a code means in an answer; ``reads`` says that the call changes nothing. ``UNKNOWN`` for any other code.

    2000310 has two meanings: a record can only be in use where it was to be changed, and no such refusal is a 401 or
    403 (Fortnox facts, sections 4.3 and 6.2).
    """
    if code == _IN_USE_OR_LOGIN and (reads or status in {401, 403}):
        return LOGIN
    return MEANINGS.get(code, UNKNOWN)


def all_meanings(code: int) -> tuple[Meaning, ...]:
    """Every meaning of a code; empty where it is not in the catalogue."""
    found = (MEANINGS[code],) if code in MEANINGS else ()
    return (*found, LOGIN) if code == _IN_USE_OR_LOGIN else found


def swedish(text: str) -> str:
    """The Swedish of a text that this catalogue gave in English; any other text as it is."""
    every = (UNKNOWN, *(meaning for code in MEANINGS for meaning in all_meanings(code)))
    said = [Said(meaning.text(), meaning.text("sv")) for meaning in every]
    return next((one.swedish for one in (*said, *REMEDIES.values()) if one.english == text), text)
