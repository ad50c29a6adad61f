"""What a company chooses for rows and vouchers: predefined accounts and voucher series (Fortnox facts, 6.12)."""

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.errors import ApiError

_SALES_OF_REGIME = {
    "EUREVERSEDVAT": "SALESEUREV",
    "EUVAT": "SALESEUVAT",
    "EXPORT": "SALESEXPORT",
    "SEREVERSEDVAT": "SALESCONSTR2",
}
_SALES_OF_RATE = {25: "SALES_25_SE", 12: "SALES_12_SE", 6: "SALES_6_SE", 0: "SALES_0_SE"}
_VAT_OF_RATE = {25: "OUTVAT_MP1", 12: "OUTVAT_MP2", 6: "OUTVAT_MP3"}


def predefined_account(company: Company, name: str) -> int:
    """Give the account that a company has under a fixed name, 0 for one that is not set."""
    record = company.records_of("predefined_accounts").get(name)
    return int(record.data["Account"]) if record else 0


def needed_account(company: Company, name: str, year: int | None = None) -> int:
    """Give the account under a fixed name, of a financial year or else the preselected one.

    Raises:
        ApiError: 2001304 for one that is not set or not in the chart, 2000550 for an inactive one.
    """
    number = predefined_account(company, name)
    if not number:
        raise ApiError(2001304, f"Kan inte hitta kontot ({name}).")
    company.check_account(number, 2001304, year)
    return number


def sales_account(vat_type: str, rate: int) -> str:
    """Name the predefined account of sales under a VAT regime, of Swedish ones by their rate (*simulator choice*)."""
    return _SALES_OF_REGIME.get(vat_type) or _SALES_OF_RATE.get(rate, "SALES_25_SE")


def vat_account(rate: int) -> str:
    """Name the predefined account of outgoing VAT of a rate; one of the company's own goes with 25 % (our choice)."""
    return _VAT_OF_RATE.get(rate, "OUTVAT_MP1")


def predefined_series(company: Company, name: str) -> str:
    """Give the voucher series that a company has under a fixed name."""
    return str(company.records_of("predefined_voucher_series")[name].data["VoucherSeries"])
