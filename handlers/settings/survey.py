"""What surveys may do."""

from typing import Literal

from pydantic import Field

from handlers.values import Frozen


class Survey(Frozen):
    """What a survey may do to the customer register."""

    create_customers: Literal["always", "with_organisation_number", "never"] = "always"
    overwrite: tuple[Literal["name", "organisation_number", "email", "phone"], ...] = ()
    notable_answers: tuple[str, ...] = ()
    detail_characters: int = Field(default=200, ge=0, le=800)
