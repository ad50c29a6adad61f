"""What sales are made of, with exact totals; and the bodies of signed senders and of workflows that nobody reads."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.crash.own_rules import FEE
from tests.crash.subjects import Buyer, Document, Flow, Payout, Record, Response, Status

HUNDRED = Decimal(100)
EURO_RATE = "11.25"
ARTICLES = tuple(f"ART-{number:02d}" for number in range(24))

TYPES: dict[Status, str] = {
    "offer": "order.offered",
    "won": "order.won",
    "invoiced": "order.invoiced",
    "changed": "order.invoiced",
    "paid": "order.paid",
    "cancelled": "order.cancelled",
}
AFTER: dict[str, timedelta] = {
    "order.offered": timedelta(hours=-1),
    "order.won": timedelta(0),
    "order.invoiced": timedelta(minutes=30),
    "order.paid": timedelta(hours=1),
    "invoice.paid": timedelta(hours=1),
    "order.cancelled": timedelta(hours=2),
    "order.refunded": timedelta(hours=3),
}
"""When the source says that it happened, seen from the order's own moment."""
CHANGED = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a kind of sender writes its lines: the articles it sells, its VAT rates (one for all lines, or each its own),
    discounts, prices with VAT, and how often it sells in euro."""

    articles: tuple[str, ...] = ARTICLES
    rates: tuple[int, ...] = (25, 25, 12, 6, 0)
    one_rate: bool = False
    discounts: tuple[int, ...] = (0, 0, 10)
    with_vat: float = 0.3
    euro: float = 0.08


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ``price`` per unit before VAT in whole kronor, so that every sum is exact; rate and discount in %."""

    article: str
    quantity: int
    price: Decimal
    rate: int
    discount: int

    @property
    def net(self) -> Decimal:
        """The line's sum before VAT."""
        return self.price * self.quantity * (100 - self.discount) / HUNDRED


@dataclass(frozen=True, slots=True)
class Content:
    """Lines and the totals they give."""

    currency: str
    prices_include_vat: bool
    rows: tuple[Row, ...]

    @property
    def net(self) -> Decimal:
        """Before VAT."""
        return sum((row.net for row in self.rows), Decimal(0))

    @property
    def vat(self) -> Decimal:
        """The VAT alone."""
        return sum((row.net * row.rate / HUNDRED for row in self.rows), Decimal(0))

    @property
    def total(self) -> Decimal:
        """With VAT, as the source states it."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Sale:
    """A document with its content, its buyer and its moment; ``changed`` is its content after a change."""

    document: Document
    content: Content
    buyer: Buyer
    ordered: datetime
    changed: Content | None = None


def more_of(content: Content, pieces: int) -> Content:
    """The same with so many pieces of the first line."""
    first, *others = content.rows
    return replace(content, rows=(replace(first, quantity=pieces), *others))


def content(random: Random, serial: int, terms: Terms) -> Content:
    """One to three lines; the first one's price is the serial's own."""
    including, euro = random.random() < terms.with_vat, random.random() < terms.euro
    common = random.choice(terms.rates)
    rows: list[Row] = []
    for place in range(random.randint(1, 3)):
        rate = common if terms.one_rate else random.choice(terms.rates)
        price = Decimal(1000 + 10 * serial) if place == 0 else Decimal(10 * random.randint(1, 90))
        quantity = 1 if place == 0 else random.randint(1, 12)
        discount = random.choice(terms.discounts) if place else 0
        rows.append(Row(random.choice(terms.articles), quantity, price, rate, discount))
    return Content("EUR" if euro else "SEK", including, tuple(rows))


def _line(content: Content, row: Row) -> Record:
    stated = row.price * (100 + row.rate) / HUNDRED if content.prices_include_vat else row.price
    line = {
        "sku": row.article,
        "description": f"Vara {row.article}",
        "quantity": str(row.quantity),
        "unit": "st",
        "unit_price": f"{stated:.2f}",
        "vat_rate": str(row.rate),
    }
    return line | {"discount_percent": str(row.discount)} if row.discount else line


def of_sale(
    sale: Sale, kind: str, invoice_number: str, *, changed: bool = False, status: Status | None = None
) -> bytes:
    """A body of type ``kind``: ``order.offered``, ``order.paid``, ``invoice.paid`` and so on.

    ``changed``: with the sums that the sale has after its change; ``status`` is what it tells of.
    """
    document, content = sale.document, sale.changed if changed and sale.changed is not None else sale.content
    moment = sale.ordered + (CHANGED if status == "changed" else AFTER[kind])
    names: Record = {"order_id": document.id}
    if kind == "invoice.paid":
        own = document.kind == "invoice"
        names = {"invoice_id": document.id} if own else {"invoice_id": invoice_number, "order_id": document.id}
    data: Record = names | {
        "ordered_at": sale.ordered.isoformat(),
        "currency": content.currency,
        "prices_include_vat": content.prices_include_vat,
        "customer": _customer(sale.buyer),
        "lines": [_line(content, row) for row in content.rows],
        "total_excluding_vat": f"{content.net:.2f}",
        "total_vat": f"{content.vat:.2f}",
        "total": f"{content.total:.2f}",
    }
    if content.currency != "SEK":
        data["currency_rate"] = EURO_RATE
    if kind.endswith(".paid"):
        data["paid_at"] = moment.isoformat()
        if document.parts:
            names_of = enumerate(document.parts, start=1)
            data["payments"] = [{"payment_id": f"del-{place}", "amount": f"{part:.2f}"} for place, part in names_of]
    return _encoded({"type": kind, "timestamp": moment.isoformat(), "data": data})


def of_refund(sale: Sale, refund_id: str, part: Content) -> bytes:
    """``order.refunded`` of the lines of ``part``: quantities and totals below zero."""
    moment = sale.ordered + AFTER["order.refunded"]
    lines = [_line(part, row) for row in part.rows]
    data: Record = {
        "order_id": sale.document.id,
        "refund_id": refund_id,
        "currency": part.currency,
        "prices_include_vat": part.prices_include_vat,
        "customer": _customer(sale.buyer),
        "lines": [line | {"quantity": f"-{line['quantity']}"} for line in lines],
        "total_excluding_vat": f"{-part.net:.2f}",
        "total_vat": f"{-part.vat:.2f}",
        "total": f"{-part.total:.2f}",
    }
    return _encoded({"type": "order.refunded", "timestamp": moment.isoformat(), "data": data})


def _customer(buyer: Buyer) -> dict[str, str]:
    stated = {
        "external_id": buyer.external,
        "name": buyer.name,
        "organisation_number": buyer.organisation_number,
        "email": buyer.email,
        "country": "SE",
    }
    return {name: value for name, value in stated.items() if value is not None}


def of_survey(response: Response, buyer: Buyer, serial: int, now: datetime) -> bytes:
    """``survey.completed`` by a respondent of the buyer; with an organisation number, by an address of its own."""
    respondent = {"company": buyer.name, "name": f"Svarande {serial}"}
    if buyer.organisation_number:
        respondent["organisation_number"] = buyer.organisation_number
    if buyer.email:
        respondent["email"] = buyer.email
    elif serial % 2:
        respondent["email"] = f"svar{serial}@{buyer.name[10:13]}.example"
    data = {
        "survey_id": "kundenkat",
        "response_id": f"svar-{serial}",
        "respondent": respondent,
        "answers": [{"key": "nps", "value": serial % 11}, {"key": "ord", "value": response.word}],
    }
    return _encoded({"type": "survey.completed", "timestamp": now.isoformat(), "data": data})


def of_workflow(response: Response, buyer: Buyer, serial: int, now: datetime) -> bytes:
    """A survey as a workflow of HighLevel posts it: flat contact, answers by label, an id of the submission."""
    contact = {"id": f"kontakt-{buyer.name[10:13]}", "company": buyer.name}
    if buyer.organisation_number:
        contact["organisation_number"] = buyer.organisation_number
    if buyer.email:
        contact["email"] = buyer.email
    body = {
        "event": "survey.submitted",
        "submission_id": f"svar-{serial}",
        "submitted_at": now.isoformat(),
        "survey": {"id": "kundenkat"},
        "contact": contact,
        "answers": {"nps": str(serial % 11), "ord": response.word},
    }
    return _encoded(body)


def of_payout(payout: Payout, now: datetime) -> bytes:
    """``payout.paid``: what was sold by one method, less a fee without VAT."""
    data = {
        "payout_id": payout.id,
        "currency": "SEK",
        "sales": [{"method": "card", "amount": f"{payout.sold:.2f}"}],
        "fees": [{"amount": f"{FEE:.2f}"}],
        "net": f"{payout.sold - FEE:.2f}",
    }
    return _encoded({"type": "payout.paid", "timestamp": now.isoformat(), "data": data})


def of_flow(flow: Flow) -> bytes:
    """What a client starts a workflow with: an id of its own, so that it is one run however often it is told."""
    return _encoded({"workflow": "employ", "workflow_id": flow.code, "input": {"code": flow.code, "stays": flow.stays}})


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
