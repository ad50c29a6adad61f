"""What one REST call made, changed or removed, as events to be told: the one place where writes are watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import unquote

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.company import Company, Moment
from connectors.fortnox.simulator.routes import answer
from connectors.fortnox.simulator.topics import BY_THE_WAY, CHANGED, CREATED, Kind
from connectors.fortnox.simulator.wire import Answer
from connectors.fortnox.table import OPERATIONS, Operation

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that Fortnox tells of: topic, type, the object's id, and what a type carries besides."""

    kind: Kind
    entity_id: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Meant:
    """The operation that a call is, with the keys in its path."""

    operation: Operation
    keys: tuple[str, ...]


_TOLD = [
    operation
    for operation in OPERATIONS.values()
    if operation.name in CHANGED or (operation.method == "POST" and operation.resource in CREATED)
]
_SHAPES = [(operation, operation.path.strip("/").split("/")) for operation in _TOLD]


def _meant(call: Call) -> _Meant | None:
    parts = [unquote(part) for part in call.path.strip("/").split("/")][1:]
    for operation, shape in _SHAPES:
        if operation.method != call.method or len(shape) != len(parts):
            continue
        if all(place.startswith("{") or place == part for place, part in zip(shape, parts, strict=True)):
            keys = (part for place, part in zip(shape, parts, strict=True) if place.startswith("{"))
            return _Meant(operation, tuple(keys))
    return None


def _held(company: Company, name: str) -> Mapping[str, Data]:
    """Give what is stored of a resource, in order of creation."""
    if name == "vouchers" and isinstance(company.vouchers, list):
        return {str(place): voucher for place, voucher in enumerate(company.vouchers)}
    return {key: record.data for key, record in company.records_of(name).items()}


def _size(company: Company, name: str) -> int:
    return len(company.vouchers) if name == "vouchers" and company.vouchers else len(company.records_of(name))


def _created(name: str, key: str, data: Data) -> Happening:
    if name != "vouchers":
        return Happening(CREATED[name], key)
    year, series, number = data["Year"], data["VoucherSeries"], data["VoucherNumber"]
    details = {"year": year, "series": series, "id": number}
    return Happening(CREATED[name], f"{year}-{series}-{number}", details)


def _newest(company: Company, name: str, count: int) -> list[Happening]:
    held = _held(company, name)
    return [_created(name, key, data) for key, data in islice(held.items(), len(held) - count, None)]


def _payment_details(company: Company, payment: Data) -> dict[str, Any]:
    """Give the invoice of a payment and whether that is paid; that both are told is a *simulator choice*."""
    invoice = company.invoices[str(payment["InvoiceNumber"])].data
    return {"invoiceNumber": str(payment["InvoiceNumber"]), "paid": not invoice["Balance"]}


def _changed(company: Company, meant: _Meant, payment: Data | None) -> list[Happening]:
    kind = CHANGED.get(meant.operation.name)
    if kind is None:
        return []
    details = {} if payment is None else _payment_details(company, payment)
    return [Happening(kind, meant.keys[-1], details)]


def _payment(company: Company, meant: _Meant | None) -> Data | None:
    """Give the payment that a call is about, as it stood before."""
    if meant is None or meant.operation.resource != "payments" or not meant.keys:
        return None
    record = company.payments.get(meant.keys[-1])
    return None if record is None else record.data


def _made(company: Company, meant: _Meant | None, before: Mapping[str, int]) -> list[Happening]:
    own = meant.operation.resource if meant is not None and meant.operation.method == "POST" else ""
    made: list[Happening] = []
    for name, size in before.items():
        grown = _size(company, name) - size
        if grown > 0:
            made += _newest(company, name, 1 if name == own else grown)
    return made


def carried_out(company: Company, call: Call, moment: Moment) -> tuple[Answer, list[Happening]]:
    """Carry out one authorised REST call; give its answer and what is to be told of it, in order.

    New objects are known by what the company holds afterwards, so that it does not matter which call made them; a
    change is known by the operation that the call is in the table. A refusal and a reading call tell nothing.
    """
    meant = _meant(call)
    if meant is None and call.method == "GET":
        return answer(company, call, moment), []
    watched = BY_THE_WAY if meant is None else dict.fromkeys((*BY_THE_WAY, meant.operation.resource))
    before = {name: _size(company, name) for name in watched if name in CREATED}
    payment = _payment(company, meant)
    result = answer(company, call, moment)
    if result.status >= 300:
        return result, []
    made = _made(company, meant, before)
    return result, made if meant is None else _changed(company, meant, payment) + made
