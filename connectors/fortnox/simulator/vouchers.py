"""What bookkeeping writes: numbered, balanced vouchers in kronor, refused in a locked period or a missing year."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import OUTGOING_VAT_ACCOUNTS, Company
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.money import ZERO, divided, multiplied, to_ore
from connectors.fortnox.simulator.totals import vat_by_rate

CLAIMS_ACCOUNT = 1510
_FREIGHT_ACCOUNT, _FEE_ACCOUNT, _ROUND_OFF_ACCOUNT = 3520, 3540, 3740

Entry = tuple[int, Decimal]


def check_period(company: Company, day: str, locked_code: int) -> None:
    """Refuse a day in a locked period (with the given code) or outside every financial year (invented code).

    Raises:
        ApiError: `locked_code`, or an invented code.
    """
    booked = date.fromisoformat(day)
    locked_until = company.settings.locked_until
    if locked_until is not None and booked <= locked_until:
        raise ApiError(locked_code, f"Perioden är låst till och med {locked_until.isoformat()}.")
    years = company.settings.financial_years
    if years is not None and booked.year not in years:
        raise ApiError(Invented.FINANCIAL_YEAR_MISSING, f"Räkenskapsår saknas för {day}.")


def in_kronor(amount: Decimal, rate: Decimal, unit: Decimal | int) -> Decimal:
    """Convert an amount of the document's currency to kronor, two decimals."""
    return to_ore(divided(multiplied(amount, rate), Decimal(unit)))


def _rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    summed: dict[int, Decimal] = {}
    for account, amount in entries:
        summed[account] = summed.get(account, ZERO) + amount
    residue = sum(summed.values())
    if residue:
        summed[_ROUND_OFF_ACCOUNT] = summed.get(_ROUND_OFF_ACCOUNT, ZERO) - residue
    return [
        {"Account": account, "Debit": max(amount, ZERO), "Credit": max(-amount, ZERO)}
        for account, amount in summed.items()
        if amount
    ]


def write_voucher(
    company: Company, *, series: str, day: str, description: str, kind: str, number: str, entries: Iterable[Entry]
) -> dict[str, Any]:
    """Write a voucher under the next number of its series and year and give it.

    `entries` are (account, amount in kronor), debit positive; what does not balance goes to the rounding account.
    The id of a financial year is its calendar year minus 2000 (*simulator choice*).
    """
    year = date.fromisoformat(day).year - 2000
    company.voucher_numbers[series, year] = company.voucher_numbers.get((series, year), 0) + 1
    voucher = {
        "Description": description,
        "ReferenceNumber": number,
        "ReferenceType": kind,
        "TransactionDate": day,
        "VoucherNumber": company.voucher_numbers[series, year],
        "VoucherRows": _rows(entries),
        "VoucherSeries": series,
        "Year": year,
    }
    company.vouchers.append(voucher)
    return voucher


def invoice_entries(invoice: dict[str, Any], vat_type: str) -> list[Entry]:
    """Give what booking an invoice moves: claim, sales, fees, VAT and rounding, in kronor."""
    rate, unit = invoice["CurrencyRate"], invoice["CurrencyUnit"]
    amounts: list[Entry] = [(CLAIMS_ACCOUNT, invoice["Total"])]
    amounts += [(row["AccountNumber"], -row["TotalExcludingVAT"]) for row in invoice["InvoiceRows"]]
    amounts += [(_FREIGHT_ACCOUNT, -invoice["Freight"]), (_FEE_ACCOUNT, -invoice["AdministrationFee"])]
    for vat_rate, vat in vat_by_rate(invoice, vat_type).items():
        amounts.append((OUTGOING_VAT_ACCOUNTS.get(vat_rate, 2611), -vat))
    amounts.append((_ROUND_OFF_ACCOUNT, -invoice["RoundOff"]))
    return [(account, in_kronor(amount, rate, unit)) for account, amount in amounts]
