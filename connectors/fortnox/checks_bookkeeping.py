"""Checks of the books: financial years, the locked period, voucher series, accounts, VAT, rounding."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from connectors.base import Json
from connectors.findings import Finding, failed, ok, warning
from connectors.fortnox.check import Check, always, listed, or_ok, refusal
from connectors.fortnox.needs import Needs
from connectors.fortnox.rounding import Rounding
from connectors.fortnox.snapshot import Reading, Snapshot
from connectors.fortnox.wire import is_false, is_true, text_of
from handlers.values import stockholm_date

NEXT_YEAR_DAYS = 31
"""Days before the last known year ends when a missing next one is a warning."""

YEARS = Reading("list_financial_years")
LOCKED = Reading("read_locked_period")
SERIES = Reading("list_voucher_series")
DEFAULT_SERIES = Reading("list_predefined_voucher_series")
DEFAULT_ACCOUNTS = Reading("list_predefined_accounts")
COMPANY_SETTINGS = Reading("read_company_settings")

OPEN_YEAR = "Create the financial year in Fortnox (Settings, Bookkeeping, Financial years)."
VAT_CODES = {"25": "MP1", "12": "MP2", "6": "MP3"}
"""VAT rate in percent -> code of its domestic sales. Fortnox facts, 6.12, name the codes and not their rates: the order
is that of the accounts OUTVAT_MP1 to MP3, which is unconfirmed."""
DEFAULTS = {
    "CUSTCLAIM": "customers' debts", "FREIGHT": "freight", "ADMFEE": "administration fees", "ROUNDOFF": "rounding",
}  # fmt: skip
"""Predefined accounts that Fortnox books invoices on."""
ABROAD = {"CURRENCYWIN": "gains on currency", "CURRENCYLOSS": "losses on currency"}


def chart(needs: Needs) -> Reading:
    """The accounts of today's financial year; a full chart has some 1,300."""
    return Reading("list_accounts", params=(("financialyeardate", needs.today.isoformat()),), pages=20)


def financial_years(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether today and the company's start lie in a year, and whether the next one is there in time."""
    years = sorted((text_of(year.get("FromDate")), text_of(year.get("ToDate"))) for year in seen.rows(YEARS))
    wanted = (("today", needs.today), ("the company's start", needs.settings.start))
    found = [
        failed("financial_years", f"no financial year covers {what}, {day}", OPEN_YEAR, about=day.isoformat())
        for what, day in wanted
        if not _covered(day, years)
    ]
    first, last = (years[0][0], years[-1][1]) if years else ("", "")
    if not found and not _covered(needs.today + timedelta(days=NEXT_YEAR_DAYS), years):
        found.append(warning("financial_years", f"the last financial year ends on {last}", OPEN_YEAR, about=last))
    return or_ok(found, "financial_years", f"{first} to {last}")


def _covered(day: date, years: Sequence[tuple[str, str]]) -> bool:
    return any(first <= day.isoformat() <= last for first, last in years)


def locked_period(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether today can still be booked."""
    until = text_of(seen.one(LOCKED).get("EndDate"))
    if until >= needs.today.isoformat():
        return [refusal("locked_period", f"the books are locked until {until}", 2000401, about=until)]
    return [ok("locked_period", f"locked until {until}" if until else "nothing is locked")]


def voucher_series(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether the series of invoices and payments exist, and expected ones take vouchers from outside."""
    series, defaults = seen.by("Code", SERIES), seen.by("Name", DEFAULT_SERIES)
    used = {name: text_of(defaults.get(name, {}).get("VoucherSeries")) for name in ("INVOICE", "INVOICEPAYMENT")}
    found = [
        failed(
            "voucher_series",
            f"{name} is booked in series {code or '(none)'}, which does not exist",
            "Choose a series for it in Fortnox (Settings, Bookkeeping, Default voucher series).",
            about=name,
        )
        for name, code in used.items()
        if code not in series
    ]
    for code in needs.codes("voucher_series"):
        if code not in series:
            remedy = "Add the series in Fortnox, or name another one in `payouts` or `expected`."
            found.append(failed("voucher_series", f"series {code} does not exist", remedy, about=code))
        elif not is_true(series[code].get("Manual")):
            remedy = "Let the series take manual vouchers in Fortnox, or name another one."
            found.append(failed("voucher_series", f"series {code} takes no manual vouchers", remedy, about=code))
    return or_ok(found, "voucher_series", listed([*used.values(), *needs.codes("voucher_series")]))


def of_settings(needs: Needs) -> Mapping[int, str]:
    """Account -> what the settings use it for."""
    return needs.settings.accounts


def accounts(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether each account of the settings exists in today's year, is active, and asks nothing that rows do not say."""
    known, used = seen.by("Number", chart(needs)), of_settings(needs)
    found = [finding for number, use in used.items() for finding in account_faults("accounts", number, use, known)]
    return or_ok(found, "accounts", listed(sorted(used)))


def account_faults(check: str, number: int, use: str, known: Mapping[str, Json]) -> Iterator[Finding]:
    """What is wrong with one account; rows of ours name no cost center and no project."""
    account, about = known.get(str(number)), str(number)
    if account is None:
        yield refusal(check, f"account {number} ({use}) is not in this year's chart", 2001303, about=about)
        return
    if is_false(account.get("Active")):
        yield refusal(check, f"account {number} ({use}) is not active", 2000550, about=about)
    if account.get("CostCenterSettings") == "MANDATORY" and not account.get("CostCenter"):
        yield refusal(check, f"account {number} ({use}) asks for a cost center", 2000946, about=about)
    if account.get("ProjectSettings") == "MANDATORY" and not account.get("Project"):
        remedy = "Allow the account to go without a project, or give it one in the chart of accounts."
        yield failed(check, f"account {number} ({use}) asks for a project", remedy, about=about)


def default_accounts(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether the predefined accounts that invoices are booked on are set, there and active."""
    known, defaults = seen.by("Number", chart(needs)), seen.by("Name", DEFAULT_ACCOUNTS)
    used = DEFAULTS | (ABROAD if needs.foreign_currencies else {}) | _vat_accounts(needs)
    found: list[Finding] = []
    for name, use in used.items():
        number = int(text_of(defaults.get(name, {}).get("Account")) or 0)
        if number == 0:
            says = f"the default account {name} ({use}) is not set"
            found.append(refusal("default_accounts", says, 2001304, about=name))
        else:
            found += account_faults("default_accounts", number, use, known)
    return or_ok(found, "default_accounts", listed(list(used)))


def _vat_accounts(needs: Needs) -> dict[str, str]:
    rates = needs.settings.bookkeeping.sales_accounts
    return {f"OUTVAT_{code}": f"VAT of {rate} %" for rate, code in VAT_CODES.items() if rate in rates}


def vat(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether the VAT code of each sales account fits its rate, and the company reports VAT at all."""
    known, rates = seen.by("Number", chart(needs)), needs.settings.bookkeeping.sales_accounts
    found = [
        finding
        for rate, number in rates.items()
        if str(number) in known
        for finding in _vat_code(rate, number, text_of(known[str(number)].get("VATCode")))
    ]
    about = seen.one(COMPANY_SETTINGS)
    taxed = any(rate != "0" for rate in rates)
    if taxed and not is_true(about.get("TaxEnabled", True)):
        remedy = "Turn VAT on in Fortnox, or give sales_accounts the rate 0 only."
        found.append(failed("vat", "the company is set up without VAT, and the settings sell with VAT", remedy))
    elif taxed and not text_of(about.get("VATNumber")):
        remedy = "Enter the VAT number in the company's settings in Fortnox."
        found.append(warning("vat", "the company has no VAT number, which invoices must show", remedy))
    return or_ok(found, "vat", f"rates {listed(list(rates))} % on accounts whose VAT code fits")


def _vat_code(rate: str, number: int, code: str) -> Iterator[Finding]:
    expected, about = VAT_CODES.get(rate, ""), str(number)
    remedy = "Correct the account's VAT code in Fortnox, or the account in bookkeeping.sales_accounts."
    if code == expected or (not expected and code not in VAT_CODES.values()):
        return
    if not code:
        yield warning(
            "vat", f"account {number} (sales at {rate} %) has no VAT code: no report has it", remedy, about=about
        )
    elif code in VAT_CODES.values():
        yield failed("vat", f"account {number} sells at {rate} % and has VAT code {code}", remedy, about=about)


def rounding(seen: Snapshot, needs: Needs) -> Sequence[Finding]:
    """Whether what Fortnox rounds and what we write off go to one account, and what was learned of its setting."""
    defaults, ours = seen.by("Name", DEFAULT_ACCOUNTS), needs.settings.bookkeeping.round_off_account
    theirs, learned = text_of(defaults.get("ROUNDOFF", {}).get("Account")), _learned(needs.rounding)
    if ours is None and needs.rounding is not None and needs.rounding.whole_kronor:
        says = f"{learned}, and no round_off_account is set: an invoice that was rounded waits for a person"
        remedy = f"Set round_off_account{f' = {theirs}' if theirs not in {'', '0'} else ''} in the company's section."
        return [warning("rounding", says, remedy)]
    if ours is None:
        says = f"Fortnox rounds to account {theirs}; an invoice paid with öre left over is held; {learned}"
        return [ok("rounding", says)]
    if theirs not in {"", "0", str(ours)}:
        says = f"Fortnox rounds to account {theirs}, and round_off_account is {ours}; {learned}"
        return [warning("rounding", says, "Give both the same account.", about=str(ours))]
    return [ok("rounding", f"account {ours} for both; {learned}")]


def _learned(habit: Rounding | None) -> str:
    """What invoices showed of the setting, which Fortnox does not show itself."""
    if habit is None:
        return "no invoice of ours has shown yet whether invoices are rounded to whole kronor"
    how = "rounds invoices to whole kronor" if habit.whole_kronor else "leaves öre in invoices"
    number = f"{habit.invoices} invoice{'' if habit.invoices == 1 else 's'}"
    return f"Fortnox {how}, as {number} showed since {stockholm_date(habit.since)}"


CHECKS = (
    Check("financial_years", financial_years, always(YEARS)),
    Check("locked_period", locked_period, always(LOCKED)),
    Check("voucher_series", voucher_series, always(SERIES, DEFAULT_SERIES)),
    Check("accounts", accounts, lambda needs: [chart(needs)]),
    Check("default_accounts", default_accounts, lambda needs: [chart(needs), DEFAULT_ACCOUNTS]),
    Check("vat", vat, lambda needs: [chart(needs), COMPANY_SETTINGS]),
    Check("rounding", rounding, always(DEFAULT_ACCOUNTS)),
)
