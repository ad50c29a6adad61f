"""Entries of a tax reduction: who asks for how much on which document (Fortnox facts, 6.16)."""

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.document_fields import computed, text
from connectors.fortnox.simulator.documents import DocumentKind
from connectors.fortnox.simulator.errors import ApiError, Invented, unknown_field
from connectors.fortnox.simulator.fields import Field, Kind, blank, lay_over
from connectors.fortnox.simulator.housework import GREEN_RATES, allowed_reduction
from connectors.fortnox.simulator.invoices import INVOICE
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.offers import OFFER
from connectors.fortnox.simulator.orders import ORDER
from connectors.fortnox.simulator.search import Filter
from connectors.fortnox.simulator.tax_entries import entries_of, keep_entry, tax_entries

Data = dict[str, Any]

_DOCUMENTS: dict[str, tuple[DocumentKind, int]] = {
    "INVOICE": (INVOICE, 2000434),
    "OFFER": (OFFER, Invented.OFFER_NOT_FOUND),
    "ORDER": (ORDER, 2000439),
}
_SHORTEST_NUMBER = 10
_AMOUNTS = "TaxReductionAmounts"
_FIELDS: dict[str, Field] = {
    "ApprovedAmount": computed(),
    "AskedAmount": Field(Kind.NUMBER, default=None),
    "BilledAmount": computed(),
    "CustomerName": Field(longest=1024),
    "Id": Field(Kind.INTEGER, default=None, read_only=True),
    "PropertyDesignation": text(),
    "ReferenceDocumentType": Field(choices=tuple(_DOCUMENTS)),
    "ReferenceNumber": Field(longest=50),
    "RequestSent": Field(Kind.BOOLEAN, default=False, read_only=True),
    "ResidenceAssociationOrganisationNumber": text(),
    "SocialSecurityNumber": Field(longest=13),
    "VoucherNumber": Field(Kind.INTEGER, default=0, read_only=True),
    "VoucherSeries": Field(read_only=True),
    "VoucherYear": Field(Kind.INTEGER, default=0, read_only=True),
}
_AMOUNT_FIELDS: dict[str, Field] = {"AskedAmount": Field(Kind.NUMBER, default=ZERO), "WorkType": Field()}
_REQUIRED = ("CustomerName", "ReferenceDocumentType", "ReferenceNumber", "SocialSecurityNumber")
_LISTED = ("ApprovedAmount", "CustomerName", "Id", "ReferenceDocumentType", "SocialSecurityNumber")


def list_item(data: Data) -> Data:
    """Give an entry as a list shows it: without `AskedAmount`, the document's number as a number."""
    return {name: data[name] for name in _LISTED} | {"ReferenceNumber": int(data["ReferenceNumber"])}


def of_documents(reference: str) -> Filter:
    """Match the entries of one kind of document."""

    def matches(record: Record, _moment: Moment) -> bool:
        return bool(record.data["ReferenceDocumentType"] == reference)

    return matches


def _document(company: Company, entry: Data) -> tuple[DocumentKind, Record]:
    kind, missing = _DOCUMENTS[entry["ReferenceDocumentType"]]
    record = kind.records(company).get(entry["ReferenceNumber"])
    if record is None:
        raise ApiError(missing, f"Kan inte hitta dokumentet ({entry['ReferenceNumber']}).")
    kind.check_changeable(record.data)
    if record.data["TaxReductionType"] == "none":
        raise ApiError(Invented.DOCUMENT_WITHOUT_TAX_REDUCTION, "Dokumentet har ingen skattereduktion.")
    return kind, record


def _check_amount(amount: Decimal | None, least: int) -> Decimal:
    if amount is None:
        raise ApiError(2000204, "Fältet AskedAmount saknas.")
    if amount != amount.to_integral_value():
        raise ApiError(2004217, "Ansökt belopp måste vara ett heltal.")
    if amount < least:
        raise ApiError(2004218, "Ansökt belopp får inte vara negativt.")
    return amount


def _green_amounts(sent: Any) -> list[Data]:
    if not isinstance(sent, list) or not sent or not all(isinstance(one, dict) for one in sent):
        raise ApiError(2004263, "Fältet TaxReductionAmounts saknas.")
    amounts: list[Data] = []
    for given in sent:
        amount = blank(_AMOUNT_FIELDS)
        lay_over(amount, given, _AMOUNT_FIELDS)
        if amount["WorkType"] not in GREEN_RATES:
            raise ApiError(2004209, "Ogiltig typ av arbete.")
        if any(other["WorkType"] == amount["WorkType"] for other in amounts):
            raise ApiError(2004262, "Samma typ av arbete finns flera gånger.")
        _check_amount(amount["AskedAmount"], 0)
        amounts.append(amount)
    return amounts


def _set_amounts(entry: Data, sent: Mapping[str, Any], reduction: str) -> None:
    """Read what is asked for; a green entry asks for the sum of its kinds of work."""
    if reduction != "green":
        if sent.get(_AMOUNTS):
            raise unknown_field(_AMOUNTS)
        _check_amount(entry["AskedAmount"], 1)
        return
    entry[_AMOUNTS] = _green_amounts(sent.get(_AMOUNTS) or entry[_AMOUNTS])
    entry["AskedAmount"] = sum((one["AskedAmount"] for one in entry[_AMOUNTS]), ZERO)


def _digits(number: str) -> str:
    return number.replace("-", "")[-_SHORTEST_NUMBER:]


def _check(company: Company, entry: Data, document: Data, rows: list[Data]) -> None:
    """Refuse a person who is on the document already, and an amount that its rows do not allow."""
    if len(_digits(entry["SocialSecurityNumber"])) < _SHORTEST_NUMBER:
        raise ApiError(Invented.SOCIAL_SECURITY_NUMBER_INVALID, "Ogiltigt personnummer.")
    entries = entries_of(company, entry["ReferenceDocumentType"], entry["ReferenceNumber"])
    others = [one.data for one in entries if one.data["Id"] != entry["Id"]]
    if any(_digits(one["SocialSecurityNumber"]) == _digits(entry["SocialSecurityNumber"]) for one in others):
        raise ApiError(2000600, "Personnumret finns redan på dokumentet.")
    asked = sum((one["AskedAmount"] for one in others), entry["AskedAmount"])
    if asked > allowed_reduction(document, rows):
        raise ApiError(2003228, "Ansökan är större än vad raderna ger.")


def _refresh(company: Company, kind: DocumentKind, record: Record, moment: Moment) -> None:
    document = deepcopy(record.data)
    kind.finish(company, document, record.vat_type, moment)
    record.data, record.modified = document, moment.now


def _lay(entry: Data, sent: Mapping[str, Any]) -> None:
    lay_over(entry, {name: value for name, value in sent.items() if name != _AMOUNTS}, _FIELDS)
    for name in _REQUIRED:
        if not entry[name]:
            raise ApiError(2000204, f"Fältet {name} saknas.")


def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Let a person ask for a part of a document's tax reduction, which is the sum of its entries then.

    Raises:
        ApiError: 2000204 for what is missing, 2000434 or 2000439 for an unknown document, 2000600 for the same person
            twice, 2003228 for more than the rows allow, 2004217 and 2004218 for an amount, 2004209, 2004262 and 2004263
            for the amounts of a green one, and invented codes for a document that has no tax reduction or may not be
            changed, or a number that is no person's.
    """
    entry = blank(_FIELDS) | {_AMOUNTS: []}
    _lay(entry, sent)
    kind, document = _document(company, entry)
    _set_amounts(entry, sent, document.data["TaxReductionType"])
    _check(company, entry, document.data, document.data[kind.rows])
    made = keep_entry(company, entry, moment)
    _refresh(company, kind, document, moment)
    return made


def update(company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    """Change an entry; its document stays.

    Raises:
        ApiError: 2001399 for another document, else as `create`.
    """
    entry = deepcopy(record.data)
    for name in ("ReferenceDocumentType", "ReferenceNumber"):
        if str(sent.get(name) or entry[name]) != entry[name]:
            raise unknown_field(name)
    _lay(entry, sent)
    kind, document = _document(company, entry)
    _set_amounts(entry, sent, document.data["TaxReductionType"])
    _check(company, entry, document.data, document.data[kind.rows])
    record.data, record.modified = entry, moment.now
    _refresh(company, kind, document, moment)


def delete(company: Company, record: Record, moment: Moment) -> None:
    """Take an entry out, unless it is the last of a document with housework.

    Raises:
        ApiError: 2001246, and what the document refuses in its state.
    """
    kind, document = _document(company, record.data)
    entries = entries_of(company, kind.reference, record.data["ReferenceNumber"])
    if len(entries) == 1 and document.data["HouseWork"]:
        raise ApiError(2001246, "Den sista ansökan kan inte tas bort.")
    del tax_entries(company)[str(record.data["Id"])]
    _refresh(company, kind, document, moment)
