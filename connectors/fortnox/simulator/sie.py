"""A year's accounts and vouchers as a SIE file, types 1 to 4, in code page 437 (Fortnox facts, 1.2 and 6.13)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.accounts import accounts_seen
from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.errors import no_route
from connectors.fortnox.simulator.financial_years import chosen_year, existing_year
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.special import Special
from connectors.fortnox.simulator.wire import Answer, decimal_text

_TYPES = ("1", "2", "3", "4")
_BALANCE_ACCOUNTS = range(1000, 3000)
_DIMENSIONS = (("1", "CostCenter", "Kostnadsställe", "cost_centers"), ("6", "Project", "Projekt", "projects"))
_PROGRAM = '#PROGRAM "Fortnox" "simulator"'

Data = Mapping[str, Any]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")
    return f'"{escaped}"'


def _day(text: str) -> str:
    return text.replace("-", "")


def _objects(row: Data) -> str:
    named = (f"{number} {_quoted(row[name])}" for number, name, _title, _records in _DIMENSIONS if row[name])
    return "{" + " ".join(named) + "}"


def _head(company: Company, kind: str, year: Data, moment: Moment) -> Iterator[str]:
    yield "#FLAGGA 0"
    yield _PROGRAM
    yield "#FORMAT PC8"
    yield f"#GEN {_day(moment.today.isoformat())}"
    yield f"#SIETYP {kind}"
    yield f"#ORGNR {company.settings.organisation_number}"
    yield f"#FNAMN {_quoted(company.settings.company_name)}"
    yield f"#RAR 0 {_day(year['FromDate'])} {_day(year['ToDate'])}"
    before = _year_before(company, year)
    if before is not None:
        yield f"#RAR -1 {_day(before['FromDate'])} {_day(before['ToDate'])}"
    yield f"#KPTYP {_quoted(year['AccountChartType'])}"


def _year_before(company: Company, year: Data) -> Data | None:
    """The year that ends the day before, if it was ever used."""
    last = date.fromisoformat(year["FromDate"]) - timedelta(days=1)
    ends = (one.data for one in company.financial_years.values())
    return next((one for one in ends if one["ToDate"] == last.isoformat()), None)


def _balances(accounts: Sequence[Data], which: int) -> Iterator[str]:
    for account in accounts:
        number, opening, closing = (
            account[name] for name in ("Number", "BalanceBroughtForward", "BalanceCarriedForward")
        )
        if number in _BALANCE_ACCOUNTS:
            if opening:
                yield f"#IB {which} {number} {decimal_text(opening)}"
            if closing:
                yield f"#UB {which} {number} {decimal_text(closing)}"
        elif closing:
            yield f"#RES {which} {number} {decimal_text(closing)}"


def _counted_rows(vouchers: list[Data]) -> Iterator[tuple[Data, Data]]:
    """Every row with its voucher; removed ones stay visible but do not count (Fortnox facts, 6.13)."""
    return ((voucher, row) for voucher in vouchers for row in voucher["VoucherRows"] if not row["Removed"])


def _periods(vouchers: list[Data], *, with_objects: bool) -> Iterator[str]:
    """What each account moved in each month: as a whole and, for type 3, for each cost center and project."""
    sums: dict[tuple[str, int, str], Decimal] = {}
    for voucher, row in _counted_rows(vouchers):
        month, amount = _day(voucher["TransactionDate"])[:6], row["Debit"] - row["Credit"]
        for place in dict.fromkeys(("{}", _objects(row) if with_objects else "{}")):
            key = (month, row["Account"], place)
            sums[key] = sums.get(key, ZERO) + amount
    for (month, number, place), amount in sorted(sums.items()):
        yield f"#PSALDO 0 {month} {number} {place} {decimal_text(amount)}"


def _registers(company: Company, vouchers: list[Data]) -> Iterator[str]:
    """The cost centers and projects that are registered or used, under the numbers SIE gives their dimensions."""
    for number, name, title, register in _DIMENSIONS:
        yield f"#DIM {number} {_quoted(title)}"
        titles = {key: str(one.data["Description"]) for key, one in company.records_of(register).items()}
        used = {row[name] for _voucher, row in _counted_rows(vouchers) if row[name]}
        for key in sorted(used | set(titles)):
            yield f"#OBJEKT {number} {_quoted(key)} {_quoted(titles.get(key, key))}"


def _transactions(vouchers: list[Data]) -> Iterator[str]:
    for voucher in vouchers:
        day, text = _day(voucher["TransactionDate"]), _quoted(voucher["Description"])
        yield f"#VER {_quoted(voucher['VoucherSeries'])} {voucher['VoucherNumber']} {day} {text}"
        yield "{"
        for _voucher, row in _counted_rows([voucher]):
            amount = decimal_text(row["Debit"] - row["Credit"])
            text = _quoted(row["TransactionInformation"] or row["Description"])
            yield f"#TRANS {row['Account']} {_objects(row)} {amount} {day} {text}"
        yield "}"


def _sorted_vouchers(company: Company, year: int) -> list[Data]:
    chosen = (one.data for one in company.vouchers.values() if one.data["Year"] == year)
    return sorted(chosen, key=lambda one: (one["VoucherSeries"], one["VoucherNumber"]))


def _lines(company: Company, kind: str, moment: Moment) -> Iterator[str]:
    number = chosen_year(company, moment)
    year = existing_year(company, number)
    accounts = [one.data for _key, one in sorted(accounts_seen(company, moment).items())]
    vouchers = _sorted_vouchers(company, number)
    yield from _head(company, kind, year, moment)
    for account in accounts:
        yield f"#KONTO {account['Number']} {_quoted(account['Description'])}"
        if account["SRU"]:
            yield f"#SRU {account['Number']} {account['SRU']}"
    if kind in ("3", "4"):
        yield from _registers(company, vouchers)
    yield from _balances(accounts, 0)
    before = _year_before(company, year)
    if before is not None:
        yield from _balances([one.data for _key, one in sorted(company.chart(before["Id"]).items())], -1)
    if kind in ("2", "3"):
        yield from _periods(vouchers, with_objects=kind == "3")
    if kind == "4":
        yield from _transactions(vouchers)


def _answer(company: Company, call: Call, rest: list[str], moment: Moment) -> Answer:
    """Give the file; a character outside the code page becomes a question mark (*simulator choice*).

    Raises:
        ApiError: 2000764 for another type or method, an invented code for a year that does not exist.
    """
    if call.method != "GET" or len(rest) != 1 or rest[0] not in _TYPES:
        raise no_route()
    call.needs("bookkeeping")
    text = "".join(f"{line}\r\n" for line in _lines(company, rest[0], moment))
    headers = {
        "Content-Disposition": f"attachment; filename=sie{rest[0]}.se",
        "Content-Transfer-Encoding": "binary",
    }
    return Answer(200, text.encode("cp437", errors="replace"), "application/octet-stream", headers)


SIE = Special(_answer)
