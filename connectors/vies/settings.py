"""The section of a company that has VAT numbers checked: where to ask, and as whom."""

from typing import Annotated

from pydantic import AfterValidator, Field

from connectors.addresses import checked_address
from handlers.values import Frozen

ADDRESS = "https://ec.europa.eu/taxation_customs/vies/rest-api"


class ViesSettings(Frozen):
    """VIES is asked only where ``check`` is true.

    ``requester`` is our own VAT number with its country's letters: with it an answer carries a consultation number,
    which proves to the authorities that the question was asked. An answer counts for ``valid_hours``.
    """

    check: bool = False
    base_url: Annotated[str, AfterValidator(checked_address)] = ADDRESS
    requester: str | None = Field(default=None, pattern=r"^[A-Z]{2}[0-9A-Z+*]{2,12}$")
    timeout_seconds: float = Field(default=30, gt=0, le=300, allow_inf_nan=False)
    valid_hours: float = Field(default=24, ge=0, le=8760, allow_inf_nan=False)
