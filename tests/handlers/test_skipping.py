"""Sales that a company does not want are passed by, with the setting that says so; what is called off is heard."""

from decimal import Decimal
from typing import Any

import pytest

from handlers.invoice import book_own_invoice
from handlers.order import book_order
from handlers.settings import RuleOptions
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
