"""Which events Fortnox has, and which call of which resource makes which of them (Fortnox facts, 7.3)."""

from collections.abc import Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """A topic and one event type of it."""

    topic: str
    type: str


def _usual(thing: str, *steps: str) -> tuple[str, ...]:
    return tuple(f"{thing}-{step}-v1" for step in steps or ("created", "updated", "deleted"))


TOPICS: Mapping[str, tuple[str, ...]] = {
    "invoices": (
        *_usual("invoice", "created", "updated", "cancelled", "bookkeep"),
        *_usual("invoicepayment", "bookkeep", "deleted"),
        "reminder-sent-v1",
        "reminder-sent-v2",
    ),
    "customers": ("customer-created-v1", "customer-updated-v1", "customer-updated-v2", "customer-deleted-v1"),
    "orders": _usual("order", "created", "updated", "cancelled"),
    "offers": _usual("offer", "created", "updated", "canceled"),
    "articles": _usual("article"),
    "currencies": _usual("currency"),
    "termsofdeliveries": _usual("termofdelivery"),
    "waysofdeliveries": _usual("waysofdeliveries"),
    "termsofpayments": _usual("termsofpayments"),
    "projects": _usual("project"),
    "cost-centers": _usual("cost-center"),
    "suppliers": _usual("supplier"),
    "supplier-invoices": _usual("supplier-invoice", "created", "updated", "cancelled", "bookkeep"),
    "vouchers": _usual("voucher"),
    "financial-years": (*_usual("financial-year"), *_usual("account")),
    "bureau-activities": _usual("activity", "created", "updated"),
    "bureau-assignments": _usual("assignment"),
    "messages": ("send-push-notification-queued-v1",),
    "warehouse-stockbalances": ("warehouse-stockbalance-changed-v1",),
}
"""Every topic with its types, also those that no call of the simulator makes: these come on demand only."""

CREATED: Mapping[str, Kind] = {
    "accounts": Kind("financial-years", "account-created-v1"),
    "articles": Kind("articles", "article-created-v1"),
    "cost_centers": Kind("cost-centers", "cost-center-created-v1"),
    "currencies": Kind("currencies", "currency-created-v1"),
    "customers": Kind("customers", "customer-created-v1"),
    "financial_years": Kind("financial-years", "financial-year-created-v1"),
    "invoices": Kind("invoices", "invoice-created-v1"),
    "offers": Kind("offers", "offer-created-v1"),
    "orders": Kind("orders", "order-created-v1"),
    "projects": Kind("projects", "project-created-v1"),
    "supplier_invoices": Kind("supplier-invoices", "supplier-invoice-created-v1"),
    "suppliers": Kind("suppliers", "supplier-created-v1"),
    "terms_of_delivery": Kind("termsofdeliveries", "termofdelivery-created-v1"),
    "terms_of_payment": Kind("termsofpayments", "termsofpayments-created-v1"),
    "vouchers": Kind("vouchers", "voucher-created-v1"),
    "ways_of_delivery": Kind("waysofdeliveries", "waysofdeliveries-created-v1"),
}
"""By the resource's name in the table: the event of a new object."""

BY_THE_WAY = ("invoices", "orders", "supplier_invoices", "vouchers")
"""What calls on other objects make too: an order's invoice, an offer's order, a credit invoice, a voucher."""

CHANGED: Mapping[str, Kind] = {
    "update_account": Kind("financial-years", "account-updated-v1"),
    "delete_account": Kind("financial-years", "account-deleted-v1"),
    "update_article": Kind("articles", "article-updated-v1"),
    "delete_article": Kind("articles", "article-deleted-v1"),
    "update_cost_center": Kind("cost-centers", "cost-center-updated-v1"),
    "delete_cost_center": Kind("cost-centers", "cost-center-deleted-v1"),
    "update_currency": Kind("currencies", "currency-updated-v1"),
    "delete_currency": Kind("currencies", "currency-deleted-v1"),
    "update_customer": Kind("customers", "customer-updated-v2"),
    "delete_customer": Kind("customers", "customer-deleted-v1"),
    "update_invoice": Kind("invoices", "invoice-updated-v1"),
    "book_invoice": Kind("invoices", "invoice-bookkeep-v1"),
    "cancel_invoice": Kind("invoices", "invoice-cancelled-v1"),
    "credit_invoice": Kind("invoices", "invoice-updated-v1"),
    "warehouseready_invoice": Kind("invoices", "invoice-updated-v1"),
    "externalprint_invoice": Kind("invoices", "invoice-updated-v1"),
    "email_invoice": Kind("invoices", "invoice-updated-v1"),
    "print_invoice": Kind("invoices", "invoice-updated-v1"),
    "einvoice_invoice": Kind("invoices", "invoice-updated-v1"),
    "eprint_invoice": Kind("invoices", "invoice-updated-v1"),
    "printreminder_invoice": Kind("invoices", "reminder-sent-v1"),
    "book_payment": Kind("invoices", "invoicepayment-bookkeep-v1"),
    "delete_payment": Kind("invoices", "invoicepayment-deleted-v1"),
    "update_offer": Kind("offers", "offer-updated-v1"),
    "cancel_offer": Kind("offers", "offer-canceled-v1"),
    "offer_to_order": Kind("offers", "offer-updated-v1"),
    "offer_to_invoice": Kind("offers", "offer-updated-v1"),
    "email_offer": Kind("offers", "offer-updated-v1"),
    "print_offer": Kind("offers", "offer-updated-v1"),
    "externalprint_offer": Kind("offers", "offer-updated-v1"),
    "update_order": Kind("orders", "order-updated-v1"),
    "cancel_order": Kind("orders", "order-cancelled-v1"),
    "order_to_invoice": Kind("orders", "order-updated-v1"),
    "warehouseready_order": Kind("orders", "order-updated-v1"),
    "email_order": Kind("orders", "order-updated-v1"),
    "print_order": Kind("orders", "order-updated-v1"),
    "externalprint_order": Kind("orders", "order-updated-v1"),
    "update_project": Kind("projects", "project-updated-v1"),
    "delete_project": Kind("projects", "project-deleted-v1"),
    "update_supplier": Kind("suppliers", "supplier-updated-v1"),
    "delete_supplier": Kind("suppliers", "supplier-deleted-v1"),
    "update_supplier_invoice": Kind("supplier-invoices", "supplier-invoice-updated-v1"),
    "book_supplier_invoice": Kind("supplier-invoices", "supplier-invoice-bookkeep-v1"),
    "cancel_supplier_invoice": Kind("supplier-invoices", "supplier-invoice-cancelled-v1"),
    "credit_supplier_invoice": Kind("supplier-invoices", "supplier-invoice-updated-v1"),
    "approve_booking_of_supplier_invoice": Kind("supplier-invoices", "supplier-invoice-updated-v1"),
    "approve_payment_of_supplier_invoice": Kind("supplier-invoices", "supplier-invoice-updated-v1"),
    "update_term_of_delivery": Kind("termsofdeliveries", "termofdelivery-updated-v1"),
    "update_term_of_payment": Kind("termsofpayments", "termsofpayments-updated-v1"),
    "delete_term_of_payment": Kind("termsofpayments", "termsofpayments-deleted-v1"),
    "update_way_of_delivery": Kind("waysofdeliveries", "waysofdeliveries-updated-v1"),
    "delete_way_of_delivery": Kind("waysofdeliveries", "waysofdeliveries-deleted-v1"),
}
"""By the operation's name in the table: the event of a call on an existing object; which one is a *simulator choice*
where an action has no event type of its own."""
