"""The file that evidence is: a PDF of plain lines whose bytes follow from the command alone, and its name."""

import re
import unicodedata
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from connectors.fortnox.outcomes import File
from handlers.commands import EnsureEvidence
from handlers.values import REFERENCE_LENGTH, reference

PDF = "application/pdf"
PRODUCER = "fortnox-bridge"
LONGEST_NUMBER = 40
"""Characters of the source's number within the name of a file."""

LINES = 62
"""Lines of a page."""

_LEFT, _TOP, _BOTTOM, _LEADING, _SIZE = 56.0, 790.0, 34.0, 11.8, 9.0
_FONT, _BOLD = "Courier", "Courier-Bold"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_OURS = re.compile(rf"-([a-z2-7]{{{REFERENCE_LENGTH}}})-([0-9a-f]+)\.pdf$", re.IGNORECASE)


class Name(NamedTuple):
    """What a file's name says: our mark of the evidence, and the digest of what it says."""

    mark: str
    says: str


def name_of(command: EnsureEvidence, thing: str) -> str:
    """``underlag-SO-20931-MARK-DIGEST.pdf``: the source's number for people, the rest to be found again by."""
    number = _UNSAFE.sub("-", command.number)[:LONGEST_NUMBER].strip("-")
    return "-".join(filter(None, ("underlag", number, reference(thing), command.says))) + ".pdf"


def read_name(name: str) -> Name | None:
    """What the name of a file of ours says; ``None`` for somebody else's."""
    found = _OURS.search(name.strip())
    return None if found is None else Name(found[1].lower(), found[2].lower())


def evidence_file(command: EnsureEvidence, thing: str) -> File:
    """The file: the same command gives the same bytes, whenever and wherever it is drawn."""
    return File(name_of(command, thing), PDF, pdf(command.title, command.lines))


def printable(text: str) -> str:
    """The text in the characters of the font (Windows-1252): what it lacks is a plain letter, else a question mark."""
    return "".join(_printable(character) for character in text)


def _printable(character: str) -> str:
    for candidate in (character, _plain(character)):
        if _in_font(candidate):
            return candidate
    return "?"


def _in_font(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _plain(character: str) -> str:
    """The letter without its marks."""
    plain = unicodedata.normalize("NFKD", character)
    return "".join(part for part in plain if not unicodedata.combining(part)) or "?"


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A4 pages of 62 lines; each ends with the title, its number and how many there are. No time, no random id."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=0, invariant=1)
    canvas.setTitle(printable(title))
    canvas.setAuthor(PRODUCER)
    canvas.setCreator(PRODUCER)
    canvas.setSubject("Verifikationsunderlag")
    whole = [title, "", *lines]
    pages = [whole[start : start + LINES] for start in range(0, len(whole), LINES)]
    for number, page in enumerate(pages, start=1):
        for place, line in enumerate(page):
            canvas.setFont(_BOLD if number == 1 and not place else _FONT, _SIZE)
            canvas.drawString(_LEFT, _TOP - place * _LEADING, printable(line))
        canvas.setFont(_FONT, _SIZE)
        canvas.drawString(_LEFT, _BOTTOM, printable(f"{title}, sida {number} ({len(pages)})"))
        canvas.showPage()
    canvas.save()
    return out.getvalue()
