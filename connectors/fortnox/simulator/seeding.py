"""Objects put in directly, past HTTP, window and log: for tests and demonstrations."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.fields import read_value
from connectors.fortnox.simulator.prices import PRICE_FIELDS, put_base_price
from connectors.fortnox.simulator.resource import Resource
from connectors.fortnox.simulator.resources import NAMED

_STATES = {
    "Booked": "bookkeep",
    "Credited": "credit",
    "Ordered": "createorder",
    "Invoiced": "createinvoice",
    "Cancelled": "cancel",
}
_SEEDED = {name: resource for name, resource in NAMED.items() if resource.create is not None}


class SeedError(ValueError):
    """A seed could not be put in; the text says which one and why."""


def _put(company: Company, resource: Resource, given: Mapping[str, Any], moment: Moment) -> None:
    assert resource.create is not None
    wanted = {name: given[name] for name, action in _STATES.items() if name in given and action in resource.actions}
    record = resource.create(company, {name: value for name, value in given.items() if name not in wanted}, moment)
    for name, value in wanted.items():
        if value:
            resource.actions[_STATES[name]](company, record, moment)


def _put_article(company: Company, resource: Resource, given: Mapping[str, Any], moment: Moment) -> None:
    """Put in an article under its own number; its `SalesPrice` becomes the base price of list A."""
    if not isinstance(given.get("ArticleNumber"), str):
        raise ApiError(2001846, "Artikelnummer saknas.")
    sales_price = given.get("SalesPrice")
    _put(company, resource, {name: value for name, value in given.items() if name != "SalesPrice"}, moment)
    if sales_price is not None:
        price = read_value("SalesPrice", sales_price, PRICE_FIELDS["Price"])
        put_base_price(company, given["ArticleNumber"], price, moment)


def _put_all(company: Company, kind: str, given: list[dict[str, Any]], moment: Moment) -> None:
    put = _put_article if kind == "articles" else _put
    for place, item in enumerate(given):
        try:
            put(company, _SEEDED[kind], item, moment)
        except ApiError as refusal:
            raise SeedError(f"{kind}[{place}] was refused: {refusal.code} {refusal.message}") from refusal


def seed(company: Company, order: Mapping[str, Any], moment: Moment) -> dict[str, int]:
    """Put in objects of every kind that can be created, registers first; give how many of each.

    A truth beside an object's own properties carries out an action on it: `Booked` on an invoice or payment,
    `Credited` on an invoice, `Ordered` on an offer, `Invoiced` on an offer or order, `Cancelled` on any document.

    Raises:
        SeedError: at the first object refused; those before it stay.
    """
    counts: dict[str, int] = {}
    unknown = set(order) - {"company", *_SEEDED}
    if unknown:
        raise SeedError(f"seeds are {', '.join(_SEEDED)}; not {', '.join(sorted(unknown))}")
    for kind in _SEEDED:
        given = order.get(kind, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise SeedError(f'"{kind}" must be a list of objects')
        _put_all(company, kind, given, moment)
        counts[kind] = len(given)
    return counts
