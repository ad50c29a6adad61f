"""What is said of one error code: what to do next, a closed word, and cause and remedy in English and Swedish."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Next = Literal["later", "park", "credentials", "bug"]
Language = Literal["en", "sv"]


@dataclass(frozen=True, slots=True)
class Said:
    """The same sentences in both languages."""

    english: str
    swedish: str

    def to(self, language: Language) -> str:
        """The sentences in one language."""
        return self.swedish if language == "sv" else self.english


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of a code.

    ``next`` is what to do: try again later, park for a person, pause the company, or park as a fault of ours.
    ``reason`` is the closed word of log lines. ``status`` is the HTTP status that the code comes with, ``None`` where
    nobody knows. ``section`` names the sections of Fortnox facts that it was taken from.
    """

    next: Next
    reason: str
    cause: Said
    remedy: Said
    status: int | None
    section: str

    def text(self, language: Language = "en") -> str:
        """Cause and remedy as one text for a person."""
        return f"{self.cause.to(language)} {self.remedy.to(language)}"


Meanings = Mapping[int, Meaning]

DONE: Mapping[Next, Said] = {
    "later": Said("The bridge tries again by itself.", "Bryggan försöker igen av sig själv."),
    "park": Said(
        "The bridge parks the command until a person retries it; everything else goes on.",
        "Bryggan parkerar kommandot tills någon försöker igen; allt annat går vidare.",
    ),
    "credentials": Said(
        "The bridge pauses the company and keeps all that arrives for it.",
        "Bryggan pausar företaget och behåller allt som kommer in till det.",
    ),
    "bug": Said(
        "The bridge parks the command: what it sent was wrong, and the same again would be refused again.",
        "Bryggan parkerar kommandot: det som skickades var fel, och samma sak skulle nekas igen.",
    ),
}
"""What the bridge does, by what is next."""

CORRECT = Said(
    "Correct it at the source or in Fortnox, then retry.", "Rätta det i källan eller i Fortnox och försök sedan igen."
)
IN_FORTNOX = Said("Correct it in Fortnox, then retry.", "Rätta det i Fortnox och försök sedan igen.")
ADD = Said("Add what is missing in Fortnox, then retry.", "Lägg upp det som saknas i Fortnox och försök sedan igen.")
GIVE_RIGHT = Said(
    "Give the user that right in Fortnox, then retry.", "Ge användaren behörigheten i Fortnox och försök sedan igen."
)
CONNECT = Said("Connect the company again.", "Anslut företaget på nytt.")
REPORT = Said(
    "This is a fault of the bridge, not of the data: report it; retry after an upgrade.",
    "Felet ligger i bryggan och inte i uppgifterna: anmäl det, och försök igen efter en uppgradering.",
)


def later(reason: str, cause: Said, remedy: Said, *, status: int | None = 400, section: str = "4.3") -> Meaning:
    """It passes by itself."""
    return Meaning("later", reason, cause, remedy, status, section)


def park(
    reason: str, cause: Said, remedy: Said = CORRECT, *, status: int | None = 400, section: str = "4.3"
) -> Meaning:
    """A person must correct something first."""
    return Meaning("park", reason, cause, remedy, status, section)


def credentials(reason: str, cause: Said, remedy: Said, *, status: int | None = None, section: str = "4.3") -> Meaning:
    """Nothing of this company can be sent until a person acts."""
    return Meaning("credentials", reason, cause, remedy, status, section)


def bug(reason: str, cause: Said, *, status: int | None = 400, section: str = "4.3") -> Meaning:
    """The call was wrong, whatever the data."""
    return Meaning("bug", reason, cause, REPORT, status, section)
