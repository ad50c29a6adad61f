"""The end: what now exists in Fortnox in each company, the calls spent, and the promises that were seen to hold."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from daemon.demo.documents import NONE, made_into
from daemon.demo.far_side import Call, fullest_window
from daemon.demo.screen import held, money, wrapped
from daemon.demo.stage import Stage

Json = dict[str, Any]
LONGEST_NAME = 25
SUMMED = ("Net", "TotalVAT", "RoundOff", "Total", "Balance")


async def show(stage: Stage) -> bool:
    """Print it; returns whether every promise held."""
    stage.screen.chapter("5  What now exists in Fortnox   (SIMULATOR)")
    companies = stage.configuration.companies
    for company in companies:
        if len(companies) > 1:
            stage.screen.step(f"company {company}")
        state = await stage.fortnox.of(company).state()
        for table in (_customers, _articles, _offers, _orders, _invoices, _payments):
            table(stage, state)
    _spent(stage, [await stage.fortnox.of(company).calls() for company in companies])
    stage.screen.line()
    for text, kept in stage.promises:
        stage.screen.labelled(held(kept), [text])
    return all(kept for _, kept in stage.promises)


def _table(stage: Stage, headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str]) -> None:
    """A table, where there is something to show."""
    if rows:
        stage.screen.table(headers, rows, frozenset(numbers))


def _customers(stage: Stage, state: Json) -> None:
    rows = [
        (
            card["CustomerNumber"],
            card["Name"],
            card["OrganisationNumber"] or "",
            card["Email"] or "",
            str(len((card["Comments"] or "").split("\n")) if card["Comments"] else 0),
        )
        for card in state["customers"]
    ]
    headers = ("customer", "name", "organisation no", "e-mail", "notes")
    _table(stage, headers, rows, ("customer", "notes"))


def _articles(stage: Stage, state: Json) -> None:
    rows = [
        (card["ArticleNumber"], card["Description"], str(card["VAT"]), str(card["SalesAccount"]))
        for card in state["articles"]
    ]
    _table(stage, ("article", "description", "VAT %", "account"), rows, ("VAT %", "account"))


def _offers(stage: Stage, state: Json) -> None:
    rows = [
        (
            str(offer["DocumentNumber"]),
            offer["YourReferenceNumber"],
            offer["CustomerName"][:LONGEST_NAME],
            *(money(offer[field]) for field in SUMMED[:4]),
            offer["Currency"],
            made_into(offer) or "open",
        )
        for offer in state["offers"]
    ]
    headers = ("offer", "your reference", "customer", "net", "VAT", "rounding", "total", "in", "became")
    _table(stage, headers, rows, ("offer", *headers[3:7]))


def _orders(stage: Stage, state: Json) -> None:
    rows = [
        (
            str(order["DocumentNumber"]),
            order["YourOrderNumber"],
            order["CustomerName"][:LONGEST_NAME],
            *(money(order[field]) for field in SUMMED[:4]),
            order["Currency"],
            "" if str(order["OfferReference"]) == NONE else str(order["OfferReference"]),
            made_into(order) or "open",
        )
        for order in state["orders"]
    ]
    headers = ("order", "your order", "customer", "net", "VAT", "rounding", "total", "in", "of offer", "became")
    _table(stage, headers, rows, ("order", *headers[3:7], "of offer"))


def _invoices(stage: Stage, state: Json) -> None:
    headers = ("invoice", "your order", "customer", "net", "VAT", "rounding", "total", "balance", "in", "booked")
    invoices: list[Json] = state["invoices"]
    rows = [
        (
            str(invoice["DocumentNumber"]),
            invoice["YourOrderNumber"],
            invoice["CustomerName"][:LONGEST_NAME],
            *(money(invoice[field]) for field in SUMMED),
            invoice["Currency"],
            "yes" if invoice["Booked"] else "no",
        )
        for invoice in invoices
    ]
    currencies = list(dict.fromkeys(invoice["Currency"] for invoice in invoices))
    rule = ("", "", "", *("─" for _ in SUMMED), "", "")
    sums = [("", "", "sum", *_sums(invoices, currency), currency, "") for currency in currencies]
    _table(stage, headers, [*rows, rule, *sums] if rows else [], ("invoice", *headers[3:8]))


def _sums(invoices: list[Json], currency: str) -> list[str]:
    """The sum of each amount, over the invoices in one currency."""
    summed = [invoice for invoice in invoices if invoice["Currency"] == currency]
    return [money(sum(Decimal(str(invoice[field])) for invoice in summed)) for field in SUMMED]


def _payments(stage: Stage, state: Json) -> None:
    rows = [
        (
            str(payment["Number"]),
            str(payment["InvoiceNumber"]),
            str(payment["PaymentDate"]),
            money(payment["AmountCurrency"]),
            payment["Currency"],
            money(sum(Decimal(str(part["Amount"])) for part in payment.get("WriteOffs") or ())),
            "yes" if payment["Booked"] else "no",
        )
        for payment in state["payments"]
    ]
    headers = ("payment", "of invoice", "paid on", "amount", "in", "written off", "booked")
    _table(stage, headers, rows, ("payment", "of invoice", "amount", "written off"))


def _spent(stage: Stage, companies: Sequence[Sequence[Call]]) -> None:
    calls = [call for company in companies for call in company]
    rest = [call for call in calls if call.kind == "rest"]
    by_kind = Counter(f"{call.method} {call.path.split('?')[0].split('/')[2]}" for call in rest)
    refused = sum(call.status == 429 for call in rest)
    fullest = max(fullest_window(company) for company in companies)
    stage.screen.line()
    counted = ", ".join(f"{count} {kind}" for kind, count in by_kind.most_common())
    stage.screen.labelled(
        "calls", [*wrapped(f"{len(rest)} to Fortnox: {counted}"), f"and {len(calls) - len(rest)} for an access token"]
    )
    each = "" if len(companies) == 1 else " of one company"
    stage.screen.labelled(
        "window",
        [f"at most {fullest} calls{each} arrived in any 5 seconds (25 are allowed), {refused} answered 429"],
    )
