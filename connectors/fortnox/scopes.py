"""Which scopes a company needs: those of the operations that its rules and settings use, and no others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.fortnox.table import OPERATIONS, RESOURCES
from handlers.settings import CompanySettings

PAYOUTS = "book_payout"
ATTACHING = ("book_order", "book_refund", "book_paid_invoice", PAYOUTS)
"""The rules that attach evidence to what they make."""

ALL_SCOPES = frozenset(resource.scope for resource in RESOURCES.values())
"""Every scope that any operation of ours could need."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a company's rules do at Fortnox: in words, with which operations of the table, under which settings."""

    says: str
    operations: tuple[str, ...]
    applies: Callable[[CompanySettings], bool] = lambda _: True


def _by_survey(*actions: str) -> Callable[[CompanySettings], bool]:
    """Whether a rule of the company for its surveys does one of these."""
    return lambda settings: any({*actions} & {*rule.actions} for rule in settings.survey.rules)


USES = (
    Use("proves which company answers", ("read_company",)),
    Use(
        "finds, makes and completes customers, and writes notes on their cards",
        ("list_customers", "read_customer", "create_customer", "update_customer", "append_note"),
    ),
    Use(
        "makes, changes, books, credits and cancels invoices",
        ("list_invoices", "read_invoice", "create_invoice", "update_invoice", "book_invoice", "credit_invoice",
         "cancel_invoice"),
    ),
    Use(
        "sends invoices (finish of a rule)",
        ("email_invoice", "einvoice_invoice", "eprint_invoice", "print_invoice"),
        lambda settings: any(rule.finish == "sent" for rule in settings.rules.values()),
    ),
    Use(
        "sends orders (also_send of a rule)",
        ("email_order", "print_order"),
        lambda settings: any("order" in rule.also_send for rule in settings.rules.values()),
    ),
    Use(
        "sends offers (also_send of a rule)",
        ("email_offer", "print_offer"),
        lambda settings: any("offer" in rule.also_send for rule in settings.rules.values()),
    ),
    Use(
        "puts labels on documents (labels of a rule)",
        ("list_labels", "create_label"),
        lambda settings: (
            any(rule.labels for rule in settings.rules.values())
            or any(rule.label is not None for rule in settings.survey.rules)
        ),
    ),
    Use("enters and books payments", ("list_payments", "read_payment", "create_payment", "book_payment")),
    Use("reads the rate of a document in another currency", ("read_currency",)),
    Use(
        "looks for the next open day (bookkeeping.closed_period)",
        ("read_locked_period", "list_financial_years"),
        lambda settings: settings.bookkeeping.closed_period != "hold",
    ),
    Use(
        "makes vouchers of payouts (payouts.voucher_series)",
        ("list_vouchers", "read_voucher", "create_voucher", "list_financial_years"),
        lambda settings: settings.payouts.voucher_series is not None,
    ),
    Use(
        "attaches what the source told (attach_source)",
        ("list_inbox_folder", "read_inbox_file", "create_inbox_file", "delete_inbox_file", "read_moved_file"),
        lambda settings: any(settings.attaches(rule) for rule in ATTACHING),
    ),
    Use(
        "attaches it to invoices and credit invoices (attach_source)",
        ("list_attachments", "create_attachment", "delete_attachment"),
        lambda settings: any(settings.attaches(rule) for rule in ATTACHING if rule != PAYOUTS),
    ),
    Use(
        "attaches it to vouchers of payouts (attach_source)",
        ("list_voucher_file_connections", "create_voucher_file_connection"),
        lambda settings: settings.attaches(PAYOUTS),
    ),
    Use(
        "registers a missing currency (bookkeeping.create_currencies)",
        ("create_currency",),
        lambda settings: bool(settings.bookkeeping.create_currencies),
    ),
    Use(
        "makes orders, and invoices of them (documents.module)",
        ("list_orders", "read_order", "create_order", "update_order", "cancel_order", "order_to_invoice"),
        lambda settings: settings.documents.module != "invoice",
    ),
    Use(
        "makes offers, and orders of them (documents.module)",
        ("list_offers", "read_offer", "create_offer", "update_offer", "cancel_offer", "offer_to_order",
         "offer_to_invoice"),
        lambda settings: settings.documents.module == "order+offer",
    ),
    Use(
        "looks articles up (articles.policy)", ("read_article",), lambda settings: settings.articles.policy != "text"
    ),
    Use(
        "makes missing articles (articles.policy)",
        ("create_article",),
        lambda settings: settings.articles.makes_missing,
    ),
    Use(
        "changes articles of ours (articles.policy)",
        ("update_article",),
        lambda settings: settings.articles.policy == "update",
    ),
    Use(
        "gives articles of ours their price (articles.prices)",
        ("read_base_price", "create_price", "update_base_price"),
        lambda settings: settings.articles.prices,
    ),
    Use(
        "makes offers of surveys (survey.rules)",
        ("list_offers", "read_offer", "create_offer", "update_offer", "cancel_offer"),
        _by_survey("offer"),
    ),
    Use("makes projects of surveys (survey.rules)", ("create_project", "update_project"), _by_survey("project")),
    Use("makes suppliers of surveys (survey.rules)", ("create_supplier", "update_supplier"), _by_survey("supplier")),
    Use(
        "makes accounts and vouchers of surveys (survey.rules)",
        ("create_account", "update_account", "create_voucher", "list_financial_years"),
        _by_survey("account", "voucher"),
    ),
)  # fmt: skip
"""What rules cause; tasks that a person starts by hand may need more."""


def needed(settings: CompanySettings) -> Mapping[str, tuple[str, ...]]:
    """Scope -> what it is needed for, in words; in the order of the alphabet."""
    reasons: dict[str, dict[str, None]] = {}
    for use in USES:
        if use.applies(settings):
            for operation in use.operations:
                reasons.setdefault(OPERATIONS[operation].scope, {})[use.says] = None
    for rule in settings.own.rules:
        for operation in rule.operations:
            reasons.setdefault(OPERATIONS[operation].scope, {})[f"does {operation} (mappings.{rule.name})"] = None
    return {scope: tuple(reasons[scope]) for scope in sorted(reasons)}
