"""The choices about documents and articles: each fault at its own key."""

from pathlib import Path

import pytest

from tests.daemon.test_config import GOOD, faults


@pytest.mark.capability("004-21")
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "[sources.shop]",
            '[companies.real.documents]\nmodule = "order and offer"\n[sources.shop]',
            "companies.real.documents.module: must be 'invoice', 'order' or 'order+offer'",
        ),
        (
            "[sources.shop]",
            "[companies.real.articles]\ndefault_vat = 24\n[sources.shop]",
            "companies.real: articles.default_vat is 24, which has no account in bookkeeping.sales_accounts",
        ),
        (
            "[sources.shop]",
            f'[companies.real.bookkeeping]\nour_reference = "{"x" * 51}"\n[sources.shop]',
            "companies.real.bookkeeping.our_reference: must have at most 50 characters",
        ),
    ],
)
def test_a_choice_that_is_none(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """One fault, with the words that are possible."""
    (found,) = faults(tmp_path, GOOD.replace(old, new))
    assert found.startswith(expected)
    assert "hush" not in found
