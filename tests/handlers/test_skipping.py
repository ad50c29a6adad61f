"""Sales that a company does not want are passed by, with the setting that says so; what is called off is heard."""

from decimal import Decimal
from typing import Any

import pytest

from handlers.invoice import book_own_invoice
from handlers.order import book_order
from handlers.settings import RuleOptions
from handlers.skipping import check_sale_wanted
from handlers.values import Question, Skipped
from tests.handlers.examples import DOCUMENT, company, order, paid_invoice

NOTHING = {"total_excluding_vat": Decimal(0), "total_vat": Decimal(0), "total": Decimal(0)}


@pytest.mark.parametrize(
    ("options", "changes", "reason"),
    [
        ({"skip_zero": True}, NOTHING, "skip_zero"),
        ({"skip_zero": True}, {"lines": ()}, "skip_zero"),
        ({"skip_payment_methods": ["Invoice"]}, {"payment_method": " invoice"}, r"paid by invoice \(skip"),
        ({"only_payment_methods": ["card"]}, {"payment_method": "Klarna"}, r"paid by klarna \(only"),
        ({"only_payment_methods": ["card"]}, {}, "not stated"),
    ],
)
def test_what_is_passed_by_says_why(options: dict[str, Any], changes: dict[str, Any], reason: str) -> None:
    """Orders and invoices of the source's own, each by its own rule; nothing else is asked of them."""
    chosen = RuleOptions.model_validate(options)
    settings = company(rules={"book_order": chosen, "book_paid_invoice": chosen})
    document = DOCUMENT.model_copy(update=changes)
    with pytest.raises(Skipped, match=reason):
        book_order(order(document), settings)
    with pytest.raises(Skipped, match=reason):
        book_own_invoice(paid_invoice(document), settings)
    assert book_order(order(document, "cancelled"), settings)


def test_without_a_setting_nothing_is_passed_by() -> None:
    """A sale of nothing is asked about; a method that is not listed is taken."""
    with pytest.raises(Question):
        book_order(order(DOCUMENT.model_copy(update=NOTHING)), company())
    rules = {"book_order": RuleOptions(skip_payment_methods=("invoice",))}
    assert book_order(order(DOCUMENT.model_copy(update={"payment_method": "card"})), company(rules=rules))


@pytest.mark.parametrize(
    ("recorded", "wanted"),
    [
        ("book_order: no rows or no value (skip_zero)", False),
        ("book_order: no rows or no value (skip_zero); crm_copy: not wanted there", False),
        ("book_order: paid by card (skip_payment_methods)", True),
        ("book_order: switched off", True),
        ("book_order: an offer, and documents.module has none", True),
        ("crm_copy: no rows or no value (skip_zero)", True),
        (None, True),
    ],
)
def test_what_belongs_to_a_sale_is_passed_by_for_a_setting_that_stands(recorded: str | None, wanted: bool) -> None:
    """A setting that no longer stands, another rule's reason, and what is no choice of sales: asked as ever."""
    options = RuleOptions(skip_zero=True)
    if wanted:
        check_sale_wanted(recorded, "book_order", options)
        return
    with pytest.raises(Skipped, match=r"^its sale was passed by: no rows or no value \(skip_zero\)$"):
        check_sale_wanted(recorded, "book_order", options)
