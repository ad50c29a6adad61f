"""Sales that commands mean to make documents of: the guard against one sale arriving twice."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from store.db import Job


@dataclass(frozen=True, slots=True)
class Sale:
    """An invoice that a command means to make, or the order that it will be made from.

    ``keys`` are the buyer's match keys; ``total`` and ``net`` (without VAT) are decimal text, ``total`` empty where the
    source states no VAT. ``rate`` is kronor per unit of a foreign currency where the source states it (else empty).
    ``before`` is the same of the generation before: it stands for the sale no more.
    """

    thing: str
    customer: str
    made_from: str
    total: str
    currency: str
    keys: Sequence[str]
    number: str
    net: str
    rate: str = ""
    before: str | None = None


def remember(connection: sqlite3.Connection, sale: Sale, company: str, now: int) -> None:
    """Keep what an invoice command means to make, for the guard against one sale arriving twice."""
    if sale.before is not None:
        # Of one sale that is made anew the moment stays: what came after it came after it.
        connection.execute("UPDATE OR IGNORE sale SET thing = ? WHERE thing = ?", (sale.thing, sale.before))
    connection.execute(
        "INSERT INTO sale (thing, company, customer, made_from, total, currency, keys, number, at, net, rate)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET total = excluded.total,"
        " net = excluded.net, currency = excluded.currency, customer = excluded.customer, keys = excluded.keys,"
        " rate = excluded.rate",
        (
            sale.thing,
            company,
            sale.customer,
            sale.made_from,
            _plain(sale.total),
            sale.currency,
            "\n".join(sale.keys),
            sale.number,
            now,
            _plain(sale.net),
            sale.rate,
        ),
    )


def same_sale(thing: str, *, since: int) -> Job[tuple[str, str | None] | None]:
    """A sale that came before ``thing`` the other way (as an order, as the source's own invoice), after ``since``.

    It is of the same customer, currency and total, or net where one of the two states no total; given are the source's
    number of it, and what it is in Fortnox (``invoice:7``) where it is there. The customer is the same if both things
    are linked to one number, or if their match keys meet. A discarded sale (its command was discarded and nothing was
    linked) does not count. Only the one that came later is ever told of the other (of two that came together, the
    invoice), so never both are stopped.
    """

    def job(connection: sqlite3.Connection) -> tuple[str, str | None] | None:
        ours = connection.execute("SELECT * FROM sale WHERE thing = ?", (thing,)).fetchone()
        return None if ours is None else _other_way(connection, dict(ours), since)

    return job


def same_sale_as(sale: Sale, company: str, *, now: int, since: int) -> Job[tuple[str, str | None] | None]:
    """:func:`same_sale` for one that is not stored, as if it came ``now``."""
    ours = {
        "thing": sale.thing,
        "company": company,
        "customer": sale.customer,
        "made_from": sale.made_from,
        "total": _plain(sale.total),
        "currency": sale.currency,
        "keys": "\n".join(sale.keys),
        "net": _plain(sale.net),
        "at": now,
    }
    return lambda connection: _other_way(connection, ours, since)


def _other_way(connection: sqlite3.Connection, ours: Mapping[str, Any], since: int) -> tuple[str, str | None] | None:
    candidates = connection.execute(
        "SELECT s.*, l.kind || ':' || l.number AS document FROM sale s LEFT JOIN link l ON l.thing = s.thing"
        " WHERE s.company = :company AND s.currency = :currency AND s.at >= :since AND s.made_from <> :made_from"
        " AND (s.total = :total AND :total <> '' OR s.net = :net AND (s.total = '' OR :total = ''))"
        " AND (s.at < :at OR (s.at = :at AND s.made_from = 'order')) ORDER BY s.at DESC",
        dict(ours) | {"since": since},
    ).fetchall()
    for row in candidates:
        if _alive(connection, row["thing"]) and _same_buyer(connection, ours, row):
            return str(row["number"]), row["document"]
    return None


def _plain(total: str) -> str:
    """Equal sums as equal text: 1250.00 and 1250 are one total."""
    return f"{Decimal(total).normalize():f}" if total else ""


def _alive(connection: sqlite3.Connection, thing: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM link WHERE thing = ?1 UNION ALL SELECT 1 FROM outbox"
        " WHERE thing = ?1 AND kind IN ('ensure_invoice', 'ensure_order') AND state NOT IN ('discarded', 'superseded')",
        (thing,),
    ).fetchone()
    return row is not None


def _same_buyer(connection: sqlite3.Connection, ours: Mapping[str, Any], theirs: sqlite3.Row) -> bool:
    if ours["customer"] == theirs["customer"]:
        return True
    numbers = [
        connection.execute("SELECT number FROM link WHERE thing = ?", (row["customer"],)).fetchone()
        for row in (ours, theirs)
    ]
    if all(numbers):
        return bool(numbers[0]["number"] == numbers[1]["number"])
    return bool({*ours["keys"].split("\n")} & {*theirs["keys"].split("\n")} - {""})
