"""The configuration section of a SubscriptionFlow instance."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors.addresses import checked_address
from connectors.base import SecretReference
from connectors.sources import SourceSettings
from connectors.subscriptionflow.loose import Paths
from handlers.settings import WriteBack
from handlers.values import Frozen

Rate = Annotated[Decimal, Field(ge=0, lt=100, decimal_places=2)]


class CallbackFields(Frozen):
    """Where a callback says what it is about: names or dotted paths, the first that holds something counts.

    The defaults fit the default payload and a custom one that calls the invoice's id ``invoice_id``.
    """

    event: Paths = ("event",)
    module: Paths = ("module",)
    invoice_id: Paths = ("invoice_id", "id", "invoice.id")
    status: Paths = ("status", "invoice_status")
    updated_at: Paths = ("updated_at",)
    invoice_date: Paths = ("invoice_date",)


class CustomerFields(Frozen):
    """Where a customer's data stands: the names of address and numbers differ from instance to instance."""

    name: Paths = ("name",)
    email: Paths = ("email",)
    phone: Paths = ("phone_number", "phone")
    street: Paths = ("billing_address", "billing_address_1")
    second_line: Paths = ("billing_address_2",)
    zip_code: Paths = ("billing_postal_code", "billing_zip")
    city: Paths = ("billing_city",)
    country: Paths = ("billing_country", "country")
    organisation_number: Paths = ("organisation_number", "organization_number")
    vat_number: Paths = ("tax_number", "vat_number")
    own_number: Paths = ("accounting_resource_id",)


class SubscriptionFlowBack(Frozen):
    """What is written back to the instance: nothing but what is switched on here.

    ``customer_number`` goes into ``accounting_resource_id``, ``invoice_note`` is a line with the invoice's number in
    Fortnox, in the field of the invoice that ``invoice_note_field`` names.
    """

    customer_number: bool = False
    invoice_note: bool = False
    invoice_note_field: Literal["note", "description"] = "note"

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.customer_number and not self.invoice_note:
            raise ValueError("set customer_number, invoice_note or both to true, or take the section out")
        return self


class SubscriptionFlowSettings(SourceSettings):
    """One instance: how its callbacks are proved, how it is read, and what its fields are called.

    ``path_token`` is the last part of the callbacks' address; ``hook_token`` is the value of a fixed parameter of a
    custom payload, which is called ``hook_token_field``. At least one is needed, each that is set is checked, and the
    previous values count beside them while the instance is changed over. ``instance`` is the first part of the
    instance's address (``https://INSTANCE.subscriptionflow.com``); ``base_url`` is the whole address where it is
    another. ``vat_rates`` are the rates in percent that an invoice may have. ``paid_date`` says where the day of
    payment is taken from; ``write_back`` says what the instance is told. Times are seconds.
    """

    path_token: SecretReference | None = None
    previous_path_token: SecretReference | None = None
    hook_token: SecretReference | None = None
    previous_hook_token: SecretReference | None = None
    hook_token_field: str = Field(default="hook_token", min_length=1, max_length=100)
    instance: str | None = Field(default=None, pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    base_url: str | None = None
    client_id: str = Field(min_length=1)
    client_secret: SecretReference
    window_calls: int = Field(default=50, ge=1, le=10_000)
    window_seconds: float = Field(default=60.0, gt=0, le=3600)
    timeout_seconds: float = Field(default=30.0, gt=0, le=300)
    poll: bool = True
    poll_overlap_seconds: int = Field(default=3600, ge=60, le=7 * 86400)
    page_size: int = Field(default=100, ge=1, le=1000)
    vat_rates: tuple[Rate, ...] = Field(default=(Decimal(25), Decimal(12), Decimal(6), Decimal(0)), min_length=1)
    paid_date: Literal["transactions", "updated_at"] = "transactions"
    fields: CallbackFields = CallbackFields()
    customer_fields: CustomerFields = CustomerFields()
    write_back: SubscriptionFlowBack | None = None

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        return None if value is None else checked_address(value)

    @field_validator("client_secret")
    @classmethod
    def _given_by_the_sender(cls, value: SecretReference) -> SecretReference:
        if value.startswith("generated:"):
            raise ValueError("comes from SubscriptionFlow and cannot be generated")
        return value

    @field_validator("vat_rates")
    @classmethod
    def _each_once(cls, value: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        if len(set(value)) < len(value):
            raise ValueError("names a rate twice")
        return value

    @model_validator(mode="after")
    def _proved_somehow(self) -> Self:
        if self.path_token is None and self.hook_token is None:
            raise ValueError("set path_token, hook_token or both: these callbacks carry no signature")
        if self.previous_path_token is not None and self.path_token is None:
            raise ValueError("previous_path_token needs path_token beside it")
        if self.previous_hook_token is not None and self.hook_token is None:
            raise ValueError("previous_hook_token needs hook_token beside it")
        return self

    @model_validator(mode="after")
    def _one_instance(self) -> Self:
        if (self.instance is None) == (self.base_url is None):
            raise ValueError(
                "set exactly one of instance and base_url: a callback is only a hint, and every invoice is read "
                "through the API before it is booked"
            )
        if self.companies:
            raise ValueError("one section is one instance and one company: set company, and give others their own")
        return self

    @property
    def can_read(self) -> bool:
        """Always: nothing is booked from a callback alone."""
        return True

    @property
    def back(self) -> WriteBack | None:
        """The numbers that the instance is told, on its customers and its invoices."""
        told = self.write_back
        if told is None:
            return None
        chosen = {"customer_number": told.customer_number, "invoice_number": told.invoice_note}
        numbers = frozenset(name for name, wanted in chosen.items() if wanted)
        return WriteBack(numbers=numbers, party="customer", invoice="invoice")

    @property
    def written_to(self) -> frozenset[tuple[str, ...]]:
        """The instance."""
        return frozenset({(self.address,)})

    @property
    def address(self) -> str:
        """The instance's address without a closing slash."""
        return self.base_url or f"https://{self.instance}.subscriptionflow.com"
