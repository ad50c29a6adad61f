"""Vouchers from outside: checked, balanced, numbered, and deleted under a scope of old (Fortnox facts, 6.13)."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.simulator.accounts import move_balance
from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, no_route, unknown_field
from connectors.fortnox.simulator.fields import Field, Kind, blank, lay_over
from connectors.fortnox.simulator.financial_years import booking_year, chosen_year
from connectors.fortnox.simulator.ledger_rules import check_booked_row
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.resource import Place
from connectors.fortnox.simulator.search import Predicate
from connectors.fortnox.simulator.voucher_series import manual_series
from connectors.fortnox.simulator.vouchers import check_period, keep_voucher, voucher_key

_FIELDS: dict[str, Field] = {
    "ApprovalState": Field(Kind.INTEGER, default=0, read_only=True),
    "Comments": Field(longest=1000),
    "CostCenter": Field(longest=6),
    "Description": Field(longest=200),
    "Project": Field(longest=20),
    "ReferenceNumber": Field(default="", read_only=True),
    "ReferenceType": Field(default="MANUAL", read_only=True),
    "TransactionDate": Field(Kind.DATE, default=None),
    "VoucherNumber": Field(Kind.INTEGER, default=0, read_only=True),
    "VoucherSeries": Field(longest=10),
}
_ROW_FIELDS: dict[str, Field] = {
    "Account": Field(Kind.INTEGER, default=0),
    "CostCenter": Field(longest=6),
    "Credit": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "Debit": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "Description": Field(longest=200),
    "Project": Field(longest=20),
    "Quantity": Field(Kind.NUMBER, default=ZERO),
    "Removed": Field(Kind.BOOLEAN, default=False, read_only=True),
    "TransactionInformation": Field(longest=100),
}
VOUCHER_LIST_FIELDS = (
    "ApprovalState", "Comments", "Description", "ReferenceNumber", "ReferenceType", "TransactionDate", "VoucherNumber",
    "VoucherSeries", "Year",
)  # fmt: skip


def _row(voucher: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Read a row; without a cost center or project it takes the voucher's (*simulator choice*)."""
    row = blank(_ROW_FIELDS) | {name: voucher[name] for name in ("CostCenter", "Project")}
    lay_over(row, given, _ROW_FIELDS)
    if row["Debit"] < 0 or row["Credit"] < 0 or (row["Debit"] and row["Credit"]):
        raise ApiError(Invented.VOUCHER_ROW_INVALID, "En rad har antingen debet eller kredit, aldrig negativt.")
    return row


def _read(sent: Mapping[str, Any]) -> dict[str, Any]:
    voucher = blank(_FIELDS)
    lay_over(voucher, {name: one for name, one in sent.items() if name not in ("VoucherRows", "Year")}, _FIELDS)
    for name in ("Description", "TransactionDate", "VoucherSeries"):
        if not voucher[name]:
            raise ApiError(2000204, f"Fältet {name} saknas.")
    rows = sent.get("VoucherRows") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ApiError(2001392, "Felaktig indata: VoucherRows har fel typ.")
    if not rows:
        raise ApiError(2000204, "Fältet VoucherRows saknas.")
    return voucher | {"VoucherRows": [_row(voucher, given) for given in rows]}


def _check_balance(voucher: Mapping[str, Any]) -> None:
    difference = sum((row["Debit"] - row["Credit"] for row in voucher["VoucherRows"]), ZERO)
    if difference:
        raise ApiError(Invented.VOUCHER_UNBALANCED, "Verifikationen balanserar inte.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Write a voucher under the next number of its series and of the year that its date lies in.

    A row has either debit or credit, neither negative (*simulator choice*). `Year` may be sent where it is right.

    Raises:
        ApiError: 2000204 for what is missing, 2000401 in a locked period, 2000423 and 2000550 for an account, 2000946
            and 2000947 for a cost center, 2001161 for a project, invented codes where it does not balance, the series
            is unknown or not manual or no year holds the date, and whatever a single property refuses.
    """
    voucher = _read(sent)
    manual_series(company, voucher["VoucherSeries"])
    check_period(company, voucher["TransactionDate"], 2000401)
    year = booking_year(company, voucher["TransactionDate"])
    if sent.get("Year") not in (None, "", year, str(year)):
        raise unknown_field("Year")
    for row in voucher["VoucherRows"]:
        check_booked_row(company, row, year, missing=2000423)
    _check_balance(voucher)
    return keep_voucher(company, voucher | {"Year": year}, moment)


def delete(company: Company, record: Record, moment: Moment) -> None:
    """Take out a voucher that came from outside; its number is not given again (*simulator choice*).

    Raises:
        ApiError: 2000401 in a locked period, an invented code for the voucher of a document.
    """
    voucher = record.data
    if voucher["ReferenceType"] != "MANUAL":
        raise ApiError(Invented.VOUCHER_OF_DOCUMENT_NOT_DELETABLE, "Verifikationen hör till ett dokument.")
    check_period(company, voucher["TransactionDate"], 2000401)
    del company.vouchers[voucher_key(voucher)]
    for row in voucher["VoucherRows"]:
        move_balance(company, row["Account"], voucher["Year"], row["Credit"] - row["Debit"], moment)


def vouchers_seen(company: Company, moment: Moment) -> Records:
    """Give the vouchers of the year that a call names, by series and number."""
    year = chosen_year(company, moment)
    seen = (one for one in company.vouchers.values() if one.data["Year"] == year)
    return {f"{one.data['VoucherSeries']}/{one.data['VoucherNumber']}": one for one in seen}


def address(voucher: Mapping[str, Any]) -> str:
    """Give where a voucher stands, with the financial year that its number needs."""
    return f"{voucher['VoucherSeries']}/{voucher['VoucherNumber']}?financialyear={voucher['Year']}"


def place(parts: list[str]) -> Place:
    """Read `/sublist`, `/sublist/{Series}` and `/{Series}/{Number}`.

    Raises:
        ApiError: 2000764 for any other path.
    """
    match parts:
        case []:
            return Place()
        case ["sublist"]:
            return Place(within=lambda _record: True)
        case ["sublist", series]:
            return Place(within=lambda record: record.data["VoucherSeries"] == series)
        case [series, number]:
            return Place(key=f"{series}/{number}")
        case _:
            raise no_route()


def with_cost_center(wanted: str) -> Predicate:
    """Match a voucher with a cost center, on itself or on any row."""
    return lambda record: any(
        one["CostCenter"] == wanted for one in (record.data, *record.data["VoucherRows"]) if wanted
    )
