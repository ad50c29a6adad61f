"""The end: what now exists in Fortnox, the calls spent, and the promises that were seen to hold."""

from collections import Counter
from decimal import Decimal
from typing import Any

from daemon.demo.far_side import Call, fullest_window
from daemon.demo.screen import held, money, wrapped
from daemon.demo.stage import Stage

Json = dict[str, Any]
LONGEST_NAME = 26


async def show(stage: Stage) -> bool:
    """Print it; returns whether every promise held."""
    state = await stage.fortnox.state()
    calls = await stage.fortnox.calls()
    stage.screen.chapter("4  What now exists in Fortnox   (SIMULATOR)")
    _customers(stage, state)
    _invoices(stage, state)
    _payments(stage, state)
    _spent(stage, calls)
    stage.screen.line()
    for text, kept in stage.promises:
        stage.screen.labelled(held(kept), [text])
    return all(kept for _, kept in stage.promises)


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
    stage.screen.table(
        ("customer", "name", "organisation no", "e-mail", "notes"), rows, frozenset({"customer", "notes"})
    )


def _invoices(stage: Stage, state: Json) -> None:
    headers = ("invoice", "your order", "customer", "net", "VAT", "rounding", "total", "balance", "booked")
    rows = [
        (
            str(invoice["DocumentNumber"]),
            invoice["YourOrderNumber"],
            invoice["CustomerName"][:LONGEST_NAME],
            *(money(invoice[field]) for field in ("Net", "TotalVAT", "RoundOff", "Total", "Balance")),
            "yes" if invoice["Booked"] else "no",
        )
        for invoice in state["invoices"]
    ]
    sums = [money(sum(Decimal(str(invoice[field])) for invoice in state["invoices"])) for field in _SUMMED]
    rule = ("", "", "", *("─" for _ in _SUMMED), "")
    stage.screen.table(headers, [*rows, rule, ("", "", "sum", *sums, "")], frozenset({"invoice", *headers[3:8]}))


_SUMMED = ("Net", "TotalVAT", "RoundOff", "Total", "Balance")


def _payments(stage: Stage, state: Json) -> None:
    rows = [
        (
            str(payment["Number"]),
            str(payment["InvoiceNumber"]),
            str(payment["PaymentDate"]),
            money(payment["Amount"]),
            money(sum(Decimal(str(part["Amount"])) for part in payment.get("WriteOffs") or ())),
            "yes" if payment["Booked"] else "no",
        )
        for payment in state["payments"]
    ]
    headers = ("payment", "of invoice", "paid on", "amount", "written off", "booked")
    stage.screen.table(headers, rows, frozenset({"payment", "of invoice", "amount", "written off"}))


def _spent(stage: Stage, calls: list[Call]) -> None:
    rest = [call for call in calls if call.kind == "rest"]
    by_kind = Counter(f"{call.method} {call.path.split('?')[0].split('/')[2]}" for call in rest)
    refused = sum(call.status == 429 for call in rest)
    stage.screen.line()
    counted = ", ".join(f"{count} {kind}" for kind, count in by_kind.most_common())
    stage.screen.labelled(
        "calls", [*wrapped(f"{len(rest)} to Fortnox: {counted}"), f"and {len(calls) - len(rest)} for an access token"]
    )
    stage.screen.labelled(
        "window",
        [f"at most {fullest_window(calls)} calls arrived in any 5 seconds (25 are allowed), {refused} answered 429"],
    )
