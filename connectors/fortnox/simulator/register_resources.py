"""The cards that documents refer to, with rules of their own: customers, articles, prices (Fortnox facts, 5)."""

from dataclasses import replace

from connectors.fortnox.simulator import articles, customers, prices
from connectors.fortnox.simulator.customer_fields import CUSTOMER_LIST_FIELDS
from connectors.fortnox.simulator.errors import no_route
from connectors.fortnox.simulator.resource import Place, of_table, showing
from connectors.fortnox.simulator.search import ACTIVITY, contains, each, exactly, flag


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


CUSTOMERS = replace(
    of_table("customers"),
    missing=(2000433, "Kan inte hitta kunden."),
    create=customers.create,
    update=customers.update,
    delete=customers.delete,
    list_item=showing(CUSTOMER_LIST_FIELDS),
    searches={
        **each("CustomerNumber Name ZipCode City Email GLN GLNDelivery", contains),
        "phone": contains("Phone1"),
        "organisationnumber": exactly("OrganisationNumber"),
    },
    filters=ACTIVITY,
    sorts={"customernumber": "CustomerNumber", "name": "Name"},
)

ARTICLES = replace(
    of_table("articles"),
    missing=(2000428, "Kan inte hitta artikeln."),
    create=articles.create,
    update=articles.update,
    delete=articles.delete,
    list_item=articles.list_item,
    searches={
        **each("ArticleNumber Description EAN SupplierNumber Manufacturer ManufacturerArticleNumber", contains),
        "webshop": flag("WebshopArticle"),
    },
    filters=ACTIVITY,
    sorts={
        "articlenumber": "ArticleNumber",
        "quantityinstock": "QuantityInStock",
        "reservedquantity": "ReservedQuantity",
        "stockvalue": "StockValue",
    },
)

PRICES = replace(
    of_table("prices"),
    missing=(2000430, "Kan inte hitta priset."),
    create=prices.create,
    update=prices.update,
    delete=prices.delete,
    list_item=showing(prices.PRICE_LIST_FIELDS),
    order=("ArticleNumber", "PriceList", "FromQuantity"),
    place=_price_place,
    own_address=prices.address,
)
