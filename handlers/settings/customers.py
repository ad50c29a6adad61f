"""How buyers are known again, and what their customer cards in Fortnox may get."""

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, field_validator

from handlers.values import Frozen

Rung = Literal["organisation_number", "vat_number", "own_number", "email"]
CardField = Literal[
    "name", "organisation_number", "vat_number", "email", "phone", "country", "address1", "address2", "zip_code", "city"
]
Owner = Literal["source", "fortnox"]
CustomerNumber = Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)]


class Customers(Frozen):
    """How a buyer or respondent is found in Fortnox, and what a sale may do to a card.

    ``match`` are the keys that are looked up, strongest first, after our own link; a key that is not named matches
    nobody. Empty: the strongest that is known of organisation number, own number and e-mail is looked up, and those in
    ``fortnox.further_rungs``. ``update`` is for sales: an existing card is left alone, its empty fields are filled,
    or its fields are overwritten; ``never_update`` are fields that neither a sale nor a survey changes on one.

    ``owners`` say of single fields who wins, before all of that. What the ``source`` owns follows whatever a source
    says of the party, and a change by hand in Fortnox is told to no sender. What ``fortnox`` owns is ours on a new card
    only; its changes are told.

    ``default_consumer`` is the number of one customer that stands for every private person who buys within the
    country, ``default_consumers_abroad`` the same abroad, by the ``VATType`` of its card: nothing of the person then
    goes to Fortnox. ``terms_of_payment`` and ``price_list`` are codes that new cards get.
    """

    match: tuple[Rung, ...] = ()
    update: Literal["never", "fill", "overwrite"] = "never"
    never_update: tuple[CardField, ...] = ()
    owners: dict[CardField, Owner] = Field(default_factory=dict)
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

    def owned_by(self, owner: Owner) -> tuple[CardField, ...]:
        """The fields that have this owner, in the order of a card."""
        return tuple(field for field in get_args(CardField) if self.owners.get(field) == owner)

    @property
    def kept(self) -> tuple[CardField, ...]:
        """The fields that nothing of ours changes on a card that is there."""
        return tuple(dict.fromkeys((*self.never_update, *self.owned_by("fortnox"))))
