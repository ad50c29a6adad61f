"""The bodies that senders write: orders and invoices whose totals are exact, surveys by two kinds of senders."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.crash.mix import Document, Response

HUNDRED = Decimal(100)
EURO_RATE = "11.25"


@dataclass(frozen=True, slots=True)
class Content:
    """Lines and the totals they give; prices are whole kronor before VAT, so that every VAT amount is exact."""

    currency: str
    prices_include_vat: bool
    lines: tuple[dict[str, str], ...]
    net: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        """With VAT, as the source states it."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Sale:
    """A document with its content and its day."""

    document: "Document"
    content: Content
    ordered: datetime


def content(random: Random, serial: int) -> Content:
    """One to three lines; the first one's price is the serial's own, so that no two documents have the same total."""
    including = random.random() < 0.3
    lines: list[dict[str, str]] = []
    net = vat = Decimal(0)
    for place in range(random.randint(1, 3)):
        rate = random.choice((25, 25, 12, 6, 0))
        price = Decimal(1000 + 10 * serial) if place == 0 else Decimal(10 * random.randint(1, 90))
        quantity = 1 if place == 0 else random.randint(1, 12)
        discount = random.choice((0, 0, 10)) if place else 0
        row = price * quantity * (100 - discount) / HUNDRED
        net, vat = net + row, vat + row * rate / HUNDRED
        stated = price * (100 + rate) / HUNDRED if including else price
        lines.append(_line(place, quantity, stated, rate, discount))
    return Content("EUR" if random.random() < 0.08 else "SEK", including, tuple(lines), net, vat)


def _line(place: int, quantity: int, price: Decimal, rate: int, discount: int) -> dict[str, str]:
    line = {
        "sku": f"ART-{place}",
        "description": f"Vara {place}",
        "quantity": str(quantity),
        "unit": "st",
        "unit_price": f"{price:.2f}",
        "vat_rate": str(rate),
    }
    return line | {"discount_percent": str(discount)} if discount else line


def of_sale(sale: Sale, kind: str, invoice_number: str) -> bytes:
    """``order.won``, ``order.paid`` or ``invoice.paid``; the payment is an hour younger than the order."""
    document, content = sale.document, sale.content
    paid = sale.ordered + timedelta(hours=1)
    names: dict[str, Any] = {"order_id": document.id}
    if kind == "invoice.paid":
        own = document.kind == "invoice"
        names = {"invoice_id": document.id} if own else {"invoice_id": invoice_number, "order_id": document.id}
    data: dict[str, Any] = names | {
        "ordered_at": sale.ordered.isoformat(),
        "currency": content.currency,
        "prices_include_vat": content.prices_include_vat,
        "customer": _customer(document),
        "lines": content.lines,
        "total_excluding_vat": f"{content.net:.2f}",
        "total_vat": f"{content.vat:.2f}",
        "total": f"{content.total:.2f}",
    }
    if content.currency != "SEK":
        data["currency_rate"] = EURO_RATE
    if kind != "order.won":
        data["paid_at"] = paid.isoformat()
    moment = sale.ordered if kind == "order.won" else paid
    return _encoded({"type": kind, "timestamp": moment.isoformat(), "data": data})


def _customer(document: "Document") -> dict[str, str]:
    buyer = document.buyer
    stated = {
        "external_id": buyer.external,
        "name": buyer.name,
        "organisation_number": buyer.organisation_number,
        "email": buyer.email,
        "country": "SE",
    }
    return {name: value for name, value in stated.items() if value is not None}


def of_survey(response: "Response", serial: int, now: datetime) -> bytes:
    """``survey.completed`` by a respondent of the buyer; with an organisation number, by an address of its own."""
    buyer = response.buyer
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


def of_workflow(response: "Response", serial: int, now: datetime) -> bytes:
    """A survey as a workflow of HighLevel posts it: flat contact, answers by label, an id of the submission."""
    buyer = response.buyer
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


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
