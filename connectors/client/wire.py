"""The shapes that clients send to our own endpoints, and how what was taken lies in the inbox."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from handlers.party import looks_like_email
from handlers.values import swedish_organisation_number

Identifier = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _moment(value: object) -> object:
    """A day counts from its beginning in UTC; a moment without a time zone is refused, because nobody knows when."""
    if not isinstance(value, str):
        raise ValueError("must be text such as 2026-11-13 or 2026-11-13T10:15:00Z")  # noqa: TRY004 - pydantic wants it
    text = value.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a day or a time such as 2026-11-13 or 2026-11-13T10:15:00Z") from None
    if len(text) == len("2026-11-13"):
        moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    if moment.tzinfo is None:
        raise ValueError("needs a time zone, such as Z or +01:00")
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise ValueError(f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return moment


Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]


class Sent(BaseModel):
    """Base of all shapes: an unknown field is a fault, because a client's misspelling must not be lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AddressGiven(Sent):
    """Where a contact gets its post."""

    street: Text | None = None
    second_line: Text | None = None
    zip_code: Text | None = None
    city: Text | None = None


class Contact(Sent):
    """One contact as it is now at the client: given fields are written to its customer card in Fortnox.

    ``survey_id`` is what the client knows the answer or contact by; ``update_date`` orders changes of one contact.
    """

    survey_id: Identifier = Field(description="the client's own id of the response or contact")
    fortnox_customer_id: Identifier | None = Field(
        None, description="the customer's number in Fortnox, where it is known"
    )
    email: Identifier | None = None
    update_date: Moment = Field(description="when the contact changed; an older statement never overwrites a newer one")
    name: Text | None = None
    organisation_number: Text | None = None
    phone: Text | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(None, description="ISO 3166")
    address: AddressGiven | None = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "Contact":
        if not (self.email or self.fortnox_customer_id or self.organisation_number):
            raise ValueError("needs an email, a fortnox_customer_id or an organisation_number")
        if self.email is not None and not looks_like_email(self.email):
            raise ValueError("email does not look like one")
        swedish = self.country in {None, "SE"}
        if swedish and self.organisation_number and swedish_organisation_number(self.organisation_number) is None:
            raise ValueError("organisation_number is not a Swedish one with a right check digit")
        return self


class ContactTaken(Sent):
    """A contact as it lies in the inbox; ``create`` is false where an unknown one is not to be made."""

    type: Literal["contact"] = "contact"
    contact: Contact
    create: bool
    batch: str | None = None


class RecordTaken(Sent):
    """A write of Fortnox's table as it lies in the inbox: the commands that carry it out, checked when it was taken."""

    type: Literal["record"] = "record"
    row_id: str
    received_at: Moment
    commands: tuple[dict[str, Any], ...]
    batch: str | None = None


class WorkflowGiven(Sent):
    """A workflow to be started; ``input`` is for its steps."""

    workflow: Identifier = Field(description="the workflow's name in the configuration")
    workflow_id: Identifier | None = Field(None, description="the run's own id; absent: one is made")
    survey_id: Identifier | None = None
    account_id: Identifier | None = None
    input: dict[str, Any] = Field(default_factory=dict)


class WorkflowTaken(Sent):
    """A start of a workflow as it lies in the inbox; ``schedule`` names the schedule whose day it is."""

    type: Literal["workflow"] = "workflow"
    workflow: str
    workflow_id: str
    survey_id: str | None = None
    account_id: str | None = None
    input: dict[str, Any] = Field(default_factory=dict)
    asked_at: Moment
    schedule: str | None = None


Taken = Annotated[ContactTaken | RecordTaken | WorkflowTaken, Field(discriminator="type")]


def seconds_of(moment: datetime) -> Decimal:
    """Seconds since 1970 of an aware moment, exact to the microsecond."""
    whole = Decimal(int(moment.replace(microsecond=0).timestamp()))
    return whole + Decimal(moment.microsecond) / 1_000_000
