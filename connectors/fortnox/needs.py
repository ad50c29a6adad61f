"""What a company names at Fortnox: by its settings, by what it says it expects, and by the commands it got lately."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.fortnox.expected import Expected
from connectors.fortnox.registers import KRONA
from connectors.fortnox.rounding import Rounding
from connectors.fortnox.settings import FortnoxSettings
from handlers.settings import CompanySettings

MOST_CODES = 20
"""Codes of one register that are looked at: what lately came is cut there."""

Codes = Mapping[str, tuple[str, ...]]
"""Codes by register, under the names of ``Expected``."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The company that was connected first (architecture, invariant 16)."""

    tenant: str
    organisation_number: str


@dataclass(frozen=True, slots=True)
class Needs:
    """All that checks compare Fortnox with. ``today`` is the day in Stockholm; ``lately`` what commands named.

    ``rounding`` is what our invoices showed of the company's setting (``None``: none did yet).
    ``duplicates`` asks for the one look that reads all customers and articles.
    """

    settings: CompanySettings
    fortnox: FortnoxSettings
    today: date
    expected: Expected = field(default_factory=Expected)
    lately: Codes = field(default_factory=dict)
    pinned: Pinned | None = None
    duplicates: bool = False
    rounding: Rounding | None = None

    def codes(self, register: str) -> tuple[str, ...]:
        """What is used of one register, in a stable order."""
        chosen = _chosen(self.settings).get(register, ())
        used = dict.fromkeys((*self.expected.codes()[register], *chosen, *self.lately.get(register, ())))
        return tuple(used)[:MOST_CODES]

    @property
    def foreign_currencies(self) -> tuple[str, ...]:
        """The currencies in use but the krona."""
        return tuple(code for code in self.codes("currencies") if code != KRONA)


def _chosen(settings: CompanySettings) -> Codes:
    """What a company's other settings name of these registers."""
    cards, rules = settings.customers, settings.rules.values()
    price_lists = (settings.documents.price_list, cards.price_list)
    return {
        "price_lists": tuple(filter(None, price_lists)),
        "voucher_series": tuple(filter(None, (settings.payouts.voucher_series,))),
        "articles": tuple(filter(None, (settings.articles.default_article,))),
        "terms_of_payment": tuple(filter(None, (cards.terms_of_payment,))),
        "cost_centers": tuple(rule.cost_center for rule in rules if rule.cost_center is not None),
        "projects": tuple(rule.project for rule in rules if rule.project is not None),
    }


def named_in(commands: Iterable[str]) -> Codes:
    """What commands (their texts, newest first) name at Fortnox: currencies, price lists, articles, dimensions."""
    registers = ("currencies", "price_lists", "articles", "cost_centers", "projects")
    found: dict[str, dict[str, None]] = {register: {} for register in registers}
    for text in commands:
        for register, code in _named(json.loads(text)):
            found[register][code] = None
    return {register: tuple(codes) for register, codes in found.items()}


def _named(command: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    wanted: Collection[tuple[str, Any]] = (
        ("currencies", command.get("currency")),
        ("price_lists", command.get("price_list")),
        ("articles", command.get("number") if command.get("kind") == "ensure_article" else None),
        *(
            (register, named.get(field))
            for named in (command, *(command.get("rows") or ()))
            for register, field in (("cost_centers", "cost_center"), ("projects", "project"))
        ),
    )
    return [(register, code) for register, code in wanted if isinstance(code, str) and code]
