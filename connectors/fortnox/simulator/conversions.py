"""One document made from another: what carries over and what the new one has of its own (Fortnox facts, 6.7, 6.8)."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.document_rows import with_new_ids
from connectors.fortnox.simulator.documents import DocumentKind, check_header
from connectors.fortnox.simulator.tax_entries import asked_amount, copy_entries

_NOT_CARRIED = frozenset(
    ("CopyRemarks", "DocumentNumber", "EmailInformation", "NotCompleted", "OutboundDate", "PrintTemplate", "Remarks")
)
_ALWAYS_CARRIED = frozenset(("OrganisationNumber",))


def _header(source: DocumentKind, target: DocumentKind, data: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the customer's data from the document, not from the card; computed values and states are made anew."""
    carried = {
        name: deepcopy(data[name])
        for name, field in target.fields.items()
        if name in source.fields and name not in _NOT_CARRIED and (not field.read_only or name in _ALWAYS_CARRIED)
    }
    if data.get("CopyRemarks"):
        carried["Remarks"] = data["Remarks"]
    return carried


def _row(target: DocumentKind, row: Mapping[str, Any], quantities: Mapping[str, str]) -> dict[str, Any]:
    copied = {name: row.get(name, field.default) for name, field in target.row_fields.items()}
    return copied | {name: row[source] for name, source in quantities.items()}


def convert(
    company: Company,
    record: Record,
    moment: Moment,
    *,
    source: DocumentKind,
    target: DocumentKind,
    quantities: Mapping[str, str],
    also: Mapping[str, Any],
) -> Record:
    """Make a document of the target's kind out of one of the source's; the VAT regime is inherited.

    `quantities` says which of the source's quantities each of the target's comes from, `also` what is set besides.
    Remarks carry over only with `CopyRemarks` (*simulator choice*), else they are those of a new document.

    Raises:
        ApiError: 2000429 or 2000431 when the terms or the price list are gone meanwhile.
    """
    owner = company.customers.get(record.data["CustomerNumber"])
    document = target.begin(None if owner is None else owner.data)
    document |= _header(source, target, record.data)
    document |= also
    check_header(company, document)
    rows = [_row(target, row, quantities) for row in record.data[source.rows]]
    document[target.rows] = with_new_ids(company, rows)
    made = target.store(company, document, record.vat_type, moment)
    _carry_tax_entries(company, (source.reference, record.data["DocumentNumber"]), made, moment, target)
    return made


def _carry_tax_entries(
    company: Company, place: tuple[str, str], made: Record, moment: Moment, target: DocumentKind
) -> None:
    """Copy the entries of a tax reduction, unless the new document's rows allow less (*simulator choice*)."""
    asked = asked_amount(company, *place)
    if asked is None or asked > (made.data["TaxReduction"] or 0):
        return
    copy_entries(company, place, (target.reference, made.data["DocumentNumber"]), moment)
    target.finish(company, made.data, made.vat_type, moment)
