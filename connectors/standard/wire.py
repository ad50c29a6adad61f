"""The shapes of our own documented webhooks, as they travel."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from connectors.standard.fields import AnswerValue, Country, Currency, Day, Identifier, Moment, Number, Text, Wire
from connectors.standard.payouts import PayoutBody


class Address(Wire):
    """Where the buyer gets its post; the country stands on the buyer itself."""

    street: Text | None = None
    second_line: Text | None = None
    zip_code: Text | None = None
    city: Text | None = None


class Customer(Wire):
    """The buyer: a company where there is one, else a person."""

    external_id: Identifier | None = Field(None, description="the sender's own id of the buyer")
    customer_number: Identifier | None = Field(None, description="the buyer's number in Fortnox, where it is known")
    name: Text
    organisation_number: Text | None = None
    vat_number: Text | None = Field(None, description="with its country's two letters; decides the VAT abroad")
    kind: Literal["company", "private"] | None = Field(None, description="absent: a company if it has a number")
    email: Text | None = None
    country: Country | None = Field(None, description="ISO 3166, two letters")
    address: Address | None = None


class Line(Wire):
    """One line: price per unit in the document's currency, VAT rate in percent, and at most one discount."""

    sku: Text | None = None
    description: Text
    quantity: Number
    unit: Text | None = None
    unit_price: Number
    vat_rate: Number
    discount_percent: Number = Decimal(0)
    discount_amount: Number = Field(Decimal(0), description="off the whole line, as priced")
    cost_center: Text | None = Field(None, description="its code in Fortnox, else the document's")
    project: Text | None = Field(None, description="its number in Fortnox, else the document's")


class Surcharge(Wire):
    """Freight or an administration fee, as priced."""

    amount: Number
    vat_rate: Number


class Charge(Wire):
    """What is added to the lines or taken off them (below zero), as priced."""

    kind: Literal["fee", "tip", "coupon", "gift_card", "rounding"]
    description: Text
    amount: Number
    vat_rate: Number = Decimal(0)


class ReturnFee(Wire):
    """What the seller keeps of a refund, as priced; its sign does not matter."""

    description: Text = "Returavgift"
    amount: Number
    vat_rate: Number


class Payment(Wire):
    """One payment of an order or invoice, in its currency."""

    payment_id: Identifier | None = Field(None, description="two tellings of one id are one payment")
    method: Text | None = Field(None, description="absent: that of the order or invoice")
    amount: Number
    paid_at: Moment | None = Field(None, description="absent: that of the order or invoice")


class MoneyData(Wire):
    """The money side that orders and invoices share; totals are in ``currency`` and agree with the lines to the öre."""

    version: Number | None = Field(None, description="orders changes of one order; absent: the timestamp")
    refund_id: Identifier | None = Field(None, description="order.refunded: tells several refunds of an order apart")
    ordered_at: Moment | None = None
    paid_at: Moment | None = None
    currency: Currency = Field(description="ISO 4217, three letters")
    currency_rate: Number | None = Field(None, description="SEK for one unit of the currency")
    currency_rate_date: Day | None = Field(None, description="the day whose rate it is")
    prices_include_vat: bool
    customer: Customer
    lines: tuple[Line, ...] = Field(min_length=1)
    discount_percent: Number = Field(Decimal(0), description="off all lines together")
    discount_amount: Number = Field(Decimal(0), description="off all lines together, as priced")
    discount_text: Text | None = Field(None, description="what the discount is called on the document")
    charges: tuple[Charge, ...] = ()
    freight: Surcharge | None = None
    administration_fee: Surcharge | None = None
    total_excluding_vat: Number
    total_vat: Number
    total: Number
    our_reference: Text | None = Field(None, description="who sold it")
    your_reference: Text | None = Field(None, description="who bought it")
    comments: Text | None = None
    delivery_date: Day | None = None
    due_date: Day | None = Field(None, description="absent: the company's days of payment")
    order_number: Identifier | None = Field(None, description="the buyer's own order number")
    price_list: Text | None = Field(None, description="its code in Fortnox")
    cost_center: Text | None = Field(None, description="its code in Fortnox")
    project: Text | None = Field(None, description="its number in Fortnox")
    payment_method: Text | None = Field(None, description="in your own word: klarna, swish, card, invoice")
    payments: tuple[Payment, ...] = Field((), description="what it was paid by; together the total")


class OrderData(MoneyData):
    """An order."""

    order_id: Identifier


class RefundData(OrderData):
    """What went back of an order: lines, or without them freight, fees and charges alone."""

    lines: tuple[Line, ...] = Field((), description="those that go back; none where only freight, fee or charges do")
    return_fees: tuple[ReturnFee, ...] = Field((), description="what is kept; the totals are what was paid back")


class InvoiceData(MoneyData):
    """An invoice of the sender; with ``order_id`` it belongs to that order."""

    invoice_id: Identifier
    order_id: Identifier | None = None


class PaymentData(Wire):
    """A payment that is told by itself, of an order or of an invoice of the sender; ``order_id`` where there is one."""

    payment_id: Identifier
    order_id: Identifier | None = None
    invoice_id: Identifier | None = None
    version: Number | None = Field(None, description="orders tellings of one payment; absent: the timestamp")
    method: Text | None = Field(None, description="in your own word: klarna, swish, card, gift card")
    amount: Number
    currency: Currency = Field(description="the order's or invoice's own")
    currency_rate: Number | None = Field(None, description="SEK for one unit of the currency; absent: the invoice's")
    paid_at: Moment | None = Field(None, description="absent: the timestamp")

    @model_validator(mode="after")
    def _of_a_sale(self) -> "PaymentData":
        if self.order_id is None and self.invoice_id is None:
            raise ValueError("needs an order_id or an invoice_id")
        return self


class Respondent(Wire):
    """Who answered."""

    name: Text | None = None
    email: Text | None = None
    company: Text | None = None
    organisation_number: Text | None = None


class AnswerData(Wire):
    """One answer; several choices are a list."""

    key: Text | None = None
    question: Text | None = None
    value: AnswerValue | None = None

    @model_validator(mode="after")
    def _named(self) -> "AnswerData":
        if self.key is None and self.question is None:
            raise ValueError("needs a key or a question")
        return self


class SurveyData(Wire):
    """A finished survey."""

    survey_id: Identifier
    response_id: Identifier
    version: Number | None = Field(None, description="orders changes of one response; absent: the timestamp")
    score: Number | None = None
    respondent: Respondent
    answers: tuple[AnswerData, ...] = ()


class OrderBody(Wire):
    """An order reached a status."""

    type: Literal["order.offered", "order.won", "order.invoiced", "order.paid", "order.cancelled"]
    timestamp: Moment
    data: OrderData


class RefundBody(Wire):
    """The buyer of an order got money back."""

    type: Literal["order.refunded"]
    timestamp: Moment
    data: RefundData


class InvoiceBody(Wire):
    """An invoice of the sender was paid in full."""

    type: Literal["invoice.paid"]
    timestamp: Moment
    data: InvoiceData


class PaymentBody(Wire):
    """A payment of an order or invoice."""

    type: Literal["payment.received"]
    timestamp: Moment
    data: PaymentData


class SurveyBody(Wire):
    """A respondent finished a survey."""

    type: Literal["survey.completed", "survey.submitted"]
    timestamp: Moment
    data: SurveyData


SaleBody = OrderBody | RefundBody | InvoiceBody
Body = SaleBody | PaymentBody | PayoutBody | SurveyBody

BODIES: dict[str, type[Body]] = {
    "order.offered": OrderBody,
    "order.won": OrderBody,
    "order.invoiced": OrderBody,
    "order.paid": OrderBody,
    "order.refunded": RefundBody,
    "order.cancelled": OrderBody,
    "invoice.paid": InvoiceBody,
    "payment.received": PaymentBody,
    "payout.paid": PayoutBody,
    "survey.completed": SurveyBody,
    "survey.submitted": SurveyBody,
}


MOST_FAULTS = 3
_REASONS = {
    "missing": "is missing",
    "model_type": "must be an object",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be text",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}


def faults(error: ValidationError) -> str:
    """What is wrong with a body, as field paths with one reason each; never a value (at most three fields)."""
    found: dict[str, str] = {}
    for fault in error.errors(include_input=False, include_url=False, include_context=False):
        found.setdefault(".".join(str(part) for part in fault["loc"]) or "the body", _reason(fault))
    texts = [f"{path}: {reason}" for path, reason in list(found.items())[:MOST_FAULTS]]
    return "; ".join([*texts, *([f"and {len(found) - MOST_FAULTS} more"] if len(found) > MOST_FAULTS else [])])


def _reason(fault: ErrorDetails) -> str:
    text = fault["msg"].removeprefix("Value error, ").replace("Input should", "must").replace("String should", "must")
    return _REASONS.get(fault["type"], text)


def moment_in_seconds(moment: datetime) -> Decimal:
    """Seconds since 1970 of an aware moment, exact to the microsecond."""
    if not moment.microsecond:
        return Decimal(int(moment.timestamp()))
    whole = Decimal(int(moment.replace(microsecond=0).timestamp()))
    return whole + Decimal(moment.microsecond) / 1_000_000
