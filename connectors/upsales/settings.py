"""The configuration section of an Upsales account."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.base import SecretReference
from connectors.sources import SourceSettings

BASE_URL = "https://integration.upsales.com/api/v2"


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _several(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


Identifier = Annotated[str, BeforeValidator(_number_as_text), Field(pattern=r"^[0-9]{1,20}$")]
"""An id of Upsales, written as number or text."""
Stages = Annotated[tuple[Identifier, ...], BeforeValidator(_several)]
"""One stage id or several."""

STAGES = ("offer_stage", "won_stage", "invoice_stage", "lost_stage")


class UpsalesSettings(SourceSettings):
    """How Upsales reaches us (app callbacks), how we reach it (REST), and what its fields mean.

    ``authentication_key`` with ``app_id`` takes callbacks, ``api_key`` reads and polls; at least one is needed. With a
    table ``companies`` (from customer ids) there is no reading: an API key belongs to one account.
    Fields named ``..._field`` are ids of custom fields. ``overlap_seconds`` is how far each poll looks back behind the
    newest change that it has seen. ``vat_rate`` in percent is for every line; without it articles in Fortnox decide.
    """

    authentication_key: SecretReference | None = None
    previous_authentication_key: SecretReference | None = None
    app_id: Identifier | None = None
    customer_id: Identifier | None = None
    take_api_changes: bool = False

    api_key: SecretReference | None = None
    base_url: str = BASE_URL
    window_calls: int = Field(default=200, ge=1, le=10_000)
    window_seconds: float = Field(default=10.0, gt=0, le=3600)
    timeout_seconds: float = Field(default=30.0, gt=0, le=300)
    reread: bool = True
    poll: tuple[Literal["orders", "accounts"], ...] = ("orders",)
    overlap_seconds: int = Field(default=300, ge=0, le=86_400)

    offer_stage: Stages = ()
    won_stage: Stages = ()
    invoice_stage: Stages = ()
    lost_stage: Stages = ()

    show_discounts: bool = True
    bundles: Literal["only_bundle", "only_sub_products", "bundle_and_sub_products"] = "only_bundle"
    vat_rate: Decimal | None = Field(default=None, ge=0, le=100)
    skip_zero: bool = False
    currency_rate: Literal["source", "fortnox"] = "source"
    use_price_list: bool = False

    customer_number_field: Identifier | None = None
    vat_number_field: Identifier | None = None
    email_field: Identifier | None = None
    invoice_connected_company: bool = False
    fallback_reference: str | None = None
    order_number_field: Identifier | None = None
    delivery_date_field: Identifier | None = None
    cost_center_field: Identifier | None = None
    project_field: Identifier | None = None
    row_cost_center_field: Identifier | None = None
    row_project_field: Identifier | None = None
    notes_to_comments: bool = False

    @property
    def states_vat(self) -> bool:
        """Upsales knows no VAT: only a rate of ours does (Upsales facts, section 2)."""
        return self.vat_rate is not None

    @property
    def can_read(self) -> bool:
        """Only an API key opens the account."""
        return self.api_key is not None

    @field_validator("base_url")
    @classmethod
    def _callable(cls, value: str) -> str:
        return checked_address(value)

    @model_validator(mode="after")
    def _some_way_in(self) -> Self:
        if self.authentication_key is None and self.api_key is None:
            raise ValueError("set authentication_key (app callbacks), api_key (reading and polling) or both")
        if self.previous_authentication_key is not None and self.authentication_key is None:
            raise ValueError("previous_authentication_key needs authentication_key beside it")
        if self.authentication_key is not None and self.app_id is None:
            raise ValueError("authentication_key needs app_id beside it: the number of the app in Upsales")
        return self

    @model_validator(mode="after")
    def _one_account_or_a_table(self) -> Self:
        if self.companies and self.customer_id is not None:
            raise ValueError("companies is a table of customer ids already; leave customer_id out")
        if self.companies and self.api_key is not None:
            raise ValueError("an api_key reads one account: give each account a section of its own, without companies")
        if not self.companies and self.authentication_key is not None and self.customer_id is None:
            raise ValueError("authentication_key needs customer_id beside it: the number of the account in Upsales")
        return self

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.api_key is None and self.use_price_list:
            raise ValueError("use_price_list needs api_key: price lists are read at Upsales")
        if self.api_key is None and self.bundles != "only_bundle":
            raise ValueError("bundles other than only_bundle need api_key: the parts' names are read at Upsales")
        return self

    @model_validator(mode="after")
    def _each_stage_once(self) -> Self:
        if not self.won_stage and not self.invoice_stage:
            raise ValueError("set won_stage or invoice_stage: the id of the stage in which an order goes to Fortnox")
        named = [stage for field in STAGES for stage in getattr(self, field)]
        twice = next((stage for stage in named if named.count(stage) > 1), None)
        if twice is not None:
            raise ValueError(f"stage {twice} is named twice; a stage means one thing")
        return self
