"""The configuration section of a Standard Webhooks sender."""

from typing import Self

from pydantic import Field, model_validator

from connectors.base import SecretReference
from connectors.signing import TOLERANCE_SECONDS
from connectors.sources import SourceSettings


class StandardSettings(SourceSettings):
    """Keys (``whsec_`` or ``whpk_``) and, with a ``companies`` table, where the sender's account stands in the body.

    ``account_field`` is a dotted path, for instance ``data.shop_id``. ``previous_secret`` is valid beside ``secret``
    while the sender changes over.
    """

    secret: SecretReference
    previous_secret: SecretReference | None = None
    account_field: str | None = None
    tolerance_seconds: int = Field(default=TOLERANCE_SECONDS, ge=30, le=3600)

    @model_validator(mode="after")
    def _account_with_table(self) -> Self:
        if bool(self.companies) != (self.account_field is not None):
            raise ValueError("companies and account_field go together")
        return self
