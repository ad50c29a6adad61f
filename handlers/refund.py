"""Rule for refunds: the credit invoice that takes back what the buyer got back, booked, and the repayment."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from handlers.answered import as_answered, method_word
from handlers.commands import BookInvoice, BookPayment, Command, CreditContent, EnsureCredit, EnsurePayment
from handlers.dimensions import dimensions_of
from handlers.document import NUMBER_LIMIT, ORIGIN_LIMIT, check_reference, money_of
from handlers.events import Charge, Document, Line, Refunded, Surcharge
from handlers.evidence import with_evidence
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.paid import booked_as, method_of
from handlers.party import is_private
from handlers.reissue import newest
from handlers.rows import Choices, article_commands
from handlers.settings import CompanySettings, Method
from handlers.skipping import check_sale_wanted
from handlers.values import Question, Ref
from handlers.vat import decide

RULE = "book_refund"
SALE = "book_order"
"""Whose cost centre and project the rows of a refund carry: those of the rule that made the sale."""


def book_refund(event: Refunded, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """Articles that its rows name, the credit invoice of the order's invoice, booked, and the repayment, booked too.

    The rows are laid out as the sale's were: the same accounts, the same VAT. Raises :class:`Question` where the
    refund does not add up, takes nothing back, or states no VAT; :class:`~handlers.values.Skipped` where its sale was
    passed by, because nothing of it is in Fortnox that could be taken back.
    """
    check_sale_wanted(facts.passed_by, SALE, settings.rule(SALE))
    order = newest(event.order, facts)
    document = _taken_back(as_answered(event, settings, facts).document)
    choices = Choices(
        settings.bookkeeping,
        settings.articles,
        None if event.whole else decide(document.customer, settings.bookkeeping, settings.vat),
    )
    money = _whole(document) if event.whole else _part(document, choices, settings)
    content = CreditContent(
        number=document.order_number or document.number,
        origin=f"{order.system} order {order.id}",
        credit_date=event.dated,
        currency=document.currency,
        comments=None if _is_anonymous(document, settings) else document.comments,
        **money,
    )
    check_reference("number", content.number, NUMBER_LIMIT)
    check_reference("source and id", content.origin, ORIGIN_LIMIT)
    articles = () if event.whole else article_commands(document, choices)
    invoice = order.model_copy(update={"kind": "order_invoice"})
    repaid = _repaid(document, settings, facts)
    paid = order.model_copy(update={"kind": "order_payment"}) if _goes_as_paid(document, settings) else None
    made = (*articles, *_commands(event.thing, invoice, content, repaid, settings, like=paid))
    return with_evidence(made, event, document, settings, facts, rule=RULE)


def _is_anonymous(document: Document, settings: CompanySettings) -> bool:
    """Whether the invoice is made for the customer that stands for all private persons: no words of the buyer's own."""
    return bool(settings.customers.default_consumer) and is_private(document.customer)


def _repaid(document: Document, settings: CompanySettings, facts: Facts) -> Method:
    """What the money went back by: as the settings of refunds say, else as a sale paid so; ``pays`` off is no payment.

    Raises :class:`Question` for a method that the settings do not know.
    """
    refunds = settings.refunds
    if refunds.repayment == "none":
        return Method(pays=False)
    if refunds.payment_mode is not None or refunds.payment_account is not None:
        return Method(mode=refunds.payment_mode, account=refunds.payment_account)
    return method_of(method_word(document.payment_method, facts), settings)


def _goes_as_paid(document: Document, settings: CompanySettings) -> bool:
    """Whether nothing says what the money went back by: then it went the way that it came."""
    refunds = settings.refunds
    return document.payment_method is None and refunds.payment_mode is None and refunds.payment_account is None


def _commands(
    refund: Ref, invoice: Ref, content: CreditContent, repaid: Method, settings: CompanySettings, *, like: Ref | None
) -> Iterator[Command]:
    fields = booked_as(repaid, settings)
    yield EnsureCredit(
        thing=refund,
        invoice=invoice,
        content=content,
        drafts=settings.rule(SALE).finish == "draft",
        closed_period=fields["closed_period"],
    )
    yield BookInvoice(thing=refund, round_off_account=fields["round_off_account"])
    if not repaid.pays:
        return
    payment = refund.model_copy(update={"kind": f"{refund.kind}_payment"})
    yield EnsurePayment(
        thing=payment,
        invoice=refund,
        amount=None if content.total is None else -content.total,
        currency=content.currency,
        paid=content.credit_date,
        like=like,
        **fields,
    )
    yield BookPayment(thing=payment, invoice=refund)


def _whole(document: Document) -> dict[str, Any]:
    """Everything of the sale: the totals alone, to be compared with the invoice's own."""
    return {
        "whole": True,
        "total_excluding_vat": document.total_excluding_vat,
        "total_vat": document.total_vat,
        "total": document.total,
    }


def _part(document: Document, choices: Choices, settings: CompanySettings) -> dict[str, Any]:
    if document.total is None or document.total_vat is None:
        raise Question("the refund states no VAT, so its rows cannot be taken back to the öre")
    money = money_of(document, choices, None, dimensions_of(document, settings.rule(SALE)))
    return {name: money[name] for name in _MONEY}


_MONEY = (
    "prices_include_vat", "rows", "freight", "administration_fee", "total_excluding_vat", "total_vat", "total"
)  # fmt: skip
"""What a credit invoice takes from the layout; its currency's rate is the sale's."""


# --- signs ------------------------------------------------------------------------------------------------------------


def _taken_back(document: Document) -> Document:
    """The refund in positive amounts; one whose totals are below zero is turned around. A return fee is below zero.

    Whatever of a line says that it is taken back (its quantity, or its price) is turned. A line with the other sign
    than its refund stays below zero, and is held where its row is made. Raises :class:`Question` for a refund of
    nothing.
    """
    total = document.total if document.total is not None else document.total_excluding_vat
    if not total:
        raise Question("the refund takes nothing back: its total is not above zero")
    if total > 0:
        return document.model_copy(update={"charges": tuple(map(_kept, document.charges))})
    discounts = (document.discount_amount, document.total_excluding_vat, document.total_vat, document.total)
    discount, net, vat, whole = (None if amount is None else -amount for amount in discounts)
    return document.model_copy(
        update={
            "lines": tuple(_turned(line) for line in document.lines),
            "discount_amount": abs(discount or Decimal(0)),
            "charges": tuple(_kept(one.model_copy(update={"amount": -one.amount})) for one in document.charges),
            "freight": _turned_surcharge(document.freight),
            "administration_fee": _turned_surcharge(document.administration_fee),
            "total_excluding_vat": net,
            "total_vat": vat,
            "total": whole,
        }
    )


def _turned(line: Line) -> Line:
    """Its discount loses its sign in either case: the totals say whether it was meant so."""
    sign = {"unit_price": -line.unit_price} if line.unit_price < 0 <= line.quantity else {"quantity": -line.quantity}
    return line.model_copy(update={**sign, "discount_amount": abs(line.discount_amount)})


def _kept(charge: Charge) -> Charge:
    """What is kept takes off what goes back, whichever sign its source writes."""
    return charge if charge.kind != "return_fee" else charge.model_copy(update={"amount": -abs(charge.amount)})


def _turned_surcharge(surcharge: Surcharge | None) -> Surcharge | None:
    return None if surcharge is None else surcharge.model_copy(update={"amount": abs(surcharge.amount)})
