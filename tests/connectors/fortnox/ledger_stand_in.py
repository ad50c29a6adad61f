"""Small stand-ins for resources that a simulator without them lacks: vouchers, years, supplier invoices, labels, mail.

Each is put in only where the simulator has no such resource, so that it gives way to the real one.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from connectors.fortnox.simulator import CompanySettings, seeding
from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.resource import Place, Resource
from connectors.fortnox.simulator.resources import NAMED, RESOURCES
from connectors.fortnox.simulator.search import Search, exactly
from connectors.fortnox.simulator.specials import SPECIALS
from connectors.fortnox.table import RESOURCES as TABLE

SCOPES = tuple(sorted({resource.scope for resource in TABLE.values()}))
STAND_IN_VOUCHERS = "stand_in_vouchers"
"""Under the name of vouchers the control plane shows those that the simulator books itself."""

COMPANY = CompanySettings(rate_limit=0, scopes=SCOPES)
"""A company whose token may do everything in the table."""


def _numbered(name: str, key: str) -> Callable[[Company, Mapping[str, Any], Moment], Record]:
    def create(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
        records = company.records_of(name)
        number = str(sent.get(key) or len(records) + 1)
        records[number] = Record({**sent, key: int(number) if number.isdigit() else number}, moment.now)
        return records[number]

    return create


def _update(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    record.data, record.modified = {**record.data, **sent}, moment.now


def _delete(name: str) -> Callable[[Company, Record, Moment], None]:
    def delete(company: Company, record: Record, _moment: Moment) -> None:
        records = company.records_of(name)
        del records[next(key for key, stored in records.items() if stored is record)]

    return delete


def _plain(name: str, searches: Mapping[str, Search]) -> Resource:
    row = TABLE[name]
    return Resource(
        path=row.path.strip("/"),
        single=row.single,
        plural=row.plural,
        key=row.keys[-1],
        scope=row.scope,
        records=lambda company: company.records_of(name),
        missing=(2000999, "Kan inte hitta det."),
        create=_numbered(name, row.keys[-1]),
        update=_update,
        delete=_delete(name),
        searches=searches,
    )


def _voucher(company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
    records = company.others.setdefault("vouchers", {})
    number = 1 + sum(record.data["VoucherSeries"] == sent["VoucherSeries"] for record in records.values())
    key = f"{sent['VoucherSeries']}/{number}"
    records[key] = Record({**sent, "VoucherNumber": number, "Year": 1, "Key": key}, moment.now)
    return records[key]


def _day(*, first: bool) -> Search:
    def search(wanted: str) -> Callable[[Record], bool]:
        if first:
            return lambda record: str(record.data["TransactionDate"]) >= wanted
        return lambda record: str(record.data["TransactionDate"]) <= wanted

    return search


def _everything(_wanted: str) -> Callable[[Record], bool]:
    return lambda _record: True


def _holds(wanted: str) -> Callable[[Record], bool]:
    return lambda record: str(record.data["FromDate"]) <= wanted <= str(record.data["ToDate"])


VOUCHERS = Resource(
    path="vouchers",
    single="Voucher",
    plural="Vouchers",
    key="Key",
    scope="bookkeeping",
    records=lambda company: company.others.setdefault("vouchers", {}),
    missing=(2000999, "Kan inte hitta verifikatet."),
    create=_voucher,
    searches={
        "voucherseries": exactly("VoucherSeries"),
        "fromdate": _day(first=True),
        "todate": _day(first=False),
        "financialyear": _everything,
    },
    list_item=lambda data: {name: value for name, value in data.items() if name != "VoucherRows"},
    place=lambda parts: Place(key="/".join(parts)) if parts else Place(),
    own_address=lambda data: str(data["Key"]),
)


def put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add what the simulator lacks, for one test."""
    added = {
        STAND_IN_VOUCHERS: VOUCHERS,
        "financial_years": _plain("financial_years", {"date": _holds}),
        "suppliers": _plain("suppliers", {}),
        "supplier_invoices": _plain("supplier_invoices", {"suppliernumber": exactly("SupplierNumber")}),
        "labels": _plain("labels", {}),
    }
    for name, resource in added.items():
        if resource.path not in RESOURCES and resource.path not in SPECIALS:
            monkeypatch.setitem(RESOURCES, resource.path, resource)
            monkeypatch.setitem(NAMED, name, resource)
            monkeypatch.setitem(seeding._SEEDED, name, resource)


def count_mails(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let invoices be mailed, and give the numbers of all that were."""
    mails: list[str] = []
    invoices = RESOURCES["invoices"]
    real = invoices.get_actions.get("email")

    def email(company: Company, record: Record, moment: Moment) -> Any:
        mails.append(str(record.data["DocumentNumber"]))
        if real is not None:
            return real(company, record, moment)
        record.data = record.data | {"Sent": True}
        return None

    counted = replace(invoices, get_actions={**invoices.get_actions, "email": email})
    monkeypatch.setitem(RESOURCES, "invoices", counted)
    return mails
