"""The properties of an article (Fortnox facts, 1.7, 1.9, 1.10 and 6.4)."""

from decimal import Decimal

from connectors.fortnox.simulator.fields import Field, Kind

_ZERO = Decimal(0)


def _text(longest: int) -> Field:
    return Field(longest=longest)


def _amount(*, read_only: bool = False) -> Field:
    return Field(Kind.NUMBER, default=_ZERO, read_only=read_only)


def _null(kind: Kind = Kind.TEXT, longest: int | None = None) -> Field:
    return Field(kind, default=None, longest=longest)


def _account(default: int) -> Field:
    return Field(Kind.INTEGER, default=default)


def _whole() -> Field:
    return Field(Kind.INTEGER, default=0)


def _flag(*, default: bool = False) -> Field:
    return Field(Kind.BOOLEAN, default=default)


ACCOUNTS = (
    "SalesAccount", "PurchaseAccount", "EUAccount", "EUVATAccount", "ExportAccount", "ConstructionAccount",
    "StockAccount", "StockChangeAccount",
)  # fmt: skip

ARTICLE_FIELDS: dict[str, Field] = {
    "Active": _flag(default=True),
    "ArticleNumber": _text(50),
    "Bulky": _flag(),
    "ConstructionAccount": _account(0),
    "CommodityCode": Field(),
    "CostCalculationMethod": _null(),
    "DefaultStockLocation": _null(),
    "DefaultStockPoint": _null(),
    "Depth": _whole(),
    "Description": _text(200),
    "DirectCost": _null(Kind.NUMBER),
    "DisposableQuantity": _amount(read_only=True),
    "EAN": _text(30),
    "EUAccount": _account(3108),
    "EUVATAccount": _account(3106),
    "Expired": _flag(),
    "ExportAccount": _account(3105),
    "FreightCost": _null(Kind.NUMBER),
    "Height": _whole(),
    "Housework": _flag(),
    "HouseworkType": _null(),
    "Manufacturer": _null(longest=50),
    "ManufacturerArticleNumber": _text(50),
    "Note": _text(10000),
    "OtherCost": _null(Kind.NUMBER),
    "PurchaseAccount": _account(4000),
    "PurchasePrice": _amount(),
    "QuantityInStock": _amount(),
    "ReservedQuantity": _amount(read_only=True),
    "SalesAccount": _account(3001),
    "SalesPrice": Field(Kind.NUMBER, default=None, read_only=True),
    "StockAccount": _null(Kind.INTEGER),
    "StockChangeAccount": _null(Kind.INTEGER),
    "StockGoods": _flag(),
    "StockPlace": _null(longest=100),
    "StockValue": _amount(read_only=True),
    "StockWarning": _null(Kind.NUMBER),
    "SupplierName": Field(default=None, read_only=True),
    "SupplierNumber": _null(longest=1024),
    "Type": Field(default="STOCK", choices=("STOCK", "SERVICE")),
    "Unit": _null(longest=20),
    "VAT": Field(Kind.INTEGER, default=0),
    "WebshopArticle": _flag(),
    "Weight": _whole(),
    "Width": _whole(),
}

_LIST_FIELDS = (
    "ArticleNumber", "Description", "DisposableQuantity", "EAN", "Housework", "PurchasePrice", "QuantityInStock",
    "ReservedQuantity", "SalesPrice", "StockPlace", "StockValue", "Unit", "VAT", "WebshopArticle",
)  # fmt: skip
_NUMBERS_AS_TEXT = frozenset(
    ("DisposableQuantity", "PurchasePrice", "QuantityInStock", "ReservedQuantity", "SalesPrice", "StockValue", "VAT")
)

ARTICLE_LIST_FIELDS = {name: name in _NUMBERS_AS_TEXT for name in _LIST_FIELDS}
"""The properties of a list's item, and which of them are texts there and numbers in the article itself (1.7)."""
