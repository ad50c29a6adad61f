"""Values that events and commands are made of: things, references, money in öre, Swedish numbers."""

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict
from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.se import orgnr

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ORE = Decimal("0.01")
REFERENCE_LENGTH = 32
SHORT_REFERENCE_LENGTH = 12


class Question(Exception):
    """An event is understood but must not be acted on until a person answers; the text is the question.

    The text names fields, numbers of ours and sums; never a name, an address or an organisation number. With a ``key``
    rules take an answer as input (``Facts.answers``): one of ``choices``, which are words, or one of the forms of
    :mod:`handlers.questions`. ``of_sale``: the answer is remembered for this event's thing alone, else for the company.
    ``about`` is the one thing outside that frees it (a setting), where the words differ from one event to the next.
    """

    def __init__(
        self, text: str, *, key: str = "", choices: Sequence[str] = (), of_sale: bool = True, about: str = ""
    ) -> None:
        super().__init__(text)
        self.key = key
        self.choices = tuple(choices)
        self.of_sale = of_sale
        self.about = about


class Skipped(Exception):
    """A rule passes an event by on purpose; the text is the reason, which is kept with the delivery.

    It names settings and words of the source, never a party.
    """


class Frozen(BaseModel):
    """Base of every value: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ref(Frozen):
    """Our id for a thing outside: the system that named it (a source), its kind, and its id there.

    ``generation`` grows only when a person or a rule says that the thing is made anew (credited and issued again).
    """

    system: str
    kind: str
    id: str
    generation: int = 1

    def thing(self, company: str) -> str:
        """The thing's key in the store: 52 lower-case letters and digits, the same for the same thing, for ever."""
        return _thing(company, self.system, self.kind, self.id, str(self.generation))


@lru_cache(maxsize=2048)  # one event asks for each of its things several times
def _thing(*parts: str) -> str:
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return b32encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=").lower()


def written(name: str) -> str:
    """A source's name for something as a part of an id of ours: no slash and no number sign stands in it."""
    return quote(name, safe="")


def payment_thing(whole: Ref, payment: str) -> Ref:
    """One payment of a sale by the name that its source gives it; ``whole`` is the payment of the sale as a whole.

    Both names are written so that no two pairs of them look the same.
    """
    return whole.model_copy(update={"id": f"{written(whole.id)}/{written(payment)}"})


def reference(thing: str) -> str:
    """Our mark in Fortnox for a thing: always 32 letters and digits, so never a prefix of another."""
    return thing[:REFERENCE_LENGTH]


def short_reference(thing: str) -> str:
    """The mark inside a line of text (60 bits, always 12 characters), where room is scarce."""
    return thing[:SHORT_REFERENCE_LENGTH]


def round_ore(amount: Decimal) -> Decimal:
    """Round an amount in the document's currency to two decimals, half up (away from zero); never a negative zero."""
    return amount.quantize(ORE, rounding=ROUND_HALF_UP) + 0


@lru_cache(maxsize=1024)  # equal numbers have one plain form, and rates and quantities are few
def plain_number(number: Decimal) -> Decimal:
    """Two decimals at most and no trailing zeros (``120.00`` becomes ``120``), so that equal numbers read equally.

    Rounds half up beyond two decimals; the number must lie within what :func:`round_ore` can hold (26 digits).
    """
    return Decimal(f"{round_ore(number):f}".rstrip("0").rstrip("."))


def is_nps(score: Decimal) -> bool:
    """Whether a score can be one of NPS: a whole number from 0 to 10."""
    return 0 <= score <= 10 and score == score.to_integral_value()


def stockholm_date(moment: datetime) -> date:
    """The calendar day of an aware moment in Europe/Stockholm: the day that Swedish books know."""
    return moment.astimezone(STOCKHOLM).date()


def swedish_organisation_number(text: str) -> str | None:
    """Normalise to ``NNNNNN-NNNN``; ``None`` where the text is not a Swedish number with a right check digit.

    Twelve digits lose their century or ``16``; ``SE`` + ten digits + ``01`` is the VAT number around it.
    """
    compact = "".join(text.split()).upper()
    if compact.startswith("SE") and compact.endswith("01") and len(compact) == 14:
        compact = compact[2:12]
    digits = "".join(character for character in compact if character not in "-+")
    if len(digits) == 12 and digits[:2] in {"16", "19", "20"}:
        digits = digits[2:]
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit():
        return None
    try:
        number = orgnr.validate(digits)
    except NumberInvalid:
        return None
    return f"{number[:6]}-{number[6:]}"


def normal_email(text: str) -> str:
    """An e-mail address as it is compared: trimmed, case folded."""
    return text.strip().casefold()
