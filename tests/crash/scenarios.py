"""What may become of one sale or survey at its source, and how often each of these stories is in the mix."""

from dataclasses import dataclass
from typing import Literal

from tests.crash.companies import CLIENTS, HIGHLEVEL, SUBSCRIPTIONFLOW, UPSALES
from tests.crash.subjects import Status


@dataclass(frozen=True, slots=True)
class Scenario:
    """The states that one of the sources tells of, in their order at the source; from ``changed`` on with other sums.

    ``by_hand``: a person in Fortnox books the invoice before the sale is called off or changed. ``refunds`` are what
    goes back afterwards, each by the places of its lines."""

    sources: tuple[str, ...]
    states: tuple[Status, ...]
    kind: Literal["order", "invoice"] = "order"
    by_hand: bool = False
    refunds: tuple[slice, ...] = ()


SHOPS, OFFERED, ORDERED = ("shop", "crm", "web"), ("desk",), ("depot",)
ALL, FIRST, REST = slice(0, None), slice(0, 1), slice(1, None)
SURVEYS: tuple[Status, ...] = ("answered",)

COUNTED: tuple[tuple[int, Scenario], ...] = (
    (5, Scenario(SHOPS, ("won",))),
    (4, Scenario(SHOPS, ("paid",))),
    (12, Scenario(SHOPS, ("won", "paid"))),
    (4, Scenario(SHOPS, ("paid",), kind="invoice")),
    (5, Scenario(SHOPS, ("won", "cancelled"))),
    (2, Scenario(SHOPS, ("paid",), refunds=(ALL,))),
    (3, Scenario(SHOPS, ("paid",), refunds=(FIRST,))),
    (3, Scenario(SHOPS, ("paid",), refunds=(FIRST, REST))),
    (2, Scenario(ORDERED, ("won", "paid"), refunds=(FIRST, REST))),
    (13, Scenario(SHOPS, SURVEYS)),
    (5, Scenario(("flow",), SURVEYS)),
    (6, Scenario(SHOPS, ("paid_out",))),
    (4, Scenario(tuple(CLIENTS), ("started",))),
    (7, Scenario(tuple(CLIENTS), ("started", "stopped"))),
    (2, Scenario(OFFERED, ("offer",))),
    (4, Scenario(OFFERED, ("offer", "won"))),
    (2, Scenario(OFFERED, ("offer", "won", "invoiced"))),
    (4, Scenario(OFFERED, ("offer", "won", "paid"))),
    (3, Scenario(OFFERED, ("offer", "cancelled"))),
    (3, Scenario(OFFERED, ("offer", "won", "cancelled"))),
    (2, Scenario(OFFERED, ("won", "invoiced", "cancelled"))),
    (2, Scenario(ORDERED, ("won",))),
    (2, Scenario(ORDERED, ("won", "invoiced"))),
    (4, Scenario(ORDERED, ("won", "invoiced", "paid"))),
    (2, Scenario(ORDERED, ("won", "paid"))),
    (4, Scenario(ORDERED, ("won", "cancelled"))),
    (2, Scenario(ORDERED, ("won", "invoiced", "cancelled"))),
    (6, Scenario(ORDERED, ("invoiced", "cancelled"), by_hand=True)),
    (4, Scenario(ORDERED, ("invoiced", "changed"), by_hand=True)),
    (3, Scenario(ORDERED, ("won", "invoiced", "changed", "paid"), by_hand=True)),
    (3, Scenario(OFFERED, ("offer", "won", "invoiced", "changed", "paid"))),
    (5, Scenario((HIGHLEVEL,), ("paid",))),
    (5, Scenario((HIGHLEVEL,), ("paid",), kind="invoice")),
    (5, Scenario((HIGHLEVEL,), SURVEYS)),
    (2, Scenario((UPSALES,), ("offer",))),
    (3, Scenario((UPSALES,), ("won",))),
    (5, Scenario((UPSALES,), ("offer", "won"))),
    (2, Scenario((UPSALES,), ("won", "invoiced"))),
    (4, Scenario((UPSALES,), ("won", "cancelled"))),
    (3, Scenario((UPSALES,), ("offer", "cancelled"))),
    (2, Scenario((UPSALES,), ("offer", "won", "cancelled"))),
    (8, Scenario((SUBSCRIPTIONFLOW,), ("paid",), kind="invoice")),
)
"""A deck is dealt in any order, and dealt again while there is room: every story comes up in its share."""

DECK: tuple[Scenario, ...] = tuple(scenario for count, scenario in COUNTED for _ in range(count))
