"""Adds up what rules in shadow mode would have done: events, documents, sums by account and VAT, questions."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from store.shadows import Told

Json = dict[str, Any]
NOTHING = Decimal("0.00")


def report(told: Iterable[Told], kinds: Mapping[str, str]) -> list[Json]:
    """One entry for each company and rule; ``kinds`` are the companies'."""
    ordered = sorted(told, key=lambda one: (one.company, one.rule, one.inbox_id))
    return [
        _entry(company, rule, list(group), kinds.get(company))
        for (company, rule), group in groupby(ordered, key=lambda one: (one.company, one.rule))
    ]


def _entry(company: str, rule: str, told: Sequence[Told], kind: str | None) -> Json:
    reports = [(one.inbox_id, one.report) for one in told if one.report is not None]
    documents = [document for _, found in reports for document in found["documents"]]
    return {
        "company": company,
        "company_kind": kind,
        "rule": rule,
        "events": len(told),
        "waiting": sum(one.state == "waiting" for one in told),
        "gone": sum(one.state == "gone" for one in told),
        "calls": sum(len(found["calls"]) for _, found in reports),
        "documents": _documents(documents),
        "accounts": _accounts(documents),
        "vat": _vat(documents),
        "held": _held(reports),
    }


def _documents(documents: Sequence[Json]) -> list[Json]:
    """How many of each kind and currency, and what they come to."""
    counts: Counter[tuple[str, str]] = Counter()
    totals: dict[tuple[str, str], Decimal] = {}
    for document in documents:
        place = (document["document"].partition(":")[0], document.get("currency", ""))
        counts[place] += 1
        totals[place] = totals.get(place, NOTHING) + Decimal(document.get("total", "0"))
    return [
        {"document": name, "currency": currency, "count": count, "total": f"{totals[name, currency]:.2f}"}
        for (name, currency), count in sorted(counts.items())
    ]


def _accounts(documents: Sequence[Json]) -> list[Json]:
    """Sums of invoices by account and rate: an order's or an offer's are the same sale, and are not counted twice."""
    sums: dict[tuple[str, int, str], Decimal] = {}
    for document in documents:
        if not document["document"].startswith("invoice:"):
            continue
        for entry in document["accounts"]:
            place = (document["currency"], entry["account"] or 0, entry["vat_rate"] or "")
            sums[place] = sums.get(place, NOTHING) + Decimal(entry["net"])
    return [
        {"account": account or None, "vat_rate": rate or None, "currency": currency, "net": f"{amount:.2f}"}
        for (currency, account, rate), amount in sorted(sums.items())
    ]


def _vat(documents: Sequence[Json]) -> list[Json]:
    sums: dict[str, Decimal] = {}
    for document in documents:
        if document["document"].startswith("invoice:"):
            sums[document["currency"]] = sums.get(document["currency"], NOTHING) + Decimal(document["vat"])
    return [{"currency": currency, "vat": f"{amount:.2f}"} for currency, amount in sorted(sums.items())]


def _held(reports: Sequence[tuple[int, Json]]) -> list[Json]:
    """Each reason for asking once, with how often it came up, the first event that it did for, and that question."""
    found: dict[tuple[str, str], Json] = {}
    for inbox_id, told in reports:
        for entry in told["held"]:
            place = (entry["command"] or "", entry["reason"] or "")
            asked = found.setdefault(place, {**entry, "count": 0, "first": inbox_id})
            asked["count"] += 1
    return list(found.values())
