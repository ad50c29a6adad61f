"""Projects and cost centers where they are named: on documents, vouchers, rows and cards (Fortnox facts, 6.14)."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.fortnox.simulator.company import Company
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.resource import Data

_HOLDERS = (
    "customers", "suppliers", "articles", "offers", "orders", "invoices", "supplier_invoices", "contracts", "vouchers",
    "employees", "assets",
)  # fmt: skip


def check_dimensions(company: Company, holder: Mapping[str, Any]) -> None:
    """Refuse a document, voucher or row that names a project or cost center that is not there or not active.

    The code of an unknown project is that of its 404 (*simulator choice*); the company's switch leaves the look out.

    Raises:
        ApiError: 2001161, 2000947, or an invented code for an unknown cost center.
    """
    if not company.settings.check_dimensions:
        return
    project, code = holder.get("Project"), holder.get("CostCenter")
    if project and project not in company.records_of("projects"):
        raise ApiError(2001161, "Kan inte hitta projektet.")
    if not code:
        return
    center = company.records_of("cost_centers").get(code)
    if center is None:
        raise ApiError(Invented.COST_CENTER_NOT_FOUND, f"Kan inte hitta kostnadsstället ({code}).")
    if not center.data["Active"]:
        raise ApiError(2000947, f"Kostnadsstället ({code}) är inte aktivt.")


def _holders(company: Company) -> Iterator[Data]:
    """Give every object that may name a dimension, and every row of it."""
    for name in _HOLDERS:
        for record in company.records_of(name).values():
            yield record.data
            for value in record.data.values():
                if isinstance(value, list):
                    yield from value


def project_in_use(company: Company, project: Data) -> bool:
    """Tell whether anything names the project, cancelled or not (*simulator choice*)."""
    return any(holder.get("Project") == project["ProjectNumber"] for holder in _holders(company))


def cost_center_in_use(company: Company, center: Data) -> bool:
    """Tell whether anything names the cost center, cancelled or not (*simulator choice*)."""
    return any(holder.get("CostCenter") == center["Code"] for holder in _holders(company))
