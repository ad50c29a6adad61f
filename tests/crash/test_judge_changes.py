"""The judge can fail on a sale that changed after its documents were closed: each thing wrong with it is found."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.crash import mix
from tests.crash.ideal import ideal_records, ideal_state, in_one
from tests.crash.judge import judge
from tests.crash.subjects import Document

MIX = mix.mixed(12, 240, datetime(2026, 11, 21, 12, tzinfo=UTC))
EVERYTHING = {webhook.id for webhook in MIX.webhooks}
RECORDS = ideal_records(MIX, EVERYTHING)
CHANGED = next(
    webhook.subject
    for webhook in MIX.webhooks
    if webhook.status == "changed" and isinstance(webhook.subject, Document) and webhook.subject.by_hand
)

Spoilt = dict[str, Any]


@pytest.mark.parametrize("spoilt", ["uncredited", "credit not booked", "old sums", "not made", "twice"])
def test_a_sale_that_changed_is_taken_back_and_stands_once_more(spoilt: str) -> None:
    """The first invoice credited by a booked credit, the second with the new sums, once."""
    state = ideal_state(MIX.webhooks, EVERYTHING, EVERYTHING, RECORDS)
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
    found = {finding.kind for finding in judge(state, MIX.webhooks, EVERYTHING, EVERYTHING, RECORDS)}
    assert found == {"doubled" if spoilt == "twice" else "lost"}
