"""Finding a document of ours again: by our exact mark, over all pages, each candidate fetched."""

from connectors.base import Json, Task
from connectors.fortnox.client import Client
from connectors.fortnox.document_content import carries
from connectors.fortnox.document_state import number_of
from connectors.fortnox.forms import Form
from connectors.fortnox.resource import held
from connectors.fortnox.wire import is_true, text_of

MOST_CANDIDATES = 100
"""Offers of one customer that are fetched one by one, at most."""


def _numeric(number: str) -> tuple[int, str]:
    return (int(number), "") if number.isascii() and number.isdigit() else (0, number)


async def with_mark(form: Form, task: Task, mark: str, customer: str, client: Client) -> tuple[list[Json], Json]:
    """The documents that carry the mark, living ones before a cancelled one, and the proof of what was read.

    Invoices and orders are searched by the mark (Fortnox matches by prefix). Offers have no field that can be searched
    for it, so the offers of the customer are fetched (Fortnox facts, section 6.7). Credit invoices, and what is linked
    to another thing of ours, are no proof.
    """
    parameter = {"externalinvoicereference1": mark} if form.marked else {"customernumber": customer}
    rows = await client.search(f"list_{form.kind}s", parameter)
    numbers = [number_of(row) for row in rows if _may_be(form, row, mark, customer)]
    elsewhere = await task.links.linked_elsewhere(task.company, form.kind, numbers, task.thing)
    candidates = sorted(set(numbers) - elsewhere, key=_numeric)
    if not form.marked and len(candidates) > MOST_CANDIDATES:
        raise held(
            "too_many_candidates",
            f"{len(candidates)} offers of customer {customer} must be compared one by one. Find YourReferenceNumber "
            f"{mark} in Fortnox and link it, or say that it is absent.",
        )
    hits: list[Json] = []
    for number in candidates:
        stored = await client.read(f"read_{form.kind}", number)
        if carries(form, stored, mark) and not is_true(stored.get("Credit")):
            hits.append(stored)
    living = [hit for hit in hits if not is_true(hit.get("Cancelled"))]
    hits = living or hits[:1]
    proof: Json = {"searched_by": next(iter(parameter)), "mark": mark, "rows": len(rows)}
    return hits, proof | {"matched": [number_of(hit) for hit in hits], "linked_elsewhere": sorted(elsewhere)}


def _may_be(form: Form, row: Json, mark: str, customer: str) -> bool:
    """A row of the list that can be the one: the lists of offers hold no mark, and what a thin list leaves out speaks
    against nothing (Fortnox facts, section 5)."""
    name, value = ("ExternalInvoiceReference1", mark) if form.marked else ("CustomerNumber", customer)
    return name not in row or text_of(row[name]) == value
