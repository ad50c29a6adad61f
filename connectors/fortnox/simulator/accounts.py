"""Accounts of a financial year: read, created, changed, deleted, with their balances (Fortnox facts, 6.12)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.account_seeds import account_data
from connectors.fortnox.simulator.company import LONG_AGO, Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, not_found, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, Field, Kind, lay_over, read_value
from connectors.fortnox.simulator.financial_years import ACCOUNT_CHART, chosen_year
from connectors.fortnox.simulator.money import ZERO

_NUMBERS = range(1000, 10000)
_MISSING = (2000423, "Kan inte hitta kontot.")


def _setting(*, read_only: bool = False) -> Field:
    return Field(default="ALLOWED", choices=("ALLOWED", "MANDATORY", "NOTALLOWED"), read_only=read_only)


ACCOUNT_FIELDS: dict[str, Field] = {
    "Active": Field(Kind.BOOLEAN, default=True),
    "BalanceBroughtForward": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "BalanceCarriedForward": Field(Kind.NUMBER, default=ZERO, rounded=True, read_only=True),
    "CostCenter": Field(longest=6),
    "CostCenterSettings": _setting(),
    "Description": Field(longest=200),
    "Number": Field(Kind.INTEGER, default=None),
    "Project": Field(longest=20),
    "ProjectSettings": _setting(),
    "QuantitySettings": _setting(read_only=True),
    "QuantityUnit": Field(read_only=True),
    "SRU": Field(Kind.INTEGER, default=0),
    "TransactionInformation": Field(longest=100),
    "TransactionInformationSettings": _setting(),
    "VATCode": Field(longest=10),
    "Year": Field(Kind.INTEGER, default=None, read_only=True),
}
_QUANTITY_FIELDS: dict[str, Field] = {"Balance": Field(Kind.INTEGER, default=0), "Project": Field(longest=20)}
ACCOUNT_LIST_FIELDS = (
    "Active", "BalanceBroughtForward", "CostCenter", "CostCenterSettings", "Description", "Number", "Project",
    "ProjectSettings", "SRU", "VATCode", "Year",
)  # fmt: skip


def every_account(company: Company) -> Records:
    """Give the accounts of every year that was used, keyed by year and number."""
    return {f"{year}/{number}": one for year, chart in company.charts.items() for number, one in chart.items()}


def accounts_seen(company: Company, moment: Moment) -> Records:
    """Give the accounts of the year that a call names, by their number."""
    missing = set(map(str, company.settings.missing_accounts))
    chart = company.chart(chosen_year(company, moment))
    return {number: one for number, one in chart.items() if number not in missing}


def charts_seen(_company: Company) -> Records:
    """Give the one chart of accounts that a new year can be opened with (*simulator choice*)."""
    return {ACCOUNT_CHART: Record({"Name": ACCOUNT_CHART}, LONG_AGO)}


def _quantities(sent: Any) -> list[dict[str, Any]]:
    if not isinstance(sent, list) or not all(isinstance(row, dict) for row in sent):
        raise ApiError(2001392, "Felaktig indata: OpeningQuantities har fel typ.")
    rows = []
    for given in sent:
        row: dict[str, Any] = {"Balance": 0, "Project": ""}
        lay_over(row, given, _QUANTITY_FIELDS)
        rows.append(row)
    return rows


def _lay(account: dict[str, Any], sent: Mapping[str, Any]) -> None:
    """Lay what was sent over an account; what the year has moved stays on top of a new opening balance."""
    moved = account["BalanceCarriedForward"] - account["BalanceBroughtForward"]
    apart = ("Number", "OpeningQuantities")
    lay_over(account, {name: value for name, value in sent.items() if name not in apart}, ACCOUNT_FIELDS)
    if sent.get("OpeningQuantities") is not None:
        account["OpeningQuantities"] = _quantities(sent["OpeningQuantities"])
    account["BalanceCarriedForward"] = account["BalanceBroughtForward"] + moved
    if not account["Description"]:
        raise ApiError(2000204, "Fältet Description saknas.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Put an account into the chart of the year that the call names.

    Raises:
        ApiError: 2000204 without number or description, 2000108 for a number without four digits, an invented code for
            one that exists, and whatever a single property refuses.
    """
    if sent.get("Number") in (None, "", API_BLANK):
        raise ApiError(2000204, "Fältet Number saknas.")
    number = read_value("Number", sent["Number"], ACCOUNT_FIELDS["Number"])
    if number not in _NUMBERS:
        raise ApiError(2000108, "Fältet Number måste ha fyra siffror.")
    year = chosen_year(company, moment)
    if company.account(number, year) is not None:
        raise ApiError(Invented.ACCOUNT_EXISTS, f"Kontot {number} finns redan.")
    account = account_data(number, "", year)
    _lay(account, sent)
    record = Record(account, moment.now)
    company.chart(year)[str(number)] = record
    return record


def update(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change an account of the year that the call names; the number stays.

    Raises:
        ApiError: 2001399 for another number, else as `create`.
    """
    account = dict(record.data)
    if str(sent.get("Number") or account["Number"]) != str(account["Number"]):
        raise unknown_field("Number")
    _lay(account, sent)
    record.data, record.modified = account, moment.now


def _is_used(company: Company, number: int, year: int) -> bool:
    return any(
        row["Account"] == number
        for voucher in company.vouchers.values()
        if voucher.data["Year"] == year
        for row in voucher.data["VoucherRows"]
    )


def delete(company: Company, record: Record, _moment: Moment) -> None:
    """Delete an account of the preselected year, whatever year the call names (Fortnox facts, 6.12).

    Raises:
        ApiError: 2000423 with 404 where that year does not have it, an invented code where a voucher uses it.
    """
    number, year = record.data["Number"], company.preselected_year
    if company.account(number, year) is None:
        raise not_found(*_MISSING)
    if _is_used(company, number, year):
        raise ApiError(Invented.ACCOUNT_IN_USE, f"Kontot {number} används och kan inte tas bort.")
    del company.chart(year)[str(number)]


def move_balance(company: Company, number: int, year: int, amount: Decimal, moment: Moment) -> None:
    """Let an account carry what a voucher moves on it, debit positive."""
    account = company.chart(year)[str(number)]
    account.data = account.data | {"BalanceCarriedForward": account.data["BalanceCarriedForward"] + amount}
    account.modified = moment.now
