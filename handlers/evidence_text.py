"""What the evidence of a sale or a refund says: all that a bookkeeper needs of it, in Swedish, line by line."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from handlers.buyers import CONSUMER
from handlers.commands import EnsureCredit, EnsureEvidence, EnsureInvoice, EnsureRecord, evidence_of
from handlers.commands.documents import CreditContent
from handlers.events import Document, InvoiceChanged, OrderChanged, Party, PayoutMade, Refunded
from handlers.evidence_layout import figure, heading, labelled, sentence, table
from handlers.layout import SURCHARGES
from handlers.totals import FIELD_VAT, HUNDRED, NOTHING, Share, line_total, row_total
from handlers.values import STOCKHOLM, round_ore

HOME_CURRENCY = "SEK"
SAYS_LENGTH = 16
"""Hexadecimal digits of the digest that tells two states of one document apart."""

NAMES = {
    "order_changed": "Order",
    "invoice_changed": "Faktura",
    "refunded": "Återbetalning",
    "payout_made": "Utbetalning",
}
STATUSES = {
    "offer": "offert",
    "won": "beställd",
    "invoiced": "ska faktureras",
    "paid": "betald",
    "refunded": "återbetald",
    "cancelled": "avbeställd",
    "issued": "utfärdad",
    "voided": "makulerad",
}
CALLED_OFF = (
    "Fakturan krediteras i sin helhet, eftersom källan har ändrat eller återkallat försäljningen. Nedan står "
    "försäljningen så som källan anger den nu."
)
WHOLE = "Källan anger att hela försäljningen återbetalas. Nedan står försäljningen."

LINE_COLUMNS = (33, 9, 12, 10, 6, 13)
RATE_COLUMNS = (33, 16, 16)
PAYMENT_COLUMNS = (33, 12, 16)

SaleEvent = OrderChanged | InvoiceChanged | Refunded
Made = EnsureInvoice | CreditContent


class Told(NamedTuple):
    """Lines by whether they belong to what the document itself says, or only to this telling of it."""

    about: list[str]
    core: list[str]
    besides: list[str]


def of_sale(
    event: SaleEvent, document: Document, command: EnsureInvoice | EnsureCredit, delivery: str, *, named: bool
) -> EnsureEvidence:
    """The evidence of an invoice or a credit invoice; ``named`` is false where the buyer stays anonymous in Fortnox.

    ``document`` is the event's own as the rule read it (a refund's in positive amounts).
    """
    made = command if isinstance(command, EnsureInvoice) else command.content
    core = [
        *_remark(event, command),
        *_document(event, document),
        *_party(document.customer, named=named),
        *_lines(document),
        *(_by_rate(made, document.currency) if made is not None and _splits(made) else ()),
        *_totals(document, made),
    ]
    told = Told(about(event, delivery), core, list(_payments(document)))
    return evidence_with(event, command, document.number, told)


def evidence_with(
    event: SaleEvent | PayoutMade, command: EnsureInvoice | EnsureCredit | EnsureRecord, number: str, told: Told
) -> EnsureEvidence:
    """The command, whose lines are what was told about it first, and how it was paid last."""
    return EnsureEvidence(
        thing=evidence_of(command.thing),
        document=command.thing,
        number=number,
        title=f"Underlag: {NAMES[event.kind].lower()} {number}",
        lines=(*told.about, *told.core, *told.besides),
        says=sha256("\n".join(told.core).encode()).hexdigest()[:SAYS_LENGTH],
    )


# --- head -------------------------------------------------------------------------------------------------------------


def about(event: SaleEvent | PayoutMade, delivery: str) -> list[str]:
    """Who told it, when, and in which delivery."""
    status = "" if isinstance(event, Refunded | PayoutMade) else f", {STATUSES[event.status]}"
    return list(
        labelled(
            (
                ("Källa", event.thing.system),
                ("Händelse", f"{NAMES[event.kind]}{status}"),
                ("Tidpunkt", _moment(event.occurred_at)),
                ("Leverans", delivery),
            )
        )
    )


def in_kronor(amount: Decimal | None) -> str | None:
    """An amount with its currency; nothing where there is none."""
    return None if amount is None else f"{figure(amount)} {HOME_CURRENCY}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d %H:%M:%S} (svensk tid)"


def _remark(event: SaleEvent, command: EnsureInvoice | EnsureCredit) -> list[str]:
    if isinstance(command, EnsureInvoice):
        return []
    if command.content is None:
        return ["", *sentence(CALLED_OFF)]
    return ["", *sentence(WHOLE)] if isinstance(event, Refunded) and event.whole else []


def _document(event: SaleEvent, document: Document) -> Iterator[str]:
    yield from heading(NAMES[event.kind])
    refund = isinstance(event, Refunded)
    yield from labelled(
        (
            ("Nummer", document.number),
            ("Id hos källan", event.thing.id),
            ("Order hos källan", event.order.id if isinstance(event, Refunded) else None),
            ("Köparens ordernummer", document.order_number),
            ("Datum", event.dated if refund else document.dated),
            ("Förfaller", None if refund else document.due),
            ("Leveransdatum", document.delivery),
            ("Vår referens", document.our_reference),
            ("Valuta", document.currency),
            ("Kurs", rate_of(document.currency_rate, document.currency)),
            ("Kursens dag", document.currency_rate_date),
            ("Priser", "inklusive moms" if document.prices_include_vat else "exklusive moms"),
        )
    )


def rate_of(rate: Decimal | None, currency: str) -> str | None:
    """The source's rate in words; nothing in kronor."""
    if currency == HOME_CURRENCY:
        return None
    return "källan anger ingen" if rate is None else f"{figure(rate)} {HOME_CURRENCY} per {currency}, enligt källan"


def _party(party: Party, *, named: bool) -> Iterator[str]:
    """Who bought, as far as books must say (never e-mail or phone); a private person stays one where that is chosen."""
    yield from heading("Köpare")
    if not named:
        yield from labelled((("Namn", CONSUMER), ("Land", party.country)))
        return
    address = party.address
    place = "" if address is None else " ".join(filter(None, (address.zip_code, address.city)))
    yield from labelled(
        (
            ("Namn", party.name),
            ("Organisationsnummer", party.organisation_number),
            ("Momsnummer", party.vat_number),
            ("Adress", None if address is None else address.street),
            ("", None if address is None else address.second_line),
            ("Ort", place or None),
            ("Land", party.country),
        )
    )


# --- what was sold ----------------------------------------------------------------------------------------------------


def _lines(document: Document) -> Iterator[str]:
    yield from heading("Rader")
    yield from table(("Benämning", "Antal", "À-pris", "Rabatt", "Moms", "Belopp"), _rows(document), LINE_COLUMNS)


def _rows(document: Document) -> Iterator[tuple[str, ...]]:
    """Each line as its source stated it, then what the document adds or takes off; each amount as priced."""
    for line in document.lines:
        named = f"{line.sku} {line.description}" if line.sku else line.description
        discount = _discount(line.discount_percent, line.discount_amount)
        quantity = f"{figure(line.quantity, 0)} {line.unit or ''}".strip()
        yield named, quantity, figure(line.unit_price), discount, percent(line.vat_rate), figure(line_total(line))
    if document.discount_percent or document.discount_amount:
        discount = _discount(document.discount_percent, document.discount_amount)
        yield document.discount_text or "Rabatt på hela ordern", "", "", discount, "", ""
    for charge in document.charges:
        yield charge.description, "", "", "", percent(charge.vat_rate), figure(charge.amount)
    for name, surcharge in (("freight", document.freight), ("administration_fee", document.administration_fee)):
        if surcharge is not None:
            yield SURCHARGES[name], "", "", "", percent(surcharge.vat_rate), figure(surcharge.amount)


def percent(rate: Decimal | None) -> str:
    """A VAT rate, or nothing where none is stated."""
    return "" if rate is None else f"{figure(rate, 0)} %"


def _discount(percent: Decimal, amount: Decimal) -> str:
    return f"{figure(percent, 0)} %" if percent else figure(amount) if amount else ""


def _splits(made: Made) -> bool:
    """Whether the VAT of every row is known here: else its article decides it in Fortnox."""
    return made.total_vat is not None and bool(made.rows) and all(row.vat is not None for row in made.rows)


def _by_rate(made: Made, currency: str) -> Iterator[str]:
    """Net and VAT of each rate, rounded once for each; what the stated VAT differs by is rounding row by row."""
    sums: dict[Decimal, Decimal] = {}
    for share in _shares(made):
        sums[share.rate] = sums.get(share.rate, NOTHING) + share.amount
    split = [(rate, *_split(amount, rate, included=made.prices_include_vat)) for rate, amount in sums.items() if amount]
    beside = made.freight + made.administration_fee
    if beside:
        split.append((FIELD_VAT, beside, round_ore(beside * FIELD_VAT / HUNDRED)))
    yield from heading("Moms per sats")
    merged: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for rate, net, vat in split:
        before = merged.get(rate, (NOTHING, NOTHING))
        merged[rate] = (before[0] + net, before[1] + vat)
    rows = [(percent(rate), figure(net), figure(vat)) for rate, (net, vat) in sorted(merged.items(), reverse=True)]
    rest = (made.total_vat or NOTHING) - sum((vat for _, vat in merged.values()), NOTHING)
    rows += [("Avrundning per rad", figure(-rest) if made.prices_include_vat else "", figure(rest))] if rest else []
    yield from table(("Sats", f"Underlag {currency}", f"Moms {currency}"), rows, RATE_COLUMNS)


def _shares(made: Made) -> Iterator[Share]:
    for row in made.rows:
        total = row_total(row.quantity, row.price, row.discount_percent, row.discount_amount)
        yield Share(total, row.vat or NOTHING)


def _split(amount: Decimal, rate: Decimal, *, included: bool) -> tuple[Decimal, Decimal]:
    """What an amount as priced is without VAT, and its VAT."""
    if not included:
        return amount, round_ore(amount * rate / HUNDRED)
    net = round_ore(amount * HUNDRED / (HUNDRED + rate))
    return net, amount - net


def _totals(document: Document, made: Made | None) -> Iterator[str]:
    """The stated totals, and what they are in kronor where the source states a rate."""
    stated = document if made is None else made
    currency = document.currency
    yield from heading("Summor")
    yield from labelled(
        (name, amount if amount is None else f"{figure(amount)} {currency}")
        for name, amount in (
            ("Exklusive moms", stated.total_excluding_vat),
            ("Moms", stated.total_vat),
            ("Inklusive moms", stated.total),
        )
    )
    whole = stated.total_excluding_vat if stated.total is None else stated.total
    if document.currency_rate is not None and currency != HOME_CURRENCY:
        kronor = round_ore(whole * document.currency_rate)
        yield from labelled([("I kronor vid kursen", in_kronor(kronor))])


def _payments(document: Document) -> Iterator[str]:
    if document.paid is None and not document.payments:
        return
    yield from heading("Betalning")
    if not document.payments:
        yield from labelled((("Betald", document.paid), ("Betalsätt", document.payment_method)))
        return
    rows = (
        (" ".join(filter(None, (one.method or document.payment_method, one.id))), str(one.paid), figure(one.amount))
        for one in document.payments
    )
    yield from table(("Betalsätt och id", "Dag", f"Belopp {document.currency}"), rows, PAYMENT_COLUMNS)
