"""Which of a rule's commands get evidence: every invoice, credit invoice and payout voucher, where that is chosen."""

from collections.abc import Iterator, Sequence

from handlers.commands import Command, EnsureCredit, EnsureInvoice, EnsureRecord
from handlers.events import Document, InvoiceChanged, OrderChanged, PayoutMade, Refunded
from handlers.evidence_payout import of_payout
from handlers.evidence_text import of_sale
from handlers.facts import Facts
from handlers.party import is_private
from handlers.settings import CompanySettings


def with_evidence(
    commands: Sequence[Command],
    event: OrderChanged | InvoiceChanged | Refunded,
    document: Document,
    settings: CompanySettings,
    facts: Facts,
    *,
    rule: str,
) -> tuple[Command, ...]:
    """The commands of a sale, then the evidence of each invoice and credit invoice among them.

    ``document`` is what the rule read. Where private persons stay anonymous in Fortnox, they do in its files.
    """
    if not settings.attaches(rule):
        return tuple(commands)
    named = not (settings.customers.default_consumer and is_private(document.customer))

    def made() -> Iterator[Command]:
        for command in commands:
            if isinstance(command, EnsureInvoice | EnsureCredit):
                yield of_sale(event, document, command, facts.delivery, named=named)

    return (*commands, *made())


def with_voucher_evidence(
    voucher: EnsureRecord, event: PayoutMade, settings: CompanySettings, facts: Facts, *, rule: str
) -> tuple[Command, ...]:
    """A payout's voucher, then its evidence."""
    return (voucher, of_payout(event, voucher, facts.delivery)) if settings.attaches(rule) else (voucher,)
