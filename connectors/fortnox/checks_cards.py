"""Checks of the cards: articles in use, the form of organisation numbers, and doubles that stand there already."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from connectors.base import Json
from connectors.findings import Finding, failed, ok, warning
from connectors.fortnox.check import Check, listed, or_ok
from connectors.fortnox.checks_bookkeeping import chart
from connectors.fortnox.checks_connection import PROBES
from connectors.fortnox.needs import Needs
from connectors.fortnox.snapshot import Reading, Snapshot, Unread
from connectors.fortnox.wire import is_false, text_of

CUSTOMERS = PROBES["customer"]
ALL_CUSTOMERS = Reading("list_customers", pages=40)
ALL_ARTICLES = Reading("list_articles", pages=40)
"""At most 20,000 of each."""
_HYPHEN, _DIGITS = re.compile(r"\d{6}(\d\d)?-\d{4}"), re.compile(r"\d{10}(\d\d)?")
SHOWN = 5


def _article(number: str) -> Reading:
    return Reading("read_article", key=number)


def used_articles(needs: Needs) -> tuple[str, ...]:
    """Those that are expected, and those that commands named lately where articles are matched."""
    if needs.settings.articles.policy == "text":
        return needs.expected.articles
    return needs.codes("articles")


def articles(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each article in use exists, is active, and sells on an account that exists."""
    used, found = used_articles(needs), []
    if not used:
        return []
    accounts = seen.answers[chart(needs)]
    known = None if isinstance(accounts, Unread) else seen.by("Number", chart(needs))
    for number in used:
        rows = seen.rows(_article(number))
        found += _article_faults(number, rows[0], known) if rows else _missing(number, needs)
    return or_ok(found, "articles", listed(used) + ("" if known is not None else "; their accounts are not checked"))


def _missing(number: str, needs: Needs) -> list[Finding]:
    """Nothing where the next order makes it."""
    if needs.settings.articles.makes_missing and number not in needs.expected.articles:
        return []
    return [failed("articles", f"article {number} does not exist", "Add it in Fortnox.", about=number)]


def _article_faults(number: str, article: Json, known: Mapping[str, Json] | None) -> list[Finding]:
    if is_false(article.get("Active")):
        return [failed("articles", f"article {number} is not active", "Activate it in Fortnox.", about=number)]
    account = text_of(article.get("SalesAccount"))
    if known is None or account in {"", "0"}:
        return []
    if account not in known or is_false(known[account].get("Active")):
        says = f"article {number} sells on account {account}, which is not there or not active"
        return [failed("articles", says, "Correct the article's account in Fortnox.", about=number)]
    return []


def _customer(number: str) -> Reading:
    return Reading("read_customer", key=number)


def _shared(needs: Needs) -> Sequence[tuple[str, str, str]]:
    """The customers that stand for many private persons: setting, number, and the regime that its card must have."""
    cards = needs.settings.customers
    if not cards.default_consumer:
        return []
    abroad = [
        (f"customers.default_consumers_abroad.{regime}", number, regime)
        for regime, number in cards.default_consumers_abroad.items()
    ]
    return [("customers.default_consumer", cards.default_consumer, "SEVAT"), *abroad]


def default_consumers(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each customer that stands for many private persons is there, active, private and of the right VAT."""
    shared = _shared(needs)
    found = [finding for one in shared for finding in _consumer_faults(*one, seen)]
    return or_ok(found, "default_consumers", listed([number for _, number, _ in shared])) if shared else []


def _consumer_faults(setting: str, number: str, regime: str, seen: Snapshot) -> Iterator[Finding]:
    """Card by card, as ``number`` says it is (Fortnox facts, section 5: Active, Type and VATType of a customer)."""
    check, named = "default_consumers", f"customer {number} ({setting})"
    rows = seen.rows(_customer(number))
    if not rows:
        remedy = f"Add it in Fortnox as a private customer, or name another one in {setting}."
        yield failed(check, f"{named} does not exist", remedy, about=number)
        return
    (card,) = rows
    if is_false(card.get("Active")):
        yield failed(check, f"{named} is not active", "Activate it in Fortnox, or name another one.", about=number)
    if text_of(card.get("Type")) == "COMPANY":
        remedy = "Make it a private customer in Fortnox (its Type), or name another one."
        yield failed(check, f"{named} is a company, and stands for private persons", remedy, about=number)
    theirs = text_of(card.get("VATType")) or "SEVAT"
    if theirs != regime:
        remedy = f"Set {regime} on its card in Fortnox, or name another one."
        yield failed(check, f"{named} has VATType {theirs}, and its sales need {regime}", remedy, about=number)


def organisation_numbers(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether customers' numbers are written as the look-up expects, which finds them as stored only (facts, 5)."""
    stored = [text_of(row.get("OrganisationNumber")).strip() for row in seen.rows(CUSTOMERS)]
    hyphen = sum(_HYPHEN.fullmatch(number) is not None for number in stored)
    digits = sum(_DIGITS.fullmatch(number) is not None for number in stored)
    form = needs.fortnox.organisation_numbers
    others = {"hyphen": digits, "digits": hyphen, "both": 0}[form]
    if others:
        says = f'{others} of {hyphen + digits} customers are not found, because organisation_numbers is "{form}"'
        return [failed("organisation_numbers", says, 'Set organisation_numbers = "both" in the company\'s section.')]
    return [ok("organisation_numbers", f'{hyphen} with a hyphen, {digits} without; looked up as "{form}"')]


def duplicates(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Which customers share a key by which buyers are matched, and which articles a number or code (feature f54)."""
    if not needs.duplicates:
        return []
    customers, register = seen.rows(ALL_CUSTOMERS), seen.rows(ALL_ARTICLES)
    looks: tuple[tuple[str, str, Sequence[Json], str, Callable[[Json], str]], ...] = (
        ("organisation number", "customers", customers, "CustomerNumber", _organisation_number),
        ("e-mail address", "customers", customers, "CustomerNumber", lambda row: _folded(row, "Email")),
        ("number but for case", "articles", register, "ArticleNumber", lambda row: _folded(row, "ArticleNumber")),
        ("EAN", "articles", register, "ArticleNumber", lambda row: _folded(row, "EAN")),
    )
    found = [
        finding for key, what, rows, number, of in looks for finding in _sharing(key, what, _grouped(rows, number, of))
    ]
    return or_ok(found, "duplicates", f"none among {len(customers)} customers and {len(register)} articles")


def _organisation_number(row: Json) -> str:
    """Ten digits, whether stored with hyphen or century or not."""
    digits = re.sub(r"\D", "", text_of(row.get("OrganisationNumber")))
    return digits[-10:] if len(digits) >= 10 else ""


def _folded(row: Json, field: str) -> str:
    return text_of(row.get(field)).strip().casefold()


def _grouped(rows: Sequence[Json], number: str, of: Callable[[Json], str]) -> Mapping[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        if key := of(row):
            groups[key].append(text_of(row.get(number)))
    return groups


def _sharing(key: str, what: str, groups: Mapping[str, list[str]]) -> list[Finding]:
    """One line for a key, naming numbers only: what they share may be personal data."""
    doubles = [numbers for numbers in groups.values() if len(numbers) > 1]
    if not doubles:
        return []
    shown = "; ".join(listed(numbers) for numbers in doubles[:SHOWN])
    more = f"; and {len(doubles) - SHOWN} more groups" if len(doubles) > SHOWN else ""
    says = f"{sum(map(len, doubles))} {what} in {len(doubles)} groups share their {key}: {shown}{more}"
    remedy = "Keep one of each group active in Fortnox, so that a buyer is matched without asking."
    return [warning("duplicates", says, remedy, about=f"{what}.{key.split(maxsplit=1)[0]}")]


CHECKS = (
    Check(
        "articles",
        articles,
        lambda needs: [*map(_article, used_articles(needs)), chart(needs)] if used_articles(needs) else [],
    ),
    Check("default_consumers", default_consumers, lambda needs: [_customer(number) for _, number, _ in _shared(needs)]),
    Check("organisation_numbers", organisation_numbers, lambda _: [CUSTOMERS]),
    Check("duplicates", duplicates, lambda needs: [ALL_CUSTOMERS, ALL_ARTICLES] if needs.duplicates else []),
)
