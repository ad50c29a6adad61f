"""Objects put in directly, past HTTP, window and log: for tests and demonstrations."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.resources import CURRENCIES, CUSTOMERS, INVOICES, PAYMENTS, Resource

_RESOURCES = {"currencies": CURRENCIES, "customers": CUSTOMERS, "invoices": INVOICES, "payments": PAYMENTS}
_STATES = {"Booked": "bookkeep", "Cancelled": "cancel"}
_ARTICLE_FIELDS = {"Description": "Description", "SalesPrice": "Price", "Unit": "Unit", "VAT": "VAT",
                   "SalesAccount": "AccountNumber"}  # fmt: skip


class SeedError(ValueError):
    """A seed could not be put in; the text says which one and why."""


def _put(company: Company, resource: Resource, given: Mapping[str, Any], moment: Moment) -> None:
    assert resource.create is not None
    wanted = {name: given[name] for name in _STATES if name in given and resource.actions}
    record: Record = resource.create(
        company, {name: value for name, value in given.items() if name not in wanted}, moment
    )
    for name, value in wanted.items():
        if value:
            resource.actions[_STATES[name]](company, record, moment)


def _put_article(company: Company, given: Mapping[str, Any]) -> None:
    number = given.get("ArticleNumber")
    if not isinstance(number, str):
        raise ApiError(2001846, "Artikelnummer saknas.")
    company.articles[number] = {row: given[name] for name, row in _ARTICLE_FIELDS.items() if name in given}


def _put_all(company: Company, kind: str, given: list[dict[str, Any]], moment: Moment) -> None:
    for place, item in enumerate(given):
        try:
            if kind == "articles":
                _put_article(company, item)
            else:
                _put(company, _RESOURCES[kind], item, moment)
        except ApiError as refusal:
            raise SeedError(f"{kind}[{place}] was refused: {refusal.code} {refusal.message}") from refusal


def seed(company: Company, order: Mapping[str, Any], moment: Moment) -> dict[str, int]:
    """Put in currencies, articles, customers, invoices and payments, in that order; give how many of each.

    An invoice or payment with `"Booked": true` is booked, one with `"Cancelled": true` cancelled. Articles are only
    row defaults: `ArticleNumber`, `Description`, `SalesPrice`, `Unit`, `VAT`, `SalesAccount`.

    Raises:
        SeedError: at the first object refused; those before it stay.
    """
    counts: dict[str, int] = {}
    unknown = set(order) - {"company", "articles", *_RESOURCES}
    if unknown:
        raise SeedError(f"seeds are articles, {', '.join(_RESOURCES)}; not {', '.join(sorted(unknown))}")
    for kind in ("currencies", "articles", "customers", "invoices", "payments"):
        given = order.get(kind, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise SeedError(f'"{kind}" must be a list of objects')
        _put_all(company, kind, given, moment)
        counts[kind] = len(given)
    return counts
