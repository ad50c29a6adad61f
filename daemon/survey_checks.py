"""What is wrong with a company's rules for surveys that only the senders, or Fortnox's fields, can tell."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.record_fields import CLEARS, faults_of
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.nearest import meant
from daemon.config_faults import Fault, key_path
from daemon.sender_places import KINDS, takes, takes_none
from daemon.settings import Company, ConfiguredSource
from handlers.settings import CompanySettings
from handlers.settings.survey_rules import SENDER_ACTIONS, SurveyRule
from handlers.settings.wording import places_of

Where = tuple[str | int, ...]


def survey_faults(companies: Mapping[str, Company], sources: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    """The faults of all companies' rules.

    A sender that is not in the configuration; a money document from responses that only a digest tells apart, or at a
    VAT rate for which no account is set; a note or task for senders that take none; fields that Fortnox does not have.
    """
    for name, company in companies.items():
        heard = {
            source.name: source
            for source in sources.values()
            if name in {source.settings.company, *source.settings.companies.values()}
        }
        rates = _rates(company.settings)
        for place, rule in enumerate(company.settings.survey.rules):
            where: Where = ("companies", name, "survey", "rules", place)
            yield from _faults_of_senders(where, rule, heard)
            yield from _faults_of_the_way_back(where, rule, heard)
            yield from _faults_of_fields(where, rule)
            yield from _faults_of_rates(where, rule, rates)


def _faults_of_senders(where: Where, rule: SurveyRule, heard: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    for name in rule.sources:
        if name not in heard:
            yield Fault(key_path((*where, "sources")), f"no source {name} sends to this company{meant(name, heard)}")
    if not rule.makes_money:
        return
    action = next(name for name in ("invoice", "offer", "voucher") if name in rule.actions)
    for source in heard.values():
        missing = source.settings.told_by_digest.get("survey_submitted")
        if missing is not None and (not rule.sources or source.name in rule.sources):
            yield Fault(
                key_path((*where, action)),
                f"sources.{source.name} may tell its responses apart by a digest of their bodies alone, so the same "
                f"one could make a second {action}: {missing}, or name other senders in sources",
            )


def _faults_of_the_way_back(where: Where, rule: SurveyRule, heard: Mapping[str, ConfiguredSource]) -> Iterator[Fault]:
    """Every sender that the rule names must take what it leaves; where it names none, one of them must."""
    for action, kind in zip(SENDER_ACTIONS, KINDS, strict=True):
        if action not in rule.actions:
            continue
        asked = [name for name in rule.sources if name in heard] or list(heard)
        without = [name for name in asked if not takes(heard[name], kind)]
        if without if rule.sources else len(without) == len(asked):
            yield Fault(key_path((*where, action)), takes_none(kind, without))


def _faults_of_fields(where: Where, rule: SurveyRule) -> Iterator[Fault]:
    written: list[tuple[str, str, str, Mapping[str, Any]]] = [
        ("customer", "customers", "update_customer", rule.customer)
    ]
    written += [
        (RESOURCES[resource].one, resource, f"create_{RESOURCES[resource].one}", fields)
        for resource, fields in rule.records.items()
    ]
    for key, resource, operation, fields in written:
        if fields:
            known = {name: CLEARS if _has_places(value) else value for name, value in fields.items()}
            for reason in faults_of(RESOURCES[resource], OPERATIONS[operation], known):
                yield Fault(key_path((*where, key)), reason)


def _rates(settings: CompanySettings) -> frozenset[Decimal]:
    """Every VAT rate in percent for which a sale of the company, at home or abroad, has an account."""
    accounts = [settings.bookkeeping.sales_accounts, settings.vat.eu_vat_accounts, *settings.vat.oss.values()]
    return frozenset(Decimal(rate) for rates in accounts for rate in rates)


def _faults_of_rates(where: Where, rule: SurveyRule, rates: Collection[Decimal]) -> Iterator[Fault]:
    for action, line in (("offer", rule.offer), ("invoice", rule.invoice)):
        if line is not None and Decimal(line.vat) not in rates:
            reason = f"{line.vat} has no account in bookkeeping.sales_accounts"
            yield Fault(key_path((*where, action, "vat")), reason)


def _has_places(value: object) -> bool:
    """Whether only an event can say what the text will be."""
    return isinstance(value, str) and any(place is not None for _, place in places_of(value))
