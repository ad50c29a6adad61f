"""The shapes of our own documented webhooks, as they travel."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.json_schema import WithJsonSchema
from pydantic_core import ErrorDetails

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


class Address(Wire):
    """Where the buyer gets its post; the country stands on the buyer itself."""

    street: Text | None = None
    second_line: Text | None = None
    zip_code: Text | None = None
    city: Text | None = None


class Customer(Wire):
    """The buyer: a company where there is one, else a person."""

    external_id: Identifier | None = Field(None, description="the sender's own id of the buyer")
    customer_number: Identifier | None = Field(None, description="the buyer's number in Fortnox, where it is known")
    name: Text
    organisation_number: Text | None = None
    vat_number: Text | None = Field(None, description="with its country's two letters; decides the VAT abroad")
    kind: Literal["company", "private"] | None = Field(None, description="absent: a company if it has a number")
    email: Text | None = None
    country: Country | None = Field(None, description="ISO 3166, two letters")
    address: Address | None = None


class Line(Wire):
    """One line: price per unit in the document's currency, VAT rate in percent, and at most one discount."""

    sku: Text | None = None
    description: Text
    quantity: Number
    unit: Text | None = None
    unit_price: Number
    vat_rate: Number
    discount_percent: Number = Decimal(0)
    discount_amount: Number = Field(Decimal(0), description="off the whole line, as priced")
    cost_center: Text | None = Field(None, description="its code in Fortnox, else the document's")
    project: Text | None = Field(None, description="its number in Fortnox, else the document's")


class Surcharge(Wire):
    """Freight or an administration fee, as priced."""

    amount: Number
    vat_rate: Number


class Charge(Wire):
    """What is added to the lines or taken off them (below zero), as priced."""

    kind: Literal["fee", "tip", "coupon", "gift_card", "rounding"]
    description: Text
    amount: Number
    vat_rate: Number = Decimal(0)


class MoneyData(Wire):
    """The money side that orders and invoices share; totals are in ``currency`` and agree with the lines to the öre."""

    version: Number | None = Field(None, description="orders changes of one order; absent: the timestamp")
    refund_id: Identifier | None = Field(None, description="order.refunded: tells several refunds of an order apart")
    ordered_at: Moment | None = None
    paid_at: Moment | None = None
    currency: Currency = Field(description="ISO 4217, three letters")
    currency_rate: Number | None = Field(None, description="SEK for one unit of the currency")
    currency_rate_date: Day | None = Field(None, description="the day whose rate it is")
    prices_include_vat: bool
    customer: Customer
    lines: tuple[Line, ...] = Field(min_length=1)
    discount_percent: Number = Field(Decimal(0), description="off all lines together")
    discount_amount: Number = Field(Decimal(0), description="off all lines together, as priced")
    discount_text: Text | None = Field(None, description="what the discount is called on the document")
    charges: tuple[Charge, ...] = ()
    freight: Surcharge | None = None
    administration_fee: Surcharge | None = None
    total_excluding_vat: Number
    total_vat: Number
    total: Number
    our_reference: Text | None = Field(None, description="who sold it")
    your_reference: Text | None = Field(None, description="who bought it")
    comments: Text | None = None
    delivery_date: Day | None = None
    due_date: Day | None = Field(None, description="absent: the company's days of payment")
    order_number: Identifier | None = Field(None, description="the buyer's own order number")
    price_list: Text | None = Field(None, description="its code in Fortnox")
    cost_center: Text | None = Field(None, description="its code in Fortnox")
    project: Text | None = Field(None, description="its number in Fortnox")


class OrderData(MoneyData):
    """An order."""

    order_id: Identifier


class InvoiceData(MoneyData):
    """An invoice of the sender; with ``order_id`` it belongs to that order."""

    invoice_id: Identifier
    order_id: Identifier | None = None


class Respondent(Wire):
    """Who answered."""

    name: Text | None = None
    email: Text | None = None
    company: Text | None = None
    organisation_number: Text | None = None


class AnswerData(Wire):
    """One answer; several choices are a list."""

    key: Text | None = None
    question: Text | None = None
    value: AnswerValue | None = None

    @model_validator(mode="after")
    def _named(self) -> "AnswerData":
        if self.key is None and self.question is None:
            raise ValueError("needs a key or a question")
        return self


class SurveyData(Wire):
    """A finished survey."""

    survey_id: Identifier
    response_id: Identifier
    version: Number | None = Field(None, description="orders changes of one response; absent: the timestamp")
    score: Number | None = None
    respondent: Respondent
    answers: tuple[AnswerData, ...] = ()


class OrderBody(Wire):
    """An order reached a status."""

    type: Literal["order.offered", "order.won", "order.invoiced", "order.paid", "order.refunded", "order.cancelled"]
    timestamp: Moment
    data: OrderData


class InvoiceBody(Wire):
    """An invoice of the sender was paid in full."""

    type: Literal["invoice.paid"]
    timestamp: Moment
    data: InvoiceData


class SurveyBody(Wire):
    """A respondent finished a survey."""

    type: Literal["survey.completed", "survey.submitted"]
    timestamp: Moment
    data: SurveyData


Body = OrderBody | InvoiceBody | SurveyBody

BODIES: dict[str, type[Body]] = {
    "order.offered": OrderBody,
    "order.won": OrderBody,
    "order.invoiced": OrderBody,
    "order.paid": OrderBody,
    "order.refunded": OrderBody,
    "order.cancelled": OrderBody,
    "invoice.paid": InvoiceBody,
    "survey.completed": SurveyBody,
    "survey.submitted": SurveyBody,
}


MOST_FAULTS = 3
_REASONS = {
    "missing": "is missing",
    "model_type": "must be an object",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be text",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}


def faults(error: ValidationError) -> str:
    """What is wrong with a body, as field paths with one reason each; never a value (at most three fields)."""
    found: dict[str, str] = {}
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        found.setdefault(".".join(str(part) for part in fault["loc"]) or "the body", _reason(fault))
    texts = [f"{path}: {reason}" for path, reason in list(found.items())[:MOST_FAULTS]]
    return "; ".join([*texts, *([f"and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else [])])


def _reason(fault: ErrorDetails) -> str:
    text = fault["msg"].removeprefix("Value error, ").replace("Input should", "must").replace("String should", "must")
    return _REASONS.get(fault["type"], text)


def moment_in_seconds(moment: datetime) -> Decimal:
    """Seconds since 1970 of an aware moment, exact to the microsecond."""
    if not moment.microsecond:
        return Decimal(int(moment.timestamp()))
    whole = Decimal(int(moment.replace(microsecond=0).timestamp()))
    return whole + Decimal(moment.microsecond) / 1_000_000
