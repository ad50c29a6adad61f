"""Every resource of the simulator by its path, and the order in which they build on each other."""

from connectors.fortnox.simulator.accruals import ACCRUALS
from connectors.fortnox.simulator.agreement_resources import CONTRACTS, TAX_REDUCTIONS
from connectors.fortnox.simulator.assets import ASSETS
from connectors.fortnox.simulator.cards import CARDS
from connectors.fortnox.simulator.document_resources import INVOICES, OFFERS, ORDERS, PAYMENTS
from connectors.fortnox.simulator.file_connections import (
    ARTICLE_FILES,
    ASSET_FILES,
    SUPPLIER_INVOICE_FILES,
    VOUCHER_FILES,
)
from connectors.fortnox.simulator.finance import FINANCE_INVOICES
from connectors.fortnox.simulator.ledger_resources import (
    ACCOUNT_CHARTS,
    ACCOUNTS,
    FINANCIAL_YEARS,
    VOUCHER_SERIES,
    VOUCHERS,
)
from connectors.fortnox.simulator.purchase_resources import SUPPLIER_INVOICES, SUPPLIER_PAYMENTS
from connectors.fortnox.simulator.register_resources import ARTICLES, CUSTOMERS, PRICES
from connectors.fortnox.simulator.registers import REGISTERS
from connectors.fortnox.simulator.resource import Resource
from connectors.fortnox.table import RESOURCES as TABLE

_NAMED: dict[str, Resource] = {
    **REGISTERS,
    **CARDS,
    **ACCRUALS,
    **ASSETS,
    "account_charts": ACCOUNT_CHARTS,
    "accounts": ACCOUNTS,
    "financial_years": FINANCIAL_YEARS,
    "voucher_series": VOUCHER_SERIES,
    "vouchers": VOUCHERS,
    "articles": ARTICLES,
    "customers": CUSTOMERS,
    "finance_invoices": FINANCE_INVOICES,
    "invoices": INVOICES,
    "offers": OFFERS,
    "orders": ORDERS,
    "contracts": CONTRACTS,
    "tax_reductions": TAX_REDUCTIONS,
    "payments": PAYMENTS,
    "prices": PRICES,
    "supplier_invoices": SUPPLIER_INVOICES,
    "supplier_payments": SUPPLIER_PAYMENTS,
    "article_file_connections": ARTICLE_FILES,
    "asset_file_connections": ASSET_FILES,
    "supplier_invoice_file_connections": SUPPLIER_INVOICE_FILES,
    "voucher_file_connections": VOUCHER_FILES,
}

NAMED: dict[str, Resource] = {name: _NAMED[name] for name in TABLE if name in _NAMED}
"""Under the names of the table and the control plane; each only refers to those before it, as in the table."""

RESOURCES = {resource.path: resource for resource in NAMED.values()}
