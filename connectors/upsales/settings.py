"""The configuration section of an Upsales account."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.base import SecretReference
from connectors.sources import SourceSettings
from handlers.settings import WriteBack
from handlers.values import Frozen

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


NUMBER_FIELDS = {
    "offer_number": "offer_number_field",
    "order_number": "order_number_field",
    "invoice_number": "invoice_number_field",
}
"""A number of a document in Fortnox, in our words, and the setting that names its place on an order."""


class WriteBackSettings(Frozen):
    """What is written at Upsales; each field that is left out stays as it is there.

    ``customer_number`` writes into the source's ``customer_number_field``. Fields named ``..._field`` are ids of custom
    fields of an order, for the numbers of its documents in Fortnox. ``stages`` moves orders to the stages of the source
    by what happens in Fortnox. ``companies``: customers of Fortnox as companies, those that are linked or all.
    ``products``: articles of Fortnox as products, with the prices of ``price_list`` (its code in Fortnox).
    """

    customer_number: bool = True
    offer_number_field: Identifier | None = None
    order_number_field: Identifier | None = None
    invoice_number_field: Identifier | None = None
    stages: bool = False
    companies: Literal["never", "linked", "all"] = "never"
    products: bool = False
    price_list: str | None = Field(default=None, min_length=1, max_length=10)

    @property
    def fields(self) -> dict[str, str]:
        """The custom fields of an order, by the number of ours that each holds."""
        named = {word: getattr(self, field) for word, field in NUMBER_FIELDS.items()}
        return {word: field for word, field in named.items() if field is not None}

    @model_validator(mode="after")
    def _each_field_once(self) -> Self:
        named = list(self.fields.values())
        twice = next((field for field in named if named.count(field) > 1), None)
        if twice is not None:
            raise ValueError(f"custom field {twice} is named twice; a field holds one number")
        return self


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

    write_back: WriteBackSettings | None = None

    @property
    def states_vat(self) -> bool:
        """Upsales knows no VAT: only a rate of ours does (Upsales facts, section 2)."""
        return self.vat_rate is not None

    @property
    def can_read(self) -> bool:
        """Only an API key opens the account."""
        return self.api_key is not None

    @property
    def back(self) -> WriteBack | None:
        """What rules may tell the account: it calls a buyer an account, a sale an order."""
        chosen = self.write_back
        if chosen is None:
            return None
        return WriteBack(
            numbers=frozenset({*chosen.fields, *(("customer_number",) if chosen.customer_number else ())}),
            party="account",
            order="order",
            parties=chosen.companies,
            articles=chosen.products,
            price_list=chosen.price_list,
            stages=chosen.stages,
        )

    @property
    def written_to(self) -> frozenset[tuple[str, ...]]:
        """One account has one number, and a key opens one account."""
        named = {"key": self.api_key, "customer": self.customer_id}
        return frozenset((self.base_url, word, str(held)) for word, held in named.items() if held is not None)

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

    @model_validator(mode="after")
    def _writable(self) -> Self:
        back = self.write_back
        if back is None:
            return self
        if self.api_key is None:
            raise ValueError("write_back needs api_key: nothing can be written at Upsales without one")
        if (back.customer_number or back.companies != "never") and self.customer_number_field is None:
            raise ValueError(
                "write_back needs customer_number_field beside it: the custom field that holds the customer number "
                '(or customer_number = false, with companies = "never")'
            )
        if back.stages and not self.lost_stage:
            raise ValueError("write_back.stages needs lost_stage beside it: the stage of what is cancelled in Fortnox")
        taken = {self.order_number_field, self.delivery_date_field, self.cost_center_field, self.project_field}
        clash = next((field for field in back.fields.values() if field in taken), None)
        if clash is not None:
            raise ValueError(f"custom field {clash} is read as something else: write_back needs fields of its own")
        return self
