"""The seed `shop`: a small bicycle shop in the middle of its month, every kind of document in several states."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Seed = dict[str, list[dict[str, Any]]]

_ARTICLES = (
    ("CYK-100", "Stadscykel, 7 växlar", "st", "STOCK", "5995"),
    ("CYK-110", "Stadscykel, 3 växlar", "st", "STOCK", "4795"),
    ("CYK-200", "Elcykel, 500 Wh", "st", "STOCK", "18990"),
    ("CYK-300", "Barncykel, 20 tum", "st", "STOCK", "2495"),
    ("DEL-010", "Innerslang, 28 tum", "st", "STOCK", "89"),
    ("DEL-020", "Däck, 28 tum, reflex", "st", "STOCK", "249"),
    ("DEL-030", "Kedja, 8 växlar", "st", "STOCK", "179"),
    ("DEL-040", "Bromsbelägg, par", "st", "STOCK", "129.50"),
    ("DEL-050", "Belysning, fram och bak", "st", "STOCK", "349"),
    ("DEL-060", "Lås, godkänt", "st", "STOCK", "599"),
    ("TIL-010", "Hjälm, vuxen", "st", "STOCK", "699"),
    ("TIL-020", "Cykelkorg", "st", "STOCK", "319"),
    ("VER-010", "Verkstadstimme", "h", "SERVICE", "720"),
    ("VER-020", "Service, liten", "st", "SERVICE", "695"),
    ("VER-030", "Service, stor", "st", "SERVICE", "1495"),
)
_RESALE = {"CYK-100": "4496.25", "CYK-110": "3596.25", "CYK-200": "15192", "DEL-010": "53.40", "DEL-060": "419.30"}
_TEN_OR_MORE = {"DEL-010": "75", "DEL-040": "110"}

_CUSTOMERS: tuple[Mapping[str, Any], ...] = (
    {"Name": "Kvarnviks bostadsrättsförening", "City": "Norrtälje", "ZipCode": "76130"},
    {"Name": "Storgatans Blommor AB", "City": "Norrtälje", "ZipCode": "76131", "TermsOfPayment": "10"},
    {"Name": "Skärgårdens Budtjänst AB", "City": "Vaxholm", "ZipCode": "18530"},
    {"Name": "Hotell Ankarvik AB", "City": "Furusund", "ZipCode": "76019"},
    {"Name": "Cykelboden i Åkersby AB", "City": "Åkersberga", "ZipCode": "18430", "PriceList": "B"},
    {"Name": "Nordhav Sykler AS", "City": "Oslo", "CountryCode": "NO", "VATType": "EXPORT"},
    {"Name": "Tallbackens förskola ek. för.", "City": "Rimbo", "ZipCode": "76230"},
    {"Name": "Kontantkund", "City": "Norrtälje"},
)


def _rows(amount: str, *sold: tuple[str, str]) -> list[dict[str, Any]]:
    """Give rows of article and quantity; the quantity stands under the name that the document uses."""
    return [{"ArticleNumber": article, amount: quantity} for article, quantity in sold]


def _order_rows(*sold: tuple[str, str]) -> list[dict[str, Any]]:
    return [row | {"OrderedQuantity": row["DeliveredQuantity"]} for row in _rows("DeliveredQuantity", *sold)]


class _Shop:
    """Knows the company's next numbers and the day, so that documents can name customers and invoices."""

    def __init__(self, next_numbers: Mapping[str, int], today: date) -> None:
        self._customer = next_numbers["customer"]
        self._invoice = next_numbers["invoice"]
        self._today = today

    def customer(self, place: int) -> str:
        return str(self._customer + place)

    def ago(self, days: int) -> str:
        return (self._today - timedelta(days=days)).isoformat()

    def offers(self) -> list[dict[str, Any]]:
        fleet = _rows("Quantity", ("CYK-200", "3"), ("DEL-060", "3"), ("VER-030", "3"))
        rooms = _rows("Quantity", ("CYK-100", "6"), ("TIL-010", "6"))
        small = _rows("Quantity", ("CYK-300", "2"), ("TIL-020", "2"))
        return [
            {"CustomerNumber": self.customer(2), "OfferDate": self.ago(21), "OfferRows": fleet, "Ordered": True},
            {"CustomerNumber": self.customer(3), "OfferDate": self.ago(6), "OfferRows": rooms},
            {"CustomerNumber": self.customer(6), "OfferDate": self.ago(40), "OfferRows": small, "Cancelled": True},
        ]

    def orders(self) -> list[dict[str, Any]]:
        resale = _order_rows(("CYK-110", "4"), ("DEL-010", "20"))
        shop = _order_rows(("DEL-050", "2"), ("DEL-060", "2"))
        kids = _order_rows(("CYK-300", "1"))
        return [
            {
                "CustomerNumber": self.customer(4),
                "OrderDate": self.ago(12),
                "YourOrderNumber": "B-2207",
                "OrderRows": resale,
                "Invoiced": True,
            },
            {"CustomerNumber": self.customer(1), "OrderDate": self.ago(3), "OrderRows": shop},
            {"CustomerNumber": self.customer(6), "OrderDate": self.ago(9), "OrderRows": kids, "Cancelled": True},
        ]

    def invoices(self) -> list[dict[str, Any]]:
        service = _rows("DeliveredQuantity", ("VER-030", "2"), ("DEL-020", "4"), ("DEL-040", "2"))
        counter = _rows("DeliveredQuantity", ("CYK-110", "1"), ("TIL-010", "1"))
        abroad = _rows("DeliveredQuantity", ("DEL-030", "10"), ("DEL-040", "10"))
        repair = _rows("DeliveredQuantity", ("VER-010", "1.5"), ("DEL-010", "2"))
        return [
            self._sale(0, 33, service, Booked=True),
            self._sale(7, 20, counter, Booked=True),
            self._sale(1, 18, repair, Booked=True),
            self._sale(5, 15, abroad, Booked=True),
            self._sale(3, 8, counter, Booked=True, Credited=True),
            self._sale(2, 1, service),
            self._sale(6, 2, repair, Cancelled=True),
        ]

    def _sale(self, customer: int, days: int, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        plain = [dict(row) for row in rows]
        return {
            "CustomerNumber": self.customer(customer),
            "InvoiceDate": self.ago(days),
            "InvoiceRows": plain,
            **more,
        }

    def payments(self) -> list[dict[str, Any]]:
        """Give two whole payments and a part; the order's invoice has the first number, these the next."""
        paid = {"ModeOfPayment": "BG", "Booked": True}
        part = {"Amount": Decimal(500), "AmountCurrency": Decimal(500)}
        return [
            {"InvoiceNumber": self._invoice + 1, "PaymentDate": self.ago(4), **paid},
            {"InvoiceNumber": self._invoice + 2, "PaymentDate": self.ago(20), "ModeOfPayment": "K", "Booked": True},
            {"InvoiceNumber": self._invoice + 3, "PaymentDate": self.ago(2), **part, **paid},
            {"InvoiceNumber": self._invoice + 4, "PaymentDate": self.ago(0)},
        ]


def _prices() -> list[dict[str, Any]]:
    resale = [
        {"ArticleNumber": article, "PriceList": "B", "FromQuantity": 0, "Price": price}
        for article, price in _RESALE.items()
    ]
    many = [
        {"ArticleNumber": article, "PriceList": "A", "FromQuantity": 10, "Price": price}
        for article, price in _TEN_OR_MORE.items()
    ]
    return resale + many


def shop(next_numbers: Mapping[str, int], today: date) -> Seed:
    """Give the seed for a company that holds nothing yet: its next numbers, and the day that it ends on.

    Everything is dated within the 40 days before that day. Companies are invented, persons there are none.
    """
    shop = _Shop(next_numbers, today)
    return {
        "price_lists": [{"Code": "B", "Description": "Återförsäljare"}],
        "articles": [
            {"ArticleNumber": number, "Description": text, "Unit": unit, "Type": kind, "SalesPrice": price}
            for number, text, unit, kind, price in _ARTICLES
        ],
        "prices": _prices(),
        "customers": [{"CountryCode": "SE", **customer} for customer in _CUSTOMERS],
        "offers": shop.offers(),
        "orders": shop.orders(),
        "invoices": shop.invoices(),
        "payments": shop.payments(),
    }
