"""What a refund may not do to its invoice: take other money or too much, add to a credit not ours, leave öre open."""

from dataclasses import dataclass
from decimal import Decimal

from connectors.base import Json, Task
from connectors.fortnox.client import Client
from connectors.fortnox.credit_content import is_all
from connectors.fortnox.credit_notes import balance_of, credits_of, exact_total, rounding_of
from connectors.fortnox.document_state import number_of, stored_rows
from connectors.fortnox.forms import INVOICE
from connectors.fortnox.resource import held
from connectors.fortnox.wire import decimal_of, is_true, plain, text_of
from handlers.commands import CreditContent, EnsureCredit
from handlers.totals import FIELD_VAT, HUNDRED, row_total
from handlers.values import ORE, round_ore

ZERO = Decimal(0)
KRONA_LESS_AN_ORE = Decimal("0.99")
"""The most that a source's own rounding to whole kronor comes to."""


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund that meets its invoice ``number`` as it stands in Fortnox."""

    task: Task
    command: EnsureCredit
    content: CreditContent
    number: str
    invoice: Json

    @property
    def sum(self) -> Decimal:
        """What goes back, with VAT; where the source states none, what the invoice says."""
        return exact_total(self.invoice) if self.content.total is None else self.content.total


def refuse_other_money(refund: Refund) -> None:
    """Hold a refund in another currency, and one of more than the invoice, or of all where the sums differ."""
    number, content = refund.number, refund.content
    stands = text_of(refund.invoice.get("Currency"))
    if content.currency != stands:
        raise held(
            "currency_differs",
            f"The refund is in {content.currency}, invoice {number} in {stands}: credit it in Fortnox, then link or "
            "discard this command.",
        )
    exact = exact_total(refund.invoice)
    if refund.sum > exact or (content.whole and not is_all(content, refund.invoice)):
        raise held(
            "refund_differs",
            f"The refund of {plain(refund.sum)} {'is said to be all of' if content.whole else 'is more than'} invoice "
            f"{number} of {plain(exact)}: credit it in Fortnox, then link or discard this command.",
        )


async def refuse_strangers(refund: Refund, known: list[str]) -> None:
    """Hold where somebody else credits the invoice: that may be this very refund, by hand."""
    ours: frozenset[str] = frozenset()
    if known:
        ours = await refund.task.links.linked_elsewhere(refund.task.company, "invoice", known, refund.task.thing)
    strangers = [one for one in known if one not in ours]
    if strangers:
        raise held(
            "credited_by_hand",
            f"Invoice {refund.number} is credited by invoice {', '.join(strangers)}, which is none of ours. If that is "
            f"this refund, link it to this command (`invoice:{strangers[-1]}`); else credit the refund in Fortnox and "
            "link that.",
        )


def refuse_too_much(refund: Refund, earlier: list[Json]) -> None:
    """All credits together never take back more than the invoice."""
    taken = -sum((exact_total(credit) for credit in earlier), ZERO)
    exact = exact_total(refund.invoice)
    if taken + refund.sum > exact:
        numbers = ", ".join(number_of(credit) for credit in earlier)
        raise held(
            "refunds_exceed",
            f"Of invoice {refund.number} of {plain(exact)}, {plain(taken)} is credited by invoice {numbers} already, "
            f"and this refund is {plain(refund.sum)}: together more than the invoice. Correct it at the source, or "
            "discard this command.",
        )


def refuse_other_goods(refund: Refund, earlier: list[Json]) -> None:
    """Hold a part that takes back more than its invoice and the ``earlier`` credits leave: of what stands on an account
    at a VAT rate, or in Fortnox's own fields for freight and fee.

    So no account of sales or VAT is left with more taken off than was ever put on it.
    """
    content, documents = refund.content, [refund.invoice, *earlier]
    if content.whole or is_all(content, refund.invoice):
        return
    fields = {"Freight": content.freight, "AdministrationFee": content.administration_fee}
    asked = _taken_on(content) | {(name, FIELD_VAT): amount for name, amount in fields.items()}
    left = _left_on(documents)
    over = [
        f"{plain(round_ore(amount))} on {account} at {plain(rate)} % (left: {plain(left.get((account, rate), ZERO))})"
        for (account, rate), amount in asked.items()
        if amount - left.get((account, rate), ZERO) > _ores(rate, documents, content)
    ]
    if over:
        raise held(
            "refund_of_other_goods",
            f"The refund takes back, without VAT, {', '.join(over)}, which is more than invoice {refund.number} says: "
            "let the source tell it as it told the sale (the buyer's country and VAT number, VAT rates, discounts, "
            "freight); else credit it in Fortnox, then link or discard this command.",
        )


def _taken_on(content: CreditContent) -> dict[tuple[str, Decimal], Decimal]:
    """What the rows take back by account and rate, without VAT, unrounded; an article's own are not known here."""
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for row in content.rows:
        if row.account is not None and row.vat is not None:
            total = row_total(row.quantity, row.price, row.discount_percent, row.discount_amount)
            place = str(row.account), row.vat
            net = total * HUNDRED / (HUNDRED + row.vat) if content.prices_include_vat else total
            sums[place] = sums.get(place, ZERO) + net
    return sums


def _left_on(documents: list[Json]) -> dict[tuple[str, Decimal], Decimal]:
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for document in documents:
        for name in ("Freight", "AdministrationFee"):
            sums[name, FIELD_VAT] = sums.get((name, FIELD_VAT), ZERO) + (decimal_of(document.get(name)) or ZERO)
        for row in stored_rows(INVOICE, document):
            place = text_of(row.get("AccountNumber")), decimal_of(row.get("VAT")) or ZERO
            sums[place] = sums.get(place, ZERO) + _without_vat(row, document)
    return sums


def _without_vat(row: Json, document: Json) -> Decimal:
    """What a stored row comes to without VAT, also where it shows its total alone (Fortnox facts, section 6.1)."""
    stated, total = decimal_of(row.get("TotalExcludingVAT")), decimal_of(row.get("Total")) or ZERO
    if stated is not None or not is_true(document.get("VATIncluded")):
        return total if stated is None else stated
    return total * HUNDRED / (HUNDRED + (decimal_of(row.get("VAT")) or ZERO))


def _ores(rate: Decimal, documents: list[Json], content: CreditContent) -> Decimal:
    """What rounding may come to: an öre for each row, and what a source rounds to whole kronor, which has no VAT."""
    rows = len(content.rows) + sum(len(stored_rows(INVOICE, one)) for one in documents)
    return ORE * (rows + len(documents)) + (ZERO if rate else KRONA_LESS_AN_ORE)


def is_set_off(refund: Refund, earlier: list[Json]) -> bool:
    """Whether the credit takes off what is still owed, so that no money goes back. Held where it does both.

    What is owed is the balance before Fortnox's rounding, of the invoice and of its ``earlier`` credits.
    """
    balance = balance_of(refund.invoice)
    owed = balance - rounding_of([refund.invoice, *earlier])
    if balance > ZERO and owed < refund.sum:
        raise held(
            "invoice_partly_paid",
            f"Of invoice {refund.number}, {plain(owed)} is left to pay, and {plain(refund.sum)} was refunded: which "
            "part went back is not known. Credit it in Fortnox, book the repayment, then link the credit.",
        )
    return balance > ZERO


async def rounding_left(number: str, client: Client) -> str | None:
    """The question where invoice ``number`` and its credits come to nothing, and Fortnox's rounding leaves kronor open.

    Each of them is rounded to whole kronor by itself, so that the last credit may be a krona more, or less, than is
    owed.
    """
    invoice = await client.read("read_invoice", number)
    documents = [invoice, *await credits_of(number, invoice, client)]
    left = sum((balance_of(one) for one in documents), ZERO)
    if left == ZERO or left != rounding_of(documents):
        return None
    numbers = ", ".join(number_of(one) for one in documents[1:])
    return (
        f"Invoice {number} is credited in full by invoice {numbers}, and Fortnox's rounding to whole kronor leaves "
        f"{plain(left)} open on them: write that off in Fortnox, then retry."
    )
