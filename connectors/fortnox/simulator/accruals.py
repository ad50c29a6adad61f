"""Contract templates, and accruals of invoices, supplier invoices and contracts (Fortnox facts, 6.16)."""

from datetime import date

from connectors.fortnox.simulator.cards import check_supplier_invoice
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.generic import Rules, resource
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.resource import Data, Resource

_MONTHS = {
    "MONTHLY": 1, "BIMONTHLY": 2, "QUARTERLY": 3, "SEMIANNUALLY": 6, "ANNUALLY": 12,
    "1_MONTHS": 1, "2_MONTHS": 2, "3_MONTHS": 3, "6_MONTHS": 6, "12_MONTHS": 12,
}  # fmt: skip


def _set_times(accrual: Data) -> None:
    """Count how many times an accrual with a first and a last day goes, a begun period as a whole one."""
    first, last = accrual["StartDate"], accrual["EndDate"]
    if not first or not last:
        return
    if last < first:
        raise ApiError(Invented.DATES_IN_WRONG_ORDER, "EndDate får inte ligga före StartDate.")
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    accrual["Times"] = -(-months // _MONTHS.get(accrual["Period"], 1))


def _set_rows(company: Company, accrual: Data, rows: str, *, debit: str, credit: str) -> None:
    """Make the rows of an accrual that was sent without any: its total from one of its accounts to the other."""
    company.check_accounts(accrual, (debit, credit))
    for row in accrual[rows]:
        company.check_accounts(row, ("Account",))
    if accrual[rows]:
        return
    empty = {"CostCenter": "", "Credit": ZERO, "Debit": ZERO, "Project": "", "TransactionInformation": ""}
    accrual[rows] = [
        {**empty, "Account": accrual[debit], "Debit": accrual["Total"]},
        {**empty, "Account": accrual[credit], "Credit": accrual["Total"]},
    ]


def _of_invoice(company: Company, accrual: Data, _moment: Moment) -> None:
    if str(accrual["InvoiceNumber"]) not in company.invoices:
        raise ApiError(2000434, "Kan inte hitta fakturan.")
    _set_times(accrual)
    _set_rows(company, accrual, "InvoiceAccrualRows", debit="RevenueAccount", credit="AccrualAccount")


def _of_supplier_invoice(company: Company, accrual: Data, _moment: Moment) -> None:
    check_supplier_invoice(company, accrual)
    _set_times(accrual)
    _set_rows(company, accrual, "SupplierInvoiceAccrualRows", debit="AccrualAccount", credit="CostAccount")


def _of_contract(company: Company, accrual: Data, _moment: Moment) -> None:
    if str(accrual["DocumentNumber"]) not in company.records_of("contracts"):
        raise ApiError(Invented.OBJECT_NOT_FOUND, "Kan inte hitta avtalet.")
    _set_rows(company, accrual, "AccrualRows", debit="CostAccount", credit="AccrualAccount")


ACCRUALS: dict[str, Resource] = {
    "contract_templates": resource(
        "contract_templates",
        Rules(
            key="assigned",
            listed={
                "ContractLength": "ContractLength",
                "ContractTemplate": "TemplateNumber",
                "ContractTemplateName": "TemplateName",
                "InvoiceInterval": "InvoiceInterval",
            },
        ),
    ),
    "invoice_accruals": resource(
        "invoice_accruals",
        Rules(listed=("Description", "InvoiceNumber", "Period"), complete=_of_invoice),
    ),
    "supplier_invoice_accruals": resource(
        "supplier_invoice_accruals",
        Rules(listed=("Description", "Period", "SupplierInvoiceNumber"), complete=_of_supplier_invoice),
    ),
    "contract_accruals": resource(
        "contract_accruals",
        Rules(listed=("Description", "DocumentNumber", "Period"), complete=_of_contract),
    ),
}
"""By their names in the table."""
