"""What an invoice says: rows stated completely, every money field compared."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Park
from connectors.fortnox.document_content import content_of, updated_rows
from connectors.fortnox.document_state import differences
from connectors.fortnox.forms import INVOICE
from tests.connectors.fortnox.stand import (
    CUSTOMER,
    invoice,
    row,
    uneven,
)


def test_an_update_states_everything() -> None:
    """RowIds are reused in order; article, unit and housework of an old row are cleared by name."""
    rows = content_of(invoice(rows=(row(unit=None), row())), "1", {}).rows
    old = [{"RowId": 7, "Unit": "h", "ArticleNumber": "A", "HouseWork": True, "Discount": 5}]
    first, second = updated_rows(INVOICE, rows, old)
    assert (first["RowId"], first["Unit"], first["ArticleNumber"], first["HouseWork"]) == (7, "API_BLANK", None, False)
    assert first["Discount"] == 0
    assert "RowId" not in second


def test_a_row_without_a_text_that_fortnox_accepts_is_not_written() -> None:
    """Fortnox would take it and then refuse to book the invoice."""
    with pytest.raises(Park, match="description_unwritable"):
        content_of(invoice(rows=(row(description="\U0001f680"),)), "1", {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("CustomerNumber", "2"),
        ("Currency", "EUR"),
        ("VATIncluded", True),
        ("Net", 99),
        ("TotalVAT", None),
        ("Freight", 1),
        ("AdministrationFee", "0.01"),
        ("Total", 124),
        ("RoundOff", "1"),
        ("InvoiceRows", []),
    ],
)
def test_every_field_of_the_money_is_compared(field: str, value: object) -> None:
    """Each of them alone is a difference; without any there is none."""
    command = invoice()
    ours = content_of(command, "1", {}).meant
    line = {"Price": 50, "DeliveredQuantity": "2.00", "VAT": 25, "AccountNumber": 3001, "Discount": 0}
    good: dict[str, Any] = {
        "CustomerNumber": "1",
        "Currency": "SEK",
        "VATIncluded": False,
        "Net": 100,
        "TotalVAT": Decimal("25.00"),
        "Freight": 0,
        "AdministrationFee": 0,
        "Total": 125,
        "RoundOff": 0,
        "InvoiceRows": [line],
    }
    assert differences(INVOICE, ours, good) == []
    assert len(differences(INVOICE, ours, good | {field: value})) == 1


@pytest.mark.parametrize("field", ["Price", "DeliveredQuantity", "VAT", "AccountNumber", "Discount"])
def test_every_field_of_a_row_is_compared(field: str) -> None:
    """One wrong field of one row is one difference, with row, meant and stored."""
    command = uneven()
    ours = content_of(command, "1", {}).meant
    line: dict[str, Any] = {"Price": Decimal("80.24"), "DeliveredQuantity": "1", "VAT": 25, "AccountNumber": 3001}
    line["Discount"] = 0
    good: dict[str, Any] = {
        "CustomerNumber": "1", "Currency": "SEK", "VATIncluded": False, "Net": Decimal("80.24"),
        "TotalVAT": Decimal("20.06"), "Freight": 0, "AdministrationFee": 0, "Total": 100, "RoundOff": Decimal("-0.30"),
        "InvoiceRows": [line],
    }  # fmt: skip
    assert differences(INVOICE, ours, good) == []
    (found,) = differences(INVOICE, ours, good | {"InvoiceRows": [line | {field: "7"}]})
    assert found.startswith(f"row 1 {field}: meant ")


def test_the_customer_ref_is_needed() -> None:
    """The invoice waits for its customer."""
    assert invoice().refs == (CUSTOMER,)
