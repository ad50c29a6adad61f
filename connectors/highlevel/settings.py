"""The configuration section of a HighLevel sender."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.base import SecretReference
from connectors.highlevel.vendor_keys import VENDOR_KEYS
from connectors.sources import SourceSettings
from handlers.settings import WriteBack
from handlers.values import Frozen

OrderStatus = Literal["offer", "won", "invoiced", "paid", "refunded", "refunded_in_full", "cancelled"]
"""What a status of theirs may mean; with ``refunded`` alone nobody says how much money went back."""

DOCUMENT_NUMBERS = frozenset({"offer_number", "order_number", "invoice_number"})

Polled = Literal["surveys", "orders", "invoices"]


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""Places to look, first hit counts: a label as it stands in the body, or a dotted path into it."""


class Fields(Frozen):
    """Where a survey's fields stand; the defaults fit the actions "Webhook" and "Custom Webhook".

    Labels are compared without regard to case and to blanks at their ends. One text or a list of texts is accepted.
    ``score`` and ``organisation_number`` may name the id of a custom field too: polled submissions have those.
    """

    event: Paths = ("customData.event", "event")
    delivery_id: Paths = (
        "customData.submission_id",
        "customData.response_id",
        "customData.event_id",
        "submission_id",
        "response_id",
        "event_id",
    )
    response_id: Paths = ("customData.submission_id", "customData.response_id", "submission_id", "response_id")
    submitted_at: Paths = ("customData.submitted_at", "submitted_at")
    survey_id: Paths = ("customData.survey_id", "survey.id", "survey_id")
    location_id: Paths = ("location.id", "location_id", "locationId", "customData.location_id")
    workflow_id: Paths = ("workflow.id",)
    contact_id: Paths = ("contact_id", "contact.id", "contactId")
    company: Paths = ("company_name", "contact.company_name", "contact.company")
    full_name: Paths = ("full_name", "contact.full_name", "contact.name")
    first_name: Paths = ("first_name", "contact.first_name")
    last_name: Paths = ("last_name", "contact.last_name")
    email: Paths = ("email", "contact.email")
    phone: Paths = ("phone", "contact.phone")
    country: Paths = ("country", "contact.country")
    street: Paths = ("address1", "contact.address1")
    zip_code: Paths = ("postal_code", "contact.postal_code")
    city: Paths = ("city", "contact.city")
    organisation_number: Paths = (
        "customData.organisation_number",
        "contact.organisation_number",
        "organisation_number",
        "Organisationsnummer",
        "Organisationsnr",
        "Org.nr",
        "Org nr",
        "Orgnr",
        "Organisation number",
    )
    score: Paths = ("customData.score", "score")
    answers: Paths = ("answers",)


class Opportunities(Frozen):
    """What an opportunity does not say of its value: the VAT in percent that comes on top, and its currency."""

    vat_rate: Decimal = Field(ge=0, le=100)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class Api(Frozen):
    """Access to one location through HighLevel's API (HighLevel facts, sections 2 to 4); it writes for ``write_back``.

    Either ``token`` (a Private Integration Token), or ``client_id``, ``client_secret`` and ``refresh_token`` of an app:
    the refresh token is used once to begin, then the newest pair lies in the store. ``poll`` says what is asked for
    regularly; ``look_back_days`` is how old an order or invoice may be and still have its changes found by polling,
    because HighLevel filters by the day of creation.
    """

    base_url: Annotated[str, AfterValidator(checked_address)] = "https://services.leadconnectorhq.com"
    version: str = Field(default="2021-07-28", pattern=r"^[A-Za-z0-9.-]{1,20}$")
    token: SecretReference | None = None
    client_id: str | None = None
    client_secret: SecretReference | None = None
    refresh_token: SecretReference | None = None
    poll: tuple[Polled, ...] = ("surveys", "orders", "invoices")
    look_back_days: int = Field(default=30, ge=1, le=365)
    window_calls: int = Field(default=100, ge=1, le=10_000)
    window_seconds: float = Field(default=10.0, gt=0, le=3600)
    daily_calls: int = Field(default=200_000, ge=1)
    timeout_seconds: float = Field(default=30.0, gt=0, le=300)

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        app = (self.client_id, self.client_secret, self.refresh_token)
        if (self.token is None) == (app == (None, None, None)):
            raise ValueError("set token, or client_id, client_secret and refresh_token")
        if self.token is None and None in app:
            raise ValueError("client_id, client_secret and refresh_token go together")
        return self


class HighLevelBack(Frozen):
    """What is written back at HighLevel (scope contacts.write); what is not named is not written.

    ``notes`` and ``tasks`` let rules and workflows leave them on contacts. ``customer_number_field`` is the id of a
    contact's custom field for text, which then holds the number of the contact's customer in Fortnox. With
    ``document_notes`` a note on the contact tells the numbers of a sale's documents: HighLevel has no field for them.
    ``comments``: what people write in a customer's comments in Fortnox is a note on the contact, and with
    ``document_comments`` what they write in those of a sale's documents; both need ``notes``.
    """

    notes: bool = False
    tasks: bool = False
    document_notes: bool = False
    comments: bool = False
    document_comments: bool = False
    customer_number_field: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{1,60}$")


class HighLevelSettings(SourceSettings):
    """What a source takes from HighLevel, what proves it, our location, and the mapping.

    Workflow webhooks are proved by tokens: ``path_token`` is the part of the address below the source's name,
    ``header_secret`` the value of the header ``X-Hook-Token``; each that is set is checked, and the previous values
    count beside them while workflows are changed over. With ``app``, webhooks of a marketplace app are taken too, and
    proved by their signature; ``legacy_signature`` allows ``x-wh-signature`` besides. ``app_keys`` are the vendor's
    public keys, PEM texts or ``file:`` with an absolute path. HighLevel signs with one key for all apps, so the
    location must be ours: ``location_id``, or the table ``companies``; ``agency_id`` (HighLevel's ``companyId``) and
    ``app_id`` are compared where they are set.

    ``order_statuses`` maps an order's status at HighLevel to ours; others mean nothing. ``invoices`` says from when on
    an invoice counts. ``ignored_labels`` are labels that are no answers of the survey (fields of other forms that the
    contact once filled in). ``organisation_number_field`` is the id of a contact's custom field. ``write_back`` is
    what is written at HighLevel; it needs ``api``.
    """

    path_token: SecretReference | None = None
    previous_path_token: SecretReference | None = None
    header_secret: SecretReference | None = None
    previous_header_secret: SecretReference | None = None
    app: bool = False
    legacy_signature: bool = False
    app_keys: tuple[str, ...] = Field(default=VENDOR_KEYS, min_length=1, max_length=8)
    location_id: str | None = None
    agency_id: str | None = None
    app_id: str | None = None
    order_statuses: dict[str, OrderStatus] = Field(default={"completed": "paid"})
    invoices: Literal["paid", "sent"] = "paid"
    test_mode: bool = False
    organisation_number_field: str | None = None
    opportunities: Opportunities | None = None
    ignored_labels: tuple[str, ...] = ()
    fields: Fields = Fields()
    api: Api | None = None
    write_back: HighLevelBack = HighLevelBack()

    @property
    def can_read(self) -> bool:
        """Only the table ``api`` opens the location."""
        return self.api is not None

    @property
    def back(self) -> WriteBack | None:
        """What the table ``write_back`` allows."""
        told = self.write_back
        if told == HighLevelBack():
            return None
        numbers = {"customer_number"} if told.customer_number_field else set[str]()
        numbers |= DOCUMENT_NUMBERS if told.document_notes else set()
        return WriteBack(
            numbers=frozenset(numbers),
            party="contact",
            invoice="invoice" if told.document_notes else None,
            notes=told.notes,
            tasks=told.tasks,
            comments=told.comments,
            document_comments=told.document_comments,
        )

    @property
    def written_to(self) -> frozenset[tuple[str, ...]]:
        """The location."""
        if self.api is None or self.location_id is None:
            return frozenset()
        return frozenset({(self.api.base_url, self.location_id)})

    @property
    def told_by_digest(self) -> Mapping[str, str]:
        """Surveys of workflows, until the settings name the id that the workflow's owner adds to their bodies."""
        workflows = self.path_token is not None or self.header_secret is not None
        if not workflows or "delivery_id" in self.fields.model_fields_set:
            return {}
        return {"survey_submitted": "name in fields.delivery_id what holds the submission's id in the workflow's data"}

    @field_validator("app_keys")
    @classmethod
    def _texts_or_files(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(key.strip().startswith("-----BEGIN") or key.startswith("file:/") for key in value):
            raise ValueError("a public key is a PEM text, or file: with an absolute path")
        return value

    @model_validator(mode="after")
    def _proved_somehow(self) -> Self:
        tokens = self.path_token is not None or self.header_secret is not None
        if not tokens and not self.app and self.api is None:
            raise ValueError(
                "set path_token, header_secret or both for workflows (they carry no signature), app for an app's "
                "webhooks, or the table api"
            )
        if self.previous_path_token is not None and self.path_token is None:
            raise ValueError("previous_path_token needs path_token beside it")
        if self.previous_header_secret is not None and self.header_secret is None:
            raise ValueError("previous_header_secret needs header_secret beside it")
        return self

    @model_validator(mode="after")
    def _one_location_or_a_table(self) -> Self:
        if self.companies and self.location_id is not None:
            raise ValueError("companies is a table of locations already; leave location_id out")
        if self.app and not self.companies and self.location_id is None:
            raise ValueError("app needs location_id or companies: HighLevel signs with one key for all apps")
        if self.legacy_signature and not self.app:
            raise ValueError("legacy_signature needs app")
        return self

    @model_validator(mode="after")
    def _api_of_one_location(self) -> Self:
        if self.api is not None and self.companies:
            raise ValueError("api reads one location: make a source for each, with company and location_id")
        if self.api is not None and self.location_id is None:
            raise ValueError("api needs location_id")
        if self.back is not None and self.api is None:
            raise ValueError("write_back needs api: what is written back goes through HighLevel's API")
        if self.opportunities is not None and self.api is None:
            raise ValueError("opportunities needs api: an opportunity names its buyer by id only")
        return self
