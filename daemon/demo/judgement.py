"""Compares one acknowledged order with what stands in Fortnox; knows nothing of the daemon's database."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from daemon.demo.bodies import Sale

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """The invoices that carry the order's number, the payments on them, and whether the total is the order's."""

    invoices: tuple[str, ...]
    payments: int
    wanted_payments: int
    total_right: bool

    @property
    def lost(self) -> bool:
        """Whether a document is missing or wrong."""
        return not self.invoices or self.payments < self.wanted_payments or not self.total_right

    @property
    def doubled(self) -> bool:
        """Whether a document stands there twice."""
        return len(self.invoices) > 1 or self.payments > self.wanted_payments


def judge(sale: Sale, state: Mapping[str, Any], *, paid: bool) -> Finding:
    """What ``/_sim/state`` says of the sale. A total is compared before Fortnox's rounding to whole kronor."""
    ours = [invoice for invoice in state["invoices"] if invoice["YourOrderNumber"] == sale.number]
    numbers = tuple(str(invoice["DocumentNumber"]) for invoice in ours)
    return Finding(
        invoices=numbers,
        payments=sum(str(payment["InvoiceNumber"]) in numbers for payment in state["payments"]),
        wanted_payments=int(paid),
        total_right=all(_stated(invoice) == sale.total for invoice in ours),
    )


def _stated(invoice: Json) -> Decimal:
    return Decimal(str(invoice["Total"])) - Decimal(str(invoice["RoundOff"]))
