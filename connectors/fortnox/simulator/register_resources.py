"""The resources that documents refer to: customers, articles, prices and the small registers (Fortnox facts, 5)."""

from connectors.fortnox.simulator import articles, customers, prices
from connectors.fortnox.simulator.customer_fields import CUSTOMER_LIST_FIELDS
from connectors.fortnox.simulator.errors import Invented, no_route
from connectors.fortnox.simulator.registers import (
    CURRENCY_REGISTER,
    PRICE_LIST_REGISTER,
    TERMS_REGISTER,
    UNIT_REGISTER,
)
from connectors.fortnox.simulator.resource import Data, Place, Resource
from connectors.fortnox.simulator.search import Filter, contains, each, exactly, flag, last_modified, never


def _customer_item(data: Data) -> Data:
    return {name: data[source] for name, source in CUSTOMER_LIST_FIELDS.items()}


def _price_item(data: Data) -> Data:
    return {name: data[name] for name in prices.PRICE_LIST_FIELDS}


def _price_place(parts: list[str]) -> Place:
    """Read `/sublist/{PriceList}[/{ArticleNumber}]` and `/{PriceList}/{ArticleNumber}[/{FromQuantity}]`."""
    if not parts:
        return Place()
    if len(parts) not in (2, 3):
        raise no_route()
    if parts[0] != "sublist":
        return Place(key=prices.price_key(*parts))
    wanted = dict(zip(("PriceList", "ArticleNumber"), parts[1:], strict=False))
    return Place(within=lambda record: all(record.data[name] == value for name, value in wanted.items()))


_ACTIVITY: dict[str, Filter] = {
    "active": lambda record, _moment: record.data["Active"],
    "inactive": lambda record, _moment: not record.data["Active"],
}

CUSTOMERS = Resource(
    path="customers",
    single="Customer",
    plural="Customers",
    key="CustomerNumber",
    scope="customer",
    records=lambda company: company.customers,
    missing=(2000433, "Kan inte hitta kunden."),
    create=customers.create,
    update=customers.update,
    delete=customers.delete,
    list_item=_customer_item,
    searches={
        **each("CustomerNumber Name ZipCode City Email GLN GLNDelivery", contains),
        "phone": contains("Phone1"),
        "organisationnumber": exactly("OrganisationNumber"),
        "lastmodified": last_modified,
    },
    filters=_ACTIVITY,
    sorts={"customernumber": "CustomerNumber", "name": "Name"},
)

ARTICLES = Resource(
    path="articles",
    single="Article",
    plural="Articles",
    key="ArticleNumber",
    scope="article",
    records=lambda company: company.articles,
    missing=(2000428, "Kan inte hitta artikeln."),
    create=articles.create,
    update=articles.update,
    delete=articles.delete,
    list_item=articles.list_item,
    searches={
        **each("ArticleNumber Description EAN SupplierNumber Manufacturer ManufacturerArticleNumber", contains),
        "webshop": flag("WebshopArticle"),
        "lastmodified": last_modified,
    },
    filters=_ACTIVITY,
    sorts={
        "articlenumber": "ArticleNumber",
        "quantityinstock": "QuantityInStock",
        "reservedquantity": "ReservedQuantity",
        "stockvalue": "StockValue",
    },
)

PRICES = Resource(
    path="prices",
    single="Price",
    plural="Prices",
    key="ArticleNumber",
    scope="price",
    records=lambda company: company.prices,
    missing=(2000430, "Kan inte hitta priset."),
    create=prices.create,
    update=prices.update,
    delete=prices.delete,
    list_item=_price_item,
    order=("ArticleNumber", "PriceList", "FromQuantity"),
    place=_price_place,
    own_address=prices.address,
)

PRICE_LISTS = Resource(
    path="pricelists",
    single="PriceList",
    plural="PriceLists",
    key="Code",
    scope="price",
    records=lambda company: company.price_lists,
    missing=(2000431, "Kan inte hitta prislistan."),
    create=PRICE_LIST_REGISTER.create,
    update=PRICE_LIST_REGISTER.update,
)

UNITS = Resource(
    path="units",
    single="Unit",
    plural="Units",
    key="Code",
    scope="settings",
    records=lambda company: company.units,
    missing=(2000432, "Kan inte hitta enheten."),
    create=UNIT_REGISTER.create,
    update=UNIT_REGISTER.update,
    delete=UNIT_REGISTER.delete,
    searches={"lastmodified": last_modified},
)

TERMS_OF_PAYMENT = Resource(
    path="termsofpayments",
    single="TermsOfPayment",
    plural="TermsOfPayments",
    key="Code",
    scope="settings",
    records=lambda company: company.terms_of_payment,
    missing=(2000429, "Kan inte hitta betalningsvillkoret."),
    create=TERMS_REGISTER.create,
    update=TERMS_REGISTER.update,
    delete=TERMS_REGISTER.delete,
    searches={"lastmodified": last_modified},
    location="paymentterms",
)

CURRENCIES = Resource(
    path="currencies",
    single="Currency",
    plural="Currencies",
    key="Code",
    scope="currency",
    records=lambda company: company.currencies,
    missing=(2000427, "Kan inte hitta valutan."),
    create=CURRENCY_REGISTER.create,
    update=CURRENCY_REGISTER.update,
    searches={"lastmodified": never("lastmodified")},
)

MODES_OF_PAYMENT = Resource(
    path="modesofpayments",
    single="ModeOfPayment",
    plural="ModesOfPayments",
    key="Code",
    scope="settings",
    records=lambda company: company.modes_of_payment,
    missing=(Invented.MODE_OF_PAYMENT_NOT_FOUND, "Kan inte hitta betalningssättet."),
)
