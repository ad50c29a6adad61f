"""What the command ``register`` shows, as JSON: each copy with its age, the form of numbers, and how far it counts."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.register_entries import REGISTERED
from daemon.own_sources import source_of
from daemon.register import HABIT_HOURS, is_fresh
from daemon.settings import Company
from daemon.times import iso
from store import doubles, register, senders
from store.db import Read
from store.register import Age

Json = dict[str, Any]

FORMS = ("hyphen", "digits", "other")
CUSTOMERS = "customers"
KEYS = {CUSTOMERS: ("organisation_number", "vat_number", "email")}
"""The registers whose doubles are told, by which keys."""


async def shown(read: Read, company: Company, live: Mapping[str, Any] | None, now: int) -> Json:
    """One company; ``live`` are the running daemon's facts, ``now`` milliseconds since 1970."""
    name, settings = company.name, company.fortnox
    ages, counted = await read(register.ages(name)), await read(register.counted(name))
    cursor = await read(senders.cursor(source_of(name))) or {}
    ended: Mapping[str, Json] = cursor.get("ended", {})
    rows = [
        _register(each, ages.get(each, Age()), counted.get(each, 0), ended.get(each, {}), settings.register_hours, now)
        for each in REGISTERED
    ]
    facts: Mapping[str, Any] = (live or {}).get("companies", {}).get(name, {})
    stream = (facts.get("push") or {}).get("stream")
    return {
        "company": name,
        "company_kind": company.kind,
        "kept": settings.register_on,
        "registers": rows,
        "organisation_numbers": await _form(read, name, ages.get(CUSTOMERS, Age()), now),
        "trust": _trust(company, rows[0], stream),
        "doubled": [{"customer": each.number, "other": each.other} for each in await read(doubles.of_company(name))],
    }


async def duplicates(read: Read, company: str) -> list[Json]:
    """Customers that share a key, as numbers: by which key, and which."""
    return [
        {"register": name, "key": key, "numbers": numbers}
        for name, keys in KEYS.items()
        for key, numbers in await read(register.duplicates(company, name, keys))
    ]


def is_trouble(company: Json) -> bool:
    """Whether a register that the consent covers is not fresh, or a party is doubled."""
    if not company["kept"]:
        return False
    return bool(company["doubled"]) or any(not row["fresh"] and not row["refused"] for row in company["registers"])


def _register(name: str, age: Age, held: int, ended: Json, hours: float, now: int) -> Json:
    return {
        "register": name,
        "objects": held,
        "swept_at": iso(age.swept_at),
        "whole_at": iso(age.whole_at),
        "age_s": None if age.swept_at is None else round((now - age.swept_at) / 1000, 1),
        "fresh": is_fresh(age, hours, now),
        "in_doubt_since": iso(age.doubted_at),
        "refused": ended.get("refused"),
    }


async def _form(read: Read, company: str, age: Age, now: int) -> str:
    """``hyphen``, ``digits``, ``other``, ``mixed``, or ``unknown``."""
    if not is_fresh(age, HABIT_HOURS, now):
        return "unknown"
    seen = [form for form in FORMS if await read(register.has(company, CUSTOMERS, f"form:{form}"))]
    return seen[0] if len(seen) == 1 else "mixed" if seen else "unknown"


def _trust(company: Company, customers: Json, stream: str | None) -> Json:
    """Whether a customer is made without a look, and the first reason why not."""
    why = None
    if not company.fortnox.trust_register:
        why = "off"
    elif not customers["fresh"]:
        why = "not_fresh"
    elif stream != "current":
        why = "no_daemon" if stream is None else f"stream_{stream}"
    return {"wished": company.fortnox.trust_register, "trusted": why is None, "why_not": why}
