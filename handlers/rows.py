"""From the lines of a document to the rows of an invoice: every row fit for Fortnox, or a question."""

from decimal import Decimal
from functools import lru_cache

from handlers.commands import InvoiceRow
from handlers.events import Document, Line
from handlers.settings import Bookkeeping
from handlers.totals import HUNDRED, LARGEST, NOTHING
from handlers.values import Question, plain_number, round_ore


def invoice_rows(document: Document, bookkeeping: Bookkeeping) -> tuple[InvoiceRow, ...]:
    """One row per line, in order, with the account of its VAT rate.

    Numbers are carried over unaltered: where Fortnox could not store one as it stands (two decimals for quantity and
    price: Fortnox facts, section 1.10), :class:`Question` is raised with the line's place, counted from 1.
    """
    if not document.lines:
        raise Question("the document has no lines")
    return tuple(_row(place, line, bookkeeping) for place, line in enumerate(document.lines, start=1))


def _row(place: int, line: Line, bookkeeping: Bookkeeping) -> InvoiceRow:
    _check_number(place, "quantity", line.quantity, LARGEST)
    _check_number(place, "unit price", line.unit_price, LARGEST)
    _check_number(place, "discount in percent", line.discount_percent, HUNDRED)
    account = _account(place, line, bookkeeping)
    unit = (line.unit or "").strip()
    own_unit = unit if unit in bookkeeping.units else None
    return InvoiceRow(
        description=_description(place, line, "" if own_unit else unit),
        quantity=plain_number(line.quantity),
        unit=own_unit,
        price=round_ore(line.unit_price),
        vat=plain_number(line.vat_rate or NOTHING),
        account=account,
        discount_percent=plain_number(line.discount_percent),
    )


def _check_number(place: int, name: str, number: Decimal, limit: Decimal) -> None:
    if number < 0:
        raise Question(f"line {place}: the {name} is negative; no rule books a return or a deduction yet")
    if number > limit:
        raise Question(f"line {place}: the {name} is above {limit:f}")
    if number != plain_number(number):
        raise Question(f"line {place}: the {name} has more than two decimals; Fortnox stores two, and none is altered")


def _account(place: int, line: Line, bookkeeping: Bookkeeping) -> int:
    """The account of the VAT rate; rates are compared as numbers, so ``25.00`` is ``25``."""
    if line.vat_rate is None:
        raise Question(f"line {place}: its VAT rate is not stated")
    for rate, account in bookkeeping.sales_accounts.items():
        if _rate(rate) == line.vat_rate:
            return account
    raise Question(f"line {place}: its VAT rate has no account in bookkeeping.sales_accounts")


@lru_cache(maxsize=64)  # the few rates of the settings
def _rate(text: str) -> Decimal:
    return Decimal(text)


def _description(place: int, line: Line, foreign_unit: str) -> str:
    """``SKU description (unit)``: the unit is named here only where it is not one of the company's own."""
    parts = [text.strip() for text in (line.sku, line.description) if text and text.strip()]
    if not parts:
        raise Question(f"line {place} has neither a description nor an article number")
    if foreign_unit:
        parts.append(f"({foreign_unit})")
    return " ".join(parts)
