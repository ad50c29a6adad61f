"""Invoices: creating from the customer card, and changing while unbooked (Fortnox facts, 6.1 and 6.5)."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import API_BLANK, blank, lay_over, read_value
from connectors.fortnox.simulator.invoice_fields import INVOICE_FIELDS
from connectors.fortnox.simulator.invoice_rows import Terms, updated_rows, with_new_ids
from connectors.fortnox.simulator.money import ZERO, to_ore
from connectors.fortnox.simulator.ocr import ocr_number
from connectors.fortnox.simulator.totals import set_totals

_APART = frozenset({"CustomerNumber", "DocumentNumber", "InvoiceRows", "Labels"})
_COPIED = (
    "Address1", "Address2", "City", "CostCenter", "Country", "Currency", "DeliveryAddress1", "DeliveryAddress2",
    "DeliveryCity", "DeliveryCountry", "DeliveryName", "DeliveryZipCode", "OrganisationNumber", "OurReference",
    "Phone1", "Phone2", "PriceList", "Project", "TermsOfDelivery", "TermsOfPayment", "WayOfDelivery", "YourReference",
    "ZipCode",
)  # fmt: skip
_RENAMED = {
    "CustomerName": "Name",
    "CustomerNumber": "CustomerNumber",
    "Remarks": "InvoiceRemark",
    "VATIncluded": "ShowPriceVATIncluded",
}
_AMOUNTS = {"Freight": "InvoiceFreight", "AdministrationFee": "InvoiceAdministrationFee"}


def _given(sent: Mapping[str, Any], name: str) -> bool:
    return sent.get(name) not in (None, "", API_BLANK)


def _customer(company: Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    number = sent.get("CustomerNumber")
    customer = company.customers.get(str(number)) if _given(sent, "CustomerNumber") else None
    if customer is None:
        raise ApiError(2000204, "Kunden saknas eller finns inte.")
    return customer.data


def _copy_card(invoice: dict[str, Any], card: dict[str, Any]) -> None:
    """Copy the customer card; an empty value of the card gives the invoice's own default."""
    copied = {name: card[name] for name in _COPIED} | {name: card[other] for name, other in _RENAMED.items()}
    for name, value in copied.items():
        invoice[name] = INVOICE_FIELDS[name].default if value in (None, "") else value
    for name, other in _AMOUNTS.items():
        amount = card[other]
        invoice[name] = ZERO if amount is None else read_value(name, amount, INVOICE_FIELDS[name])
    receiver = card["EmailInvoice"] or card["Email"]
    invoice["EmailInformation"] = {**invoice["EmailInformation"], "EmailAddressTo": receiver}
    invoice["DeliveryAddress1"] = invoice["DeliveryAddress1"][:60]


def _supplied_number(company: Company, sent: Mapping[str, Any]) -> str | None:
    if not _given(sent, "DocumentNumber"):
        return None
    text = str(read_value("DocumentNumber", sent["DocumentNumber"], INVOICE_FIELDS["DocumentNumber"]))
    if not (text.isascii() and text.isdigit()):
        raise ApiError(2000108, "Fältet DocumentNumber måste vara numeriskt.")
    number = str(int(text))
    if number in company.invoices:
        raise ApiError(Invented.DOCUMENT_NUMBER_USED, f'Dokumentnummer "{number}" används redan.')
    return number


def _next_number(company: Company) -> str:
    return company.next_number("invoice", lambda number: number not in company.invoices)


def _check_labels(sent: Mapping[str, Any]) -> None:
    if sent.get("Labels") not in (None, [], "", API_BLANK):
        raise ApiError(Invented.LABEL_NOT_FOUND, "Kan inte hitta etiketten.")


def _check_header(company: Company, invoice: dict[str, Any]) -> None:
    company.price_list(invoice["PriceList"])
    company.days_of_payment(invoice["TermsOfPayment"])
    if invoice["TaxReductionType"] != "none":
        raise ApiError(Invented.TAX_REDUCTION_NOT_SIMULATED, "Skattereduktion finns inte i simulatorn.")


def _set_currency(company: Company, invoice: dict[str, Any], sent: Mapping[str, Any], before: str | None) -> None:
    """Take rate and unit from the register unless they were sent or the currency stayed; cleared ones too."""
    registered = company.currency(invoice["Currency"])
    for name, value in (("CurrencyRate", registered["BuyRate"]), ("CurrencyUnit", int(registered["Unit"]))):
        cleared = sent.get(name, "") in (None, API_BLANK)
        if cleared or (invoice["Currency"] != before and not _given(sent, name)):
            invoice[name] = value
        if invoice[name] <= 0:
            raise ApiError(2000108, f"Fältet {name} måste vara större än noll.")


def _set_dates(company: Company, invoice: dict[str, Any], moment: Moment) -> None:
    invoice["InvoiceDate"] = invoice["InvoiceDate"] or moment.today.isoformat()
    if not invoice["DueDate"]:
        days = timedelta(days=company.days_of_payment(invoice["TermsOfPayment"]))
        invoice["DueDate"] = (date.fromisoformat(invoice["InvoiceDate"]) + days).isoformat()
    invoice["OutboundDate"] = invoice["OutboundDate"] or invoice["InvoiceDate"]


def _lay_header(company: Company, invoice: dict[str, Any], sent: Mapping[str, Any]) -> None:
    _check_labels(sent)
    lay_over(invoice, {name: value for name, value in sent.items() if name not in _APART}, INVOICE_FIELDS)
    _check_header(company, invoice)


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Create an unbooked invoice: customer card first, then what was sent, then numbers, dates and totals.

    Raises:
        ApiError: 2000204 for a missing or unknown customer, 2000427 for an unregistered currency, 2000429, 2000431, the
            row codes of `updated_rows`, an invented code for a used `DocumentNumber`, and what a property refuses.
    """
    card = _customer(company, sent)
    number = _supplied_number(company, sent)
    invoice = blank(INVOICE_FIELDS) | {"Labels": [], "InvoiceRows": []}
    _copy_card(invoice, card)
    _lay_header(company, invoice, sent)
    _set_currency(company, invoice, sent, None)
    _set_dates(company, invoice, moment)
    if sent.get("InvoiceRows") is not None:
        invoice["InvoiceRows"] = updated_rows(
            company, [], sent["InvoiceRows"], Terms(card["VATType"], invoice["PriceList"])
        )
    set_totals(invoice, card["VATType"], company.settings)
    invoice["DocumentNumber"] = number or _next_number(company)
    invoice["OCR"] = invoice["OCR"] or ocr_number(invoice["DocumentNumber"])
    record = Record(invoice, moment.now, card["VATType"])
    company.invoices[invoice["DocumentNumber"]] = record
    return record


def _check_changeable(invoice: dict[str, Any]) -> None:
    if invoice["Cancelled"]:
        raise ApiError(Invented.CANCELLED_INVOICE_LOCKED, "Fakturan är makulerad och kan inte ändras.")
    if invoice["Booked"]:
        raise ApiError(Invented.BOOKED_INVOICE_LOCKED, "Fakturan är bokförd och kan inte ändras.")


def _changed_rows(company: Company, invoice: dict[str, Any], sent: Mapping[str, Any], card_vat_type: str) -> None:
    rows = sent.get("InvoiceRows")
    if rows == [] and invoice["InvoiceRows"]:
        raise ApiError(Invented.ROWS_CANNOT_BE_EMPTIED, "Raderna kan inte tas bort alla på en gång.")
    if rows is None:
        invoice["InvoiceRows"] = with_new_ids(company, invoice["InvoiceRows"])
    else:
        invoice["InvoiceRows"] = updated_rows(
            company, invoice["InvoiceRows"], rows, Terms(card_vat_type, invoice["PriceList"])
        )


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change an unbooked, uncancelled invoice; a row that is new takes its account from the live customer card.

    Another customer copies that card's data where the request gives none (*simulator choice*); `DueDate` stays as it
    is unless sent (*simulator choice*).

    Raises:
        ApiError: invented codes for a booked or cancelled invoice and for an emptied row list, else as `create`.
    """
    _check_changeable(record.data)
    if str(sent.get("DocumentNumber") or record.data["DocumentNumber"]) != record.data["DocumentNumber"]:
        raise unknown_field("DocumentNumber")
    invoice = deepcopy(record.data)
    before, vat_type = invoice["Currency"], record.vat_type
    if _given(sent, "CustomerNumber") and str(sent["CustomerNumber"]) != invoice["CustomerNumber"]:
        card = _customer(company, sent)
        _copy_card(invoice, card)
        vat_type = card["VATType"]
    _lay_header(company, invoice, sent)
    _set_currency(company, invoice, sent, before)
    _set_dates(company, invoice, moment)
    owner = company.customers.get(invoice["CustomerNumber"])
    _changed_rows(company, invoice, sent, owner.data["VATType"] if owner else vat_type)
    set_totals(invoice, vat_type, company.settings)
    record.data, record.vat_type, record.modified = invoice, vat_type, moment.now


def settled(invoice: dict[str, Any]) -> bool:
    """Tell whether nothing remains to be paid."""
    return not to_ore(invoice["Balance"])
