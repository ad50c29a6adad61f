"""Customers: found by their keys, created with our mark, filled without overwriting what people wrote."""

from collections.abc import Mapping
from typing import Any

from connectors.base import Json, Link, Settled, Sighting, Task, Write
from connectors.fortnox import customer_register, customer_search
from connectors.fortnox.client import Client
from connectors.fortnox.customer_search import Search, normal_number, normal_vat_number, number_of, rungs, stored_forms
from connectors.fortnox.followed_fields import STORED, seen_in
from connectors.fortnox.record_fields import body_of, same
from connectors.fortnox.resource import command_of, held, parked
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.fortnox.table.fields import schemas
from connectors.fortnox.text import NAME_LIMIT, one_line, reference_or_park
from connectors.fortnox.vat_regime import VAT_NUMBER_LIMIT
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureCustomer
from handlers.values import normal_email, reference, swedish_organisation_number

FIELDS: Mapping[str, str] = {
    "name": "Name",
    "organisation_number": "OrganisationNumber",
    "vat_number": "VATNumber",
    "email": "Email",
    "phone": "Phone1",
    "country": "CountryCode",
    "address1": "Address1",
    "address2": "Address2",
    "zip_code": "ZipCode",
    "city": "City",
}
"""A command's fields and their names on the card."""
SCHEMA = RESOURCES["customers"].schema
ORGANISATION_NUMBER_LIMIT = 30
COUNTRY_LIMIT = 2
WORDS: Mapping[str, int] = {
    "name": NAME_LIMIT,
    "phone": NAME_LIMIT,
    "address1": NAME_LIMIT,
    "address2": NAME_LIMIT,
    "zip_code": 10,
    "city": NAME_LIMIT,
}
"""Fields that are words, with their limits (Fortnox facts, section 1.10): cleaned and cut, which is told."""
Altered = tuple[tuple[str, str, str], ...]


def customer_type(organisation_number: str | None) -> str | None:
    """``PRIVATE`` for a personal number, ``COMPANY`` for any other number, ``None`` (left to Fortnox) without one.

    The third digit of a legal person's number is 2 or higher; in a personal number it begins the month.
    """
    if not organisation_number:
        return None
    swedish = swedish_organisation_number(organisation_number)
    return "PRIVATE" if swedish and swedish[2] in "01" else "COMPANY"


def card_fields(command: EnsureCustomer, stored: str) -> tuple[dict[str, str], Altered]:
    """What the command says of the customer, in Fortnox's names and accepted text; absent values are left out.

    Keys are never altered (``Park``); words are cleaned, and what that changed is told.
    """
    fields: dict[str, str] = {}
    altered: list[tuple[str, str, str]] = []
    for name, limit in WORDS.items():
        given = getattr(command, name) or ""
        fitted = one_line(given, limit)
        if fitted.value:
            fields[FIELDS[name]] = fitted.value
        if fitted.altered:
            altered.append((FIELDS[name], given, fitted.value))
    if "Name" not in fields:
        raise parked("name_unwritable", "Nothing of the customer's name is text that Fortnox accepts.")
    if command.organisation_number:
        form = stored_forms(command.organisation_number, stored)[0]
        fields["OrganisationNumber"] = reference_or_park("OrganisationNumber", form, ORGANISATION_NUMBER_LIMIT)
    if command.vat_number:
        fields["VATNumber"] = reference_or_park("VATNumber", command.vat_number, VAT_NUMBER_LIMIT)
    if command.email:
        fields["Email"] = reference_or_park("Email", command.email.strip(), NAME_LIMIT)
    if command.country:
        fields["CountryCode"] = reference_or_park("CountryCode", command.country.upper(), COUNTRY_LIMIT)
    return fields, tuple(altered)


def _equal(field: str, meant: Any, stored: Any) -> bool:
    """Whether a field of the card is as meant; what the company maps besides is compared by its kind."""
    if field not in FIELDS.values():
        return same(schemas()[SCHEMA].get(field), meant, stored)
    ours, theirs = text_of(meant), text_of(stored)
    if field == "OrganisationNumber":
        return normal_number(ours) == normal_number(theirs)
    if field == "VATNumber":
        return normal_vat_number(ours) == normal_vat_number(theirs)
    if field == "Email":
        return normal_email(ours) == normal_email(theirs)
    if field == "ZipCode":
        return "".join(ours.split()) == "".join(theirs.split())
    return ours == theirs


class Customers:
    """``EnsureCustomer`` at Fortnox (facts, sections 6.2 and 8)."""

    def __init__(self, settings: FortnoxSettings) -> None:
        self._settings = settings

    def far_object(self, task: Task) -> str | None:
        """The card, where it exists and may be filled."""
        command = command_of(task, EnsureCustomer)
        return f"customer:{task.link.number}" if task.link and command.update != "never" else None

    async def plan(self, task: Task, client: Client) -> Write | Settled:
        """A linked customer is filled or left alone; another is searched for by its keys and created if absent."""
        command = command_of(task, EnsureCustomer)
        if task.link is not None:
            return await self._filled(command, task.link, client)
        if not command.search:
            return Settled(None, "not_created", proof={"because": "no customer that we know, and none is looked for"})
        return await self._party(task, command, client)

    async def _party(self, task: Task, command: EnsureCustomer, client: Client) -> Write | Settled:
        settings = await customer_register.with_stored_form(task.register, self._settings)
        # Keys that Fortnox would refuse stop the command before the first call.
        card_fields(command, settings.organisation_numbers)
        known = await customer_register.known(task.register, settings, command)
        if known.number is not None:
            found = known.link(known.number)
            return Settled(found, "found", again=command.update != "never", proof=known.proof())
        search = Search()
        number = None
        trusted = known.nobody and not task.looking and await task.register.trusted()
        if not trusted:
            number = await customer_search.ladder(client, settings, command, search)
        mark = reference(task.thing)
        if number is None and task.looking and not rungs(settings, command):
            candidates = await customer_search.by_name(client, one_line(command.name).value, search)
            number = next(iter(await customer_search.with_mark(client, candidates, mark, search)), None)
        if number is not None:
            link = Link("customer", number, {})
            return Settled(link, "found", again=command.update != "never", proof=search.proof())
        if command.required:
            raise held(
                "customer_missing",
                f"There is no customer {command.own_number} in Fortnox, which stands for many buyers "
                "(`customers.default_consumer`): add it there, or name another one, then retry.",
            )
        if not command.create:
            because = "no such customer, and this event may not make one"
            return Settled(None, "not_created", proof={"because": because, **known.proof(), **search.proof()})
        proof = {**known.proof(), "trusted": trusted, **search.proof()} if known.asked else search.proof()
        return _creation(command, mark, settings.organisation_numbers, proof)

    async def perform(self, task: Task, write: Write, client: Client) -> Settled:
        """Create or update, and compare what Fortnox stored."""
        card = await client.request(write.operation, path=write.path, body=write.body)
        link = Link("customer", number_of(card), {STORED: seen_in("customers", card)})
        if write.operation == "create_customer":
            kept = text_of(card.get("ExternalReference")) == write.evidence["mark"]
            question = None if kept else f"Customer {link.number} was created, but Fortnox did not keep our mark on it."
            return Settled(link, "created", question=question)
        return Settled(link, "changed", question=self._difference(card, write.evidence["fields"]))

    async def look(self, task: Task, operation: str, evidence: Json, client: Client) -> Sighting:
        """A creation is proved by our mark on a fetched card; an update by the card itself."""
        if operation == "create_customer":
            return await self._look_for_creation(evidence, client)
        card = await client.read("read_customer", evidence["number"])
        proof: Json = {"read": f"customer:{evidence['number']}"}
        if self._difference(card, evidence["fields"]) is not None:
            return Sighting(None, proof)
        link = Link("customer", evidence["number"], {STORED: seen_in("customers", card)})
        return Sighting(Settled(link, "changed", proof=proof), proof)

    async def _filled(self, command: EnsureCustomer, link: Link, client: Client) -> Write | Settled:
        if command.update == "never":
            return Settled(link, "unchanged")
        fields, altered = card_fields(command, self._settings.organisation_numbers)
        card = await client.read("read_customer", link.number)
        change = _change(command, fields, card)
        proof: Json = {"read": f"customer:{link.number}", "fields_to_change": sorted(change)}
        if not change:
            return Settled(link, "unchanged", proof=proof)
        operation = OPERATIONS["update_customer"]
        return Write(
            operation.name,
            operation.method,
            operation.at(link.number),
            {"Customer": body_of(SCHEMA, change)},
            creates=False,
            far_object=f"customer:{link.number}",
            stands_on={field: text_of(card.get(field)) for field in change},
            evidence={"number": link.number, "fields": dict(change)},
            altered=tuple(entry for entry in altered if entry[0] in change),
            proof=proof,
        )

    def _difference(self, card: Json, fields: Json) -> str | None:
        wrong = sorted(field for field, value in fields.items() if not _equal(field, value, card.get(field)))
        if not wrong:
            return None
        return f"Customer {number_of(card)}: Fortnox stored something else than was sent in {', '.join(wrong)}."

    async def _look_for_creation(self, evidence: Json, client: Client) -> Sighting:
        """All keys that were sent are searched, without any key the name; only our exact mark counts."""
        search = Search()
        candidates: list[Json] = []
        number, email, own = evidence["organisation_number"], evidence["email"], evidence["own_number"]
        if number:
            candidates += await customer_search.by_organisation_number(client, number, (number,), search)
        if own:
            candidates += await customer_search.by_own_number(client, own, search)
        if email:
            candidates += await customer_search.by_email(client, email, search)
        if not (number or own or email):
            candidates += await customer_search.by_name(client, evidence["name"], search)
        marked = await customer_search.with_mark(client, candidates, evidence["mark"], search)
        if not marked:
            return Sighting(None, search.proof())
        question = None
        if len(marked) > 1:
            question = (
                f"Customers {', '.join(marked)} all carry our mark: one was made too many. "
                f"Name the right one (`link`, `customer:{marked[0]}`) and remove the other in Fortnox."
            )
        settled = Settled(Link("customer", marked[0], {}), "created", question=question, proof=search.proof())
        return Sighting(settled, search.proof())


def _change(command: EnsureCustomer, fields: Mapping[str, str], card: Json) -> Json:
    """What a card that is there gets: its empty fields where they may be filled, and what is to be overwritten."""
    overwrite = {FIELDS[name] for name in command.overwrite if name in FIELDS}
    kept = {FIELDS[name] for name in command.never_update if name in FIELDS}
    change: Json = {}
    for field, value in {**command.extra, **fields}.items():
        if field in kept:
            continue
        fills = command.update == "fill" and not text_of(card.get(field)).strip()
        if fills or (field in overwrite and not _equal(field, value, card.get(field))):
            change[field] = value
    return change


def _terms(command: EnsureCustomer) -> Json:
    """What only a new card gets: its kind, its VAT regime (Fortnox's default at home), the company's terms."""
    kind = customer_type(command.organisation_number)
    if command.is_private is not None:
        kind = "PRIVATE" if command.is_private else "COMPANY"
    terms = {
        "Type": kind,
        "VATType": command.vat_type,
        "TermsOfPayment": command.terms_of_payment,
        "PriceList": command.price_list,
    }
    return {name: value for name, value in terms.items() if value is not None}


def _creation(command: EnsureCustomer, mark: str, stored: str, proof: Json) -> Write:
    fields, altered = card_fields(command, stored)
    body: Json = {**body_of(SCHEMA, command.extra), **fields, **_terms(command), "ExternalReference": mark}
    if command.own_number:
        body["CustomerNumber"] = reference_or_park("CustomerNumber", command.own_number, NAME_LIMIT)
    evidence: Json = {"mark": mark, "name": fields["Name"], "own_number": command.own_number}
    evidence |= {"organisation_number": fields.get("OrganisationNumber"), "email": fields.get("Email")}
    operation = OPERATIONS["create_customer"]
    return Write(
        operation.name,
        operation.method,
        operation.at(),
        {"Customer": body},
        creates=True,
        evidence=evidence,
        altered=altered,
        proof=proof,
    )
