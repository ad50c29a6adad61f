"""Which characters Fortnox accepts in a text (Fortnox facts, 1.6)."""

import re

from connectors.fortnox.simulator.errors import ApiError

_MARKS = " \n\r\u00a0–:.`´’,;^¤#%§£$€¢¥©™°&/()=+-*_!?²³®½@\"'\\"
_DIGITS = "0123456789"
_SPECIAL = frozenset(_MARKS + _DIGITS)
_NUMBER = re.compile(r"(?:[^\W_]|[-+/_])+")
_COMMON = re.compile(f"[A-Za-zÀ-ÖØ-öø-ÿ{re.escape(_DIGITS + _MARKS)}]*")


def is_accepted(text: str) -> bool:
    """Tell whether every character is a letter, an ASCII digit or one of the accepted marks."""
    if _COMMON.fullmatch(text):
        return True
    return all(character in _SPECIAL or character.isalpha() for character in text)


def is_number(text: str) -> bool:
    """Tell whether a text may be the number of a customer or article: letters, digits, `- + / _` (6.2 and 6.4)."""
    return _NUMBER.fullmatch(text) is not None


def check_characters(name: str, text: str) -> None:
    """Refuse a text with a character outside the accepted list.

    Raises:
        ApiError: 2000359.
    """
    if not is_accepted(text):
        raise ApiError(2000359, f"Otillåtna tecken i fältet {name}.")
