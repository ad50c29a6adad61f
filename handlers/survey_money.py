"""Offers, invoices and vouchers that rules of a company make of a response."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from handlers.answered import as_answered
from handlers.commands import Command, EnsureCustomer, EnsureRecord
from handlers.document import HOME_CURRENCY, Drafted, Things
from handlers.events import Document, InvoiceChanged, SurveySubmitted
from handlers.events import Line as DocumentLine
from handlers.facts import Facts
from handlers.settings import CompanySettings, RuleOptions
from handlers.settings.survey_rules import Line, SurveyRule, Voucher
from handlers.survey_reading import Reading
from handlers.values import Question, Ref, round_ore

ONE_PIECE = Decimal(1)
ROUTE = "survey_rules"
"""The name under which a company sets what holds for all of its own rules (``companies.X.rules.survey_rules``)."""


def thing_of(event: SurveySubmitted, kind: str, rule: SurveyRule) -> Ref:
    """What a rule makes of a response, one of each kind."""
    return event.thing.model_copy(update={"kind": f"response_{kind}", "id": f"{event.thing.id}/{rule.name}"})


def money_commands(
    met: Sequence[tuple[SurveyRule, Reading]], customer: EnsureCustomer, settings: CompanySettings, facts: Facts
) -> tuple[EnsureCustomer, list[Command]]:
    """The documents of the rules, and the respondent's customer as they need it: made where it is missing.

    Raises :class:`Question` where the delivery may not make money documents, an amount is missing, or the document
    cannot be made as it stands.
    """
    commands: list[Command] = []
    for rule, reading in met:
        if not rule.makes_money:
            continue
        if reading.event.by_digest:
            raise Question(
                f"the rule {rule.name} makes a money document, but the delivery has no id of its own, so the same one "
                "could come twice: let its sender state an id of the response, then let it be sent again"
            )
        for kind, line in (("offer", rule.offer), ("invoice", rule.invoice)):
            if line is not None:
                drafted = _drafted(rule, line, reading, settings, facts)
                customer, shared = _buyers(customer, drafted.customer)
                commands += [*shared, *drafted.needed, _document(kind, drafted, thing_of(reading.event, kind, rule))]
        if rule.voucher is not None:
            commands.append(_voucher(rule, rule.voucher, reading))
    return customer, commands


def _buyers(respondent: EnsureCustomer, buyer: EnsureCustomer) -> tuple[EnsureCustomer, tuple[EnsureCustomer, ...]]:
    """The respondent as the buyer of a document, or beside the customer that stands for all private persons."""
    if buyer.thing != respondent.thing:
        return respondent, (buyer,)
    bought = {"create": True, "vat_type": buyer.vat_type, "vat_number": buyer.vat_number}
    return respondent.model_copy(update=bought), ()


def _document(kind: str, drafted: Drafted, thing: Ref) -> Command:
    if kind == "offer":
        return drafted.offer(thing)
    # It is no sale that could come once more as an order: it is not held for looking like one.
    return drafted.invoice(to_be_booked=False).model_copy(update={"hold_same_total_days": 0})


def _drafted(rule: SurveyRule, line: Line, reading: Reading, settings: CompanySettings, facts: Facts) -> Drafted:
    """The document, with what people answered about its buyer."""
    event = reading.event
    sale = InvoiceChanged(
        thing=event.thing,
        version=event.version,
        occurred_at=event.occurred_at,
        dated=event.dated,
        origin=event.origin,
        status="issued",
        document=_priced(line, reading),
    )
    offer = thing_of(event, "offer", rule) if rule.offer is not None and rule.invoice is None else None
    return Drafted(
        as_answered(sale, settings, facts),
        "survey",
        Things(invoice=thing_of(event, "invoice", rule), offer=offer),
        settings,
        _options(rule, settings),
    )


def _options(rule: SurveyRule, settings: CompanySettings) -> RuleOptions:
    """What the company chose for its rules of surveys together, with the label of this one."""
    options = settings.rule(ROUTE)
    if rule.label is None:
        return options
    return options.model_copy(update={"labels": (rule.label, *options.labels), "create_labels": True})


def _priced(line: Line, reading: Reading) -> Document:
    """One line in kronor with its VAT on top; amounts from answers must have two decimals at most, as all amounts."""
    price = _amount(line.price, line.price_answer, reading)
    quantity = _amount(line.quantity, line.quantity_answer, reading)
    net = round_ore(price * quantity)
    vat = round_ore(net * line.vat / 100)
    return Document(
        number=reading.event.thing.id,
        currency=HOME_CURRENCY,
        prices_include_vat=False,
        customer=reading.event.respondent,
        lines=(
            DocumentLine(
                sku=line.article,
                description=reading.written(line.text),
                quantity=quantity,
                unit=line.unit,
                unit_price=price,
                vat_rate=Decimal(line.vat),
            ),
        ),
        total_excluding_vat=net,
        total_vat=vat,
        total=net + vat,
        dated=reading.event.dated,
        comments=None if line.comments is None else reading.written(line.comments),
    )


def _amount(fixed: Decimal | None, answer: str | None, reading: Reading) -> Decimal:
    if fixed is not None:
        return fixed
    return ONE_PIECE if answer is None else reading.number(answer)


def _voucher(rule: SurveyRule, voucher: Voucher, reading: Reading) -> EnsureRecord:
    amount = _amount(voucher.amount, voucher.amount_answer, reading)
    if amount <= 0 or amount != round_ore(amount):
        raise Question(f"the amount of the voucher of rule {rule.name} is not above zero with at most two decimals")
    return EnsureRecord(
        thing=thing_of(reading.event, "voucher", rule),
        resource="vouchers",
        fields={
            "VoucherSeries": voucher.series,
            "TransactionDate": reading.event.dated.isoformat(),
            "Description": reading.written(voucher.text),
            "VoucherRows": list(_sides(voucher, amount)),
        },
        once=("TransactionDate",),
    )


def _sides(voucher: Voucher, amount: Decimal) -> Iterator[dict[str, object]]:
    yield {"Account": voucher.debit, "Debit": amount, "Credit": Decimal(0)}
    yield {"Account": voucher.credit, "Debit": Decimal(0), "Credit": amount}
