"""What can be switched on the simulator: its apps, its companies, and each company's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

SCOPES = (
    "archive", "article", "assets", "bookkeeping", "companyinformation", "connectfile", "costcenter", "currency",
    "customer", "inbox", "invoice", "noxfinansinvoice", "offer", "order", "payment", "price", "print", "profile",
    "project", "salary", "settings", "supplier", "supplierinvoice",
)  # fmt: skip

DEFAULT_TENANT_ID = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySettings:
    """One simulated company (tenant) and its switches; all can be changed while running through `/_sim/settings`.

    `vat_rounding` says whether VAT is rounded per row or per rate (the real rule is not confirmed for every case).
    `locked_until` is the last locked day, `financial_years` the calendar years that exist (None: every year).
    `rate_window_seconds` and `rate_limit` form the sliding window (limit 0: none); `count_refused_calls` says whether
    a 429'd call takes a place itself (*simulator choice*: no); `retry_after` whether a 429 carries that header.
    `service_consent` says whether the company's consent allows client credentials.
    `extra_accounts` and `missing_accounts` are what this company's chart has more or less than the simulator's own.
    `base_price_with_article` says whether a new article has a price row of 0 in list A at once.
    `createorder_answer` and `offer_createinvoice_answer` say in which envelope these actions on an offer answer; which
    one Fortnox uses varies or is not known (Fortnox facts, 6.7). `order_createinvoice_answer`: the order was measured,
    the invoice is declared (6.8). `offer_valid_days` gives an offer's `ExpireDate`.
    `supplier_invoices_need_approval` says whether a supplier invoice must be approved before it can be booked.
    `allow_second_credit` says whether an invoice can be credited again, `credit_copies_references` whether a credit
    invoice has the original's `ExternalInvoiceReference1` and `2`; neither is known of Fortnox.
    `bank_details` says whether the company has them: without, no invoice goes by e-mail. `einvoice_needs_gln` says
    whether an e-invoice needs the customer's location number. With `warehouse_module` documents must be set ready.
    `largest_file_bytes` limits an upload; `largest_attachment_bytes`, `most_attachments` (of a document) and
    `most_attachments_at_once` limit attachments; `most_files_sent_along`, `most_bytes_sent_along` and
    `most_pages_sent_along` limit what goes along with a document. The sizes of the limits are *simulator choices*.
    `events_end_with_consent` says whether a company's events stop when its consent is revoked, `close_on_token_expiry`
    whether a WebSocket connection is closed (1008) when a token given on it runs out; neither is known of Fortnox.
    `search_lag_seconds` is how long a new object is missing from lists and searches, while its number finds it at once.
    `check_dimensions` says whether a document may only name projects and cost centers that exist.
    `some_lists_ignore_page` lets projects and cost centers give their first page again and again (Fortnox facts, 5).
    `refuse_unknown_parameters` chooses between the two behaviours seen for unknown query parameters.
    """

    tenant_id: int = DEFAULT_TENANT_ID
    company_name: str = "Simulatorbolaget AB"
    organisation_number: str = "555555-5555"
    round_to_whole_kronor: bool = True
    vat_rounding: Literal["row", "rate"] = "row"
    locked_until: date | None = None
    financial_years: tuple[int, ...] | None = None
    scopes: tuple[str, ...] = SCOPES
    service_consent: bool = True
    rate_limit: int = 25
    rate_window_seconds: float = 5.0
    count_refused_calls: bool = False
    retry_after: bool = True
    access_token_seconds: float = 3600.0
    vat_rates: tuple[int, ...] = (25, 12, 6, 0)
    extra_accounts: tuple[int, ...] = ()
    missing_accounts: tuple[int, ...] = ()
    base_price_with_article: bool = False
    bank_details: bool = True
    einvoice_needs_gln: bool = True
    warehouse_module: bool = False
    largest_file_bytes: int = 10_000_000
    largest_attachment_bytes: int = 5_000_000
    most_attachments: int = 20
    most_attachments_at_once: int = 10
    most_files_sent_along: int = 5
    most_bytes_sent_along: int = 10_000_000
    most_pages_sent_along: int = 100
    first_article_number: int = 1
    first_customer_number: int = 1
    first_invoice_number: int = 1
    first_offer_number: int = 1
    first_order_number: int = 1
    offer_valid_days: int = 30
    allow_second_credit: bool = True
    supplier_invoices_need_approval: bool = False
    credit_copies_references: bool = True
    createorder_answer: Literal["order", "offer"] = "order"
    offer_createinvoice_answer: Literal["offer", "invoice", "order"] = "offer"
    order_createinvoice_answer: Literal["order", "invoice"] = "order"
    refuse_unknown_parameters: bool = True
    search_lag_seconds: float = 0.0
    check_dimensions: bool = True
    some_lists_ignore_page: bool = False
    events_end_with_consent: bool = True
    close_on_token_expiry: bool = False


def _default_clients() -> dict[str, str]:
    return {"simulator": "simulator"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """The whole simulator: apps (client id to client secret), companies, allowed redirect addresses.

    No redirect address listed means that any is accepted. `refresh_seconds` is how long a refresh takes: two refreshes
    that overlap in that time both succeed, as measured at Fortnox (Fortnox facts, 2.2).
    """

    clients: Mapping[str, str] = field(default_factory=_default_clients)
    companies: tuple[CompanySettings, ...] = (CompanySettings(),)
    redirect_uris: tuple[str, ...] = ()
    refresh_seconds: float = 0.02
