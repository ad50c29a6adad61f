"""The seeded mix of webhooks, and what each of them must lead to: buyers, documents, responses."""

import string
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from tests.crash import bodies

COMPANIES = {"alpha": 1001, "beta": 1002}
"""Name in the configuration -> tenant at the simulator."""

STANDARD = {"shop": "alpha", "crm": "alpha", "web": "beta"}
WORKFLOWS = {"flow": "alpha"}
"""Source -> company, by kind of sender (standard, highlevel)."""

MOST_RESPONSES = 8
"""Per customer: as many lines as surely fit into a card's comments without any being trimmed."""

SCENARIOS = ("won", "paid", "won_paid", "won_invoice_paid", "own_invoice", "survey", "workflow")
WEIGHTS = (12, 8, 24, 10, 10, 26, 10)


@dataclass(frozen=True, slots=True)
class Buyer:
    """One party; the same keys wherever it buys. ``external`` says whether sources state an id of their own for it."""

    name: str
    organisation_number: str | None
    email: str | None
    external: str | None


@dataclass(frozen=True, slots=True)
class Document:
    """An order, or an invoice that a source made by itself; ``total`` as the source states it, in ``currency``."""

    company: str
    source: str
    kind: Literal["order", "invoice"]
    id: str
    buyer: Buyer
    currency: str
    total: Decimal

    @property
    def origin(self) -> str:
        """How the invoice names where it comes from."""
        return f"{self.source} {self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Response:
    """An answered survey; ``word`` stands in one of its answers and nowhere else in the run."""

    company: str
    buyer: Buyer
    word: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery. ``pays`` says that it tells of a payment; an impatient sender gives up after one try."""

    id: str
    source: str
    body: bytes
    subject: Document | Response
    pays: bool = False
    impatient: bool = False
    repeats: int = 0


@dataclass(slots=True)
class _Made:
    """What has been made so far."""

    random: Random
    now: datetime
    buyers: list[Buyer]
    serial: int = 0
    responses: Counter[tuple[str, str]] = field(default_factory=Counter)

    def next(self) -> int:
        self.serial += 1
        return self.serial


def organisation_number(serial: int) -> str:
    """A number with a right check digit, in the series of the examples."""
    digits = f"5599{serial:05d}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    check = -sum(number // 10 + number % 10 for number in doubled) % 10
    return f"{digits[:6]}-{digits[6:]}{check}"


def webhooks(seed: int, count: int, now: datetime) -> list[Webhook]:
    """``count`` deliveries in the order in which they are first sent; documents' deliveries come in any order."""
    random = Random(seed)
    made = _Made(random, now, [_buyer(serial) for serial in range(max(6, count // 10))])
    placed: list[tuple[float, Webhook]] = []
    while len(placed) < count:
        scenario = random.choices(SCENARIOS, WEIGHTS)[0]
        placed += [(len(placed) + random.uniform(0, 24), webhook) for webhook in _scenario(made, scenario)]
    placed = placed[:count]
    return [webhook for _, webhook in sorted(placed, key=lambda entry: entry[0])]


def _buyer(serial: int) -> Buyer:
    has_number, has_email = serial % 3 != 1, serial % 3 != 2
    return Buyer(
        name=f"Provbolag {serial:03d} AB",
        organisation_number=organisation_number(serial) if has_number else None,
        email=f"inkop@provbolag{serial:03d}.example" if has_email else None,
        external=f"K-{serial:03d}" if serial % 4 == 0 else None,
    )


def _scenario(made: _Made, scenario: str) -> Iterator[Webhook]:
    if scenario in {"survey", "workflow"}:
        yield from _survey(made, scenario)
        return
    source = made.random.choice(sorted(STANDARD))
    kind: Literal["order", "invoice"] = "invoice" if scenario == "own_invoice" else "order"
    sale = _sale(made, source, kind)
    if scenario.startswith("won"):
        yield _delivery(made, sale, "order.won", pays=False)
    if scenario in {"paid", "won_paid"}:
        yield _delivery(made, sale, "order.paid", pays=True)
    elif scenario != "won":
        yield _delivery(made, sale, "invoice.paid", pays=True)


def _sale(made: _Made, source: str, kind: Literal["order", "invoice"]) -> bodies.Sale:
    serial = made.next()
    keyless = made.random.random() < 0.06
    buyer = Buyer(f"Kontantkund {serial:04d}", None, None, None) if keyless else made.random.choice(made.buyers)
    content = bodies.content(made.random, serial)
    number = f"{'O' if kind == 'order' else 'F'}-{serial:04d}"
    document = Document(STANDARD[source], source, kind, number, buyer, content.currency, content.total)
    return bodies.Sale(document, content, ordered=made.now - timedelta(days=made.random.uniform(1, 20)))


def _delivery(made: _Made, sale: bodies.Sale, kind: str, *, pays: bool) -> Webhook:
    serial = made.next()
    return Webhook(
        id=f"msg_{serial:05d}",
        source=sale.document.source,
        body=bodies.of_sale(sale, kind, f"F-{serial:04d}"),
        subject=sale.document,
        pays=pays,
        impatient=made.random.random() < 0.05,
        repeats=made.random.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 2)),
    )


def _survey(made: _Made, scenario: str) -> Iterator[Webhook]:
    sources = STANDARD if scenario == "survey" else WORKFLOWS
    source = made.random.choice(sorted(sources))
    # Few customers with many respondents each: their lines meet on one card.
    buyer = made.random.choice(made.buyers[:6]) if made.random.random() < 0.6 else made.random.choice(made.buyers)
    if made.responses[sources[source], buyer.name] >= MOST_RESPONSES:
        return
    made.responses[sources[source], buyer.name] += 1
    serial = made.next()
    word = "w" + "".join(made.random.choices(string.ascii_lowercase, k=9))
    response = Response(sources[source], buyer, word)
    body = (
        bodies.of_survey(response, serial, made.now)
        if scenario == "survey"
        else bodies.of_workflow(response, serial, made.now)
    )
    yield Webhook(
        id=f"msg_{serial:05d}",
        source=source,
        body=body,
        subject=response,
        impatient=made.random.random() < 0.05,
        repeats=made.random.choice((0, 0, 0, 0, 1)),
    )
