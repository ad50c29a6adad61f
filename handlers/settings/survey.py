"""What surveys may do."""

from typing import Literal

from pydantic import Field, field_validator

from handlers.settings.survey_rules import SurveyRule
from handlers.settings.survey_scales import Scale
from handlers.values import Frozen


class Survey(Frozen):
    """What a survey may do to the customer register, what its scores mean, and what they cause.

    ``scales`` are by survey (its id, or a pattern with ``*``; the first that fits counts, an id before a pattern).
    """

    create_customers: Literal["always", "with_organisation_number", "never"] = "always"
    overwrite: tuple[Literal["name", "organisation_number", "email", "phone"], ...] = ()
    notable_answers: tuple[str, ...] = ()
    detail_characters: int = Field(default=200, ge=0, le=800)
    scales: dict[str, Scale] = Field(default_factory=dict)
    rules: tuple[SurveyRule, ...] = Field(default=(), max_length=200)

    @field_validator("rules")
    @classmethod
    def _names_apart(cls, rules: tuple[SurveyRule, ...]) -> tuple[SurveyRule, ...]:
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called {name}")
        return rules
