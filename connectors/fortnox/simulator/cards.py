"""Suppliers, references, connections and payroll codes, in the common form (Fortnox facts, 6.2, 6.9 and 6.20)."""

from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.countries import country_name
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.generic import Rules, resource
from connectors.fortnox.simulator.resource import Data, Resource
from connectors.fortnox.simulator.search import ACTIVITY, contains, each, exactly

_SUPPLIER_LIST = (
    "Active", "Address1", "Address2", "BG", "BIC", "BankAccountNumber", "City", "CostCenter", "CountryCode", "Currency",
    "DisablePaymentFile", "Email", "IBAN", "Name", "OrganisationNumber", "PG", "PreDefinedAccount", "Project",
    "SupplierNumber", "TermsOfPayment", "ZipCode",
)  # fmt: skip


def _supplier(company: Company, supplier: Data, _moment: Moment) -> None:
    supplier["Country"] = country_name(supplier["CountryCode"]) or ""
    company.currency(supplier["Currency"])


def _supplier_in_use(company: Company, supplier: Data) -> bool:
    return any(
        record.data.get("SupplierNumber") == supplier["SupplierNumber"]
        for name in ("articles", "supplier_invoices")
        for record in company.records_of(name).values()
    )


def _customer_reference(company: Company, reference: Data, _moment: Moment) -> None:
    if reference["CustomerNumber"] not in company.customers:
        raise ApiError(2000433, "Kan inte hitta kunden.")


def _article_url(company: Company, connection: Data, _moment: Moment) -> None:
    if connection["ArticleNumber"] not in company.articles:
        raise ApiError(2000428, "Kan inte hitta artikeln.")


def check_supplier_invoice(company: Company, data: Data) -> None:
    """Refuse the number of a supplier invoice that is not there.

    Raises:
        ApiError: an invented code.
    """
    if str(data["SupplierInvoiceNumber"]) not in company.records_of("supplier_invoices"):
        raise ApiError(Invented.OBJECT_NOT_FOUND, "Kan inte hitta leverantörsfakturan.")


def _supplier_invoice_url(company: Company, connection: Data, _moment: Moment) -> None:
    check_supplier_invoice(company, connection)
    connection["Url"] = connection["ExternalURLConnection"]


def _employee(_company: Company, employee: Data, _moment: Moment) -> None:
    for wage in employee["DatedWages"]:
        wage["EmployeeId"] = wage["EmployeeId"] or employee["EmployeeId"]
    employee["FullName"] = f"{employee['FirstName']} {employee['LastName']}".strip()


def _expense(company: Company, expense: Data, _moment: Moment) -> None:
    company.check_accounts(expense, ("Account",))


_ADDRESS = {"any_characters": True}

CARDS: dict[str, Resource] = {
    "suppliers": resource(
        "suppliers",
        Rules(
            key="offered",
            but={
                "Active": {"default": True},
                "Country": {"read_only": True},
                "Currency": {"default": "SEK"},
                "PreDefinedAccount": {"default": None},
                "VATType": {"default": "NORMAL"},
                "ZipCode": {"longest": 10},
                **{name: {"longest": 1024} for name in ("Address1", "Address2", "Email", "VisitingAddress")},
            },
            listed={**{name: name for name in _SUPPLIER_LIST}, "Phone": "Phone1"},
            complete=_supplier,
            in_use=_supplier_in_use,
            searches=each("Name SupplierNumber OrganisationNumber Email City ZipCode", contains),
            filters=ACTIVITY,
            sorts={"name": "Name"},
        ),
    ),
    "customer_references": resource(
        "customer_references",
        Rules(
            key="assigned",
            complete=_customer_reference,
            searches={"customer": exactly("CustomerNumber")},
        ),
    ),
    "article_url_connections": resource(
        "article_url_connections", Rules(key="assigned", but={"URLConnection": _ADDRESS}, complete=_article_url)
    ),
    "supplier_invoice_url_connections": resource(
        "supplier_invoice_url_connections",
        Rules(
            key="assigned",
            but={"ExternalURLConnection": _ADDRESS, "Url": {"read_only": True, "any_characters": True}},
            complete=_supplier_invoice_url,
        ),
    ),
    "employees": resource(
        "employees", Rules(but={"FullName": {"read_only": True}, "TaxColumn": {"default": 1}}, complete=_employee)
    ),
    "expenses": resource("expenses", Rules(complete=_expense)),
}
"""By their names in the table."""
