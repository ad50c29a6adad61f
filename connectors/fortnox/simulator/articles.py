"""Articles: numbering, default accounts and VAT, and what they fill into a document's row (Fortnox facts, 6.1, 6.4)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.account_seeds import SALES_ACCOUNT_RATES
from connectors.fortnox.simulator.article_fields import ACCOUNTS, ARTICLE_FIELDS, ARTICLE_LIST_FIELDS
from connectors.fortnox.simulator.booking_defaults import predefined_account
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, blank, lay_over, read_value
from connectors.fortnox.simulator.money import ZERO, multiplied, to_ore
from connectors.fortnox.simulator.prices import forget_prices, list_price, put_base_price
from connectors.fortnox.simulator.texts import is_number
from connectors.fortnox.simulator.wire import decimal_text

_REGIME_ACCOUNTS = {
    "EUREVERSEDVAT": "EUAccount",
    "EUVAT": "EUVATAccount",
    "EXPORT": "ExportAccount",
    "SEREVERSEDVAT": "ConstructionAccount",
    "SEVAT": "SalesAccount",
}
_SALES_CLASS = range(3000, 4000)
_DEFAULT_ACCOUNTS = {
    "EUAccount": "SALESEUREV",
    "EUVATAccount": "SALESEUVAT",
    "ExportAccount": "SALESEXPORT",
    "PurchaseAccount": "PURCASE",
    "SalesAccount": "SALES_25_SE",
}


def _supplied_number(company: Company, sent: Mapping[str, Any]) -> str | None:
    value = sent.get("ArticleNumber")
    if value in (None, "", API_BLANK):
        return None
    number = str(value) if isinstance(value, str | int) else ""
    if not is_number(number):
        raise ApiError(2000166, "Artikelnumret innehåller otillåtna tecken.")
    number = str(read_value("ArticleNumber", number, ARTICLE_FIELDS["ArticleNumber"]))
    if number in company.articles:
        raise ApiError(2000013, f'Artikelnummer "{number}" används redan.')
    return number


def _default_rate(account: int) -> int:
    """The VAT of an account: its own where known, 25 for another sales account, 0 for one without VAT."""
    return SALES_ACCOUNT_RATES.get(account, 25 if account in _SALES_CLASS else 0)


def _complete(company: Company, article: dict[str, Any], given: set[str]) -> None:
    """Check what a request set, and set what follows from it."""
    if not article["Description"]:
        raise ApiError(2000204, "Artikelns benämning saknas.")
    if article["Unit"] is not None and article["Unit"] not in company.units:
        raise ApiError(2000432, "Kan inte hitta enheten.")
    if "SalesAccount" in given and "VAT" not in given:
        article["VAT"] = _default_rate(article["SalesAccount"])
    if article["VAT"] not in company.settings.vat_rates:
        raise ApiError(Invented.VAT_RATE_NOT_CONFIGURED, f"Momssatsen {article['VAT']} finns inte.")
    article["DisposableQuantity"] = article["QuantityInStock"] if article["StockGoods"] else ZERO
    article["StockValue"] = to_ore(multiplied(article["QuantityInStock"], article["PurchasePrice"]))


def _given(sent: Mapping[str, Any]) -> set[str]:
    return {name for name, value in sent.items() if value not in (None, "", API_BLANK)}


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Create an article under its own or the next number.

    A defaulted account, the company's predefined one, is not looked up, so that the next change may fail on it (Fortnox
    facts, 6.4); one that was sent is.

    Raises:
        ApiError: 2000204 without a description, 2000166 and 2000013 for its number, 2000423, 2000550, 2000432, an
            invented code for an unknown VAT rate, and whatever a single property refuses.
    """
    number = _supplied_number(company, sent)
    article = blank(ARTICLE_FIELDS)
    article |= {name: predefined_account(company, default) for name, default in _DEFAULT_ACCOUNTS.items()}
    lay_over(article, {name: value for name, value in sent.items() if name != "ArticleNumber"}, ARTICLE_FIELDS)
    given = _given(sent)
    _complete(company, article, given | {"SalesAccount"})
    company.check_accounts(article, [name for name in ACCOUNTS if name in given])
    article["ArticleNumber"] = number or company.next_number("article", lambda free: free not in company.articles)
    record = Record(article, moment.now)
    company.articles[article["ArticleNumber"]] = record
    if company.settings.base_price_with_article:
        put_base_price(company, article["ArticleNumber"], ZERO, moment)
    return record


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change the given properties; the number itself cannot change. Every account must stand in the chart by then.

    Raises:
        ApiError: 2001399 for another number, else as `create`; nothing is changed then.
    """
    article = dict(record.data)
    given = dict(sent)
    if str(given.pop("ArticleNumber", "") or article["ArticleNumber"]) != article["ArticleNumber"]:
        raise unknown_field("ArticleNumber")
    lay_over(article, given, ARTICLE_FIELDS)
    _complete(company, article, _given(given))
    company.check_accounts(article, ACCOUNTS)
    record.data, record.modified = article, moment.now


def _is_used(company: Company, number: str) -> bool:
    return any(row["ArticleNumber"] == number for row in company.document_rows())


def delete(company: Company, record: Record, _moment: Moment) -> None:
    """Delete an article with its prices; its number is free again (*simulator choice*).

    Raises:
        ApiError: an invented code while a row of any document, cancelled or not, holds it.
    """
    number: str = record.data["ArticleNumber"]
    if _is_used(company, number):
        raise ApiError(Invented.ARTICLE_IN_USE, "Artikeln används och kan inte tas bort.")
    del company.articles[number]
    forget_prices(company, number)


def list_item(data: dict[str, Any]) -> dict[str, Any]:
    """Give an article as its list shows it: thin, and with its numbers as texts (Fortnox facts, 1.7)."""
    item = {
        name: decimal_text(Decimal(data[name])) if as_text and data[name] is not None else data[name]
        for name, as_text in ARTICLE_LIST_FIELDS.items()
    }
    return item | {"Unit": data["Unit"] or ""}


def row_values(company: Company, number: str, *, vat_type: str, price_list: str, quantity: Decimal) -> dict[str, Any]:
    """Give what an article fills into a document's row: description, unit, price, account, VAT, housework.

    The account follows the document's VAT regime and is left out where the article has none for it; a regime without
    VAT has 0 %. An inactive article is refused (all *simulator choices*).

    Raises:
        ApiError: 2001302, or an invented code for an inactive article.
    """
    record = company.articles.get(number)
    if record is None:
        raise ApiError(2001302, f"Kan inte hitta artikeln ({number}).")
    article = record.data
    if not article["Active"]:
        raise ApiError(Invented.ARTICLE_INACTIVE, f"Artikeln är inaktiv ({number}).")
    values = {
        "Description": article["Description"],
        "HouseWork": article["Housework"],
        "HouseWorkType": article["HouseworkType"],
        "Price": to_ore(list_price(company, price_list, number, quantity)),
        "Unit": article["Unit"] or "",
        "VAT": article["VAT"] if vat_type in ("SEVAT", "EUVAT") else 0,
    }
    account = article[_REGIME_ACCOUNTS[vat_type]]
    return values | {"AccountNumber": account} if account else values
