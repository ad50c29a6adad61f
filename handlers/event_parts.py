"""What events speak of: parties, lines, documents, payments and answers, as their sources state them."""

from datetime import date
from decimal import Decimal
from typing import Literal

from handlers.values import Frozen


class Address(Frozen):
    """Where a party gets its post; an absent part is ``None``. The country stands on the party itself."""

    street: str | None = None
    second_line: str | None = None
    zip_code: str | None = None
    city: str | None = None


class Party(Frozen):
    """A buyer or respondent as the source describes it; an absent value is ``None``, never an empty text.

    ``organisation_number`` is what the source sent, trimmed; rules decide what it is. ``own_number`` is the customer's
    number in Fortnox where the source knows it. ``country`` is ISO 3166 alpha-2. ``vat_number`` stands as the source
    has it; ``kind`` says whether a company or a person buys, where the source knows.
    """

    source_id: str | None = None
    name: str
    organisation_number: str | None = None
    vat_number: str | None = None
    kind: Literal["company", "private"] | None = None
    own_number: str | None = None
    email: str | None = None
    phone: str | None = None
    country: str | None = None
    address: Address | None = None


class Line(Frozen):
    """One line of an order: prices in the document's currency per unit, VAT rate and discount in percent.

    ``sku`` is the article's number at the source. ``vat_rate`` is ``None`` where the source says nothing of VAT: then
    the article in Fortnox decides. ``discount_amount`` is of the whole line, as priced (with VAT where prices include
    it); at most one of the two discounts is above zero. ``cost_center`` and ``project`` are codes in Fortnox.
    """

    sku: str | None = None
    description: str
    quantity: Decimal
    unit: str | None = None
    unit_price: Decimal
    vat_rate: Decimal | None
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    cost_center: str | None = None
    project: str | None = None


class Surcharge(Frozen):
    """Freight or an administration fee of a whole document, as priced (with VAT where prices include it).

    ``vat_rate`` in percent is ``None`` only where the source says nothing of VAT.
    """

    amount: Decimal
    vat_rate: Decimal | None = None


class Charge(Frozen):
    """What a document adds to its lines or takes off them (below zero), as priced; it becomes a row of its own.

    ``gift_card`` is one sold (above zero) or used (below); ``rounding`` is the source's own rounding of the total;
    ``return_fee`` is what the seller keeps of a refund, whatever its sign, and stands in no sale.
    """

    kind: Literal["fee", "tip", "coupon", "gift_card", "rounding", "return_fee"]
    description: str
    amount: Decimal
    vat_rate: Decimal


class Payment(Frozen):
    """One payment of a sale, in the sale's currency; ``method`` is the source's own word, ``id`` its own name for it.

    Two tellings of one ``id`` are one payment; without an id its place among the sale's payments tells it apart.
    """

    id: str | None = None
    method: str | None = None
    amount: Decimal
    paid: date


class Document(Frozen):
    """The money side of an offer, order or invoice, as the source states it (decimals in ``currency``).

    ``discount_percent`` or ``discount_amount`` (as priced) is off all lines together, besides their own; freight, fee
    and charges are not reduced by it. The totals count everything; ``total_vat`` and ``total`` are ``None`` only where
    the source says nothing of VAT. ``dated_stated``: the day is the document's own at its source, not that of a message
    about it. ``currency_rate`` is kronor per unit, of ``currency_rate_date`` where the source
    says so. ``number`` is the source's own; ``order_number`` is the buyer's own order number where the buyer gave one.
    ``our_reference`` and ``your_reference`` are people at the seller and at the buyer. ``cost_center`` and ``project``
    are codes in Fortnox, of the whole document. ``payment_method`` is how the buyer pays, in the source's own word;
    ``payments`` are those that make up the total, where the source lists them.
    """

    number: str
    currency: str
    currency_rate: Decimal | None = None
    currency_rate_date: date | None = None
    prices_include_vat: bool
    customer: Party
    lines: tuple[Line, ...]
    discount_percent: Decimal = Decimal(0)
    discount_amount: Decimal = Decimal(0)
    discount_text: str | None = None
    charges: tuple[Charge, ...] = ()
    freight: Surcharge | None = None
    administration_fee: Surcharge | None = None
    total_excluding_vat: Decimal
    total_vat: Decimal | None
    total: Decimal | None
    dated: date
    dated_stated: bool = False
    due: date | None = None
    paid: date | None = None
    delivery: date | None = None
    order_number: str | None = None
    our_reference: str | None = None
    your_reference: str | None = None
    comments: str | None = None
    price_list: str | None = None
    cost_center: str | None = None
    project: str | None = None
    payment_method: str | None = None
    payments: tuple[Payment, ...] = ()


class Answer(Frozen):
    """One answer of a survey: the source's key, the question's text, and the value in words (several are joined)."""

    key: str
    question: str
    value: str
