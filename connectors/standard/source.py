"""Standard Webhooks senders: proves the signature, and turns our documented shape into events."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast

from pydantic import TypeAdapter, ValidationError

from connectors.json_body import BodyFault, read_object
from connectors.signing import read_key, verify
from connectors.sources import Delivery, Ignored, RawRequest, Refused, Stored, Unreadable
from connectors.standard import wire
from connectors.standard.fields import Choice, read_number
from connectors.standard.payouts import PayoutBody, payout_made
from connectors.standard.settings import StandardSettings
from handlers.events import (
    Address,
    Answer,
    Charge,
    Document,
    Event,
    InvoiceChanged,
    Line,
    OrderChanged,
    Party,
    Payment,
    PaymentReceived,
    Refunded,
    Surcharge,
    SurveySubmitted,
)
from handlers.values import Question, Ref, is_nps, payment_thing, stockholm_date

NPS_KEY = "nps"
SCORE_KEYS = frozenset({NPS_KEY, "score", "betyg", "csat"})
NO_ACCOUNT = "-"
"""Stands for an account that is missing or no short printable text; no table can hold it as ours."""

PAID = frozenset({"order.paid", "invoice.paid"})
SOLD = frozenset({"order.offered", "order.won", "order.invoiced"})
"""Types that make a document and say nothing of money paid."""

_LINES: TypeAdapter[tuple[Line, ...]] = TypeAdapter(tuple[Line, ...])
"""A travelling line has the very fields of an event's line: all of them are read in one call."""

OrderStatus = Literal["offer", "won", "invoiced", "paid", "cancelled"]
STATUSES: Mapping[str, OrderStatus] = {
    "order.offered": "offer",
    "order.won": "won",
    "order.invoiced": "invoiced",
    "order.paid": "paid",
    "order.cancelled": "cancelled",
    "invoice.paid": "paid",
}


class StandardSource:
    """One sender of our own shape (Generic webhook facts, sections 3 and 7)."""

    retry_status = 503
    kept_headers = frozenset({"content-type", "user-agent", "webhook-id", "webhook-timestamp"})

    def __init__(self, name: str, settings: StandardSettings, secrets: Mapping[str, str]) -> None:
        """``secrets`` holds ``secret`` and maybe ``previous_secret``. Raises ``ValueError`` naming the field."""
        self.name = name
        self._settings = settings
        self._keys = []
        for field, label in (("secret", "current"), ("previous_secret", "previous")):
            if field in secrets:
                try:
                    self._keys.append(read_key(label, secrets[field]))
                except ValueError as error:
                    raise ValueError(f"{field}: {error}") from None

    def verify(self, request: RawRequest, now: datetime) -> Delivery:
        """Signature over the raw body first, then whether the body is a JSON object at all.

        Raises :class:`Refused`: ``signature`` or ``stale`` (401), ``encoding`` (415), ``bad_request`` (400).
        """
        signed = verify(request.headers, request.body, self._keys, now, self._settings.tolerance_seconds)
        if not _is_json(request.headers.get("content-type", ())):
            raise Refused("encoding", 415)
        try:
            body = read_object(request.body)
        except BodyFault:
            raise Refused("bad_request", 400) from None
        return Delivery(key=signed.id, account=self._account(body), matched=signed.matched)

    def events(self, stored: Stored) -> Sequence[Event] | Ignored:
        """The event of a stored delivery; a type that we do not know is ignored.

        Raises :class:`Unreadable` for a wrong shape, ``Question`` for an order that must not be acted on.
        """
        try:
            body = read_object(stored.body)
        except BodyFault as fault:
            raise Unreadable(str(fault)) from None
        kind = body.get("type")
        if not isinstance(kind, str) or not kind.strip():
            raise Unreadable("type: is missing")
        if kind not in wire.BODIES:
            return Ignored("unknown_type")
        try:
            read = wire.BODIES[kind].model_validate(body)
        except ValidationError as error:
            raise Unreadable(wire.faults(error)) from None
        return (self._event(read),)

    def _account(self, body: Mapping[str, Any]) -> str | None:
        if self._settings.account_field is None:
            return None
        found: Any = body
        for part in self._settings.account_field.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        text = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
        return text if text.isprintable() and 0 < len(text) <= 200 else NO_ACCOUNT

    def _event(self, body: wire.Body) -> Event:
        if isinstance(body, wire.SurveyBody):
            return self._survey(body)
        if isinstance(body, wire.PaymentBody):
            return self._payment(body)
        if isinstance(body, PayoutBody):
            return payout_made(self.name, body, _version(body))
        if isinstance(body, wire.InvoiceBody) and body.data.order_id is None:
            return self._own_invoice(body)
        return self._refund(body) if isinstance(body, wire.RefundBody) else self._order(body)

    def _order(self, body: wire.OrderBody | wire.InvoiceBody) -> OrderChanged:
        order_id = cast(str, body.data.order_id)
        status = STATUSES[body.type]
        document = _document(order_id, body)
        return OrderChanged(
            thing=Ref(system=self.name, kind="order", id=order_id),
            version=_version(body),
            occurred_at=body.timestamp,
            dated=document.dated if body.type in SOLD | PAID else stockholm_date(body.timestamp),
            status=status,
            document=document,
        )

    def _refund(self, body: wire.RefundBody) -> Refunded:
        """One of the order's refunds by the sender's own name for it; without a name, the only one that it may have."""
        order_id, refund_id = body.data.order_id, body.data.refund_id
        return Refunded(
            thing=Ref(
                system=self.name, kind="order_refund", id=f"{refund_id} of {order_id}" if refund_id else order_id
            ),
            order=Ref(system=self.name, kind="order", id=order_id),
            version=_version(body),
            occurred_at=body.timestamp,
            dated=stockholm_date(body.timestamp),
            document=_document(order_id, body),
        )

    def _own_invoice(self, body: wire.InvoiceBody) -> InvoiceChanged:
        document = _document(body.data.invoice_id, body)
        return InvoiceChanged(
            thing=Ref(system=self.name, kind="invoice", id=body.data.invoice_id),
            version=_version(body),
            occurred_at=body.timestamp,
            dated=document.dated,
            status="paid",
            document=document,
        )

    def _payment(self, body: wire.PaymentBody) -> PaymentReceived:
        data, kind = body.data, "invoice" if body.data.order_id is None else "order"
        sale = Ref(system=self.name, kind=kind, id=cast(str, data.order_id or data.invoice_id))
        paid = stockholm_date(data.paid_at or body.timestamp)
        return PaymentReceived(
            thing=payment_thing(sale.model_copy(update={"kind": f"{kind}_payment"}), data.payment_id),
            version=_version(body),
            occurred_at=body.timestamp,
            dated=paid,
            sale=sale,
            payment=Payment(id=data.payment_id, method=data.method, amount=data.amount, paid=paid),
            currency=data.currency,
            currency_rate=data.currency_rate,
        )

    def _survey(self, body: wire.SurveyBody) -> SurveySubmitted:
        answers = tuple(found for found in map(_answer, body.data.answers) if found is not None)
        answered, key = _score(body.data.answers)
        score = answered if body.data.score is None else body.data.score
        nps = key == NPS_KEY and score is not None and score == answered and is_nps(score)
        return SurveySubmitted(
            thing=Ref(system=self.name, kind="response", id=body.data.response_id),
            version=_version(body),
            occurred_at=body.timestamp,
            dated=stockholm_date(body.timestamp),
            survey=body.data.survey_id,
            respondent=_respondent(body.data.respondent),
            score=score,
            scale="nps" if nps else None,
            answers=answers,
        )


def _is_json(content_types: Sequence[str]) -> bool:
    if not content_types:
        return True
    essence = content_types[0].partition(";")[0].strip().casefold()
    return len(content_types) == 1 and (
        essence in {"application/json", "text/json"}
        or (essence.startswith("application/") and essence.endswith("+json"))
    )


def _version(body: wire.Body) -> Decimal:
    return body.data.version if body.data.version is not None else wire.moment_in_seconds(body.timestamp)


def _document(number: str, body: wire.SaleBody) -> Document:
    data = body.data
    paid = stockholm_date(data.paid_at or body.timestamp) if body.type in PAID else None
    if body.type in SOLD | PAID:
        _refuse_negative(data.lines)
    return Document(
        number=number,
        currency=data.currency,
        currency_rate=data.currency_rate,
        currency_rate_date=data.currency_rate_date,
        prices_include_vat=data.prices_include_vat,
        customer=_party(data.customer),
        lines=_LINES.validate_python([line.__dict__ for line in data.lines]),
        discount_percent=data.discount_percent,
        discount_amount=data.discount_amount,
        discount_text=data.discount_text,
        charges=(*(Charge(**charge.__dict__) for charge in data.charges), *_kept(data)),
        freight=_surcharge(data.freight),
        administration_fee=_surcharge(data.administration_fee),
        total_excluding_vat=data.total_excluding_vat,
        total_vat=data.total_vat,
        total=data.total,
        dated=_dated(body),
        dated_stated=data.ordered_at is not None,
        due=data.due_date,
        paid=paid,
        delivery=data.delivery_date,
        order_number=data.order_number,
        our_reference=data.our_reference,
        your_reference=data.your_reference,
        comments=data.comments,
        price_list=data.price_list,
        cost_center=data.cost_center,
        project=data.project,
        payment_method=data.payment_method,
        payments=tuple(_payment(payment, paid) for payment in data.payments) if paid is not None else (),
    )


def _kept(data: wire.MoneyData) -> Iterator[Charge]:
    """The return fees of a refund; one of nothing is none."""
    for fee in data.return_fees if isinstance(data, wire.RefundData) else ():
        if fee.amount:
            yield Charge(kind="return_fee", **fee.__dict__)


def _payment(stated: wire.Payment, day: date) -> Payment:
    paid = day if stated.paid_at is None else stockholm_date(stated.paid_at)
    return Payment(id=stated.payment_id, method=stated.method, amount=stated.amount, paid=paid)


def _surcharge(stated: wire.Surcharge | None) -> Surcharge | None:
    return None if stated is None else Surcharge(amount=stated.amount, vat_rate=stated.vat_rate)


def _dated(body: wire.SaleBody) -> date:
    data = body.data
    told = [data.paid_at, *(payment.paid_at for payment in data.payments)] if body.type not in SOLD else []
    paid_at = min((moment for moment in told if moment is not None), default=None)
    return stockholm_date(data.ordered_at or paid_at or body.timestamp)


def _refuse_negative(lines: Sequence[wire.Line]) -> None:
    for position, line in enumerate(lines, start=1):
        if line.quantity < 0:
            raise Question(
                f"Line {position} has a negative quantity, which only a refund may have. "
                "Correct the order at its source and let it be sent again, or discard this event."
            )


def _party(customer: wire.Customer) -> Party:
    return Party(
        source_id=customer.external_id,
        name=customer.name,
        organisation_number=customer.organisation_number,
        vat_number=customer.vat_number,
        kind=customer.kind,
        own_number=customer.customer_number,
        email=customer.email,
        country=customer.country,
        address=None if customer.address is None else Address(**customer.address.model_dump()),
    )


def _respondent(respondent: wire.Respondent) -> Party:
    name = respondent.company or respondent.name or respondent.email or respondent.organisation_number
    if name is None:
        raise Question(
            "The respondent has no name, company, e-mail or organisation number, so no customer can be found or made. "
            "Discard this event if that is right."
        )
    return Party(name=name, organisation_number=respondent.organisation_number, email=respondent.email)


def _answer(answer: wire.AnswerData) -> Answer | None:
    choices = answer.value if isinstance(answer.value, list) else [answer.value]
    value = ", ".join(text for text in map(_words, choices) if text)
    if not value:
        return None
    named = cast(str, answer.key or answer.question)
    return Answer(key=named, question=answer.question or named, value=value)


def _words(choice: Choice | None) -> str:
    if choice is None:
        return ""
    if isinstance(choice, bool):
        return "yes" if choice else "no"
    # Half a surrogate pair in somebody's free text must not stop the survey; no storage takes it as it is.
    return str(choice).strip().encode("utf-8", "replace").decode()


def _score(answers: Sequence[wire.AnswerData]) -> tuple[Decimal | None, str]:
    """The first answer that is a score by its key, and that key."""
    for answer in answers:
        if answer.key is None or answer.key.casefold() not in SCORE_KEYS or isinstance(answer.value, bool | list):
            continue
        try:
            return read_number(answer.value), answer.key.casefold()
        except ValueError:
            continue
    return None, ""
