"""Before a write leaves: what it names in the company's registers is there and in use; pure, and one way to ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Json, Park, Write
from connectors.fortnox.client import Client
from connectors.fortnox.error_codes import NOT_FOUND
from connectors.fortnox.outcomes import ListOutcome, ObjectOutcome
from connectors.fortnox.register_entries import entry_of
from connectors.fortnox.registers import KRONA
from connectors.fortnox.resource import held
from connectors.fortnox.table import OPERATIONS, RESOURCES
from connectors.fortnox.wire import text_of
from connectors.register import Fields, Register
from handlers.values import STOCKHOLM

NAMED: Mapping[str, str] = {
    "Currency": "currencies",
    "PriceList": "price_lists",
    "TermsOfPayment": "terms_of_payment",
    "TermsOfDelivery": "terms_of_delivery",
    "WayOfDelivery": "ways_of_delivery",
    "ModeOfPayment": "modes_of_payment",
    "CostCenter": "cost_centers",
    "Project": "projects",
    "VoucherSeries": "voucher_series",
    "AccountNumber": "accounts",
    "Account": "accounts",
}
"""Field of a body or of its rows -> the register that it names an object of."""

BOOKED = "TransactionDate"
"""The day of a voucher: its financial year must be there. A document may be written before its year is."""

DATES = (BOOKED, "InvoiceDate", "OrderDate", "PaymentDate")
"""The field that says of which financial year a body's accounts are."""

YEARS = "financial_years"
ACCOUNTS = "accounts"
NOT_NAMES = frozenset({"", "API_BLANK", "0", KRONA})
"""Values that name nothing; the krona stands in every company."""

WORDS: Mapping[str, str] = {
    "currencies": "Currency",
    "price_lists": "Price list",
    "terms_of_payment": "Terms of payment",
    "terms_of_delivery": "Terms of delivery",
    "ways_of_delivery": "Way of delivery",
    "modes_of_payment": "Mode of payment",
    "cost_centers": "Cost centre",
    "projects": "Project",
    "voucher_series": "Voucher series",
    "accounts": "Account",
    "financial_years": "The financial year of",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """What a body names: an object of a register; for an account ``day`` says of which financial year."""

    register: str
    number: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an object cannot be used: a closed word, and in words."""

    reason: str
    says: str


def references_of(body: Json | None) -> tuple[Reference, ...]:
    """Everything that a write's body names, each once, the financial year first; a field that clears names nothing."""
    found = dict.fromkeys(_references(body or {}))
    return tuple(sorted(found, key=lambda reference: reference.register != YEARS))


def fault_of(reference: Reference, fields: Fields | None) -> Fault | None:
    """Why the object cannot be used, as far as ``fields`` tell; ``None`` is an object that is not there."""
    what = f"{WORDS[reference.register]} {reference.number}"
    if fields is None:
        in_year = f" in the financial year of {reference.day}" if reference.register == ACCOUNTS else ""
        return Fault(f"{_one(reference)}_missing", f"{what} is not in Fortnox{in_year}: add it there")
    if fields.get("active") is False:
        return Fault(f"{_one(reference)}_inactive", f"{what} is not active in Fortnox: activate it there")
    if fields.get("status") == "COMPLETED":
        return Fault(f"{_one(reference)}_completed", f"{what} is completed in Fortnox: open it there again")
    if fields.get("manual") is False:
        return Fault(f"{_one(reference)}_not_manual", f"{what} takes no manual vouchers in Fortnox: allow them there")
    return None


async def check(write: Write, register: Register, client: Client) -> None:
    """Hold a write that names what is not usable, by the fresh copy of the registers; a stale one holds nothing.

    What the copy says is read once at Fortnox before anybody is asked, so that no question rests on what may have
    changed since. Raises ``Held``; and what a read raises.
    """
    for reference in references_of(write.body):
        place = await _place(reference, register)
        if place is None or fault_of(reference, await _kept(place, register)) is None:
            continue
        fault = fault_of(reference, await _asked(place, client))
        if fault is not None:
            remedy = f"{fault.says}, or correct it at the source or in the settings, then retry. Nothing was written."
            raise held(fault.reason, remedy, about=reference.number)


def _references(body: Json) -> Iterator[Reference]:
    for inner in body.values():
        if not isinstance(inner, dict):
            continue
        day = next((text_of(inner[name]) for name in DATES if text_of(inner.get(name))), "")
        if day and BOOKED in inner:
            yield Reference(YEARS, day, day)
        yield from _named(inner, day)
        for rows in inner.values():
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict):
                    yield from _named(row, day)


def _named(fields: Json, day: str) -> Iterator[Reference]:
    for name, value in fields.items():
        register, number = NAMED.get(name), text_of(value)
        if register is None or number in NOT_NAMES or (register == ACCOUNTS and not day):
            continue
        yield Reference(register, number, day if register == ACCOUNTS else "")


def _one(reference: Reference) -> str:
    return RESOURCES[reference.register].one


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the copy keeps what is named; ``year`` is the id of the financial year of an account."""

    reference: Reference
    year: str = ""


async def _place(reference: Reference, register: Register) -> _Place | None:
    """``None`` where the copy is not fresh, or keeps nothing of an account's year."""
    if not await register.knows(reference.register):
        return None
    if reference.register != ACCOUNTS:
        return _Place(reference)
    if not await register.knows(YEARS):
        return None
    year = await _year_of(reference.day, register)
    return None if year is None else _Place(reference, year)


async def _kept(place: _Place, register: Register) -> Fields | None:
    named = place.reference
    if named.register == YEARS:
        return None if await _year_of(named.day, register) is None else {}
    number = f"{place.year}:{named.number}" if place.year else named.number
    return await register.read(named.register, number)


async def _year_of(day: str, register: Register) -> str | None:
    years = await register.found_by(YEARS, f"month:{day[:7]}")
    return next((number for number, year in years.items() if str(year["from"]) <= day <= str(year["to"])), None)


async def _asked(place: _Place, client: Client) -> Fields | None:
    """The object as Fortnox shows it now; ``None`` where it is not there."""
    named = place.reference
    if named.register == YEARS:
        found = await client.carry("list_financial_years", params={"date": named.day})
        return {} if isinstance(found, ListOutcome) and found.rows else None
    operation = f"read_{_one(named)}"
    if operation not in OPERATIONS:
        return {}
    params = {"financialyear": place.year} if place.year else None
    try:
        outcome = await client.carry(operation, named.number, params=params)
    except Park as refused:
        if refused.code in NOT_FOUND or refused.status == 404:
            return None
        raise
    shown = outcome.fields if isinstance(outcome, ObjectOutcome) else {}
    return entry_of(named.register, shown | ({"Year": place.year} if place.year else {}), _ANY).fields


_ANY = datetime(2000, 1, 1, tzinfo=STOCKHOLM)
"""The moment of an entry that is not kept."""
