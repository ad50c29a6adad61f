"""What one REST call made, changed or removed, as events to be told: the one place where writes are watched."""

import json
from collections.abc import Iterator, Mapping
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
_SHAPES: dict[tuple[str, int], list[tuple[Operation, list[str]]]] = {}
for _operation in _TOLD:
    _shape = _operation.path.strip("/").split("/")
    _SHAPES.setdefault((_operation.method, len(_shape)), []).append((_operation, _shape))


def _meant(call: Call) -> _Meant | None:
    parts = [unquote(part) for part in call.path.strip("/").split("/")][1:]
    for operation, shape in _SHAPES.get((call.method, len(parts)), ()):
        if all(place.startswith("{") or place == part for place, part in zip(shape, parts, strict=True)):
            keys = (part for place, part in zip(shape, parts, strict=True) if place.startswith("{"))
            return _Meant(operation, tuple(keys))
    return None


def _created(name: str, key: str, data: Data) -> Happening:
    if name != "vouchers":
        return Happening(CREATED[name], key)
    year, series, number = data["Year"], data["VoucherSeries"], data["VoucherNumber"]
    details = {"year": year, "series": series, "id": number}
    return Happening(CREATED[name], f"{year}-{series}-{number}", details)


def _by_the_way(company: Company, before: Mapping[str, int]) -> Iterator[Happening]:
    """Give what came to what was there before; the newest stand last."""
    for name, size in before.items():
        for key, record in islice(company.records_of(name).items(), size, None):
            yield _created(name, key, record.data)


def _answered(meant: _Meant, result: Answer) -> Happening:
    """Give the new object that a create answers with, in its envelope."""
    (made,) = json.loads(result.body).values()
    return _created(meant.operation.resource, str(made[meant.operation.key]), made)


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


def carried_out(company: Company, call: Call, moment: Moment) -> tuple[Answer, list[Happening]]:
    """Carry out one authorised REST call; give its answer and what is to be told of it, in order.

    What a create makes stands in its answer; what a call makes by the way is known by what the company holds
    afterwards, whichever call it was; a change is known by the operation that the call is in the table. A refusal and
    a reading call tell nothing.
    """
    meant = _meant(call)
    if meant is None and call.method == "GET":
        return answer(company, call, moment), []
    own = meant.operation.resource if meant is not None and meant.operation.method == "POST" else None
    before = {name: len(company.records_of(name)) for name in BY_THE_WAY if name != own}
    payment = _payment(company, meant)
    result = answer(company, call, moment)
    if result.status >= 300:
        return result, []
    told: list[Happening] = []
    if meant is not None:
        told = _changed(company, meant, payment) if own is None else [_answered(meant, result)]
    return result, [*told, *_by_the_way(company, before)]
