"""What connects a file to a voucher, a supplier invoice, an article or an asset (Fortnox facts, 6.17)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from connectors.fortnox.simulator import files
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import Field, Fields, Kind, blank, lay_over
from connectors.fortnox.simulator.manual_vouchers import vouchers_seen
from connectors.fortnox.simulator.resource import Resource, of_table
from connectors.fortnox.simulator.search import Search, contains, exactly

Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of connection: its properties, and what the object that a file is connected to tells about itself.

    `target` raises `ApiError` where that object does not exist.
    """

    name: str
    fields: Fields
    target: Callable[[Company, Data, Moment], Data]


def _missing(what: str) -> ApiError:
    return ApiError(Invented.CONNECTED_OBJECT_NOT_FOUND, f"Kan inte hitta {what}.")


def _voucher(company: Company, data: Data, moment: Moment) -> Data:
    """Look in the financial year that the query names, else in the preselected one."""
    record = vouchers_seen(company, moment).get(f"{data['VoucherSeries']}/{data['VoucherNumber']}")
    if record is None:
        raise _missing("verifikationen")
    return {"VoucherDescription": record.data["Description"], "VoucherYear": record.data["Year"]}


def _supplier_invoice(company: Company, data: Data, _moment: Moment) -> Data:
    record = company.records_of("supplier_invoices").get(data["SupplierInvoiceNumber"])
    if record is None:
        raise _missing("leverantörsfakturan")
    return {"SupplierName": record.data.get("SupplierName")}


def _article(company: Company, data: Data, _moment: Moment) -> Data:
    if data["ArticleNumber"] not in company.articles:
        raise _missing("artikeln")
    return {}


def _asset(company: Company, data: Data, _moment: Moment) -> Data:
    if not any(str(record.data.get("Id")) == data["AssetId"] for record in company.records_of("assets").values()):
        raise _missing("anläggningstillgången")
    return {}


def _derived(kind: Kind = Kind.TEXT) -> Field:
    return Field(kind, default=None, read_only=True)


def _create(kind: _Kind, company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    """Connect a file, named by either of its ids; it leaves the inbox.

    Raises:
        ApiError: invented codes for an unknown file or object and for a file that is connected so already.
    """
    data = blank(kind.fields)
    lay_over(data, sent, kind.fields)
    connections = company.records_of(kind.name)
    file = files.find(company, data["FileId"])
    if data["FileId"] in connections:
        raise ApiError(Invented.FILE_CONNECTED, "Filen är redan kopplad.")
    data |= kind.target(company, data, moment)
    if "Name" in data:
        data["Name"] = file["Name"]
    files.connect(file)
    record = connections[data["FileId"]] = Record(data, moment.now)
    return record


def _delete(kind: _Kind, company: Company, record: Record, _moment: Moment) -> None:
    """Take a connection away; the file stays where its `ArchiveFileId` finds it (*simulator choice*)."""
    del company.records_of(kind.name)[record.data["FileId"]]


def _resource(kind: _Kind, searches: Mapping[str, Search]) -> Resource:
    return replace(
        of_table(kind.name),
        missing=(Invented.CONNECTION_NOT_FOUND, "Kan inte hitta filkopplingen."),
        create=partial(_create, kind),
        delete=partial(_delete, kind),
        searches=searches,
    )


VOUCHER_FILES = _resource(
    _Kind(
        name="voucher_file_connections",
        target=_voucher,
        fields={
            "FileId": Field(),
            "VoucherDescription": _derived(),
            "VoucherNumber": Field(),
            "VoucherSeries": Field(longest=10),
            "VoucherYear": _derived(Kind.INTEGER),
        },
    ),
    {
        "voucherdescription": contains("VoucherDescription"),
        "vouchernumber": exactly("VoucherNumber"),
        "voucherseries": exactly("VoucherSeries"),
        "voucheryear": exactly("VoucherYear"),
    },
)

SUPPLIER_INVOICE_FILES = _resource(
    _Kind(
        name="supplier_invoice_file_connections",
        target=_supplier_invoice,
        fields={
            "FileId": Field(),
            "Name": _derived(),
            "SupplierInvoiceNumber": Field(),
            "SupplierName": _derived(),
        },
    ),
    {"supplierinvoicenumber": exactly("SupplierInvoiceNumber")},
)

ARTICLE_FILES = _resource(
    _Kind(
        name="article_file_connections",
        target=_article,
        fields={"ArticleNumber": Field(longest=50), "FileId": Field()},
    ),
    {"articlenumber": exactly("ArticleNumber")},
)

ASSET_FILES = _resource(
    _Kind(
        name="asset_file_connections",
        target=_asset,
        fields={"AssetId": Field(), "FileId": Field(), "Name": _derived()},
    ),
    {},
)
