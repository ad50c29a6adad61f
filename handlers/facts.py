"""What our memory adds to an event: handed to rules as a frozen value, so that they stay pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from handlers.values import Frozen


class EarlierResponse(Frozen):
    """What somebody answered before: the survey's id, the score on its own scale where it has one, and the moment."""

    survey: str
    score: Decimal | None = None
    at: datetime


class Facts(Frozen):
    """What is remembered of the event's thing and its company when rules run.

    ``generation`` is the newest of the thing: it grows when a person or a rule says that its documents are made anew.
    ``answers`` is what people answered to questions of rules, by the question's key. ``delivery`` names the delivery
    that told of the event: our number for it (``in-17``) and its sender's key; empty where it is not stored.
    ``passed_by`` is what was recorded of the sale of a refund, where nothing of it was ever made. ``own_write``: what
    changed in Fortnox is what we did there ourselves. ``known_lines`` are of the comments of a sale's documents: the
    fingerprints of lines that we wrote there (with an empty text), and of those that were told, each with the document
    on which it was. The others are of a survey's response: ``earlier`` are the last
    ones of the same person, the newest last; ``met`` are the company's rules that an older version of this very
    response met; ``overtaken`` says that the person has answered the survey again since.
    """

    generation: int = Field(default=1, ge=1)
    answers: Mapping[str, str] = Field(default_factory=dict)
    delivery: str = ""
    earlier: tuple[EarlierResponse, ...] = ()
    met: frozenset[str] = frozenset()
    overtaken: bool = False
    passed_by: str | None = None
    own_write: bool = False
    known_lines: Mapping[str, str] = Field(default_factory=dict)


NOTHING_KNOWN = Facts()
"""Of a thing that is heard of for the first time, in a company where nobody answered anything yet."""
