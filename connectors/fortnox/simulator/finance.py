"""Invoices handed to Fortnox Finans, and what is done with them there (Fortnox facts, 6.18).

Status, OCR and balance are there at once, and nothing is sent or charged (*simulator choice*).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import Field, Fields, Kind, blank, lay_over
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.resource import Action, Data, of_table

_OPEN, _PAUSED, _STOPPED, _PAID = "OPEN", "PAUSED", "STOPPED", "PAID"
_ORDER: dict[str, Field] = {
    "InvoiceNumber": Field(Kind.INTEGER, default=None),
    "SendMethod": Field(choices=("EMAIL", "LETTER", "EINVOICE", "NONE")),
    "Service": Field(choices=("LEDGERBASE", "REMINDER")),
}
_PAUSE: dict[str, Field] = {"PausedUntilDate": Field(Kind.DATE, default=None)}
_PAYMENT: dict[str, Field] = {
    "BookkeepPaymentInFortnox": Field(Kind.BOOLEAN, default=None),
    "ClientTakesFees": Field(Kind.BOOLEAN, default=None),
    "PaymentAmount": Field(Kind.NUMBER, default=None),
    "PaymentMethodAccount": Field(Kind.INTEGER, default=None),
    "PaymentMethodCode": Field(),
    "ReportToFinance": Field(Kind.BOOLEAN, default=None),
}
_FILLED = ("CustomerName", "Address1", "ZipCode", "City")
_OLDEST_YEARS = 2


def _read(sent: Mapping[str, Any], fields: Fields) -> Data:
    """Read a request whose every property is required."""
    read = blank(fields)
    lay_over(read, sent, fields)
    for name, value in read.items():
        if value in (None, ""):
            raise ApiError(2000204, f"Fältet {name} saknas.")
    return read


def _too_old(day: str, today: date) -> bool:
    oldest = today.replace(year=today.year - _OLDEST_YEARS, day=min(today.day, 28))
    return date.fromisoformat(day) < oldest


def _reason_against(company: Company, invoice: Data, moment: Moment) -> str:
    """Tell why Fortnox Finans does not take an invoice; nothing if it does."""
    if invoice["Currency"] != "SEK":
        return "fakturan är inte i SEK"
    if _too_old(invoice["InvoiceDate"], moment.today):
        return "fakturan är äldre än två år"
    if invoice["InvoiceType"] == "INTRESTINVOICE" or not invoice["InvoiceRows"]:
        return "räntefakturor och fakturor utan rader tas inte emot"
    if not all(invoice[name] for name in _FILLED):
        return "namn, adress, postnummer och ort krävs"
    if invoice["Credit"] == "true":
        debit = company.invoices.get(invoice["CreditInvoiceReference"])
        return "" if debit and debit.data["Balance"] >= -invoice["Total"] else "kreditfakturan saknar debetfaktura"
    return "" if invoice["Balance"] > 0 else "fakturan har inget saldo"


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Hand an invoice over.

    Raises:
        ApiError: 2000204 for what is missing, 2000434 for an unknown invoice, invented codes for one that was handed
            over already or that Fortnox Finans does not take.
    """
    order = _read(sent, _ORDER)
    number = str(order["InvoiceNumber"])
    invoice = company.invoices.get(number)
    if invoice is None:
        raise ApiError(2000434, "Kan inte hitta fakturan.")
    handed_over = company.records_of("finance_invoices")
    if number in handed_over:
        raise ApiError(Invented.KEY_USED, f"{number} finns redan.")
    reason = _reason_against(company, invoice.data, moment)
    if reason:
        raise ApiError(Invented.INVOICE_NOT_FOR_FINANCE, f"Fortnox Finans tar inte emot fakturan: {reason}.")
    record = Record(_handed_over(order, invoice.data), moment.now)
    handed_over[number] = record
    return record


def _handed_over(order: Data, invoice: Data) -> Data:
    return {
        "BalanceIncludeFees": invoice["Balance"],
        "BalanceIncludeFeesCurrency": invoice["Balance"],
        "CurrentCapitalBalance": invoice["Balance"],
        "CurrentCapitalBalanceCurrency": invoice["Balance"],
        "InvoiceDocumentURL": "",
        "InvoiceNumber": order["InvoiceNumber"],
        "NextEvent": "",
        "NextEventDate": None,
        "OCRNumber": invoice["OCR"],
        "Service": order["Service"],
        "ServiceName": order["Service"].capitalize(),
        "Status": _OPEN,
    }


def _check_handled(record: Record) -> None:
    if record.data["Status"] in (_STOPPED, _PAID):
        raise ApiError(Invented.FINANCE_INVOICE_STOPPED, "Hanteringen av fakturan är avslutad.")


def _set(**changes: str | None) -> Action:
    def act(_company: Company, record: Record, moment: Moment) -> None:
        _check_handled(record)
        record.data, record.modified = record.data | changes, moment.now

    return act


def _take_fees(_company: Company, record: Record, moment: Moment) -> None:
    _check_handled(record)
    capital = record.data["CurrentCapitalBalance"]
    record.data = record.data | {"BalanceIncludeFees": capital, "BalanceIncludeFeesCurrency": capital}
    record.modified = moment.now


def _pause(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    until = _read(sent, _PAUSE)["PausedUntilDate"]
    if until <= moment.today.isoformat():
        raise ApiError(Invented.DATES_IN_WRONG_ORDER, "PausedUntilDate måste ligga framåt i tiden.")
    _set(Status=_PAUSED, NextEvent="UNPAUSE", NextEventDate=until)(_company, record, moment)


def _report_payment(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Lower the balance by a payment; it is not booked in Fortnox even where that is asked (*simulator choice*)."""
    amount: Decimal = _read(sent, _PAYMENT)["PaymentAmount"]
    _check_handled(record)
    left = record.data["CurrentCapitalBalance"] - amount
    if amount <= 0 or left < 0:
        raise ApiError(Invented.PAYMENT_EXCEEDS_BALANCE, "Betalningen är större än fakturans saldo.")
    balances = {name: left for name in record.data if name.startswith(("Balance", "CurrentCapital"))}
    record.data = record.data | balances | ({"Status": _PAID} if left == ZERO else {})
    record.modified = moment.now


_ACTIONS: Mapping[str, Action] = {
    "unpause": _set(Status=_OPEN, NextEvent="", NextEventDate=None),
    "stop": _set(Status=_STOPPED, NextEvent="", NextEventDate=None),
    "take-fees": _take_fees,
}

FINANCE_INVOICES = replace(
    of_table("finance_invoices"),
    missing=(2000434, "Kan inte hitta fakturan."),
    create=create,
    actions=_ACTIONS,
    changes={"pause": _pause, "report-payment": _report_payment},
)
