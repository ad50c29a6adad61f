"""Texts with places for what an event says, as the configuration writes them: ``{score} of {survey}: {answer.why}``."""

from collections.abc import Iterator
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field

PLACES = (
    "score", "previous", "change", "class", "survey", "response", "date", "name", "email", "organisation_number",
    "answer.KEY",
)  # fmt: skip
"""What may stand between braces; ``answer.KEY`` is the answer to the question of that key."""

ANSWER = "answer."


def places_of(text: str) -> Iterator[tuple[str, str | None]]:
    """The parts of a text: what stands before a place (braces written double are single again), and the place.

    Raises ``ValueError`` for braces that do not pair, and for a place with a conversion or a format.
    """
    for before, place, form, conversion in Formatter().parse(text):
        if form or conversion:
            raise ValueError(f"between braces stands a name alone, as in {{score}}, not {{{place}}} with a format")
        yield before, place


def _known_places(text: str) -> str:
    for _, place in places_of(text):
        if place is None or place in PLACES[:-1]:
            continue
        if not place.startswith(ANSWER) or len(place) == len(ANSWER):
            raise ValueError(f"there is no {{{place}}}; known are {', '.join(f'{{{name}}}' for name in PLACES)}")
    return text


Wording = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_known_places)]
"""A text whose places are all known."""
