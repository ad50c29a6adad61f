"""What stands in one company of Fortnox, by the names that the run gave its things; and what is found wrong there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

State = Mapping[str, Any]

MANUAL = "MANUAL"
"""``ReferenceType`` of a voucher that came from outside."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be; ``text`` names it for the reader."""

    kind: Literal["lost", "doubled"]
    text: str


def _lists() -> dict[str, list[State]]:
    return defaultdict(list)


@dataclass(slots=True)
class Books:
    """One company at the simulator: documents by origin (offers by the source's number), credits and payments by the
    number of their invoice, customers by name, articles by number. ``unnamed`` are orders that were made from an offer
    and do not say yet where they come from, by the offer's number in Fortnox. ``vouchers`` counts those that belong to
    a document; ``manual`` are the others, by their text without our mark at its end. Projects and units stand by their
    numbers, labels by their texts."""

    invoices: dict[str, list[State]] = field(default_factory=_lists)
    orders: dict[str, list[State]] = field(default_factory=_lists)
    unnamed: dict[str, list[State]] = field(default_factory=_lists)
    offers: dict[str, list[State]] = field(default_factory=_lists)
    credits: dict[str, list[State]] = field(default_factory=_lists)
    payments: dict[str, list[State]] = field(default_factory=_lists)
    customers: dict[str, list[State]] = field(default_factory=_lists)
    articles: dict[str, list[State]] = field(default_factory=_lists)
    vouchers: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    manual: dict[str, list[State]] = field(default_factory=_lists)
    projects: dict[str, list[State]] = field(default_factory=_lists)
    units: dict[str, list[State]] = field(default_factory=_lists)
    labels: dict[str, list[State]] = field(default_factory=_lists)


def opened(company: State) -> Books:
    """The books of one company of ``/_sim/state``."""
    books = Books()
    for invoice in company["invoices"]:
        credited = str(invoice["CreditInvoiceReference"]) if str(invoice["Credit"]) == "true" else None
        place = books.invoices[invoice["ExternalInvoiceReference2"]] if credited is None else books.credits[credited]
        place.append(invoice)
    for order in company["orders"]:
        origin, offer = order["ExternalInvoiceReference2"], str(order["OfferReference"])
        place = books.orders[origin] if origin or offer == "0" else books.unnamed[offer]
        place.append(order)
    for offer in company["offers"]:
        # Offers have no field for an origin: ours carry "NUMBER MARK".
        books.offers[str(offer["YourReferenceNumber"]).partition(" ")[0]].append(offer)
    for payment in company["payments"]:
        books.payments[str(payment["InvoiceNumber"])].append(payment)
    for customer in company["customers"]:
        books.customers[customer["Name"]].append(customer)
    for article in company["articles"]:
        books.articles[article["ArticleNumber"]].append(article)
    _open_registers(books, company)
    return books


def _open_registers(books: Books, company: State) -> None:
    """Vouchers, and what flows and mappings make."""
    for voucher in company["vouchers"]:
        if voucher["ReferenceType"] == MANUAL:
            books.manual[str(voucher["Description"]).rpartition(" ")[0]].append(voucher)
        else:
            books.vouchers[str(voucher["ReferenceType"]), str(voucher["ReferenceNumber"])] += 1
    for project in company["projects"]:
        books.projects[str(project["ProjectNumber"])].append(project)
    for unit in company["units"]:
        books.units[str(unit["Code"])].append(unit)
    for label in company["labels"]:
        books.labels[str(label["Description"])].append(label)


def surplus(what: str, count: int, most: int) -> Iterator[Finding]:
    """One finding for each thing too many."""
    for _ in range(count - most):
        yield Finding("doubled", f"{what}: {count}, at most {most}")
