"""The configuration section of a HighLevel sender."""

from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator

from connectors.base import SecretReference
from connectors.sources import SourceSettings
from handlers.values import Frozen


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""Places to look, first hit counts: a label as it stands in the body, or a dotted path into it."""


class Fields(Frozen):
    """Where a survey's fields stand; the defaults fit the actions "Webhook" and "Custom Webhook".

    Labels are compared without regard to case and to blanks at their ends. One text or a list of texts is accepted.
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


class HighLevelSettings(SourceSettings):
    """Secrets of unsigned workflow webhooks, our location, and the mapping.

    ``path_token`` is the part of the address below the source's name, ``header_secret`` the value of the header
    ``X-Hook-Token``; at least one is needed, and each that is set is checked. The previous values count beside them
    while workflows are changed over. ``ignored_labels`` are labels that are no answers of the survey (fields of other
    forms that the contact once filled in).
    """

    path_token: SecretReference | None = None
    previous_path_token: SecretReference | None = None
    header_secret: SecretReference | None = None
    previous_header_secret: SecretReference | None = None
    location_id: str | None = None
    ignored_labels: tuple[str, ...] = ()
    fields: Fields = Fields()

    @model_validator(mode="after")
    def _proved_somehow(self) -> Self:
        if self.path_token is None and self.header_secret is None:
            raise ValueError("set path_token, header_secret or both: these webhooks carry no signature")
        if self.previous_path_token is not None and self.path_token is None:
            raise ValueError("previous_path_token needs path_token beside it")
        if self.previous_header_secret is not None and self.header_secret is None:
            raise ValueError("previous_header_secret needs header_secret beside it")
        return self

    @model_validator(mode="after")
    def _one_location_or_a_table(self) -> Self:
        if self.companies and self.location_id is not None:
            raise ValueError("companies is a table of locations already; leave location_id out")
        return self
