"""What an account asks of everything booked on it: cost center, project, information (Fortnox facts, 6.12 and 6.13)."""

from collections.abc import Mapping
from typing import Any

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.dimensions import check_dimensions
from connectors.fortnox.simulator.errors import ApiError, Invented

_DIMENSIONS: tuple[tuple[str, str, int, int], ...] = (
    ("CostCenter", "CostCenterSettings", 2000946, Invented.COST_CENTER_NOT_ALLOWED),
    ("Project", "ProjectSettings", Invented.PROJECT_MANDATORY, Invented.PROJECT_NOT_ALLOWED),
    (
        "TransactionInformation",
        "TransactionInformationSettings",
        Invented.TRANSACTION_INFORMATION_MANDATORY,
        Invented.TRANSACTION_INFORMATION_NOT_ALLOWED,
    ),
)


def check_booked_row(company: Company, row: Mapping[str, Any], year: int, *, missing: int) -> None:
    """Refuse a row that its account in that financial year does not allow.

    Raises:
        ApiError: `missing` for an account outside the chart, 2000550 for an inactive one, 2000946 without a mandatory
            cost center, 2000947 for an inactive one, 2001161 for an unknown project, else invented codes.
    """
    company.check_account(row["Account"], missing, year)
    account = company.chart(year)[str(row["Account"])].data
    for name, setting, mandatory, not_allowed in _DIMENSIONS:
        if account[setting] == "MANDATORY" and not row[name]:
            raise ApiError(mandatory, f"{name} är obligatoriskt på konto {row['Account']}.")
        if account[setting] == "NOTALLOWED" and row[name]:
            raise ApiError(not_allowed, f"{name} är inte tillåtet på konto {row['Account']}.")
    check_dimensions(company, row)
