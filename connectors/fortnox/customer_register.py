"""Finding a customer in the local copy of the register at no call: only what is beyond doubt is found there."""

from dataclasses import dataclass

from connectors.base import Json, Link
from connectors.fortnox.customer_search import (
    PARTY,
    another_party,
    fingerprint,
    normal_number,
    one_sided,
    rungs,
    unseen_vat_number,
)
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.wire import is_false, text_of
from connectors.register import Fields, Register
from handlers.commands import EnsureCustomer

CUSTOMERS = "customers"
SHOWN = "register"
"""Marks a link whose customer only the copy has shown: it may be gone by now."""

FORMS = ("hyphen", "digits", "other")


@dataclass(frozen=True, slots=True)
class Known:
    """What the copy says of a buyer.

    ``asked`` is false where it is not fresh. ``nobody``: no customer of it has any of the keys that are looked up;
    neither a number nor nobody: what it shows must be asked of Fortnox (several, another party, inactive). ``party`` is
    the fingerprint of the organisation number of the customer that was found, empty where it has none.
    """

    asked: bool
    number: str | None = None
    party: str = ""
    nobody: bool = False
    by: str | None = None

    def link(self, number: str) -> Link:
        """The customer, with what its documents are compared by: the number of a deleted one may be given again."""
        return Link("customer", number, {SHOWN: True} | ({PARTY: self.party} if self.party else {}))

    def proof(self) -> Json:
        """For ``explain``: by which key, no personal data."""
        if not self.asked:
            return {}
        found = [] if self.number is None else [self.number]
        return {"register": {"searched_by": self.by, "matched": found, "nobody": self.nobody}}


async def known(register: Register, settings: FortnoxSettings, command: EnsureCustomer) -> Known:
    """The customer that the buyer's keys name in the copy, by the rules of the search at Fortnox.

    One exact, active hit is found; whatever else there is, Fortnox is asked, so that no question to a person rests on
    what may be old.
    """
    if not command.match_keys or not await register.knows(CUSTOMERS):
        return Known(asked=False)
    for rung, value in rungs(settings, command):
        cards = {number: _card(fields) for number, fields in (await _hits(register, rung, value)).items()}
        hits = [number for number, card in cards.items() if not another_party(command, card)]
        if not hits:
            continue
        card = cards[hits[0]]
        unclear = len(hits) > 1 or one_sided(command, card, rung) or is_false(card.get("Active"))
        unclear = unclear or (rung == "email" and unseen_vat_number(command, card))
        party = fingerprint(text_of(card.get("OrganisationNumber")))
        return Known(asked=True, number=None if unclear else hits[0], party=party, by=rung)
    # A sweep shows no VAT numbers: that no card has one is not known from the copy.
    return Known(asked=True, nobody=all(rung != "vat_number" for rung, _ in rungs(settings, command)))


async def with_stored_form(register: Register, settings: FortnoxSettings) -> FortnoxSettings:
    """The settings with the form in which the company stores organisation numbers, where the copy shows just one.

    That is a habit: a copy that is too old for single customers still tells it.
    """
    if not await register.remembers(CUSTOMERS):
        return settings
    seen = [form for form in FORMS if await register.has(CUSTOMERS, f"form:{form}")]
    if len(seen) != 1 or seen == ["other"]:
        return settings
    return settings.model_copy(update={"organisation_numbers": seen[0]})


async def _hits(register: Register, rung: str, value: str) -> dict[str, Fields]:
    if rung == "own_number":
        fields = await register.read(CUSTOMERS, value)
        return {} if fields is None else {value: fields}
    normal = normal_number(value) if rung == "organisation_number" else value
    return dict(await register.found_by(CUSTOMERS, f"{rung}:{normal}"))


def _card(fields: Fields) -> Json:
    """As the rules of the search read a row of Fortnox's list."""
    shown = {"OrganisationNumber": "organisation_number", "VATNumber": "vat_number", "Active": "active"}
    return {theirs: fields.get(ours) for theirs, ours in shown.items()}
