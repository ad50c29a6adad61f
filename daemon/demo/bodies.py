"""The bodies that the demo's senders write: invented companies, real shapes, totals that agree to the öre."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from daemon.demo.configuration import STANDARD, WORKFLOW
from daemon.demo.senders import Webhook

Json = dict[str, Any]
ORE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Buyer:
    """A company that buys; ``own_number`` is the shop's id of it."""

    own_number: str
    name: str
    organisation_number: str | None
    email: str


TALLBACKEN = Buyer("C-778", "Tallbacken Bygg AB", "559904-2032", "inkop@tallbacken.example.com")
LAGUNDA = Buyer("C-781", "Lagunda Kaffe & Te AB", "559905-1017", "ekonomi@lagunda.example.com")
HAVREKORN = Buyer("C-790", "Havrekorn Bageri AB", "559906-1016", "info@havrekorn.example.com")
STRANDANGEN = Buyer("C-802", "Strandängens Café", None, "faktura@strandangen.example.com")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order, price per unit without VAT."""

    sku: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    vat_rate: str = "25"
    discount_percent: str = "0"

    @property
    def net(self) -> Decimal:
        """Quantity times price less discount, to the öre."""
        kept = (100 - Decimal(self.discount_percent)) / 100
        return (Decimal(self.quantity) * Decimal(self.unit_price) * kept).quantize(ORE, ROUND_HALF_UP)

    @property
    def vat(self) -> Decimal:
        """The line's VAT, to the öre."""
        return (self.net * Decimal(self.vat_rate) / 100).quantize(ORE, ROUND_HALF_UP)

    def as_json(self) -> Json:
        """The line as the shop sends it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Sale:
    """An order, or an invoice of the sender's own, with its day. ``error`` is added to the stated total."""

    number: str
    buyer: Buyer
    lines: tuple[Line, ...]
    ordered: datetime
    error: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """What the buyer owes, as the lines give it."""
        return sum((line.net + line.vat for line in self.lines), Decimal(0))

    def event(self, kind: str, delivery_id: str) -> Webhook:
        """``order.won``, ``order.paid`` (an hour later) or ``invoice.paid`` of this sale."""
        moment = self.ordered if kind == "order.won" else self.ordered + timedelta(hours=1)
        net = sum((line.net for line in self.lines), Decimal(0))
        data: Json = {
            "invoice_id" if kind == "invoice.paid" else "order_id": self.number,
            "ordered_at": self.ordered.isoformat(timespec="seconds"),
            "currency": "SEK",
            "prices_include_vat": False,
            "customer": _customer(self.buyer),
            "lines": [line.as_json() for line in self.lines],
            "total_excluding_vat": str(net),
            "total_vat": str(sum((line.vat for line in self.lines), Decimal(0))),
            "total": str(self.total + self.error),
        }
        if kind != "order.won":
            data["paid_at"] = moment.isoformat(timespec="seconds")
        return Webhook(
            STANDARD, delivery_id, {"type": kind, "timestamp": moment.isoformat(timespec="seconds"), "data": data}
        )


def _customer(buyer: Buyer) -> Json:
    stated = {
        "external_id": buyer.own_number,
        "name": buyer.name,
        "organisation_number": buyer.organisation_number,
        "email": buyer.email,
        "country": "SE",
    }
    return {name: value for name, value in stated.items() if value is not None}


def survey(now: datetime, delivery_id: str) -> Webhook:
    """``survey.completed`` of the shop."""
    data = {
        "survey_id": "kundenkat-q4",
        "response_id": "resp-4711",
        "score": 10,
        "respondent": {
            "company": LAGUNDA.name,
            "organisation_number": LAGUNDA.organisation_number,
            "email": LAGUNDA.email,
        },
        "answers": [
            {"key": "kommentar", "question": "Kommentar", "value": "Snabb leverans, gärna fler sorters te."},
            {"key": "val", "question": "Vad vill du ha mer av?", "value": ["Service", "Reservdelar"]},
        ],
    }
    body = {"type": "survey.completed", "timestamp": now.isoformat(timespec="seconds"), "data": data}
    return Webhook(STANDARD, delivery_id, body)


def workflow_survey(now: datetime) -> Webhook:
    """A submitted survey as the action "Webhook" of a HighLevel workflow posts it: answers by label, custom data."""
    body = {
        "Hur nöjd är du med leveransen (0-10)?": "9",
        "Organisationsnummer": HAVREKORN.organisation_number,
        "Vad kan vi göra bättre?": "Snabbare återkoppling på offerter.",
        "contact_id": "e6m50fei5oNM2igrq1MG",
        "company_name": HAVREKORN.name,
        "email": HAVREKORN.email,
        "phone": "+46313900612",
        "country": "SE",
        "location": {"id": "hQ4nVw8sLtR2eXbKc7Pm", "name": "Demo"},
        "workflow": {"id": "0f552c94-02cd-42af-99de-2bc1b4ff00ae", "name": "Enkät till bokföring"},
        "customData": {
            "event": "survey_submitted",
            "survey_id": "eVKFk27vrCpbesyqsLqA",
            "submission_id": "sub-2209",
            "submitted_at": now.isoformat(timespec="seconds"),
        },
    }
    return Webhook(WORKFLOW, "sub-2209", body)
