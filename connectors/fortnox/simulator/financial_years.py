"""Financial years: which ones exist, and which one a day, a query or neither means (Fortnox facts, 6.12 and 6.13)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from connectors.fortnox.simulator.company import FIRST_YEAR, LONG_AGO, Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, invalid_parameter, not_found
from connectors.fortnox.simulator.fields import Field, Kind, blank, lay_over, read_value
from connectors.fortnox.simulator.search import Predicate

ACCOUNT_CHART = "Bas 2026"
_LONGEST_MONTHS = 18
_FIELDS: dict[str, Field] = {
    "AccountChartType": Field(default=ACCOUNT_CHART),
    "AccountingMethod": Field(default="ACCRUAL", choices=("ACCRUAL", "CASH")),
    "FromDate": Field(Kind.DATE, default=None),
    "Id": Field(Kind.INTEGER, default=None, read_only=True),
    "ToDate": Field(Kind.DATE, default=None),
}


def _overlaps(company: Company, first: str, last: str) -> bool:
    return any(one.data["FromDate"] <= last and first <= one.data["ToDate"] for one in company.financial_years.values())


def _put_calendar_year(company: Company, year: int) -> None:
    """Let a calendar year exist, older than any search lag, unless another year holds some of its days."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    if _overlaps(company, first, last):
        return
    number = year - FIRST_YEAR
    data = blank(_FIELDS) | {"FromDate": first, "Id": number, "ToDate": last}
    company.financial_years[str(number)] = Record(data, LONG_AGO)


def _offered(company: Company) -> Records:
    """Give the years that exist: all of them, or those created over REST and those that the switch names."""
    named = company.settings.financial_years
    if named is None:
        return company.financial_years
    for year in named:
        _put_calendar_year(company, year)
    return {
        key: one
        for key, one in company.financial_years.items()
        if one.created != LONG_AGO or int(one.data["FromDate"][:4]) in named
    }


def year_of(company: Company, day: str) -> int | None:
    """Give the id of the financial year that a day lies in; without the switch every calendar year exists."""
    if company.settings.financial_years is None:
        _put_calendar_year(company, date.fromisoformat(day).year)
    holding = (one for one in _offered(company).values() if one.data["FromDate"] <= day <= one.data["ToDate"])
    return next((int(one.data["Id"]) for one in holding), None)


def booking_year(company: Company, day: str) -> int:
    """Give the id of the financial year that something of this day is booked in.

    Raises:
        ApiError: an invented code where the day lies in none.
    """
    year = year_of(company, day)
    if year is None:
        raise ApiError(Invented.FINANCIAL_YEAR_MISSING, f"Räkenskapsår saknas för {day}.")
    return year


def preselect(company: Company, today: date) -> None:
    """Note the year that a call means which names none: today's, else the last one that exists."""
    year = year_of(company, today.isoformat())
    offered = _offered(company)
    if year is None and offered:
        year = int(max(offered.values(), key=lambda one: one.data["ToDate"]).data["Id"])
    if year is not None:
        company.preselected_year = year


def years_seen(company: Company, _moment: Moment) -> Records:
    """Give the financial years by their id."""
    return _offered(company)


def holding_day(wanted: str) -> Predicate:
    """Match the year that holds a day (`?date=`)."""
    day = read_value("date", wanted, _FIELDS["FromDate"])
    return lambda record: record.data["FromDate"] <= day <= record.data["ToDate"]


def existing_year(company: Company, number: int) -> dict[str, Any]:
    """Give a financial year by its id.

    Raises:
        ApiError: an invented code with 404.
    """
    found = _offered(company).get(str(number))
    if found is None:
        raise not_found(Invented.FINANCIAL_YEAR_NOT_FOUND, f"Kan inte hitta räkenskapsåret ({number}).")
    return found.data


def chosen_year(company: Company, moment: Moment) -> int:
    """Give the id of the year that a call's `financialyear` or `financialyeardate` names, else the preselected one.

    Raises:
        ApiError: 2000588 for an unusable value, an invented code with 404 for a year that does not exist.
    """
    query = {name.lower(): value for name, value in moment.query.items()}
    wanted = query.get("financialyear")
    if wanted is None and "financialyeardate" in query:
        return booking_year(company, read_value("financialyeardate", query["financialyeardate"], _FIELDS["FromDate"]))
    if wanted is None:
        return company.preselected_year
    if not wanted.removeprefix("-").isdigit():
        raise invalid_parameter("financialyear")
    return int(existing_year(company, int(wanted))["Id"])


def _check_dates(company: Company, year: Mapping[str, Any]) -> None:
    for name in ("FromDate", "ToDate"):
        if not year[name]:
            raise ApiError(2000204, f"Fältet {name} saknas.")
    first, last = (date.fromisoformat(year[name]) for name in ("FromDate", "ToDate"))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if last <= first or months > _LONGEST_MONTHS:
        raise ApiError(Invented.FINANCIAL_YEAR_DATES_INVALID, "Räkenskapsårets datum är ogiltiga.")
    if _overlaps(company, year["FromDate"], year["ToDate"]):
        raise ApiError(Invented.FINANCIAL_YEARS_OVERLAP, "Räkenskapsåret överlappar ett annat.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Open a financial year of at most 18 months; its chart begins as that of the year before.

    The id is the year of its first day minus 2000, or the next one free (*simulator choice*).

    Raises:
        ApiError: 2000204 without a date, invented codes for impossible or overlapping dates, and whatever a single
            property refuses.
    """
    year = blank(_FIELDS)
    lay_over(year, sent, _FIELDS)
    _check_dates(company, year)
    number = int(year["FromDate"][:4]) - FIRST_YEAR
    while str(number) in company.financial_years:
        number += 1
    year["Id"] = number
    record = Record(year, moment.now)
    company.financial_years[str(number)] = record
    return record
