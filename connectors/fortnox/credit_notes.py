"""What credits an invoice at Fortnox, and whether a credit invoice takes back exactly what was meant."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from connectors.base import Json, Task
from connectors.fortnox.client import Client
from connectors.fortnox.document_state import number_of
from connectors.fortnox.forms import reference_of
from connectors.fortnox.resource import held
from connectors.fortnox.wire import decimal_of, is_true, text_of

REFERENCE = "CreditInvoiceReference"
AMOUNTS = ("Net", "TotalVAT", "Total", "RoundOff")
WORDS = ("CustomerNumber", "Currency")
ZERO = Decimal(0)
MOST_CANDIDATES = 100
"""Credit invoices of one customer that are fetched one by one, at most."""


def amounts(invoice: Json) -> Json:
    """What a credit of all of the invoice is compared with, as texts that go to disk."""
    return {name: text_of(invoice.get(name)) for name in (*AMOUNTS, *WORDS)}


def wrong_in(credit: Json, original: Json) -> list[str]:
    """Where a credit invoice does not take back exactly what the original says; empty where it does."""
    found = [] if is_true(credit.get("Credit")) else ["it is no credit invoice"]
    for name in AMOUNTS:
        meant = -(decimal_of(original[name]) or ZERO)
        if decimal_of(credit.get(name)) != meant:
            found.append(f"{name}: meant {meant:f}, stored {text_of(credit.get(name))}")
    return found + [
        f"{name}: meant {original[name]}, stored {text_of(credit.get(name))}"
        for name in WORDS
        if text_of(credit.get(name)) != original[name]
    ]


def exact_total(invoice: Json) -> Decimal:
    """An invoice's total before Fortnox's rounding to whole kronor (facts, section 6.1)."""
    return (decimal_of(invoice.get("Total")) or ZERO) - (decimal_of(invoice.get("RoundOff")) or ZERO)


def rounding_of(documents: Iterable[Json]) -> Decimal:
    """What Fortnox rounded these documents by, together: an invoice and what is set off against it are owed as one."""
    return sum((decimal_of(one.get("RoundOff")) or ZERO for one in documents), ZERO)


def balance_of(document: Json) -> Decimal:
    """What is left open of a document; below zero of a credit invoice."""
    return decimal_of(document.get("Balance")) or ZERO


def taken_back(found: Iterable[Json]) -> Decimal:
    """What credit invoices take back together, before Fortnox's rounding; one that is not booked takes nothing."""
    return -sum((exact_total(credit) for credit in found if is_true(credit.get("Booked"))), ZERO)


async def credits_of(number: str, invoice: Json, client: Client) -> list[Json]:
    """The living credit invoices of invoice ``number``, by number; no call where it names none.

    Of several credits the original names one (facts, section 6.5: unconfirmed which), so all credit invoices of its
    customer that are no older than it are fetched, and the one that it names besides: a search may lag behind.
    """
    named = reference_of(invoice, REFERENCE)
    if not named:
        return []
    rows = await client.search("list_invoices", {"credit": "true"})
    numbers = {number_of(row) for row in rows if _may_be(row, invoice)} | {named}
    if len(numbers) > MOST_CANDIDATES:
        raise held(
            "too_many_candidates",
            f"{len(numbers)} credit invoices of the customer of invoice {number} must be compared one by one: make the "
            "credit in Fortnox, then link it to this command.",
        )
    found = [await client.read("read_invoice", one) for one in sorted(numbers, key=lambda one: (len(one), one))]
    return [credit for credit in found if _credits(credit, number)]


def _may_be(row: Json, invoice: Json) -> bool:
    """Whether a row of the list may be a credit of the invoice; what a thin list leaves out speaks against nothing."""
    customer, dated, total = (row.get(name) for name in ("CustomerNumber", "InvoiceDate", "Total"))
    return (
        text_of(customer) in {"", text_of(invoice.get("CustomerNumber"))}
        and text_of(dated or "9") >= text_of(invoice.get("InvoiceDate"))
        and (decimal_of(total) or ZERO) <= ZERO
    )


def _credits(credit: Json, number: str) -> bool:
    """A living credit invoice that refers back."""
    living = is_true(credit.get("Credit")) and not is_true(credit.get("Cancelled"))
    return living and number in {reference_of(credit, REFERENCE), reference_of(credit, "InvoiceReference")}


async def new_credits(task: Task, number: str, known: Collection[str], client: Client) -> tuple[list[str], Json]:
    """Credit invoices that came to invoice ``number`` besides the ``known`` ones and are no other thing's of ours, and
    the proof of what was read."""
    invoice = await client.read("read_invoice", number)
    named = reference_of(invoice, REFERENCE)
    proof: Json = {"read": f"invoice:{number}", REFERENCE: named or "0", "known": sorted(known)}
    if not named:
        return [], proof
    found = [named]
    if named in known:
        found = [number_of(credit) for credit in await credits_of(number, invoice, client)]
    fresh = [one for one in found if one not in known]
    elsewhere = await task.links.linked_elsewhere(task.company, "invoice", fresh, task.thing) if fresh else frozenset()
    return [one for one in fresh if one not in elsewhere], proof
