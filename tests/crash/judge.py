"""The judge: compares what stands in Fortnox with what was acknowledged, and knows nothing of our database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from tests.crash.mix import COMPANIES, Document, Response, Webhook

State = Mapping[str, Any]
ORE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be; ``text`` names it for the reader."""

    kind: Literal["lost", "doubled"]
    text: str


@dataclass(slots=True)
class Told:
    """What senders told of one subject: how many deliveries were acknowledged, and whether one was of a payment."""

    acked: bool = False
    paid_acked: bool = False
    paid_tried: bool = False


@dataclass(slots=True)
class Books:
    """One company at the simulator, by the names that the run gave its things."""

    invoices: dict[str, list[State]] = field(default_factory=lambda: defaultdict(list))
    payments: dict[str, list[State]] = field(default_factory=lambda: defaultdict(list))
    customers: dict[str, list[State]] = field(default_factory=lambda: defaultdict(list))
    vouchers: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


def judge(state: State, webhooks: Sequence[Webhook], acked: set[str], tried: set[str]) -> list[Finding]:
    """Every finding; none means that nothing was lost and nothing doubled.

    ``state`` is the answer of ``/_sim/state``. A delivery that was tried and never acknowledged may have been stored
    all the same: its things may stand there, once.
    """
    told: dict[Document | Response, Told] = defaultdict(Told)
    for webhook in webhooks:
        if webhook.id in tried:
            entry = told[webhook.subject]
            entry.acked |= webhook.id in acked
            entry.paid_acked |= webhook.pays and webhook.id in acked
            entry.paid_tried |= webhook.pays
    findings: list[Finding] = []
    for company, tenant in COMPANIES.items():
        books = _books(state["companies"][str(tenant)])
        ours = {subject: entry for subject, entry in told.items() if subject.company == company}
        findings += _judge_company(company, books, ours)
    return findings


def _books(company: State) -> Books:
    books = Books()
    for invoice in company["invoices"]:
        books.invoices[invoice["ExternalInvoiceReference2"]].append(invoice)
    for payment in company["payments"]:
        books.payments[str(payment["InvoiceNumber"])].append(payment)
    for customer in company["customers"]:
        books.customers[customer["Name"]].append(customer)
    for voucher in company["vouchers"]:
        books.vouchers[str(voucher["ReferenceType"]), str(voucher["ReferenceNumber"])] += 1
    return books


def _judge_company(company: str, books: Books, told: Mapping[Document | Response, Told]) -> Iterator[Finding]:
    for subject, entry in told.items():
        if isinstance(subject, Document):
            yield from _judge_document(books, subject, entry)
        else:
            yield from _judge_response(books, subject, entry)
    yield from _judge_customers(company, books, told)
    known = {subject.origin for subject in told if isinstance(subject, Document)}
    for origin, invoices in books.invoices.items():
        if origin not in known:
            yield from _surplus(f"{company}: invoices of {origin!r}, which nobody sent", len(invoices), 0)
    for (kind, number), count in books.vouchers.items():
        yield from _surplus(f"{company}: vouchers of {kind} {number}", count, 1)


def _surplus(what: str, count: int, most: int) -> Iterator[Finding]:
    for _ in range(count - most):
        yield Finding("doubled", f"{what}: {count}, at most {most}")


def _judge_document(books: Books, document: Document, told: Told) -> Iterator[Finding]:
    name = f"{document.company}: {document.origin}"
    invoices = books.invoices.get(document.origin, [])
    yield from _surplus(f"{name}: invoices", len(invoices), 1)
    if not invoices:
        if told.acked:
            yield Finding("lost", f"{name}: acknowledged, and no invoice")
        return
    for invoice in invoices[:1]:
        yield from _judge_invoice(books, document, told, invoice, name)


def _judge_invoice(books: Books, document: Document, told: Told, invoice: State, name: str) -> Iterator[Finding]:
    number = str(invoice["DocumentNumber"])
    payments = books.payments.get(number, [])
    name = f"{name}: invoice {number}"
    wrong = [
        what
        for what, right in (
            ("number of the order", invoice["YourOrderNumber"] == document.id),
            ("total", Decimal(invoice["Total"]) - Decimal(invoice["RoundOff"]) == document.total),
            ("currency", invoice["Currency"] == document.currency),
            ("cancelled", not invoice["Cancelled"]),
            ("customer", _is_buyer(books, document, invoice)),
        )
        if not right
    ]
    if wrong:
        yield Finding("lost", f"{name}: wrong {', '.join(wrong)}")
    yield from _surplus(f"{name}: payments", len(payments), int(told.paid_tried))
    if told.paid_acked or (told.paid_tried and (payments or invoice["Booked"])):
        yield from _judge_payment(document, invoice, payments, name)
    elif invoice["Booked"]:
        yield Finding("doubled", f"{name}: booked, and nobody paid it")


def _is_buyer(books: Books, document: Document, invoice: State) -> bool:
    numbers = {str(card["CustomerNumber"]) for card in books.customers.get(document.buyer.name, [])}
    return str(invoice["CustomerNumber"]) in numbers


def _judge_payment(document: Document, invoice: State, payments: Sequence[State], name: str) -> Iterator[Finding]:
    if not invoice["Booked"]:
        yield Finding("lost", f"{name}: paid, and not booked")
    if not payments:
        yield Finding("lost", f"{name}: paid, and no payment")
        return
    payment = payments[0]
    if Decimal(payment["AmountCurrency"]) != document.total:
        yield Finding("lost", f"{name}: payment of {payment['AmountCurrency']}, not {document.total}")
    if not payment["Booked"]:
        yield Finding("lost", f"{name}: its payment is not booked")
    elif Decimal(invoice["Balance"]) != 0:
        yield Finding("lost", f"{name}: paid, and {invoice['Balance']} still open")


def _lines(cards: Iterable[State], word: str) -> int:
    return sum(word in line for card in cards for line in (card["Comments"] or "").splitlines())


def _judge_response(books: Books, response: Response, told: Told) -> Iterator[Finding]:
    name = f"{response.company}: response {response.word}"
    everywhere = [card for cards in books.customers.values() for card in cards]
    right = _lines(books.customers.get(response.buyer.name, []), response.word)
    lines = _lines(everywhere, response.word)
    yield from _surplus(f"{name}: lines", lines, 1)
    if lines != right:
        yield Finding("lost", f"{name}: its line stands on another customer's card")
    if told.acked and not lines:
        yield Finding("lost", f"{name}: acknowledged, and no line on the card of {response.buyer.name}")


def _judge_customers(company: str, books: Books, told: Mapping[Document | Response, Told]) -> Iterator[Finding]:
    known: dict[str, bool] = {}
    for subject, entry in told.items():
        known[subject.buyer.name] = known.get(subject.buyer.name, False) or entry.acked
    for name, acked in known.items():
        cards = books.customers.get(name, [])
        yield from _surplus(f"{company}: customers {name}", len(cards), 1)
        if acked and not cards:
            yield Finding("lost", f"{company}: acknowledged, and no customer {name}")
    for name, cards in books.customers.items():
        if name not in known:
            yield from _surplus(f"{company}: customers {name}, of whom nobody told", len(cards), 0)
