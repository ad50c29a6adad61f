"""The text that Fortnox accepts: what is replaced, dropped or cut, and what must never be altered."""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

from connectors.base import Park

OTHER_ACCEPTED = frozenset(" \n\r\u00a0–:.`´’,;^¤#%§£$€¢¥©™°&/()=+-*_!?²³®½@\"'\\")
"""Accepted besides letters and the digits 0 to 9 (Fortnox facts, section 1.6)."""

ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#x27);")
SEQUENCES = (("<-", "-"), ("->", "-"), ("=>", "="))
SPACES = re.compile(r" {2,}")
REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys("—―‒‐‑−─→←↔⇒•·●▪~", "-"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘‚‛‹›′", "'"),
        **dict.fromkeys("<[{", "("),
        **dict.fromkeys(">]}", ")"),
        **dict.fromkeys("|¦÷", "/"),
        "…": "...",
        "\t": " ",
        "\v": " ",
        "\f": " ",
        "\u2028": "\n",
        "\u2029": "\n",
        "\u0085": "\n",
        "×": "x",
        "±": "+-",
        "¼": "1/4",
        "¾": "3/4",
        "¹": "1",
        "№": "No",
        "‰": "o/oo",
    }
)

NAME_LIMIT = 1024
COMMENTS_LIMIT = 1024
PERSON_LIMIT = 50
ROW_LIMIT = 255
ARTICLE_LIMIT = 200
ORDER_NUMBER_LIMIT = 75
REFERENCE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text as Fortnox will take it, and whether that differs from what came."""

    value: str
    altered: bool


def accepted_character(character: str) -> bool:
    """A letter of any script, a digit 0 to 9, or one of the listed signs; a combining mark is no letter."""
    if character in OTHER_ACCEPTED or (character.isascii() and character.isdigit()):
        return True
    return unicodedata.category(character).startswith("L")


def accepted(text: str) -> bool:
    """Whether Fortnox takes the text as it stands and shows it as it was meant (no HTML entity left in it)."""
    return ENTITY.search(text) is None and all(accepted_character(character) for character in text)


def _replaced(text: str) -> str:
    for sequence, sign in SEQUENCES:
        text = text.replace(sequence, sign)
    return text.translate(REPLACEMENTS)


def _kept(character: str) -> str:
    """The character, its plain digit or space, or nothing."""
    if accepted_character(character):
        return character
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    return " " if unicodedata.category(character) == "Zs" else ""


def _tidy(text: str) -> str:
    """One space where several stand, none at the ends of lines; every line break is a plain one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(SPACES.sub(" ", line).strip() for line in lines).strip()


def clean(text: str) -> str:
    """The text in accepted characters: entities decoded, look-alikes replaced by a fixed table, the rest dropped.

    An accepted text comes back unchanged; the result is always accepted.
    """
    while not accepted(text):
        decoded = ENTITY.sub(lambda match: unescape(match.group()), text)
        composed = unicodedata.normalize("NFC", decoded)
        text = _tidy("".join(_kept(character) for character in _replaced(composed)))
    return text


def cut_at_word(text: str, limit: int) -> str:
    """At most ``limit`` characters, ended at a word's end where one lies in the last quarter."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    if not text[limit].isspace():
        space = head.rfind(" ")
        head = head[:space] if space >= limit * 3 // 4 else head
    return head.rstrip()


def one_line(text: str, limit: int = NAME_LIMIT) -> Fitted:
    """A name, phone number or other header field: line breaks become spaces, cut at the field's limit."""
    value = clean(text)
    if "\n" in value or "\r" in value:
        value = " ".join(value.split())
    value = cut_at_word(value, limit)
    return Fitted(value, value != text)


def several_lines(text: str, limit: int) -> Fitted:
    """A longer text that keeps its line breaks, cut at the field's limit."""
    value = cut_at_word(clean(text), limit)
    return Fitted(value, value != text)


def row_description(text: str) -> Fitted:
    """A row's text: Fortnox drops line breaks and cuts at 255 silently (facts, 1.6 and 1.10); here with care."""
    return one_line(text, ROW_LIMIT)


def reference_or_park(field: str, value: str, limit: int) -> str:
    """A number, reference or match key, which is never altered: what Fortnox would refuse or cut is for a person.

    Raises ``Park`` naming the field and the fault, never the value.
    """
    fault = None
    if not value:
        fault = "is empty"
    elif len(value) > limit:
        fault = f"is longer than {limit} characters"
    elif any(not accepted_character(character) or character in "\r\n" for character in value):
        fault = "has a character that Fortnox refuses"
    if fault is None:
        return value
    raise Park(
        "unwritable_reference",
        system="fortnox",
        operation="plan",
        remedy=f"{field} {fault}, and numbers, references and match keys are never altered: "
        "correct it at the source and send the event again, or discard the command.",
    )
