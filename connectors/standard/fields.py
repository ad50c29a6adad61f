"""What the shapes of our own documented webhooks are made of: their base, texts, numbers, moments, codes."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import WithJsonSchema

MOST_INTEGER_DIGITS = 18
MOST_DECIMALS = 12
LONGEST_NUMBER = 40
_NUMBER = r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$"


def _plain_text(value: object) -> object:
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("must be valid text, without half a surrogate pair")
        return value.strip()
    if isinstance(value, bool):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic turns only ValueError into a fault
    return format(read_number(value), "f") if isinstance(value, int | Decimal) else value


def read_number(value: object) -> Decimal:
    """A decimal from text or a JSON number, kept digit by digit; bounded so that no later step can blow up."""
    if isinstance(value, str):
        return _from_text(value) if len(value) < LONGEST_NUMBER else _bounded(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number, as text or as a JSON number")  # noqa: TRY004 - pydantic wants ValueError
    return _within(Decimal(value))


def _bounded(text: str) -> Decimal:
    if not _looks_plain(text):
        raise ValueError("must be a number such as 1234.50")
    return _within(Decimal(text))


@lru_cache(maxsize=2048)  # rates, quantities and many prices come again and again
def _from_text(text: str) -> Decimal:
    return _bounded(text.strip())


def _within(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or number.adjusted() >= MOST_INTEGER_DIGITS or exponent < -MOST_DECIMALS:
        raise ValueError(f"must have at most {MOST_INTEGER_DIGITS} digits and {MOST_DECIMALS} decimals")
    return Decimal(format(number, "f"))


def _looks_plain(text: str) -> bool:
    whole, point, decimals = text.removeprefix("-").partition(".")
    return text.isascii() and whole.isdigit() and (not point or decimals.isdigit()) and len(text) < LONGEST_NUMBER


def _iso_moment(value: object) -> object:
    if not isinstance(value, str) or value[:2] != "20" or "-" not in value:
        raise ValueError("must be a time such as 2026-11-13T10:15:00Z, between the years 2000 and 2100")
    return value


def _iso_day(value: object) -> object:
    if not isinstance(value, str) or len(value.strip()) != len("2026-11-13") or value.strip()[:2] != "20":
        raise ValueError("must be a day such as 2026-11-13, between the years 2000 and 2100")
    return value.strip()


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


_NUMBER_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "string", "pattern": _NUMBER}, {"type": "number"}]}

Text = Annotated[str, BeforeValidator(_plain_text), WithJsonSchema({"type": "string"})]
Identifier = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
    BeforeValidator(_plain_text),
    WithJsonSchema({"type": ["string", "number"], "minLength": 1, "maxLength": 200}),
]
Number = Annotated[Decimal, BeforeValidator(read_number), WithJsonSchema(_NUMBER_SCHEMA)]
Moment = Annotated[
    AwareDatetime, BeforeValidator(_iso_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Day = Annotated[date, BeforeValidator(_iso_day), WithJsonSchema({"type": "string", "format": "date"})]
Currency = Annotated[Text, BeforeValidator(_upper), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{3}$"})]
Country = Annotated[
    str,
    Field(pattern=r"^[A-Z]{2}$"),
    BeforeValidator(_upper),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{2}$"}),
]
Choice = str | int | Decimal | bool


def _answer_value(value: object) -> object:
    """One fault for whatever an answer may not be, instead of one for each thing that it could have been."""
    choices = value if isinstance(value, list) else [value]
    if all(choice is None or isinstance(choice, str | int | Decimal) for choice in choices):
        return value
    raise ValueError("must be text, a number, true or false, or a list of these")


AnswerValue = Annotated[
    Choice | list[Choice | None],
    BeforeValidator(_answer_value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean"]},
                {"type": "array", "items": {"type": ["string", "number", "boolean", "null"]}},
            ]
        }
    ),
]


class Wire(BaseModel):
    """Base of all shapes: unknown fields are ignored; missing, null and empty text are the same."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: held
            for key, held in value.items()
            if held is not None and not (isinstance(held, str) and (not held or held.isspace()))
        }
