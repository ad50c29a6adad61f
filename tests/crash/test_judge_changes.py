"""The judge can fail on a sale that changed after its documents were closed: each thing wrong with it is found."""

from typing import Any

import pytest

from tests.crash.ideal import in_one
from tests.crash.spoiling import findings_of, ideal, sale_of

CHANGED = sale_of("invoiced", "changed", source="depot")

Spoilt = dict[str, Any]


@pytest.mark.parametrize("spoilt", ["uncredited", "credit not booked", "old sums", "not made", "twice"])
def test_a_sale_that_changed_is_taken_back_and_stands_once_more(spoilt: str) -> None:
    """The first invoice credited by a booked credit, the second with the new sums, once."""
    state = ideal()
    invoices: list[Spoilt] = in_one(state, CHANGED.company)["invoices"]
    ours = [one for one in invoices if one["ExternalInvoiceReference2"] == CHANGED.origin]
    first, second = [one for one in ours if one["Credit"] == "false"]
    (credit,) = [one for one in ours if one["Credit"] == "true"]
    if spoilt == "uncredited":
        invoices.remove(credit)
    elif spoilt == "credit not booked":
        credit["Booked"] = False
    elif spoilt == "old sums":
        second["Net"] = first["Net"]
    elif spoilt == "not made":
        invoices.remove(second)
    else:
        invoices.append(dict(second) | {"DocumentNumber": "999"})
    assert set(findings_of(state)) == {"doubled" if spoilt == "twice" else "lost"}
