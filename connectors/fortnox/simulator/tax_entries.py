"""Who shares a document's tax reduction: the entries of one document, renewed, copied, forgotten (6.16)."""

from decimal import Decimal

from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.money import ZERO


def tax_entries(company: Company) -> Records:
    """Give every entry by its id."""
    return company.records_of("tax_reductions")


def entries_of(company: Company, reference: str, number: str) -> list[Record]:
    """Give the entries of one document; `reference` is its kind as `ReferenceDocumentType` names it."""
    return [
        one
        for one in tax_entries(company).values()
        if (one.data["ReferenceDocumentType"], one.data["ReferenceNumber"]) == (reference, number)
    ]


def asked_amount(company: Company, reference: str, number: str) -> Decimal | None:
    """Give what a document's entries ask for together, None without any."""
    entries = entries_of(company, reference, number)
    return sum((one.data["AskedAmount"] for one in entries), ZERO) if entries else None


def keep_entry(company: Company, data: dict[str, object], moment: Moment) -> Record:
    """Give an entry a new id and keep it."""
    records = tax_entries(company)
    number = company.next_number("tax_reduction", lambda free: free not in records)
    record = Record(data | {"Id": int(number)}, moment.now)
    records[number] = record
    return record


def forget_entries(company: Company, reference: str, number: str) -> None:
    """Drop the entries of a document."""
    for one in entries_of(company, reference, number):
        del tax_entries(company)[str(one.data["Id"])]


def renew_entries(company: Company, reference: str, number: str, moment: Moment) -> None:
    """Replace the entries of a document with the same under new ids, as every update of it does."""
    kept = [one.data for one in entries_of(company, reference, number)]
    forget_entries(company, reference, number)
    for data in kept:
        keep_entry(company, data, moment)


def copy_entries(company: Company, source: tuple[str, str], target: tuple[str, str], moment: Moment) -> None:
    """Give a document the same entries as another; both are named by kind and number."""
    place = {"ReferenceDocumentType": target[0], "ReferenceNumber": target[1]}
    for one in entries_of(company, *source):
        keep_entry(company, one.data | place, moment)
