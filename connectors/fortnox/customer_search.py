"""Finding a customer: Fortnox searches by containing, so every candidate is compared exactly on our side."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.base import Json
from connectors.fortnox.client import Client
from connectors.fortnox.resource import held
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureCustomer
from handlers.commands.base import MatchKey
from handlers.questions import party
from handlers.values import normal_email, swedish_organisation_number

MOST_CANDIDATES = 100
PARTY = "party"
"""Names the fingerprint of the organisation number of a customer that only the register's copy has shown."""


@dataclass
class Search:
    """What was asked and what was seen, for ``explain``: kinds of searches and customer numbers, no personal data."""

    steps: list[Json] = field(default_factory=list)

    def note(self, by: str, rows: int, hits: Sequence[str]) -> None:
        """Remember one search: by which key, how many rows came, which customers matched exactly."""
        self.steps.append({"searched_by": by, "rows": rows, "matched": list(hits)})

    def proof(self) -> Json:
        """As it goes to disk."""
        return {"searches": self.steps}


def number_of(card: Json) -> str:
    """The customer's number at Fortnox."""
    return text_of(card.get("CustomerNumber"))


def normal_number(text: str) -> str:
    """An organisation number as it is compared: the Swedish form where it is one, else trimmed and folded."""
    return swedish_organisation_number(text) or text.strip().casefold()


def normal_vat_number(text: str) -> str:
    """A VAT number as it is compared: no white space, capital letters."""
    return "".join(text.split()).upper()


def fingerprint(number: str) -> str:
    """What tells whether two organisation numbers are one, without showing it; empty for none."""
    normal = normal_number(number)
    return hashlib.sha256(normal.encode()).hexdigest()[:16] if normal else ""


def stored_forms(number: str, stored: str) -> tuple[str, ...]:
    """How the company may have stored a number: the search matches exactly as stored (Fortnox facts, section 5)."""
    hyphen = swedish_organisation_number(number)
    if hyphen is None:
        return (number,)
    digits = hyphen.replace("-", "")
    return {"hyphen": (hyphen,), "digits": (digits,)}.get(stored, (hyphen, digits))


async def by_organisation_number(client: Client, number: str, forms: Sequence[str], search: Search) -> list[Json]:
    """Customers with exactly this number, in whatever form it is stored: one call per form."""
    found: dict[str, Json] = {}
    for form in forms:
        rows = await client.search("list_customers", {"organisationnumber": form})
        same = [row for row in rows if normal_number(text_of(row.get("OrganisationNumber"))) == normal_number(number)]
        search.note("organisationnumber", len(rows), [number_of(row) for row in same])
        found.update((number_of(row), row) for row in same)
    return list(found.values())


async def by_email(client: Client, email: str, search: Search) -> list[Json]:
    """Customers with exactly this e-mail address (case does not count)."""
    rows = await client.search("list_customers", {"email": email})
    same = [row for row in rows if normal_email(text_of(row.get("Email"))) == normal_email(email)]
    search.note("email", len(rows), [number_of(row) for row in same])
    return same


async def by_vat_number(client: Client, number: str, name: str, search: Search) -> list[Json]:
    """Customers whose card has exactly this VAT number, among those whose name contains the buyer's.

    Fortnox searches for no VAT number and its list shows none (facts, section 5), so each candidate's card is read. A
    card under another name is found only by the copy of the register. Raises ``Held`` for too many candidates.
    """
    rows = await client.search("list_customers", {"name": name})
    numbers = in_order(rows)
    if len(numbers) > MOST_CANDIDATES:
        raise held(
            "too_many_candidates",
            f"{len(numbers)} customers must be compared by their VAT number. Link the right one to this command, or "
            "retry with --absent if it is none of them.",
        )
    cards = [await client.find("read_customer", candidate) for candidate in numbers]
    same = [card for card in cards if card and normal_vat_number(text_of(card.get("VATNumber"))) == number]
    search.note("vat_number", len(rows), [number_of(card) for card in same])
    return same


async def by_own_number(client: Client, number: str, search: Search) -> list[Json]:
    """The customer with this number."""
    card = await client.find("read_customer", number)
    search.note("customernumber", 0 if card is None else 1, [] if card is None else [number_of(card)])
    return [] if card is None else [card]


async def by_name(client: Client, name: str, search: Search) -> list[Json]:
    """Every customer whose name contains this one: candidates for the mark only."""
    rows = await client.search("list_customers", {"name": name})
    search.note("name", len(rows), [number_of(row) for row in rows])
    return rows


def another_party(command: EnsureCustomer, card: Json) -> bool:
    """Both sides have an organisation number and they differ: a different party, whatever the weaker key says.

    Where one side has none, the same holds of VAT numbers, as far as the card shows one.
    """
    theirs = text_of(card.get("OrganisationNumber")).strip()
    ours = command.organisation_number or ""
    if theirs and ours:
        return normal_number(theirs) != normal_number(ours)
    vat_number = normal_vat_number(text_of(card.get("VATNumber")))
    return bool(vat_number and command.vat_number) and vat_number != command.vat_number


def one_sided(command: EnsureCustomer, card: Json, rung: str) -> bool:
    """An e-mail address alone names nobody where only one side has an organisation number (invariant 8)."""
    theirs = text_of(card.get("OrganisationNumber")).strip()
    return rung == "email" and bool(theirs) != bool(command.organisation_number)


def _check_party(command: EnsureCustomer, card: Json, rung: str) -> None:
    if one_sided(command, card, rung):
        raise held(
            "another_party",
            f"Customer {number_of(card)} has the same {rung}, but only one side has an organisation number. If it is "
            "the same party, link it to this command; if it is another one, retry with --absent.",
            about=party(command.match_keys),
            choices=[f"customer:{number_of(card)}"],
        )


def rungs(settings: FortnoxSettings, command: EnsureCustomer) -> list[MatchKey]:
    """The keys that are looked up: all of ``match`` where the company names any.

    Else the strongest of the usual ones, which a VAT number is not, and the ``further_rungs`` of the settings.
    """
    if command.match:
        return list(command.match_keys)
    usual = [key for key in command.match_keys if key[0] != "vat_number"]
    return [key for place, key in enumerate(usual) if place == 0 or key[0] in settings.further_rungs]


def unseen_vat_number(command: EnsureCustomer, card: Json) -> bool:
    """Whether only the card itself can say that its VAT number is not the buyer's: no list shows it."""
    both = command.organisation_number and text_of(card.get("OrganisationNumber")).strip()
    return bool(command.vat_number) and not both and card.get("VATNumber") is None


async def _whole(command: EnsureCustomer, hit: Json, client: Client) -> Json:
    if not unseen_vat_number(command, hit):
        return hit
    return await client.find("read_customer", number_of(hit)) or hit


async def ladder(client: Client, settings: FortnoxSettings, command: EnsureCustomer, search: Search) -> str | None:
    """The number of the customer that the buyer's keys name, strongest key first; ``None`` where there is none.

    A card with another organisation
    number is another party; several hits, or an e-mail hit where only one side has such a number, are held.
    """
    for rung, value in rungs(settings, command):
        if rung == "organisation_number":
            forms = stored_forms(value, settings.organisation_numbers)
            hits = await by_organisation_number(client, value, forms, search)
        elif rung == "vat_number":
            hits = await by_vat_number(client, value, command.name, search)
        elif rung == "own_number":
            hits = await by_own_number(client, value, search)
        else:
            hits = [await _whole(command, hit, client) for hit in await by_email(client, value, search)]
        hits = [hit for hit in hits if not another_party(command, hit)]
        if len(hits) > 1:
            numbers = sorted(number_of(hit) for hit in hits)
            raise held(
                "several_customers",
                f"Customers {', '.join(numbers)} have the same {rung}. Link the right "
                "one to this command, merge them in Fortnox and retry, or retry with --absent if it is none of them.",
                about=party(command.match_keys),
                choices=[f"customer:{number}" for number in numbers],
            )
        if hits:
            _check_party(command, hits[0], rung)
            return number_of(hits[0])
    return None


def in_order(candidates: Sequence[Json]) -> list[str]:
    """The numbers of the candidates, each once."""
    return sorted({number_of(candidate) for candidate in candidates}, key=lambda number: (len(number), number))


async def with_mark(client: Client, candidates: Sequence[Json], mark: str, search: Search) -> list[str]:
    """Those candidates whose fetched card carries exactly our mark; a card that cannot be read raises."""
    numbers = in_order(candidates)
    if len(numbers) > MOST_CANDIDATES:
        raise held(
            "too_many_candidates",
            f"{len(numbers)} customers must be compared one by one. Find ExternalReference {mark} in Fortnox and "
            "link it, or say that it is absent.",
        )
    marked = []
    for number in numbers:
        card = await client.find("read_customer", number)
        if card is not None and text_of(card.get("ExternalReference")) == mark:
            marked.append(number)
    search.note("mark", len(numbers), marked)
    return marked
