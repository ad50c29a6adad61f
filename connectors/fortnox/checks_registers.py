"""Checks of the registers that documents stand on: currencies, terms, price lists, units, modes, dimensions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from connectors.base import Json
from connectors.findings import Finding, failed, warning
from connectors.fortnox.check import Check, always, listed, or_ok, refusal
from connectors.fortnox.checks_bookkeeping import account_faults, chart, of_settings
from connectors.fortnox.needs import Needs
from connectors.fortnox.registers import KRONA
from connectors.fortnox.snapshot import Reading, Snapshot
from connectors.fortnox.wire import decimal_of, is_false, text_of

CURRENCIES = Reading("list_currencies")
MODES = Reading("list_modes_of_payment")
UNITS = Reading("list_units")
COST_CENTERS = Reading("list_cost_centers")
PROJECTS = Reading("list_projects")
ADD_OR_LEAVE_OUT = "Add it in Fortnox, or take it out of `expected`."


def currencies(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each foreign currency in use is registered at a rate that can be true."""
    used = needs.foreign_currencies
    if not used:
        return []
    known = seen.by("Code", CURRENCIES)
    found = [finding for code in used for finding in _currency(code, known.get(code))]
    return or_ok(found, "currencies", listed([KRONA, *used]))


def _currency(code: str, registered: Json | None) -> list[Finding]:
    if registered is None:
        return [refusal("currencies", f"{code} is not registered", 2000427, about=code)]
    rate = decimal_of(registered.get("SellRate"))
    remedy = "Set the rate in Fortnox's currency register."
    if rate is None or rate <= 0:
        return [failed("currencies", f"{code} has no rate", remedy, about=code)]
    if rate == Decimal(1):
        return [warning("currencies", f"the rate of {code} is 1, as if it were kronor", remedy, about=code)]
    return []


def codes(check: str, what: str, reading: Reading, code: int | None, seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each code in use stands in its register; ``code`` is the error with which Fortnox refuses others."""
    used = needs.codes(check)
    if not used:
        return []
    known = seen.by("Code", reading)
    missing = [one for one in used if one not in known]
    found = [
        failed(check, f"{what} {one} does not exist", ADD_OR_LEAVE_OUT, about=one)
        if code is None
        else refusal(check, f"{what} {one} does not exist", code, about=one)
        for one in missing
    ]
    return or_ok(found, check, listed(used))


def units(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether the units that rows may have exist."""
    known, used = seen.by("Code", UNITS), needs.settings.bookkeeping.units
    found = [
        refusal("units", f"unit {unit} (bookkeeping.units) does not exist", 2000432, about=unit)
        for unit in used
        if unit not in known
    ]
    return or_ok(found, "units", listed(used))


def modes_of_payment(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each mode of payment of the settings exists, with an account that can be booked on."""
    used = needs.settings.payment_modes
    if not used:
        return []
    known = seen.by("Code", MODES)
    found = [finding for mode, named in used.items() for finding in _mode(mode, named, known, seen, needs)]
    said = [f"{mode} on account {text_of(known.get(mode, {}).get('AccountNumber'))}" for mode in used]
    return or_ok(found, "modes_of_payment", listed(said))


def _mode(mode: str, named: str, known: Mapping[str, Json], seen: Snapshot, needs: Needs) -> list[Finding]:
    if mode not in known:
        remedy = f"Add it in Fortnox, or name another one in {named}."
        return [failed("modes_of_payment", f"mode of payment {mode} does not exist", remedy, about=mode)]
    number = int(text_of(known[mode].get("AccountNumber")) or 0)
    if number == 0:
        remedy = "Give the mode of payment an account in Fortnox."
        return [failed("modes_of_payment", f"mode of payment {mode} has no account", remedy, about=mode)]
    return list(account_faults("modes_of_payment", number, f"mode {mode}", seen.by("Number", chart(needs))))


def cost_centers(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each cost center in use, also as an account's own, exists and is active."""
    used = _with_those_of_accounts("CostCenter", needs.codes("cost_centers"), seen, needs)
    if not used:
        return []
    known = seen.by("Code", COST_CENTERS)
    found = [
        failed("cost_centers", f"cost center {code} does not exist", ADD_OR_LEAVE_OUT, about=code)
        if code not in known
        else refusal("cost_centers", f"cost center {code} is not active", 2000947, about=code)
        for code in used
        if code not in known or is_false(known[code].get("Active"))
    ]
    return or_ok(found, "cost_centers", listed(used))


def projects(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each project in use, also as an account's own, exists and is under way."""
    used = _with_those_of_accounts("Project", needs.codes("projects"), seen, needs)
    if not used:
        return []
    known = seen.by("ProjectNumber", PROJECTS)
    remedy = "Set the project to ongoing in Fortnox, or name another one."
    found = [
        refusal("projects", f"project {number} does not exist", 2001161, about=number)
        if number not in known
        else warning("projects", f"project {number} is completed", remedy, about=number)
        for number in used
        if number not in known or known[number].get("Status") == "COMPLETED"
    ]
    return or_ok(found, "projects", listed(used))


def _with_those_of_accounts(field: str, named: Sequence[str], seen: Snapshot, needs: Needs) -> list[str]:
    """What is named, and what the accounts of the settings put on their rows by themselves."""
    known = seen.by("Number", chart(needs))
    own = [text_of(known[str(number)].get(field)) for number in of_settings(needs) if str(number) in known]
    return list(dict.fromkeys([*named, *filter(None, own)]))


def _register(check: str, what: str, operation: str, code: int | None) -> Check:
    reading = Reading(operation)

    def reads(needs: Needs) -> Sequence[Reading]:
        return [reading] if needs.codes(check) else []

    return Check(check, partial(codes, check, what, reading, code), reads)


CHECKS = (
    Check("currencies", currencies, lambda needs: [CURRENCIES] if needs.foreign_currencies else []),
    _register("price_lists", "price list", "list_price_lists", 2000431),
    _register("terms_of_payment", "terms of payment", "list_terms_of_payment", 2000429),
    _register("terms_of_delivery", "terms of delivery", "list_terms_of_delivery", 2000435),
    _register("ways_of_delivery", "way of delivery", "list_ways_of_delivery", None),
    Check("units", units, always(UNITS)),
    Check("modes_of_payment", modes_of_payment, lambda needs: [MODES, chart(needs)]),
    Check("cost_centers", cost_centers, lambda needs: [chart(needs), COST_CENTERS]),
    Check("projects", projects, lambda needs: [chart(needs), PROJECTS]),
)
