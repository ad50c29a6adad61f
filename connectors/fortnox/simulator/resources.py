"""Every resource of the simulator by its path, and the order in which they build on each other."""

from connectors.fortnox.simulator.agreement_resources import CONTRACTS, TAX_REDUCTIONS
from connectors.fortnox.simulator.document_resources import INVOICES, OFFERS, ORDERS, PAYMENTS
from connectors.fortnox.simulator.ledger_resources import (
    ACCOUNT_CHARTS,
    ACCOUNTS,
    FINANCIAL_YEARS,
    VOUCHER_SERIES,
    VOUCHERS,
)
from connectors.fortnox.simulator.purchase_resources import SUPPLIER_INVOICES, SUPPLIER_PAYMENTS
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
    "financial_years": FINANCIAL_YEARS,
    "account_charts": ACCOUNT_CHARTS,
    "accounts": ACCOUNTS,
    "voucher_series": VOUCHER_SERIES,
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
    "contracts": CONTRACTS,
    "tax_reductions": TAX_REDUCTIONS,
    "payments": PAYMENTS,
    "supplier_invoices": SUPPLIER_INVOICES,
    "supplier_payments": SUPPLIER_PAYMENTS,
    "vouchers": VOUCHERS,
}
"""Under the names of the control plane; each only refers to those before it."""

RESOURCES = {resource.path: resource for resource in NAMED.values()}
