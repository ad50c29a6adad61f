"""Judges what flows, mappings and payouts make: each project, voucher, unit, label and line once, and right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tests.crash.books import Books, Finding, State, surplus
from tests.crash.own_rules import (
    COMPLETED,
    DELIVERED_SENDER,
    EMPLOYED,
    FOLLOWED_SENDERS,
    MAPPED,
    ONGOING,
    THANKS,
)
from tests.crash.subjects import Document, Flow, Payout, Response
from tests.crash.truth import Told

Kind = Literal["projects", "manual", "units", "labels"]
COMMISSION, DELIVERY = Decimal(100), Decimal(75)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing in the books: how many there must and may be, a voucher's sum, a project's state."""

    kind: Kind
    name: str
    least: int
    most: int = 1
    amount: Decimal | None = None
    status: str | None = None


def things_of(entry: Told) -> Iterator[Thing]:
    """What was told of this subject leads to, beside documents and cards."""
    subject, certain = entry.subject, int(entry.must is not None)
    if isinstance(subject, Payout):
        yield Thing("manual", f"Utbetalning {subject.source} {subject.id}", certain, amount=subject.sold)
    elif isinstance(subject, Flow):
        yield from _of_flow(entry, subject)
    elif isinstance(subject, Response) and subject.source in FOLLOWED_SENDERS:
        yield Thing("projects", subject.word, certain)
        yield Thing("labels", f"Följt {subject.word}", certain)
    elif isinstance(subject, Response) and subject.company == MAPPED:
        yield Thing("projects", subject.word, certain)
    elif isinstance(subject, Document) and "paid" in entry.tried:
        yield from _of_paid(subject, int(entry.must == "paid"))


def _of_paid(sale: Document, certain: int) -> Iterator[Thing]:
    if sale.source == DELIVERED_SENDER:
        yield Thing("projects", sale.id, certain)
        yield Thing("manual", f"Levererat {sale.id}", certain, amount=DELIVERY)
    elif sale.company == EMPLOYED:
        yield Thing("manual", f"Provision {sale.id}", certain, amount=COMMISSION)


def _of_flow(entry: Told, flow: Flow) -> Iterator[Thing]:
    """What is taken back may never have been made; one that may have been taken back, or not, is not looked into."""
    stopped, maybe = "stopped" in entry.certain, "stopped" in entry.tried
    least = int(entry.must == "started" and not maybe)
    status = COMPLETED if stopped else None if maybe else ONGOING
    yield Thing("projects", flow.code, least, status=status)
    yield Thing("units", flow.code, least, most=0 if stopped else 1)
    yield Thing("labels", f"Klart {flow.code}", 0 if flow.stays else least, most=0 if flow.stays else 1)


def judge_made(company: str, books: Books, everything: Sequence[Told]) -> Iterator[Finding]:
    """Each thing as it must be, and none of which nobody told."""
    known = {(thing.kind, thing.name): thing for entry in everything for thing in things_of(entry)}
    for thing in known.values():
        yield from _judged(f"{company}: {thing.kind} {thing.name}", _found(books, thing.kind, thing.name), thing)
    for entry in everything:
        if isinstance(entry.subject, Response) and entry.subject.source in FOLLOWED_SENDERS:
            yield from _thanked(books, entry.subject, needed=entry.must is not None)
    for kind, stored in (("projects", books.projects), ("manual", books.manual), ("labels", books.labels)):
        for name, found in stored.items():
            if (kind, name) not in known:
                yield from surplus(f"{company}: {kind} {name!r}, of which nobody told", len(found), 0)


def _found(books: Books, kind: Kind, name: str) -> Sequence[State]:
    stored: dict[str, list[State]] = getattr(books, kind)
    return stored.get(name, [])


def _judged(name: str, found: Sequence[State], thing: Thing) -> Iterator[Finding]:
    yield from surplus(name, len(found), thing.most)
    if len(found) < thing.least:
        yield Finding("lost", f"{name}: told for certain, and not there")
    for one in found[:1]:
        if thing.amount is not None and _debit(one) != thing.amount:
            yield Finding("lost", f"{name}: of {_debit(one)}, not {thing.amount}")
        if thing.status is not None and one["Status"] != thing.status:
            yield Finding("lost", f"{name}: {one['Status']}, not {thing.status}")


def _debit(voucher: State) -> Decimal:
    return sum((Decimal(row["Debit"]) for row in voucher["VoucherRows"]), Decimal(0))


def _thanked(books: Books, response: Response, *, needed: bool) -> Iterator[Finding]:
    """The last step's line: once on the right card."""
    name, line = f"{response.company}: response {response.word}", f"{THANKS} {response.word}"
    counts = {
        buyer: sum((card["Comments"] or "").count(line) for card in cards) for buyer, cards in books.customers.items()
    }
    yield from surplus(f"{name}: thanks", sum(counts.values()), 1)
    if sum(counts.values()) != counts.get(response.buyer, 0):
        yield Finding("lost", f"{name}: its thanks stand on another customer's card")
    if needed and not counts.get(response.buyer):
        yield Finding("lost", f"{name}: acknowledged, and no thanks on the card of {response.buyer}")
