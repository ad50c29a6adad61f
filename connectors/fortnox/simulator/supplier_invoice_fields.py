"""The properties of a supplier invoice and its rows; its money is text on the wire (Fortnox facts, 1.7, 1.9, 6.10)."""

from typing import Any

from connectors.fortnox.simulator.document_fields import date, flag, null, text
from connectors.fortnox.simulator.fields import Field, Kind
from connectors.fortnox.simulator.money import ZERO

_CODES = ("TOT", "VAT", "FRT", "AFE", "ROV", "CND", "CNC", "PRD", "PRC", "SRD", "SRC", "PRE", "GWB", "ACC")


def _amount(*, read_only: bool = False) -> Field:
    return Field(Kind.NUMERIC_TEXT, default="0", rounded=True, read_only=read_only)


def _side() -> Field:
    return Field(Kind.NUMBER, default=ZERO, rounded=True)


SUPPLIER_INVOICE_FIELDS: dict[str, Field] = {
    "AccountingMethod": Field(default="ACCRUAL", read_only=True),
    "AdministrationFee": _amount(),
    "AuthorizerName": Field(read_only=True),
    "Balance": _amount(read_only=True),
    "Booked": flag(),
    "Cancelled": flag(),
    "Comments": text(1000),
    "CostCenter": text(6),
    "Credit": flag(),
    "CreditReference": Field(Kind.INTEGER, default=0, read_only=True),
    "Currency": Field(default="SEK", longest=3),
    "CurrencyRate": Field(Kind.NUMERIC_TEXT, default="1"),
    "CurrencyUnit": Field(Kind.INTEGER, default=1),
    "DisablePaymentFile": Field(Kind.BOOLEAN, default=False),
    "DueDate": date(),
    "ExternalInvoiceNumber": text(),
    "ExternalInvoiceSeries": text(),
    "FinalPayDate": null(Kind.DATE),
    "Freight": _amount(),
    "GivenNumber": Field(read_only=True),
    "InvoiceDate": date(),
    "InvoiceNumber": text(64),
    "OCR": text(),
    "OurReference": text(50),
    "PaymentPending": flag(),
    "Project": text(20),
    "RoundOffValue": _amount(),
    "SalesType": Field(default="STOCK", choices=("STOCK", "SERVICE")),
    "SupplierName": Field(read_only=True),
    "SupplierNumber": text(),
    "Total": _amount(),
    "VAT": _amount(),
    "VATType": Field(default="NORMAL", choices=("NORMAL", "EUINTERNAL", "REVERSE")),
    "VoucherNumber": null(Kind.INTEGER),
    "VoucherSeries": null(),
    "VoucherYear": null(Kind.INTEGER),
    "YourReference": text(50),
}
SUPPLIER_ROW_FIELDS: dict[str, Field] = {
    "Account": Field(Kind.INTEGER, default=0),
    "AccountDescription": Field(read_only=True),
    "ArticleNumber": text(50),
    "Code": Field(choices=_CODES),
    "CostCenter": text(6),
    "Credit": _side(),
    "CreditCurrency": _side(),
    "Debit": _side(),
    "DebitCurrency": _side(),
    "ItemDescription": text(255),
    "Price": _side(),
    "Project": text(20),
    "Quantity": Field(Kind.NUMBER, default=ZERO, rounded=True),
    "StockLocationCode": text(),
    "StockPointCode": text(),
    "Total": Field(Kind.NUMBER, default=ZERO, read_only=True),
    "TransactionInformation": text(100),
    "Unit": Field(read_only=True),
}
_LISTED = (
    "AuthorizerName", "Balance", "Booked", "CostCenter", "Credit", "Currency", "CurrencyRate", "CurrencyUnit",
    "DueDate", "ExternalInvoiceNumber", "ExternalInvoiceSeries", "FinalPayDate", "GivenNumber", "InvoiceDate",
    "InvoiceNumber", "Project", "SupplierName", "SupplierNumber", "Total", "Vouchers",
)  # fmt: skip


def list_item(data: dict[str, Any]) -> dict[str, Any]:
    """Give a supplier invoice as a list shows it: without rows, and `Cancel` for `Cancelled`, as declared."""
    return {name: data[name] for name in _LISTED} | {"Cancel": data["Cancelled"]}


def shown(data: dict[str, Any]) -> dict[str, Any]:
    """Give a supplier invoice as reading it shows it: only the list names who approved it."""
    return {name: value for name, value in data.items() if name != "AuthorizerName"}
