"""Rule for payouts: one voucher for what a payment provider paid out, with its fees and the VAT that they carry."""

from decimal import Decimal

from handlers import questions
from handlers.commands import Command, EnsureRecord
from handlers.document import MARKS_IN_NUMBERS
from handlers.events import PayoutMade
from handlers.evidence import with_voucher_evidence
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.payout_sums import payout_rows
from handlers.settings import CompanySettings, Payouts
from handlers.values import Question

RULE = "book_payout"


def book_payout(event: PayoutMade, settings: CompanySettings, facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The voucher: bank, fees and their VAT in debit, what the methods of payment were owed in credit; in kronor.

    Where nothing was sold the bank stands in credit: the provider took its fees from there.

    Raises :class:`~handlers.values.Question` where it does not balance to the öre, or something is not set.
    """
    payouts = settings.payouts
    if payouts.fee_vat is None and questions.FEE_VAT in facts.answers:
        payouts = Payouts.model_validate({**payouts.model_dump(), "fee_vat": facts.answers[questions.FEE_VAT]})
    rows = payout_rows(event, payouts)
    if not all(character.isalnum() or character in MARKS_IN_NUMBERS for character in event.thing.id):
        raise Question("the payout's id cannot be written as it stands: letters, digits and plain marks")
    if payouts.voucher_series is None:
        raise Question("the payout cannot be booked without payouts.voucher_series: set it, then retry")
    if not rows:
        raise Question("the payout moves nothing: discard it")
    fields = {
        "Description": f"Utbetalning {event.thing.system} {event.thing.id}",
        "TransactionDate": event.dated.isoformat(),
        "VoucherSeries": payouts.voucher_series,
        "VoucherRows": [_row(account, amount) for account, amount in rows],
    }
    closed = settings.bookkeeping.closed_period
    once = () if closed == "hold" else ("TransactionDate",)  # a voucher that was moved keeps its day
    voucher = EnsureRecord(thing=event.thing, resource="vouchers", fields=fields, closed_period=closed, once=once)
    return with_voucher_evidence(voucher, event, settings, facts, rule=RULE)


def _row(account: int, amount: Decimal) -> dict[str, object]:
    nothing = Decimal(0)
    return {"Account": account, "Debit": max(amount, nothing), "Credit": max(-amount, nothing)}
