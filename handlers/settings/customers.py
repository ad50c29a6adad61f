"""How buyers are known again, and what their customer cards in Fortnox may get."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from handlers.values import Frozen

Rung = Literal["organisation_number", "vat_number", "own_number", "email"]
CardField = Literal[
    "name", "organisation_number", "vat_number", "email", "phone", "country", "address1", "address2", "zip_code", "city"
]
CustomerNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)]


class Customers(Frozen):
    """How a buyer or respondent is found in Fortnox, and what a sale may do to a card.

    ``match`` are the keys that are looked up, strongest first, after our own link; a key that is not named matches
    nobody. Empty: the strongest that is known of organisation number, own number and e-mail is looked up, and those in
    ``fortnox.further_rungs``. ``update`` is for sales: an existing card is left alone, its empty fields are filled,
    or its fields are overwritten; ``never_update`` are fields that neither a sale nor a survey changes on one.

    ``default_consumer`` is the number of one customer that stands for every private person who buys within the
    country, ``default_consumers_abroad`` the same abroad, by the ``VATType`` of its card: nothing of the person then
    goes to Fortnox. ``terms_of_payment`` and ``price_list`` are codes that new cards get.
    """

    match: tuple[Rung, ...] = ()
    update: Literal["never", "fill", "overwrite"] = "never"
    never_update: tuple[CardField, ...] = ()
    default_consumer: CustomerNumber = ""
    default_consumers_abroad: dict[Literal["EUVAT", "EXPORT"], CustomerNumber] = Field(default_factory=dict)
    terms_of_payment: str = Field(default="", max_length=25)
    price_list: str = Field(default="", max_length=50)

    @field_validator("match")
    @classmethod
    def _each_once(cls, rungs: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if len(set(rungs)) != len(rungs):
            raise ValueError("a key is named twice; each is looked up once")
        return rungs
