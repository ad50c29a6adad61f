"""Days that the books are closed for: a locked period, or no financial year; what is dated there waits or moves."""

from collections.abc import Sequence
from datetime import date, timedelta

from connectors.base import Json, Link
from connectors.fortnox.client import Client
from connectors.fortnox.resource import held
from connectors.fortnox.wire import text_of
from handlers.commands import EnsureCredit, EnsureInvoice, EnsurePayment, EnsureRecord

Dated = EnsureCredit | EnsureInvoice | EnsurePayment | EnsureRecord
"""What may lie on a day that the books are closed for."""

Span = tuple[date, date]
"""First and last day of a financial year."""


def first_open(day: date, locked_until: date | None, years: Sequence[Span]) -> date | None:
    """The day itself where it can be booked, else the first one after it; ``None`` where no year has one yet."""
    first = day if locked_until is None or day > locked_until else locked_until + timedelta(days=1)
    if any(begins <= first <= ends for begins, ends in years):
        return first
    return min((begins for begins, _ in years if begins > first), default=None)


async def invoice_on_open_day(command: EnsureInvoice, client: Client) -> tuple[EnsureInvoice, Json]:
    """The invoice with a date that can be booked, and what was moved, for ``explain``; due no earlier than that.

    Costs two calls, and only where the company wants more than to hold what Fortnox refuses. Raises ``Held``.
    """
    if command.closed_period == "hold":
        return command, {}
    day = await _open_day(command.invoice_date, client)
    if day == command.invoice_date:
        return command, {}
    _permit(command, "invoice", command.invoice_date, day)
    moved: Json = {"moved": {"field": "InvoiceDate", "from": command.invoice_date.isoformat(), "to": day.isoformat()}}
    dates = {"invoice_date": day, "due_date": max(command.due_date, day)}
    return command.model_copy(update=dates), moved


async def credit_on_open_day(command: EnsureCredit, client: Client) -> tuple[EnsureCredit, Json]:
    """The credit of a refund with a date that can be booked, and what was moved. Raises ``Held``."""
    content = command.content
    if command.closed_period == "hold" or content is None:
        return command, {}
    day = await _open_day(content.credit_date, client)
    if day == content.credit_date:
        return command, {}
    _permit(command, "credit invoice", content.credit_date, day)
    moved: Json = {"moved": {"field": "InvoiceDate", "from": content.credit_date.isoformat(), "to": day.isoformat()}}
    return command.model_copy(update={"content": content.model_copy(update={"credit_date": day})}), moved


async def payment_on_open_day(command: EnsurePayment, invoice: Link, client: Client) -> tuple[EnsurePayment, Json]:
    """The payment with a date that can be booked, never before its invoice that was moved. Raises ``Held``."""
    if command.closed_period == "hold":
        return command, {}
    day = await _open_day(command.paid, client)
    if day == command.paid:
        return command, {}
    invoiced = text_of(invoice.state.get("invoice_date"))
    if invoiced <= command.paid.isoformat():
        # Where its invoice was moved past it, the person who let that happen meant the payment, too.
        _permit(command, "payment", command.paid, day)
    else:
        day = max(day, date.fromisoformat(invoiced))
    moved: Json = {"moved": {"field": "PaymentDate", "from": command.paid.isoformat(), "to": day.isoformat()}}
    return command.model_copy(update={"paid": day}), moved


async def voucher_on_open_day(command: EnsureRecord, fields: Json, client: Client) -> tuple[Json, Json]:
    """The fields of a new voucher with a day that can be booked, and what was moved. Raises ``Held``."""
    if command.closed_period == "hold":
        return fields, {}
    stated = date.fromisoformat(text_of(fields.get("TransactionDate")))
    day = await _open_day(stated, client)
    if day == stated:
        return fields, {}
    _permit(command, "voucher", stated, day)
    moved: Json = {"moved": {"field": "TransactionDate", "from": stated.isoformat(), "to": day.isoformat()}}
    return fields | {"TransactionDate": day.isoformat()}, moved


async def _open_day(day: date, client: Client) -> date:
    locked = text_of((await client.read("read_locked_period")).get("EndDate"))
    years = [
        (date.fromisoformat(text_of(year.get("FromDate"))), date.fromisoformat(text_of(year.get("ToDate"))))
        for year in await client.search("list_financial_years", {})
    ]
    found = first_open(day, date.fromisoformat(locked) if locked else None, years)
    if found is None:
        raise held(
            "year_missing",
            f"No financial year covers {day.isoformat()} or any open day after it: create it in Fortnox, then retry.",
        )
    return found


def _permit(command: Dated, what: str, stated: date, day: date) -> None:
    if command.closed_period == "ask" and "period_closed" not in command.allowed:
        raise held(
            "period_closed",
            f"The {what} is dated {stated.isoformat()}, which is locked or in no financial year: retry with --allow to "
            f"date it {day.isoformat()}, or open the period in Fortnox and retry.",
            about=f"{stated:%Y-%m}",
        )
