"""Prices of articles in price lists, by quantity from which they hold (Fortnox facts, 6.4)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.fortnox.simulator.company import STOCKHOLM, Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, Field, Kind, blank, lay_over, read_value
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.wire import decimal_text

PRICE_FIELDS: dict[str, Field] = {
    "ArticleNumber": Field(longest=50),
    "Date": Field(default=None, read_only=True, any_characters=True),
    "FromQuantity": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "Percent": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "Price": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "PriceList": Field(longest=100),
}
PRICE_LIST_FIELDS = ("ArticleNumber", "FromQuantity", "Price", "PriceList")
DEFAULT_LIST = "A"
_PLACE = ("PriceList", "ArticleNumber", "FromQuantity")


def price_key(price_list: str, article: str, from_quantity: str | Decimal = "0") -> str:
    """Give the key a price is stored under, which is its address after `/3/prices/`; texts are percent-encoded.

    Raises:
        ApiError: 2000108 for a quantity that is none.
    """
    quantity = decimal_text(read_value("FromQuantity", from_quantity, PRICE_FIELDS["FromQuantity"]))
    return "/".join(quote(part, safe="") for part in (price_list, article, quantity))


def _key(price: Mapping[str, Any]) -> str:
    return price_key(price["PriceList"], price["ArticleNumber"], price["FromQuantity"])


def address(price: dict[str, Any]) -> str:
    """Give where a price stands below `/3/prices/`."""
    return _key(price)


def _rows(company: Company, price_list: str, article: str) -> list[dict[str, Any]]:
    return [
        record.data
        for record in company.prices.values()
        if record.data["PriceList"] == price_list and record.data["ArticleNumber"] == article
    ]


def list_price(company: Company, price_list: str, article: str, quantity: Decimal) -> Decimal:
    """Give the price that holds for a quantity: the list's own, else list A's, else 0 (*simulator choices*).

    Of several rows the one with the highest `FromQuantity` not above the quantity counts; `Percent` is not applied.
    """
    for code in dict.fromkeys((price_list, DEFAULT_LIST)):
        fitting = [row for row in _rows(company, code, article) if row["FromQuantity"] <= max(quantity, ZERO)]
        if fitting:
            return Decimal(max(fitting, key=lambda row: row["FromQuantity"])["Price"])
    return ZERO


def _show_sales_price(company: Company, article: str, moment: Moment) -> None:
    """Let the article show the base price of list A, which is its read-only `SalesPrice`."""
    owner = company.articles[article]
    base = company.prices.get(price_key(DEFAULT_LIST, article))
    price = None if base is None else base.data["Price"]
    if owner.data["SalesPrice"] != price:
        owner.data = owner.data | {"SalesPrice": price}
        owner.modified = moment.now


def _store(company: Company, price: dict[str, Any], moment: Moment) -> Record:
    price["Date"] = moment.now.astimezone(STOCKHOLM).strftime("%Y-%m-%d %H:%M:%S")
    record = company.prices.setdefault(_key(price), Record(price, moment.now))
    record.data, record.modified = price, moment.now
    _show_sales_price(company, price["ArticleNumber"], moment)
    return record


def put_base_price(company: Company, article: str, price: Decimal, moment: Moment) -> None:
    """Set the price of an article in list A from the first piece on."""
    given = {"ArticleNumber": article, "PriceList": DEFAULT_LIST, "Price": price}
    _store(company, blank(PRICE_FIELDS) | given, moment)


def _check(price: dict[str, Any]) -> None:
    for name in ("FromQuantity", "Price"):
        if price[name] < 0:
            raise ApiError(2000108, f"Fältet {name} får inte vara negativt.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Set a price that does not exist yet; the first one of an article in a list brings its base row, price 0.

    Raises:
        ApiError: 2001846 without an article number, 2000204 without a list, 2000431 for an unknown list, 2000762 for an
            unknown article or a price that exists, and whatever a single property refuses.
    """
    price = blank(PRICE_FIELDS)
    lay_over(price, sent, PRICE_FIELDS)
    if not price["ArticleNumber"]:
        raise ApiError(2001846, "Artikelnummer saknas.")
    if not price["PriceList"]:
        raise ApiError(2000204, "Fältet PriceList saknas.")
    company.check_price_list(price["PriceList"])
    if price["ArticleNumber"] not in company.articles:
        raise ApiError(2000762, "Kan inte hitta artikeln.")
    _check(price)
    if _key(price) in company.prices:
        raise ApiError(2000762, "Prisraden finns redan.")
    base = price | {"FromQuantity": ZERO, "Price": ZERO, "Percent": ZERO}
    if _key(base) not in company.prices:
        _store(company, base, moment)
    return _store(company, price, moment)


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change price or percent; list, article and quantity stay.

    Raises:
        ApiError: 2001399 for another list, article or quantity, else what a single property refuses.
    """
    price = dict(record.data)
    for name in _PLACE:
        value = sent.get(name)
        if value not in (None, "", API_BLANK) and read_value(name, value, PRICE_FIELDS[name]) != price[name]:
            raise unknown_field(name)
    lay_over(price, {name: value for name, value in sent.items() if name not in _PLACE}, PRICE_FIELDS)
    _check(price)
    _store(company, price, moment)


def delete(company: Company, record: Record, moment: Moment) -> None:
    """Delete a price; without its base row in list A an article has no `SalesPrice`."""
    del company.prices[_key(record.data)]
    _show_sales_price(company, record.data["ArticleNumber"], moment)


def forget_prices(company: Company, article: str) -> None:
    """Drop every price of an article that is deleted."""
    company.prices = {key: one for key, one in company.prices.items() if one.data["ArticleNumber"] != article}
