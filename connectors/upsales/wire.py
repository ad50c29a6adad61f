"""The shapes of Upsales' records as they travel (Upsales facts, section 2)."""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from connectors.sources import Unreadable

LARGEST = Decimal(10) ** 12
LONGEST_NUMBER = 40
FINEST = Decimal("0.000000001")
"""Nine decimals: what lies below them is dust of binary fractions, in which Upsales computes."""

MOST_FAULTS = 3
LONGEST_ID = 200


def read_number(value: object) -> Decimal:
    """A number from JSON or text; bounded, and without the dust of binary fractions (1799.1000000000001)."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic turns only ValueError into a fault
    if isinstance(value, str) and (len(value) > LONGEST_NUMBER or not value.isascii()):
        raise ValueError("must be a number")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError("must be a number") from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError("must be a number of at most 12 digits before the point")
    return Decimal(f"{number.quantize(FINEST).normalize() + 0:f}")


def read_text(value: object) -> object:
    """Trimmed text; numbers count. Half a surrogate pair is refused: no storage takes it."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise ValueError("must be valid text, without half a surrogate pair")
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic turns only ValueError into a fault
    return f"{read_number(value):f}"


def read_moment(value: object) -> datetime:
    """An ISO 8601 time with its zone, between 2000 and 2100, in UTC. Raises ``ValueError``."""
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 2000 < found.year < 2100:
        raise ValueError("must be a time such as 2026-11-13T10:15:00.000Z")
    return found.astimezone(UTC)


def _day(value: object) -> date:
    try:
        found = date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise ValueError("must be a day such as 2026-11-13")
    return found


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(read_text)]
Identifier = Annotated[
    str, BeforeValidator(read_text), Field(min_length=1, max_length=LONGEST_ID, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Number = Annotated[Decimal, BeforeValidator(read_number)]
Moment = Annotated[AwareDatetime, BeforeValidator(read_moment)]
Day = Annotated[date, BeforeValidator(_day)]
Currency = Annotated[Text, BeforeValidator(_upper)]


class Wire(BaseModel):
    """Base of all shapes: unknown fields are ignored; missing, null and empty text are the same."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: held for key, held in value.items() if held is not None and not _is_blank(held)}


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and (not value or value.isspace())


class Named(Wire):
    """A stage, user, contact or company as an order names it."""

    id: Identifier | None = None
    name: Text | None = None
    email: Text | None = None


class Stage(Wire):
    """Where the order stands."""

    id: Identifier


class Custom(Wire):
    """One custom field; ``value`` should be text whatever the field's type, and is read only where it is wanted."""

    field_id: Identifier | None = None
    value: Any = None


class Product(Wire):
    """What a row sells."""

    id: Identifier | None = None
    name: Text | None = None
    article_no: Text | None = None


class Part(Wire):
    """One inner row of a bundle."""

    product_id: Identifier | None = None
    product: Product | None = None
    quantity: Number
    price: Number = Decimal(0)
    list_price: Number | None = None
    sort_id: Number | None = None


class Row(Wire):
    """One row: ``price`` is the net unit price agreed, ``list_price`` the gross one; ``discount`` says nothing."""

    product_id: Identifier | None = None
    product: Product | None = None
    quantity: Number
    price: Number
    list_price: Number | None = None
    sort_id: Number | None = None
    bundle_rows: tuple[Part, ...] = ()
    custom: tuple[Custom, ...] = ()


class Order(Wire):
    """An order or an opportunity; the stage tells which."""

    id: Identifier
    date: Day
    close_date: Day | None = None
    mod_date: Moment
    stage: Stage
    probability: Number | None = None
    user: Named | None = None
    client: Named
    contact: Named | None = None
    client_connection: Named | None = None
    order_row: tuple[Row, ...] = ()
    currency: Currency
    currency_rate: Number | None = None
    value: Number | None = None
    value_in_master_currency: Number | None = None
    price_list_id: Identifier | None = None
    custom: tuple[Custom, ...] = ()
    notes: Text | None = None


class AccountAddress(Wire):
    """One address of a company."""

    type: Text | None = None
    address: Text | None = None
    zipcode: Text | None = None
    city: Text | None = None
    country: Text | None = None


class Account(Wire):
    """A company; it has no e-mail of its own."""

    id: Identifier
    name: Text | None = None
    org_no: Text | None = None
    phone: Text | None = None
    addresses: tuple[AccountAddress, ...] = ()
    mail_address: AccountAddress | None = None
    custom: tuple[Custom, ...] = ()
    mod_date: Moment | None = None


class CurrencyRow(Wire):
    """One currency of the account."""

    iso: Currency
    master_currency: bool = False


class Currencies(Wire):
    """The list of currencies, as our reader keeps it."""

    currencies: tuple[CurrencyRow, ...]


class PriceList(Wire):
    """A price list; ``code`` is what Fortnox knows it by."""

    code: Text | None = None


def custom_value(fields: tuple[Custom, ...], wanted: str | None) -> str | None:
    """The text of one custom field by its id; ``None`` where it is not set, not text or not configured."""
    found = next((field.value for field in fields if wanted is not None and field.field_id == wanted), None)
    try:
        return None if found is None else str(read_text(found)) or None
    except ValueError:
        return None


def read_day(text: str | None) -> date | None:
    """A day at the start of a text (``2026-11-20``, also with a time behind it); ``None`` for anything else."""
    try:
        return _day((text or "")[:10])
    except ValueError:
        return None


def seconds(moment: datetime) -> Decimal:
    """Seconds since 1970 of an aware moment, exact to the microsecond."""
    whole = Decimal(int(moment.replace(microsecond=0).timestamp()))
    return whole + Decimal(moment.microsecond) / 1_000_000


def stamp(moment: datetime) -> str:
    """A moment as Upsales writes it: UTC, milliseconds, ``Z``; finer only where the moment is."""
    spec = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")


def faults(error: ValidationError, where: str) -> Unreadable:
    """What is wrong with a record, as field paths with one reason each (at most three); never a value."""
    found: dict[str, str] = {}
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        path = ".".join((where, *(str(part) for part in fault["loc"])))
        reason = "is missing" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        found.setdefault(path, reason.replace("Input should", "must").replace("String should", "must"))
    texts = [f"{path}: {reason}" for path, reason in list(found.items())[:MOST_FAULTS]]
    return Unreadable(
        "; ".join([*texts, *([f"and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else [])])
    )
