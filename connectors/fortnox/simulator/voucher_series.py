"""Series of vouchers: which ones take vouchers from outside, and the next number in a year (Fortnox facts, 6.13)."""

from collections.abc import Mapping

from connectors.fortnox.simulator.company import LONG_AGO, Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import Field, Kind, blank, lay_over
from connectors.fortnox.simulator.financial_years import chosen_year

_FIELDS: dict[str, Field] = {
    "Code": Field(longest=10),
    "Description": Field(longest=200),
    "Manual": Field(Kind.BOOLEAN, default=False),
    "NextVoucherNumber": Field(Kind.INTEGER, default=1, read_only=True),
    "Year": Field(Kind.INTEGER, default=None, read_only=True),
}
_SEEDED = (
    ("A", "Redovisning", True),
    ("B", "Kundfakturor", False),
    ("C", "Kundinbetalningar", False),
    ("D", "Leverantörsfakturor", False),
    ("E", "Leverantörsbetalningar", False),
    ("F", "Kontantfakturor", False),
    ("G", "Periodiseringar, kundfakturor", False),
    ("H", "Periodiseringar, leverantörsfakturor", False),
    ("I", "Anläggningstillgångar", False),
    ("L", "Löner", False),
    ("M", "Momsrapporter", False),
)
SERIES_LIST_FIELDS = ("Code", "Description", "Manual", "Year")


def all_series(company: Company) -> Records:
    """Give the series by their code; those that are predefined and A are there from the beginning."""
    records = company.records_of("voucher_series")
    if not records:
        for code, description, manual in _SEEDED:
            data = blank(_FIELDS) | {"Code": code, "Description": description, "Manual": manual}
            records[code] = Record(data, LONG_AGO)
    return records


def _show(company: Company, record: Record, year: int) -> None:
    last = company.voucher_numbers.get((record.data["Code"], year), 0)
    record.data = record.data | {"NextVoucherNumber": last + 1, "Year": year}


def series_seen(company: Company, moment: Moment) -> Records:
    """Give the series as they stand in the year that a call names."""
    year, records = chosen_year(company, moment), all_series(company)
    for record in records.values():
        _show(company, record, year)
    return records


def existing_series(company: Company, code: str) -> Record:
    """Give a series by its code.

    Raises:
        ApiError: an invented code for one that does not exist.
    """
    series = all_series(company).get(code)
    if series is None:
        raise ApiError(Invented.VOUCHER_SERIES_NOT_FOUND, f"Kan inte hitta verifikationsserien ({code}).")
    return series


def manual_series(company: Company, code: str) -> None:
    """Refuse a series that takes no vouchers from outside.

    Raises:
        ApiError: invented codes for a series that does not exist or is not manual.
    """
    if not existing_series(company, code).data["Manual"]:
        raise ApiError(Invented.VOUCHER_SERIES_NOT_MANUAL, f"Verifikationsserien {code} är inte manuell.")


def _check(series: Mapping[str, object]) -> None:
    for name in ("Code", "Description"):
        if not series[name]:
            raise ApiError(2000204, f"Fältet {name} saknas.")


def create(company: Company, sent: Mapping[str, object], moment: Moment) -> Record:
    """Open a series, whose numbers begin at 1 in every year.

    Raises:
        ApiError: 2000204 without code or description, an invented code for a code that exists, and whatever a single
            property refuses.
    """
    series = blank(_FIELDS)
    lay_over(series, sent, _FIELDS)
    _check(series)
    records = all_series(company)
    if series["Code"] in records:
        raise ApiError(Invented.VOUCHER_SERIES_EXISTS, f"Verifikationsserien {series['Code']} finns redan.")
    record = Record(series, moment.now)
    records[series["Code"]] = record
    _show(company, record, chosen_year(company, moment))
    return record


def update(_company: Company, record: Record, sent: Mapping[str, object], moment: Moment) -> None:
    """Change a series; the code stays.

    Raises:
        ApiError: 2001399 for another code, else as `create`.
    """
    series = dict(record.data)
    if sent.get("Code") not in (None, "", series["Code"]):
        raise unknown_field("Code")
    lay_over(series, {name: value for name, value in sent.items() if name != "Code"}, _FIELDS)
    _check(series)
    record.data, record.modified = series, moment.now
