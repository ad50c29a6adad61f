"""The seeded mix of deliveries: which sales and surveys there are, and who tells of them in which order."""

import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from tests.crash import bodies, records
from tests.crash.bodies import Sale, Terms
from tests.crash.companies import COMPANIES, COMPANY_OF, HIGHLEVEL, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.scenarios import DECK, Scenario
from tests.crash.subjects import RANK, Buyer, Change, Document, Flow, Payout, Refund, Response, Status, Webhook

MOST_RESPONSES = 8
"""Per customer: as many lines as surely fit into a card's comments without any being trimmed."""

SPREAD, APART, IN_ORDER = 24.0, 20.0, 0.7
"""How far a delivery may move back among the others; and how far apart one sale's states are told at least nearly in
their order, for this share of the sales: the others come in any order, and what was called off is told before it was
sold."""

TERMS: dict[str, Terms] = {
    HIGHLEVEL: Terms(discounts=(0,), with_vat=0, euro=0),
    UPSALES: Terms(
        articles=tuple(f"BF-{number:02d}" for number in range(16)), rates=(25,), discounts=(0, 10), with_vat=0, euro=0
    ),
    SUBSCRIPTIONFLOW: Terms(rates=(25, 25, 12, 6), one_rate=True, discounts=(0,), with_vat=0, euro=0.2),
}
IN_KRONOR = Terms(euro=0)
"""Where credit invoices are made: in another currency they settle nothing at the simulator."""


@dataclass(frozen=True, slots=True)
class Mix:
    """A whole run: who buys, and what is told, in the order in which it is first told."""

    buyers: tuple[Buyer, ...]
    webhooks: tuple[Webhook, ...]


@dataclass(slots=True)
class _Made:
    """What has been made so far."""

    random: Random
    now: datetime
    buyers: list[Buyer]
    serial: int = 0
    responses: Counter[tuple[str, str]] = field(default_factory=Counter)
    totals: set[str] = field(default_factory=set)

    def next(self) -> int:
        self.serial += 1
        return self.serial


def organisation_number(serial: int) -> str:
    """A number with a right check digit, in the series of the examples."""
    digits = f"5599{serial:05d}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    check = -sum(number // 10 + number % 10 for number in doubled) % 10
    return f"{digits[:6]}-{digits[6:]}{check}"


def mixed(seed: int, count: int, now: datetime) -> Mix:
    """``count`` deliveries in the order in which they are first sent; one sale's deliveries come in any order."""
    random = Random(seed)
    made = _Made(random, now, [_buyer(serial) for serial in range(max(6, count // 10))])
    placed: list[tuple[float, Webhook]] = []
    while len(placed) < count:
        deck = list(DECK)
        random.shuffle(deck)
        for scenario in deck:
            apart = APART if random.random() < IN_ORDER else 0.0
            for place, webhook in enumerate(_told(made, scenario)):
                placed.append((len(placed) + random.uniform(0, SPREAD) + place * apart, webhook))
    placed = placed[:count]
    ordered = [webhook for _, webhook in sorted(placed, key=lambda entry: entry[0])]
    return Mix(tuple(made.buyers), tuple(ordered))


def _buyer(serial: int) -> Buyer:
    has_number, has_email = serial % 3 != 1, serial % 3 != 2
    return Buyer(
        serial=serial,
        name=f"Provbolag {serial:03d} AB",
        organisation_number=organisation_number(serial) if has_number else None,
        email=f"inkop@provbolag{serial:03d}.example" if has_email else None,
        external=f"K-{serial:03d}" if serial % 4 == 0 else None,
    )


def _told(made: _Made, scenario: Scenario) -> Iterator[Webhook]:
    source = made.random.choice(scenario.sources)
    if scenario.states == ("answered",):
        yield from _survey(made, source)
        return
    if scenario.states[0] in {"paid_out", "started"}:
        yield from _payout(made, source) if scenario.states == ("paid_out",) else _flow(made, source, scenario)
        return
    sale = _sale(made, source, scenario)
    told = _by_stand_in(made, sale, scenario) if source in TERMS else _by_standard(made, sale, scenario)
    yield from told


def _sale(made: _Made, source: str, scenario: Scenario) -> Sale:
    serial, company = made.next(), COMPANY_OF[source]
    keyless = source not in TERMS and made.random.random() < 0.06
    buyer = Buyer(serial, f"Kontantkund {serial:04d}", None, None, None) if keyless else made.random.choice(made.buyers)
    terms = TERMS.get(source, IN_KRONOR if COMPANIES[company].credits else Terms())
    content = bodies.content(made.random, serial, terms)
    while f"{content.currency} {content.total}" in made.totals:
        content = bodies.content(made.random, serial, terms)
    made.totals.add(f"{content.currency} {content.total}")
    number = f"{'O' if scenario.kind == 'order' else 'F'}-{serial:04d}"
    document = Document(
        company=company,
        source=source,
        kind=scenario.kind,
        id=_id(source, scenario.kind, serial, number),
        number=str(records.FIRST_ORDER + serial) if source == UPSALES else number,
        buyer=buyer.name,
        currency=content.currency,
        net=content.net,
        total=content.total,
        articles=tuple(row.article for row in content.rows) if COMPANIES[company].articles else (),
        by_hand=scenario.by_hand,
        parts=() if source in TERMS or "changed" in scenario.states or serial % 4 else _halves(content.total),
    )
    if source == HIGHLEVEL and scenario.kind == "order":
        document = replace(document, number=document.id)  # such an order has no number but its id
    ordered = made.now - timedelta(days=made.random.uniform(1, 20))
    if "changed" not in scenario.states:
        return Sale(document, content, buyer, ordered)
    changed = _changed(made, content)
    return Sale(replace(document, changed=(changed.net, changed.total)), content, buyer, ordered, changed)


def _changed(made: _Made, content: bodies.Content) -> bodies.Content:
    """More pieces of the first line, so many that no other sale has this total."""
    changed = bodies.more_of(content, 2)
    while f"{changed.currency} {changed.total}" in made.totals:
        changed = bodies.more_of(changed, changed.rows[0].quantity + 1)
    made.totals.add(f"{changed.currency} {changed.total}")
    return changed


def _halves(total: Decimal) -> tuple[Decimal, Decimal]:
    """What is paid by two methods: neither half is more than an öre larger."""
    first = (total / 2).quantize(Decimal("0.01"))
    return first, total - first


def _id(source: str, kind: Literal["order", "invoice"], serial: int, number: str) -> str:
    names = {HIGHLEVEL: f"hl{kind}{serial:06d}", UPSALES: str(records.FIRST_ORDER + serial)}
    return {**names, SUBSCRIPTIONFLOW: f"inv-{serial:04d}"}.get(source, number)


def _by_standard(made: _Made, sale: Sale, scenario: Scenario) -> Iterator[Webhook]:
    for status in scenario.states:
        serial = made.next()
        by_invoice = status == "paid" and (scenario.kind == "invoice" or made.random.random() < 0.3)
        kind = "invoice.paid" if by_invoice else bodies.TYPES[status]
        late = sale.changed is not None and RANK[status] >= RANK["changed"]
        body = bodies.of_sale(sale, kind, f"F-{serial:04d}", changed=late, status=status)
        patient = scenario.by_hand or made.random.random() >= 0.05
        yield Webhook(
            id=f"msg_{serial:05d}",
            source=sale.document.source,
            subject=sale.document,
            status=status,
            body=body,
            impatient=not patient,
            repeats=made.random.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2)),
            after_booking=scenario.by_hand and (late or status == "cancelled"),
        )
    yield from _refunds(made, sale, scenario)


def _refunds(made: _Made, sale: Sale, scenario: Scenario) -> Iterator[Webhook]:
    """What goes back of the sale, each under a name that only its sale makes its own; a part of no lines is none."""
    for place, lines in enumerate(scenario.refunds, start=1):
        part = replace(sale.content, rows=sale.content.rows[lines])
        if not part.rows:
            continue
        name = f"R{place}"
        yield Webhook(
            id=f"msg_{made.next():05d}",
            source=sale.document.source,
            subject=Refund(sale.document, f"{name} of {sale.document.id}", part.net, part.total),
            status="refunded",
            body=bodies.of_refund(sale, name, part),
            impatient=made.random.random() < 0.05,
            repeats=made.random.choice((0, 0, 0, 1)),
        )


def _payout(made: _Made, source: str) -> Iterator[Webhook]:
    serial = made.next()
    payout = Payout(COMPANY_OF[source], source, f"po-{serial:04d}", Decimal(5000 + serial) + Decimal("0.55"))
    yield Webhook(
        id=f"msg_{serial:05d}",
        source=source,
        subject=payout,
        status="paid_out",
        body=bodies.of_payout(payout, made.now),
        impatient=made.random.random() < 0.05,
        repeats=made.random.choice((0, 0, 1)),
    )


def _flow(made: _Made, source: str, scenario: Scenario) -> Iterator[Webhook]:
    """A client's run, and that it cancels it: also before it has heard that the run began."""
    flow = Flow(COMPANY_OF[source], source, f"f{made.next():05d}", stays="stopped" in scenario.states)
    for status in scenario.states:
        yield Webhook(
            id=f"msg_{made.next():05d}",
            source=source,
            subject=flow,
            status=status,
            body=bodies.of_flow(flow) if status == "started" else b"",
            repeats=made.random.choice((0, 0, 1)),
        )


def _by_stand_in(made: _Made, sale: Sale, scenario: Scenario) -> Iterator[Webhook]:
    for place, status in enumerate(scenario.states):
        changes = _changes(sale, status, place * 2, first_told=made.random.random() < 0.5)
        for means, change in changes:
            yield Webhook(
                id=f"msg_{made.next():05d}",
                source=sale.document.source,
                subject=sale.document,
                status=means,
                change=change,
                repeats=made.random.choice((0, 0, 0, 1)),
            )


def _changes(sale: Sale, status: Status, place: int, *, first_told: bool) -> Iterator[tuple[Status | None, Change]]:
    """What happens at the sender until the sale is in this state; ``first_told`` adds the state before it."""
    document = sale.document
    if document.source == UPSALES:
        trigger = "orderupdate" if place else "orderinsert"
        yield status, Change("orders", document.id, records.upsales_order(sale, status), place, trigger)
    elif document.source == SUBSCRIPTIONFLOW:
        record = records.subscription_invoice(sale)
        if first_told:
            yield None, Change("invoices", document.id, record, place, "created")
        yield status, Change("invoices", document.id, record, place + 1, "paid")
    elif document.kind == "invoice":
        if first_told:
            yield None, Change("invoices", document.id, records.highlevel_invoice(sale, "sent"), place, "InvoiceSent")
        yield status, Change("invoices", document.id, records.highlevel_invoice(sale, "paid"), place + 1, "InvoicePaid")
    else:
        kind, event = "orders", "OrderStatusUpdate"
        if first_told:
            yield None, Change(kind, document.id, records.highlevel_order(sale, "pending"), place, "OrderCreate")
        yield status, Change(kind, document.id, records.highlevel_order(sale, "completed"), place + 1, event)


def _survey(made: _Made, source: str) -> Iterator[Webhook]:
    # Few customers with many respondents each: their lines meet on one card.
    buyer = made.random.choice(made.buyers[:6]) if made.random.random() < 0.6 else made.random.choice(made.buyers)
    company = COMPANY_OF[source]
    if made.responses[company, buyer.name] >= MOST_RESPONSES:
        return
    made.responses[company, buyer.name] += 1
    serial = made.next()
    word = "w" + "".join(made.random.choices(string.ascii_lowercase, k=9))
    response = Response(company, source, buyer.name, word)
    change = records.submission(response, buyer, serial, made.now) if source == HIGHLEVEL else None
    written = bodies.of_workflow if source == "flow" else bodies.of_survey
    yield Webhook(
        id=f"msg_{serial:05d}",
        source=source,
        subject=response,
        status="answered",
        body=b"" if change else written(response, buyer, serial, made.now),
        change=change,
        impatient=made.random.random() < 0.05,
        repeats=made.random.choice((0, 0, 0, 0, 1)),
    )
