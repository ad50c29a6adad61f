"""Sales that a company does not want in Fortnox: passed by with a reason, before anything else is asked of them."""

import re

from handlers.events import Document
from handlers.settings import RuleOptions
from handlers.values import Skipped

SETTINGS = ("skip_zero", "skip_payment_methods", "only_payment_methods")
"""The settings by which a rule passes a sale by; each stands behind its reason."""


def check_wanted(document: Document, options: RuleOptions) -> None:
    """Raise :class:`Skipped` for a document that the rule passes by, with the setting that says so.

    A payment method that nobody states is none of the listed ones.
    """
    if options.skip_zero and (not document.lines or _comes_to_nothing(document)):
        raise Skipped("no rows or no value (skip_zero)")
    method = " ".join((document.payment_method or "").split()).lower()
    if method in options.skip_payment_methods:
        raise Skipped(f"paid by {method} (skip_payment_methods)")
    if options.only_payment_methods and method not in options.only_payment_methods:
        told = f"paid by {method}" if method else "its payment method is not stated"
        raise Skipped(f"{told} (only_payment_methods)")


def passes_by(options: RuleOptions) -> bool:
    """Whether the rule passes any sale by."""
    return any(getattr(options, setting) for setting in SETTINGS)


def check_sale_wanted(recorded: str | None, rule: str, options: RuleOptions) -> None:
    """Raise :class:`Skipped` for what belongs to a sale that ``rule`` passed by, by a setting that still says so.

    ``recorded`` is what was recorded of the sale, of all rules that heard it.
    """
    told = re.match(rf"{rule}: (?P<reason>.*?\((?P<setting>{'|'.join(SETTINGS)})\))(?:; |$)", recorded or "")
    if told and getattr(options, told["setting"]):
        raise Skipped(f"its sale was passed by: {told['reason']}")


def _comes_to_nothing(document: Document) -> bool:
    return not (document.total_excluding_vat if document.total is None else document.total)
