"""What stands in the simulated Fortnox, as tables that a person can work out by hand, and a clock to turn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

from tests.acceptance.scene import Scene
from tests.fakes.examples import EXAMPLES, example

QUANTITIES = {
    "invoices": ("DeliveredQuantity",),
    "orders": ("OrderedQuantity", "DeliveredQuantity"),
    "offers": ("Quantity",),
}
ROWS = {"invoices": "InvoiceRows", "orders": "OrderRows", "offers": "OfferRows"}
READ = "SELECT 1 FROM inbox WHERE state IN ('waiting', 'reading')"
DATES = {"invoices": "InvoiceDate", "orders": "OrderDate", "offers": "OfferDate"}


@dataclass(frozen=True, kw_only=True)
class Card:
    """A customer's card; what the sender does not know is empty."""

    number: str
    name: str
    organisation_number: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    zip_code: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True)
class Row:
    """One row as Fortnox shows it; amounts in the document's currency, ``vat`` in percent."""

    article: str
    description: str
    quantity: str
    price: str
    discount: str
    vat: str
    account: str
    total: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """An invoice, order or offer; ``booked`` and ``balance`` only of an invoice, ``due`` too."""

    date: str
    rows: tuple[Row, ...]
    net: str
    vat: str
    total: str
    customer: str = "1"
    round_off: str = "0"
    due: str | None = None
    currency: str = "SEK"
    rate: str = "1"
    our_reference: str = ""
    your_reference: str = ""
    order_number: str = ""
    delivery: str | None = None
    price_list: str = "A"
    cancelled: bool = False
    booked: bool | None = None
    balance: str | None = None


@dataclass(frozen=True, kw_only=True)
class Payment:
    """A payment; ``written_off`` are amount and account of each write-off."""

    invoice: str
    amount: str
    date: str
    mode: str = "BG"
    booked: bool = True
    written_off: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Books:
    """Everything that a sender can bring into one company."""

    customers: tuple[Card, ...] = ()
    invoices: tuple[Document, ...] = ()
    orders: tuple[Document, ...] = ()
    offers: tuple[Document, ...] = ()
    payments: tuple[Payment, ...] = ()


def books_of(state: Mapping[str, Any]) -> Books:
    """The books of one company of :meth:`Scene.state`."""
    return Books(
        customers=tuple(map(_card, state["customers"])),
        invoices=tuple(_document("invoices", one) for one in state["invoices"]),
        orders=tuple(_document("orders", one) for one in state["orders"]),
        offers=tuple(_document("offers", one) for one in state["offers"]),
        payments=tuple(map(_payment, state["payments"])),
    )


def comments(state: Mapping[str, Any]) -> list[str]:
    """The lines of all cards' comments, each without its mark."""
    lines = [line for card in state["customers"] for line in (card["Comments"] or "").splitlines()]
    return [line.rpartition(" #")[0] for line in lines]


def plain(amount: object) -> str:
    """A number without zeros at its end."""
    found = f"{Decimal(str(amount)):f}"
    return found.rstrip("0").rstrip(".") if "." in found else found


def _card(card: Mapping[str, Any]) -> Card:
    return Card(
        number=card["CustomerNumber"],
        name=card["Name"],
        organisation_number=card["OrganisationNumber"],
        email=card["Email"],
        phone=card["Phone1"] or "",
        street=card["Address1"] or "",
        zip_code=card["ZipCode"] or "",
        city=card["City"] or "",
        country=card["CountryCode"] or "",
    )


def _document(kind: str, one: Mapping[str, Any]) -> Document:
    invoice = kind == "invoices"
    return Document(
        customer=one["CustomerNumber"],
        date=one[DATES[kind]],
        due=one["DueDate"] if invoice else None,
        rows=tuple(_row(kind, row) for row in one[ROWS[kind]]),
        net=plain(one["Net"]),
        vat=plain(one["TotalVAT"]),
        round_off=plain(one["RoundOff"]),
        total=plain(one["Total"]),
        currency=one["Currency"],
        rate=plain(one["CurrencyRate"]),
        our_reference=one["OurReference"],
        your_reference=one["YourReference"],
        order_number=one["YourReferenceNumber"].split()[0] if kind == "offers" else one["YourOrderNumber"],
        delivery=one["DeliveryDate"],
        price_list=one["PriceList"],
        cancelled=one["Cancelled"],
        booked=one["Booked"] if invoice else None,
        balance=plain(one["Balance"]) if invoice else None,
    )


def _row(kind: str, row: Mapping[str, Any]) -> Row:
    sign = {"PERCENT": " %", "AMOUNT": " kr"}[row["DiscountType"]] if Decimal(str(row["Discount"])) else ""
    return Row(
        row["ArticleNumber"],
        row["Description"],
        # An order's invoice is made from what was delivered, so both quantities must be the same.
        " of ".join(dict.fromkeys(plain(row[name]) for name in QUANTITIES[kind])),
        plain(row["Price"]),
        plain(row["Discount"]) + sign,
        plain(row["VAT"]),
        str(row["AccountNumber"]),
        plain(row["Total"]),
    )


def _payment(one: Mapping[str, Any]) -> Payment:
    return Payment(
        invoice=str(one["InvoiceNumber"]),
        amount=plain(one["AmountCurrency"]),
        date=one["PaymentDate"],
        mode=one["ModeOfPayment"],
        booked=one["Booked"],
        written_off=tuple((plain(off["Amount"]), str(off["AccountNumber"])) for off in one.get("WriteOffs") or ()),
    )


# --- examples and their time ------------------------------------------------------------------------------------------


def files_of(sender: str) -> set[str]:
    """The names of all example payloads of a sender; a skipped test where they are absent."""
    example("README.md")
    return {path.name for path in (EXAMPLES / sender).iterdir() if path.is_file()}


def decoded(name: str) -> Any:
    """An example payload as nested data."""
    return json.loads(example(name))


@dataclass
class Wall:
    """A wall clock that goes on from where it was turned to; it is only ever turned forward."""

    moment: datetime
    since: float = field(default_factory=monotonic)

    def now(self) -> datetime:
        """What it shows (aware)."""
        return self.moment + timedelta(seconds=monotonic() - self.since)

    def turn(self, moment: str) -> None:
        """Show this moment (ISO 8601 with its zone) from now on."""
        wanted = datetime.fromisoformat(moment)
        assert wanted >= self.now(), f"{moment} is past"
        self.moment, self.since = wanted, monotonic()


async def settled(stage: Scene) -> None:
    """Wait until every delivery was read at its sender and understood, and all that follows from it is done."""
    await stage.until(lambda: not stage.rows(READ))
    await stage.settle()


def told(stage: Scene) -> list[tuple[str, str | None]]:
    """State and reason of every delivery, in order."""
    return [(state, reason) for state, reason in stage.rows("SELECT state, reason FROM inbox ORDER BY id")]
