"""Snapshots to draw: a quiet one, one with trouble, and a way to see what rich makes of them."""

from decimal import Decimal
from io import StringIO
from typing import Any

from rich.console import Console, RenderableType

from daemon.demo.snapshot import Books, CompanyFigures, Invoice, Process, SenderFigures, Snapshot, Story
from store.reading import DeliveryRow
from store.watching import LaneHead

NOW = 1_795_814_000_000
HEAD = LaneHead(30, "ensure_invoice", "unknown", "lost", NOW - 4_000)
STOPPED = LaneHead(31, "ensure_customer", "held", None, NOW - 1_000)
RUNNING = Process(4711, None, None, True, None)


def sender(name: str, **fields: Any) -> SenderFigures:
    """A sender with two deliveries and three commands behind it."""
    known: dict[str, Any] = {
        "received": 2, "handled": 2, "delivered": 3, "reading": 0, "parked": 0, "held": 0,
        "last_webhook": "2026-11-27T21:13:10.000Z",
    }  # fmt: skip
    return SenderFigures(name=name, **(known | fields))


def company(**fields: Any) -> CompanyFigures:
    """Company demo with ten of its 25 calls free and nothing to do."""
    known: dict[str, Any] = {
        "name": "demo", "room": 10, "room_in_s": 0.0, "window_calls": 25, "window_s": 5.0, "heads": (),
        "more_lanes": False, "shut": None,
    }  # fmt: skip
    return CompanyFigures(**(known | fields))


def invoice(number: int, **fields: Any) -> Invoice:
    """An unpaid invoice."""
    known: dict[str, Any] = {
        "order": f"SO-{20930 + number}", "customer": "Strandängens Café", "total": Decimal("4495.00"),
        "balance": Decimal("4495.00"), "booked": False,
    }  # fmt: skip
    return Invoice(number=str(number), **(known | fields))


def snapshot(**fields: Any) -> Snapshot:
    """Everything quiet: two senders, one company, four invoices, a scene with a few lines."""
    known: dict[str, Any] = {
        "now": NOW,
        "seconds": 7.4,
        "process": RUNNING,
        "senders": (sender("shop"), sender("ghl", received=0, handled=0, delivered=0, last_webhook=None)),
        "companies": (company(),),
        "books": Books(3, 14, 2, tuple(invoice(number) for number in range(14, 2, -1))),
        "newest": (DeliveryRow(19, "shop", "demo", NOW, "handled", None, None, "order_changed", "SO-20934"),),
        "story": Story("1  Webhooks", tuple(f"  calls      line {number}" for number in range(40))),
    }
    return Snapshot(**(known | fields))


def drawn(picture: RenderableType, width: int, height: int = 24) -> list[str]:
    """The lines that a terminal of that size shows."""
    console = Console(
        file=StringIO(), record=True, width=width, height=height, force_terminal=True, color_system="truecolor"
    )
    console.print(picture)
    return console.export_text().splitlines()
