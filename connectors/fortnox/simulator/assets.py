"""Assets and their types: the register in the common form, and what is done with one (Fortnox facts, 6.21).

What Fortnox computes is not known; values here are whole kronor, and depreciation is linear by calendar months
(*simulator choice*).
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import Field, Kind, blank, lay_over
from connectors.fortnox.simulator.generic import Rules, drawn_fields, resource
from connectors.fortnox.simulator.money import divided, multiplied, to_kronor
from connectors.fortnox.simulator.resource import Data, Place, Resource, Update, plain_place

_WRITTEN_UP, _WRITTEN_DOWN, _SOLD, _SCRAPPED, _DEPRECIATED = range(1, 6)
_ENDED = {_SOLD: "Såld", _SCRAPPED: "Utrangerad"}
_ACTIVE = ("1", "Aktiv")
_LISTED = (
    "AcquisitionDate", "AcquisitionValue", "DepreciatedTo", "DepreciationFinal", "Description", "Id", "Number",
    "Status", "StatusId", "Type", "TypeId",
)  # fmt: skip
_AMOUNT: dict[str, Field] = {
    "Amount": Field(Kind.INTEGER, default=0),
    "Comment": Field(),
    "Date": Field(Kind.DATE, default=None),
}
_PART: dict[str, Field] = {
    "Comment": Field(),
    "Date": Field(Kind.DATE, default=None),
    "Percentage": Field(Kind.INTEGER, default=100),
}
_SALE: dict[str, Field] = {**_PART, "Price": Field(Kind.INTEGER, default=0)}
_OPENING: dict[str, Field] = {"Amount": Field(Kind.INTEGER, default=0), "Comment": Field()}
_WHOLE = 100


def book_value(asset: Data) -> int:
    """Give what an asset is worth now: its cost less the opening depreciation, and all that happened to it since."""
    changes = sum(int(event["Amount"]) for event in asset["History"])
    return int(asset["AcquisitionValue"] - asset["ManualOb"] + changes)


def _complete(company: Company, asset: Data, _moment: Moment) -> None:
    if asset["TypeId"]:
        kind = company.records_of("asset_types").get(str(asset["TypeId"]))
        if kind is None:
            raise ApiError(Invented.OBJECT_NOT_FOUND, "Kan inte hitta anläggningstypen.")
        asset["Type"] = kind.data["Description"]
    if asset["DepreciationFinal"] and asset["DepreciationFinal"] < asset["AcquisitionStart"]:
        raise ApiError(Invented.DATES_IN_WRONG_ORDER, "DepreciationFinal får inte ligga före AcquisitionStart.")
    if not asset["Status"]:
        asset["StatusId"], asset["Status"] = _ACTIVE


def _read(sent: Mapping[str, Any], fields: Mapping[str, Field], moment: Moment) -> Data:
    read = blank(fields)
    lay_over(read, sent, fields)
    if "Date" in read:
        read["Date"] = read["Date"] or moment.today.isoformat()
    return read


def _check_active(asset: Data) -> None:
    if asset["Status"] in _ENDED.values():
        raise ApiError(Invented.ASSET_ENDED, "Anläggningstillgången är såld eller utrangerad.")


def _happened(record: Record, event: int, amount: int, day: str, notes: str, moment: Moment) -> None:
    """Add an event to an asset's history.

    Raises:
        ApiError: invented codes for an asset that is sold or scrapped, and for a value below 0.
    """
    _check_active(record.data)
    if book_value(record.data) + amount < 0:
        raise ApiError(Invented.ASSET_VALUE_EXCEEDED, "Beloppet är större än anläggningstillgångens värde.")
    entry = blank(drawn_fields("fortnox_History"))
    history = record.data["History"]
    entry |= {"Amount": str(amount), "Date": day, "EventId": event, "Id": len(history) + 1, "Notes": notes}
    record.data = record.data | {"History": [*history, entry]}
    record.modified = moment.now


def _written(event: int, sign: int) -> Update:
    def change(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
        read = _read(sent, _AMOUNT, moment)
        if read["Amount"] <= 0:
            raise ApiError(2000108, "Fältet Amount måste vara större än noll.")
        _happened(record, event, sign * read["Amount"], read["Date"], read["Comment"], moment)

    return change


def _ended(event: int, fields: Mapping[str, Field]) -> Update:
    def change(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
        read = _read(sent, fields, moment)
        if not 0 < read["Percentage"] <= _WHOLE:
            raise ApiError(2000108, "Fältet Percentage måste vara 1 till 100.")
        part = divided(Decimal(book_value(record.data) * read["Percentage"]), Decimal(_WHOLE))
        _happened(record, event, -int(to_kronor(part)), read["Date"], read["Comment"], moment)
        if read["Percentage"] == _WHOLE:
            record.data = record.data | {"StatusId": str(event), "Status": _ENDED[event]}

    return change


def _change_opening_balance(_company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
    amount = _read(sent, _OPENING, moment)["Amount"]
    _check_active(record.data)
    changed = record.data | {"ManualOb": amount}
    if amount < 0 or book_value(changed) < 0:
        raise ApiError(Invented.ASSET_VALUE_EXCEEDED, "Beloppet är större än anläggningstillgångens värde.")
    record.data, record.modified = changed, moment.now


def _months(first: str, last: str) -> int:
    """Count calendar months from a day's to another's, both included."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return max(0, (end.year - start.year) * 12 + end.month - start.month + 1)


def to_depreciate(asset: Data, until: str) -> int:
    """Give what a day leaves to depreciate of an asset: the months' share of its cost, less what was depreciated."""
    first, last = asset["AcquisitionStart"], asset["DepreciationFinal"]
    if asset["Status"] in _ENDED.values() or not first or not last or until < first:
        return 0
    cost = Decimal(asset["AcquisitionValue"] - asset["DepreciateToResidualValue"])
    share = divided(Decimal(_months(first, min(until, last))), Decimal(_months(first, last)))
    done = sum(-int(event["Amount"]) for event in asset["History"] if event["EventId"] == _DEPRECIATED)
    left = int(to_kronor(multiplied(cost, share))) - done - asset["ManualOb"]
    return int(min(max(0, left), book_value(asset)))


def depreciate(record: Record, until: str, moment: Moment) -> None:
    """Depreciate an asset up to a day.

    Raises:
        ApiError: an invented code for an asset that is sold or scrapped.
    """
    _happened(record, _DEPRECIATED, -to_depreciate(record.data, until), until, "", moment)
    record.data = record.data | {"DepreciatedTo": until}


_CHANGES: Mapping[str, Update] = {
    "writeup": _written(_WRITTEN_UP, 1),
    "writedown": _written(_WRITTEN_DOWN, -1),
    "sell": _ended(_SOLD, _SALE),
    "scrap": _ended(_SCRAPPED, _PART),
    "changeob": _change_opening_balance,
}


def _place(parts: list[str]) -> Place:
    """Read `/{GivenNumber}` and, the other way round than elsewhere, `/{action}/{GivenNumber}`."""
    return plain_place(parts[::-1])


def _complete_type(company: Company, kind: Data, _moment: Moment) -> None:
    """Look every account up, also where it is given as an id: an account's id is its number (*simulator choice*)."""
    company.check_accounts(kind, (name for name in kind if name.startswith("Account")))


def _type_in_use(company: Company, kind: Data) -> bool:
    return any(record.data["TypeId"] == kind["Id"] for record in company.records_of("assets").values())


_SERVERS = {"read_only": True}

ASSETS: dict[str, Resource] = {
    "asset_types": resource(
        "asset_types",
        Rules(key="assigned", but={"InUse": _SERVERS}, complete=_complete_type, in_use=_type_in_use),
    ),
    "assets": resource(
        "assets",
        Rules(
            key="assigned",
            but={
                **dict.fromkeys(("DepreciatedTo", "History", "ManualOb", "Status", "StatusId", "Type"), _SERVERS),
                **{name: {"kind": Kind.DATE} for name in ("AcquisitionDate", "AcquisitionStart", "DepreciationFinal")},
            },
            listed=_LISTED,
            complete=_complete,
            changes=_CHANGES,
            bare_changes=frozenset({"changeob"}),
            place=_place,
        ),
    ),
}
"""By their names in the table."""
