"""The topics of Fortnox's push stream, and which register each kind of event speaks of (Fortnox facts, section 7.3)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.fortnox.table import RESOURCES

Topic = Literal[
    "invoices", "customers", "orders", "offers", "articles", "currencies", "termsofdeliveries", "waysofdeliveries",
    "termsofpayments", "projects", "cost-centers", "suppliers", "supplier-invoices", "vouchers", "financial-years",
    "bureau-activities", "bureau-assignments", "messages", "warehouse-stockbalances",
]  # fmt: skip

REGISTERS: Mapping[str, Mapping[str, str]] = {
    "articles": {"article": "articles"},
    "cost-centers": {"cost-center": "cost_centers"},
    "currencies": {"currency": "currencies"},
    "customers": {"customer": "customers"},
    "financial-years": {"account": "accounts", "financial-year": "financial_years"},
    "projects": {"project": "projects"},
    "termsofdeliveries": {"termofdelivery": "terms_of_delivery"},
    "termsofpayments": {"termsofpayments": "terms_of_payment"},
    "waysofdeliveries": {"waysofdeliveries": "ways_of_delivery"},
}
"""Topic -> what its types are named after -> the resource in the table."""

DOCUMENTS: Mapping[str, Mapping[str, str]] = {
    "invoices": {"invoice-cancelled": "invoice"},
    "orders": {"order-cancelled": "order"},
    "offers": {"offer-canceled": "offer", "offer-updated": "offer"},
}
"""Topic -> what types begin with that say that a document was cancelled, or may have become another -> its kind."""

WRITTEN: Mapping[str, Mapping[str, str]] = {
    "invoices": {"invoice-updated": "invoice"},
    "orders": {"order-updated": "order"},
    "offers": {"offer-updated": "offer"},
}
"""Topic -> what types begin with that say that somebody may have written in a document's comments -> its kind."""

KNOWN_VERSIONS = frozenset({"v1", "v2"})

_TYPE = re.compile(r"([a-z-]+)-([a-z]+)-(v[0-9]+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event says of a register: ``step`` is created, updated, deleted, or ``other`` (unknown to us)."""

    resource: str
    step: str


def meaning_of(topic: str, kind: str) -> Meaning | None:
    """What an event of this topic and type says; ``None`` where no register is spoken of.

    A type or version that we do not know may mean anything: it is ``other``, and the object is only looked at.
    """
    things = REGISTERS.get(topic, {})
    named = _TYPE.fullmatch(kind)
    if named is None or named[1] not in things:
        return None
    known = named[2] in {"created", "updated", "deleted"} and named[3] in KNOWN_VERSIONS
    return Meaning(things[named[1]], named[2] if known else "other")


def document_of(topic: str, kind: str) -> str | None:
    """The kind of document that may have been cancelled or made into another by an event; ``None`` for any other."""
    return _document_in(DOCUMENTS, topic, kind)


def written_of(topic: str, kind: str) -> str | None:
    """The kind of document in whose comments somebody may have written; ``None`` for any other event."""
    return _document_in(WRITTEN, topic, kind)


def _document_in(types: Mapping[str, Mapping[str, str]], topic: str, kind: str) -> str | None:
    begin, dash, version = kind.rpartition("-")
    return types.get(topic, {}).get(begin) if dash and version in KNOWN_VERSIONS else None


def told_of(scopes: Collection[str] | None) -> frozenset[str]:
    """The registers of which events tell and that a token with these scopes may read (``None``: not known, so all)."""
    told = {resource for things in REGISTERS.values() for resource in things.values()}
    return frozenset(resource for resource in told if scopes is None or RESOURCES[resource].scope in scopes)
