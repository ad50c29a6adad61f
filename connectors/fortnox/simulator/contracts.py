"""Contracts: recurring invoices of the same rows, one for each interval of a period (Fortnox facts, 6.16)."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.contract_fields import (
    ACTIVE,
    CONTRACT_FIELDS,
    CONTRACT_ROW_FIELDS,
    FINISHED,
    INACTIVE,
    NOT_SHOWN,
)
from connectors.fortnox.simulator.conversions import convert
from connectors.fortnox.simulator.documents import DocumentKind
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK
from connectors.fortnox.simulator.invoices import INVOICE
from connectors.fortnox.simulator.resource import Shown

Data = dict[str, Any]

_LONGEST_MONTHS = 1200


def after_months(day: date, months: int) -> date:
    """Give the same day some months later, the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _months(first: date, last: date) -> int:
    """The months from one day to another, a begun one counted whole."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months + (last >= after_months(first, months))


def _check_changeable(contract: Data) -> None:
    if contract["Status"] == FINISHED:
        raise ApiError(Invented.CONTRACT_FINISHED, "Avtalet är avslutat.")


def _complete(company: Company, contract: Data) -> None:
    """Set period, length, status and, for a new contract, how many invoices it will make."""
    contract["PeriodStart"] = contract["PeriodStart"] or contract["ContractDate"]
    first, last = (date.fromisoformat(contract[name]) for name in ("PeriodStart", "PeriodEnd"))
    if last < first or not 1 <= contract["InvoiceInterval"] <= _LONGEST_MONTHS:
        raise ApiError(Invented.CONTRACT_PERIOD_INVALID, "Avtalets period eller intervall är ogiltigt.")
    if contract["ContractLength"] is None:
        contract["ContractLength"] = _months(first, last)
    if not contract["InvoicesRemaining"]:
        contract["InvoicesRemaining"] = str(max(1, -(-contract["ContractLength"] // contract["InvoiceInterval"])))
    contract["Status"] = ACTIVE if contract["Active"] else INACTIVE
    _name_template(company, contract)


def _name_template(company: Company, contract: Data) -> None:
    number = contract["TemplateNumber"]
    template = company.records_of("contract_templates").get(str(number))
    if number and template is None:
        raise ApiError(Invented.CONTRACT_TEMPLATE_NOT_FOUND, f"Kan inte hitta avtalsmallen ({number}).")
    contract["TemplateName"] = "" if template is None else template.data["TemplateName"]


CONTRACT = DocumentKind(
    fields=CONTRACT_FIELDS,
    row_fields=CONTRACT_ROW_FIELDS,
    rows="InvoiceRows",
    quantity="DeliveredQuantity",
    date="ContractDate",
    series="contract",
    records=lambda company: company.records_of("contracts"),
    email="EmailInvoice",
    reference="CONTRACT",
    complete=_complete,
    check_changeable=_check_changeable,
)


def _as_document(sent: Mapping[str, Any]) -> Data:
    """Give a request in the words of a document, where it may only use those of a contract."""
    for name in sent:
        if name in NOT_SHOWN:
            raise unknown_field(name)
    return {"VATIncluded" if name == "VatIncluded" else name: value for name, value in sent.items()}


def _is_missing(sent: Mapping[str, Any], name: str) -> bool:
    return sent.get(name) in (None, "", API_BLANK, [])


def _check_rows(rows: Any) -> None:
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("RowId") is None:
            if _is_missing(row, "ArticleNumber"):
                raise ApiError(2001846, "Artikelnummer saknas.")
            if _is_missing(row, "DeliveredQuantity"):
                raise ApiError(2000204, "Fältet DeliveredQuantity saknas.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Make a contract; what it does not say comes from the customer's card.

    It will make an invoice for each interval begun within its length (*simulator choice*).

    Raises:
        ApiError: 2000204 without a customer, rows, a quantity or `PeriodEnd`, 2001846 for a row without an article,
            invented codes for an impossible period or an unknown template, else as any document.
    """
    for name in ("PeriodEnd", "InvoiceRows"):
        if _is_missing(sent, name):
            raise ApiError(2000204, f"Fältet {name} saknas.")
    _check_rows(sent["InvoiceRows"])
    return CONTRACT.create(company, _as_document(sent), moment)


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change a contract that is not finished, its rows as those of any document.

    Raises:
        ApiError: an invented code when finished, 2000204 when `PeriodEnd` is cleared, else as `create`.
    """
    if "PeriodEnd" in sent and sent["PeriodEnd"] in (None, API_BLANK):
        raise ApiError(2000204, "Fältet PeriodEnd saknas.")
    CONTRACT.update(company, record, _as_document(sent), moment)


def _next_period(contract: Data, made: int) -> Data:
    first, interval = date.fromisoformat(contract["PeriodStart"]), contract["InvoiceInterval"]
    begins = after_months(first, made * interval)
    ends = after_months(first, (made + 1) * interval) - timedelta(days=1)
    return {"InvoicePeriodStart": begins.isoformat(), "InvoicePeriodEnd": ends.isoformat()}


def _invoices_made(company: Company, contract: Data) -> int:
    number = int(contract["DocumentNumber"])
    return sum(one.data["ContractReference"] == number for one in company.invoices.values())


def createinvoice(company: Company, record: Record, moment: Moment) -> Shown:
    """Make the next invoice, unbooked, of type AGREEMENTINVOICE, dated today; one invoice less remains.

    A continuous contract goes on when none remains (*simulator choice*). The answer is the invoice.

    Raises:
        ApiError: invented codes when finished, not active, or without a remaining invoice.
    """
    contract = record.data
    _check_changeable(contract)
    if not contract["Active"]:
        raise ApiError(Invented.CONTRACT_INACTIVE, "Avtalet är inte aktivt.")
    remaining = int(contract["InvoicesRemaining"])
    if not remaining and not contract["Continuous"]:
        raise ApiError(Invented.CONTRACT_WITHOUT_INVOICES, "Avtalet har inga fakturor kvar.")
    also = _next_period(contract, _invoices_made(company, contract)) | {
        "ContractReference": int(contract["DocumentNumber"]),
        "InvoiceType": "AGREEMENTINVOICE",
        "Remarks": contract["Remarks"],
    }
    invoice = convert(company, record, moment, source=CONTRACT, target=INVOICE, quantities={}, also=also)
    left = {"InvoicesRemaining": str(max(remaining - 1, 0)), "LastInvoiceDate": moment.today.isoformat()}
    record.data, record.modified = contract | left, moment.now
    return Shown("invoices", invoice)


def finish(_company: Company, record: Record, moment: Moment) -> None:
    """End a contract: it makes no more invoices and is changed no more.

    Raises:
        ApiError: an invented code the second time.
    """
    _check_changeable(record.data)
    record.data, record.modified = record.data | {"Active": False, "Status": FINISHED}, moment.now


def increaseinvoicecount(_company: Company, record: Record, moment: Moment) -> None:
    """Let a contract make one invoice more.

    Raises:
        ApiError: an invented code when finished.
    """
    _check_changeable(record.data)
    remaining = str(int(record.data["InvoicesRemaining"]) + 1)
    record.data, record.modified = record.data | {"InvoicesRemaining": remaining}, moment.now
