"""Supplier invoices: created from supplier and rows, changed while unbooked, numbered by the server (6.10)."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, blank, lay_over
from connectors.fortnox.simulator.supplier_invoice_fields import SUPPLIER_INVOICE_FIELDS
from connectors.fortnox.simulator.supplier_rows import in_new_rate, read_rows, settle_amounts
from connectors.fortnox.simulator.wire import decimal_text

Data = dict[str, Any]

_ROWS = "SupplierInvoiceRows"
_APART = frozenset({"GivenNumber", "SupplierNumber", "Vouchers", _ROWS})
_DAYS = 30


def supplier_invoices(company: Company) -> Records:
    """Give the supplier invoices by their `GivenNumber`."""
    return company.records_of("supplier_invoices")


def _given(sent: Mapping[str, Any], name: str) -> bool:
    return sent.get(name) not in (None, "", API_BLANK)


def _supplier(company: Company, number: Any) -> Data:
    if number in (None, "", API_BLANK):
        raise ApiError(2000204, "Leverantörsnummer saknas.")
    record = company.records_of("suppliers").get(str(number))
    if record is None:
        raise ApiError(Invented.SUPPLIER_NOT_FOUND, f"Kan inte hitta leverantören ({number}).")
    return record.data


def _copy_card(invoice: Data, supplier: Data) -> None:
    """Take name, currency, cost center and project from the supplier's card as far as that has them."""
    invoice["SupplierNumber"], invoice["SupplierName"] = supplier["SupplierNumber"], supplier["Name"]
    for name in ("CostCenter", "Currency", "OurReference", "Project", "YourReference"):
        invoice[name] = supplier.get(name) or invoice[name]


def _set_currency(company: Company, invoice: Data, sent: Mapping[str, Any], before: str | None) -> None:
    registered = company.currency(invoice["Currency"])
    if invoice["Currency"] != before:
        if not _given(sent, "CurrencyRate"):
            invoice["CurrencyRate"] = decimal_text(registered["BuyRate"])
        if not _given(sent, "CurrencyUnit"):
            invoice["CurrencyUnit"] = int(registered["Unit"])
    for name in ("CurrencyRate", "CurrencyUnit"):
        if Decimal(invoice[name]) <= 0:
            raise ApiError(2000108, f"Fältet {name} måste vara större än noll.")


def _lay(invoice: Data, sent: Mapping[str, Any]) -> None:
    """Lay the header over an invoice; number and vouchers are the server's and may only be sent as they stand."""
    for name in ("GivenNumber", "Vouchers"):
        if sent.get(name) not in (None, "", invoice[name]):
            raise unknown_field(name)
    lay_over(invoice, {name: one for name, one in sent.items() if name not in _APART}, SUPPLIER_INVOICE_FIELDS)


def _cost_account(supplier: Data) -> int | str:
    """Give the account of a supplier's costs, or the name of the predefined one."""
    text = str(supplier.get("PreDefinedAccount") or "")
    return int(text) if text.isascii() and text.isdigit() else "PURCASE"


def _set_dates(company: Company, invoice: Data, supplier: Data, moment: Moment) -> None:
    invoice["InvoiceDate"] = invoice["InvoiceDate"] or moment.today.isoformat()
    if not invoice["DueDate"]:
        terms = supplier.get("TermsOfPayment")
        days = timedelta(days=company.days_of_payment(str(terms)) if terms else _DAYS)
        invoice["DueDate"] = (date.fromisoformat(invoice["InvoiceDate"]) + days).isoformat()


def _finish(company: Company, invoice: Data, sent: Mapping[str, Any], supplier: Data, moment: Moment) -> None:
    """Read the rows that were sent, or keep those that stand, and set what follows from them."""
    if sent.get(_ROWS) is not None or not invoice[_ROWS]:
        invoice[_ROWS] = read_rows(company, invoice, sent.get(_ROWS) or [], _cost_account(supplier))
    else:
        invoice[_ROWS] = in_new_rate(invoice)
    settle_amounts(invoice, {name for name in SUPPLIER_INVOICE_FIELDS if _given(sent, name)})
    invoice["Balance"] = invoice["Total"]
    _set_dates(company, invoice, supplier, moment)


def store(company: Company, invoice: Data, moment: Moment) -> Record:
    """Give a new supplier invoice its number and keep it."""
    records = supplier_invoices(company)
    invoice["GivenNumber"] = company.next_number("supplier_invoice", lambda free: free not in records)
    record = Record(invoice, moment.now)
    records[invoice["GivenNumber"]] = record
    return record


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Record a supplier invoice; without a `Total` it is what the rows come to (*simulator choice*).

    Nothing protects against the same `InvoiceNumber` twice, and `OCR` is not checked (both *simulator choices*).

    Raises:
        ApiError: 2000204 without a supplier, an invented code for an unknown one, 2000427, the row codes of
            `read_rows`, 2000755 where it does not balance, and what a single property refuses.
    """
    supplier = _supplier(company, sent.get("SupplierNumber"))
    invoice = blank(SUPPLIER_INVOICE_FIELDS) | {_ROWS: [], "Vouchers": []}
    _copy_card(invoice, supplier)
    _lay(invoice, sent)
    _set_currency(company, invoice, sent, "SEK")
    _finish(company, invoice, sent, supplier, moment)
    return store(company, invoice, moment)


def check_open(invoice: Data) -> None:
    """Refuse to do something with a supplier invoice that is booked or cancelled.

    Raises:
        ApiError: invented codes.
    """
    if invoice["Cancelled"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_CANCELLED, "Leverantörsfakturan är makulerad.")
    if invoice["Booked"]:
        raise ApiError(Invented.SUPPLIER_INVOICE_BOOKED, "Leverantörsfakturan är bokförd.")


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change an unbooked supplier invoice; rows that are sent replace all of its rows (*simulator choice*).

    Raises:
        ApiError: invented codes when booked or cancelled, else as `create`.
    """
    check_open(record.data)
    invoice = deepcopy(record.data)
    before = invoice["Currency"]
    supplier = _supplier(company, sent.get("SupplierNumber") or invoice["SupplierNumber"])
    if supplier["SupplierNumber"] != invoice["SupplierNumber"]:
        _copy_card(invoice, supplier)
    _lay(invoice, sent)
    _set_currency(company, invoice, sent, before)
    _finish(company, invoice, sent, supplier, moment)
    record.data, record.modified = invoice, moment.now
