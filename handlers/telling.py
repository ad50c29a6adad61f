"""Rules for the way back: the source of a sale, an invoice or a party is told which numbers they have in Fortnox."""

from collections.abc import Iterator

from handlers.commands import Command, SetSenderFields
from handlers.commands.senders import Number
from handlers.events import InvoiceChanged, OrderChanged, Party, PartyChanged, SurveySubmitted
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.order import things_of
from handlers.reissue import newest
from handlers.settings import CompanySettings
from handlers.settings.write_back import WriteBack
from handlers.values import Ref


def tell_of_order(event: OrderChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The numbers of the buyer and of the sale's documents, as far as its source keeps them; never a question.

    Each waits for what it names: a document that a person holds back tells nothing before it stands in Fortnox.
    """
    back = settings.write_back(event.thing.system)
    if event.status in {"cancelled", "refunded"}:
        return ()
    sale = newest(event.thing, facts)
    numbers = tuple(one for one in _documents(event, sale, settings) if one[0] in back.numbers)
    offered = tuple(one for one in _offered(event, sale, settings) if one[0] in back.numbers)
    told = _set(event.thing, back.order, event.thing.id, numbers, settings, also=offered)
    return (*_party(event.thing, event.document.customer, back, settings), *told)


def tell_of_invoice(
    event: InvoiceChanged, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """The numbers of the buyer and of the source's own invoice as it is in Fortnox; of a voided one nothing new."""
    back = settings.write_back(event.thing.system)
    if event.status == "voided":
        return ()
    told: Iterator[Command] = iter(())
    if back.invoice is not None and "invoice_number" in back.numbers:
        numbers = (("invoice_number", newest(event.thing, facts)),)
        told = _set(event.thing, back.invoice, event.thing.id, numbers, settings)
    return (*_party(event.thing, event.document.customer, back, settings), *told)


def tell_of_party(
    event: PartyChanged | SurveySubmitted, settings: CompanySettings, _facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """The number of the party's customer; only where something makes or finds one, else there is nothing to tell."""
    party = event.party if isinstance(event, PartyChanged) else event.respondent
    back = settings.write_back(event.thing.system)
    return tuple(_party(event.thing, party, back, settings))


def _documents(event: OrderChanged, sale: Ref, settings: CompanySettings) -> Iterator[Number]:
    things, module = things_of(sale), settings.documents.module
    if event.status == "offer":
        if module == "order+offer" and things.offer is not None:
            yield "offer_number", things.offer
        return
    if module != "invoice":
        yield "order_number", sale
    if module == "invoice" or event.status != "won":
        yield "invoice_number", things.invoice


def _offered(event: OrderChanged, sale: Ref, settings: CompanySettings) -> Iterator[Number]:
    """The offer that an order was: what tells of the order takes the place of what would have told of its offer."""
    offer = things_of(sale).offer
    if event.status != "offer" and settings.documents.module == "order+offer" and offer is not None:
        yield "offer_number", offer


def _party(document: Ref, party: Party, back: WriteBack, settings: CompanySettings) -> Iterator[Command]:
    """A party without an id of the source's own cannot be told anything."""
    number = (party.source_id or "").strip()
    if not number or "customer_number" not in back.numbers:
        return
    customer = Ref(system=document.system, kind="customer", id=number)
    yield from _set(customer, back.party, number, (("customer_number", customer),), settings)


def _set(
    thing: Ref,
    record: str,
    number: str,
    numbers: tuple[Number, ...],
    settings: CompanySettings,
    also: tuple[Number, ...] = (),
) -> Iterator[Command]:
    if numbers:
        yield SetSenderFields(
            target=thing.system,
            company=settings.name,
            thing=Ref(system=thing.system, kind=f"{thing.kind}_told", id=thing.id),
            record=record,
            id=number,
            numbers=numbers,
            also=also,
        )
