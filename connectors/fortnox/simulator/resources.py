"""Every resource of the simulator by its path, and the order in which they build on each other."""

from connectors.fortnox.simulator.document_resources import INVOICES, OFFERS, ORDERS, PAYMENTS
from connectors.fortnox.simulator.file_connections import (
    ARTICLE_FILES,
    ASSET_FILES,
    SUPPLIER_INVOICE_FILES,
    VOUCHER_FILES,
)
from connectors.fortnox.simulator.register_resources import (
    ARTICLES,
    CURRENCIES,
    CUSTOMERS,
    MODES_OF_PAYMENT,
    PRICE_LISTS,
    PRICES,
    TERMS_OF_PAYMENT,
    UNITS,
)
from connectors.fortnox.simulator.resource import Resource

NAMED: dict[str, Resource] = {
    "currencies": CURRENCIES,
    "modes_of_payment": MODES_OF_PAYMENT,
    "price_lists": PRICE_LISTS,
    "terms_of_payment": TERMS_OF_PAYMENT,
    "units": UNITS,
    "articles": ARTICLES,
    "prices": PRICES,
    "customers": CUSTOMERS,
    "offers": OFFERS,
    "orders": ORDERS,
    "invoices": INVOICES,
    "payments": PAYMENTS,
    "article_file_connections": ARTICLE_FILES,
    "asset_file_connections": ASSET_FILES,
    "supplier_invoice_file_connections": SUPPLIER_INVOICE_FILES,
    "voucher_file_connections": VOUCHER_FILES,
}
"""Under the names of the control plane; each only refers to those before it."""

RESOURCES = {resource.path: resource for resource in NAMED.values()}
