"""Books without fault of a whole mix, for tests that spoil them."""

import pickle
from datetime import UTC, datetime
from typing import Any

from tests.crash import mix
from tests.crash.ideal import ideal_records, ideal_state, in_one, told_back
from tests.crash.judge import judge
from tests.crash.subjects import Document, Status
from tests.crash.truth import told

MIX = mix.mixed(6, 240, datetime(2026, 11, 21, 12, tzinfo=UTC))
EVERYTHING = {webhook.id for webhook in MIX.webhooks}
_HAPPENED = ideal_records(MIX, EVERYTHING)
IDEAL = ideal_state(MIX.webhooks, EVERYTHING, EVERYTHING, _HAPPENED)
RECORDS = told_back(MIX.webhooks, _HAPPENED, IDEAL)
FROZEN = pickle.dumps(IDEAL)
"""Thawed for every change: quicker than a deep copy."""

TOLD = told(MIX.webhooks, EVERYTHING, EVERYTHING, RECORDS)
SOLD_FOR_GOOD = {
    article
    for entry in TOLD
    if isinstance(entry.subject, Document) and entry.must != "cancelled"
    for article in entry.subject.articles
}
MOST_OF_A_KIND = 6
"""So many things of one kind are taken away or doubled, spread over all there are."""

Books = dict[str, Any]


def ideal() -> dict[str, Any]:
    """``/_sim/state`` without fault, to be changed."""
    state: dict[str, Any] = pickle.loads(FROZEN)
    return state


def findings_of(state: dict[str, Any], acked: set[str] = EVERYTHING, records: Any = RECORDS) -> list[str]:
    """The kinds of what the judge finds in it; ``acked`` and ``records`` are what was told for certain."""
    return [finding.kind for finding in judge(state, MIX.webhooks, acked, EVERYTHING, records)]


def places(company: str, kind: str) -> range:
    """Some places of the things of this kind, spread over all there are."""
    count = len(in_one(IDEAL, company)[kind])
    return range(0, count, -(-count // MOST_OF_A_KIND) or 1)


def sale_of(*states: Status, source: str | None = None) -> Document:
    """A sale that went through exactly these states; ``source`` may name its company instead."""
    told: dict[Document, set[Status]] = {}
    for webhook in MIX.webhooks:
        if isinstance(webhook.subject, Document) and webhook.status is not None:
            told.setdefault(webhook.subject, set()).add(webhook.status)
    found = [document for document, seen in told.items() if seen == set(states)]
    return next(document for document in found if source in {None, document.source, document.company})


def stored(books: Books, kind: str, document: Document) -> dict[str, Any]:
    """The sale's document of this kind."""
    origin = document.origin
    return next(one for one in books[kind] if one["ExternalInvoiceReference2"] == origin and one["Credit"] == "false")
