"""What bookkeeping writes: numbered, balanced vouchers in kronor, refused in a locked period or a missing year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from connectors.fortnox.simulator.accounts import move_balance
from connectors.fortnox.simulator.booking_defaults import needed_account, predefined_series, vat_account
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.financial_years import booking_year
from connectors.fortnox.simulator.ledger_rules import check_booked_row
from connectors.fortnox.simulator.money import ZERO, divided, multiplied, to_ore
from connectors.fortnox.simulator.totals import vat_by_rate

# No predefined account is known for what the tax agency owes (*simulator choice*).
_TAX_REDUCTION_ACCOUNT = 1513


class Entry(NamedTuple):
    """What one account moves, in kronor, debit positive, and the cost center and project it is booked on.

    A text as account is the name of a predefined one.
    """

    account: int | str
    amount: Decimal
    cost_center: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a voucher is written for: day, text, and the kind (`ReferenceType`) and number behind it.

    `series` is the name under which the company has its voucher series.
    """

    series: str
    day: str
    description: str
    kind: str
    number: str


def check_period(company: Company, day: str, locked_code: int) -> None:
    """Refuse a day in a locked period (with the given code) or outside every financial year (invented code).

    Raises:
        ApiError: `locked_code`, or an invented code.
    """
    booked = date.fromisoformat(day)
    locked_until = company.settings.locked_until
    if locked_until is not None and booked <= locked_until:
        raise ApiError(locked_code, f"Perioden är låst till och med {locked_until.isoformat()}.")
    booking_year(company, day)


def in_kronor(amount: Decimal, rate: Decimal, unit: Decimal | int) -> Decimal:
    """Convert an amount of the document's currency to kronor, two decimals."""
    return to_ore(divided(multiplied(amount, rate), Decimal(unit)))


def _row(account: int, amount: Decimal, cost_center: str, project: str) -> dict[str, Any]:
    return {
        "Account": account,
        "CostCenter": cost_center,
        "Credit": max(-amount, ZERO),
        "Debit": max(amount, ZERO),
        "Description": "",
        "Project": project,
        "Quantity": ZERO,
        "Removed": False,
        "TransactionInformation": "",
    }


def _rows(company: Company, entries: Iterable[Entry], year: int) -> list[dict[str, Any]]:
    moved = [entry for entry in entries if entry.amount]
    residue = sum((entry.amount for entry in moved), ZERO)
    if residue:
        moved.append(Entry("ROUNDOFF", -residue))
    summed: dict[tuple[int, str, str], Decimal] = {}
    for account, amount, cost_center, project in moved:
        number = needed_account(company, account, year) if isinstance(account, str) else account
        place = (number, cost_center, project)
        summed[place] = summed.get(place, ZERO) + amount
    return [
        _row(account, amount, cost_center, project)
        for (account, cost_center, project), amount in summed.items()
        if amount
    ]


def voucher_key(voucher: Mapping[str, Any]) -> str:
    """Give the key a voucher is stored under: the year's id, series and number, which together name it."""
    return f"{voucher['Year']}/{voucher['VoucherSeries']}/{voucher['VoucherNumber']}"


def keep_voucher(company: Company, voucher: dict[str, Any], moment: Moment) -> Record:
    """Give a checked voucher the next number of its series and year, keep it and move its accounts' balances."""
    series, year = voucher["VoucherSeries"], voucher["Year"]
    number = company.voucher_numbers.get((series, year), 0) + 1
    company.voucher_numbers[series, year] = number
    record = Record(voucher | {"VoucherNumber": number}, moment.now)
    company.vouchers[voucher_key(record.data)] = record
    for row in voucher["VoucherRows"]:
        move_balance(company, row["Account"], year, row["Debit"] - row["Credit"], moment)
    return record


def write_voucher(company: Company, source: Source, entries: Iterable[Entry], moment: Moment) -> dict[str, Any]:
    """Write what booking a document moves as a voucher and give it; what does not balance goes to the rounding account.

    Raises:
        ApiError: 2001304 for an account that the year's chart lacks, 2000550 for an inactive one, 2000946 and the like
            where an account's rules are not kept; nothing is written then.
    """
    year = booking_year(company, source.day)
    rows = _rows(company, entries, year)
    for row in rows:
        check_booked_row(company, row, year, missing=2001304)
    voucher = {
        "ApprovalState": 0,
        "Comments": "",
        "CostCenter": "",
        "Description": source.description,
        "Project": "",
        "ReferenceNumber": source.number,
        "ReferenceType": source.kind,
        "TransactionDate": source.day,
        "VoucherNumber": 0,
        "VoucherRows": rows,
        "VoucherSeries": predefined_series(company, source.series),
        "Year": year,
    }
    return keep_voucher(company, voucher, moment).data


def booked(voucher: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a booked document shows of its voucher."""
    return {
        "Booked": True,
        "VoucherNumber": voucher["VoucherNumber"],
        "VoucherSeries": voucher["VoucherSeries"],
        "VoucherYear": voucher["Year"],
    }


def invoice_entries(invoice: dict[str, Any], vat_type: str) -> list[Entry]:
    """Give what booking an invoice moves, in kronor: claims on customer and tax agency, sales, fees, VAT, rounding."""
    rate, unit = invoice["CurrencyRate"], invoice["CurrencyUnit"]
    amounts = [Entry("CUSTCLAIM", invoice["TotalToPay"])]
    amounts.append(Entry(_TAX_REDUCTION_ACCOUNT, invoice["TaxReduction"] or ZERO))
    amounts += [
        Entry(
            row["AccountNumber"],
            -row["TotalExcludingVAT"],
            row["CostCenter"] or invoice["CostCenter"],
            row["Project"] or invoice["Project"],
        )
        for row in invoice["InvoiceRows"]
    ]
    amounts += [Entry("FREIGHT", -invoice["Freight"]), Entry("ADMFEE", -invoice["AdministrationFee"])]
    for vat_rate, vat in vat_by_rate(invoice, vat_type).items():
        amounts.append(Entry(vat_account(vat_rate), -vat))
    amounts.append(Entry("ROUNDOFF", -invoice["RoundOff"]))
    return [entry._replace(amount=in_kronor(entry.amount, rate, unit)) for entry in amounts]
