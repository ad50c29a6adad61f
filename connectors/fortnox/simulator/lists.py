"""List answers: select, sort, page, and count as Fortnox does (Fortnox facts, 1.3 and 5)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.resource import Data, Resource
from connectors.fortnox.simulator.search import Selection


def object_url(base: str, resource: Resource, data: Data) -> str:
    """Give an object's absolute address with everything outside plain ASCII percent-encoded."""
    return f"{base}/3/{resource.path}/{resource.address(data)}"


def _order(value: Any) -> tuple[int, Decimal, str]:
    """Numbers first and by value, then texts (*simulator choice*: Fortnox's order of numeric texts is unconfirmed)."""
    if isinstance(value, int | Decimal):
        return 0, Decimal(value), ""
    text = str(value or "")
    if text.isascii() and text.isdigit():
        return 0, Decimal(text), ""
    return 1, Decimal(0), text.casefold()


def _sorted(records: list[Record], selection: Selection, order: tuple[str, ...]) -> list[Record]:
    fields = (selection.sort_by,) if selection.sort_by else order
    return sorted(
        records, key=lambda record: [_order(record.data[field]) for field in fields], reverse=selection.descending
    )


def _matching(company: Company, resource: Resource, selection: Selection, moment: Moment) -> list[Record]:
    indexed_until = moment.now - timedelta(seconds=company.settings.search_lag_seconds)
    found = [record for record in resource.seen(company, moment).values() if record.created <= indexed_until]
    for predicate in selection.predicates:
        found = [record for record in found if predicate(record)]
    return found


def list_body(company: Company, resource: Resource, selection: Selection, base: str, moment: Moment) -> dict[str, Any]:
    """Give the list envelope with `MetaInformation` first; a page past the end reports a total of 0.

    What is younger than the company's search lag is not in it. By a switch of the company, a list that was seen to
    ignore `page` gives its first page for every one (Fortnox facts, 5). A list in one object has neither pages nor
    counts (*simulator choice*: Fortnox's own description shows none).
    """
    if resource.repeats_pages and company.settings.some_lists_ignore_page:
        selection = replace(selection, page=1)
    found = _sorted(_matching(company, resource, selection, moment), selection, resource.order or (resource.key,))
    if resource.rows_in:
        return {resource.plural: {resource.rows_in: [resource.list_item(record.data) for record in found]}}
    start = selection.offset + (selection.page - 1) * selection.limit
    shown = found[start : start + selection.limit]
    total = len(found) if shown else 0
    items = [{"@url": object_url(base, resource, record.data), **resource.list_item(record.data)} for record in shown]
    return {
        "MetaInformation": {
            "@TotalResources": total,
            "@TotalPages": -(-total // selection.limit),
            "@CurrentPage": selection.page if shown else 1,
        },
        resource.plural: items,
    }
