"""Proofs of absence for any resource: what stands there that could be what a create made (Fortnox facts, section 8)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.base import Held, Json, Task, Unprovable
from connectors.fortnox.client import Client
from connectors.fortnox.errors import SYSTEM
from connectors.fortnox.record_fields import differing
from connectors.fortnox.record_names import number_of, number_of_keys
from connectors.fortnox.record_reads import all_of, find
from connectors.fortnox.resource import held
from connectors.fortnox.table import Absence, Resource
from connectors.fortnox.table.fields import fields_of
from connectors.fortnox.wire import is_true, text_of
from handlers.values import reference, short_reference

MOST_CANDIDATES = 100
"""Objects that are fetched one by one to be compared, at most."""

DESCRIBED = 200
"""Characters of a voucher's description, our mark included (Fortnox facts, section 1.10)."""

_OTHER_NAMES = {"customer": "CustomerNumber", "date": "FromDate"}
_WORD = re.compile(r"[a-z0-9]+")
ALIKE = frozenset({"payments", "supplier_payments"})
"""Resources of which two may be alike and both meant: the same sum may be paid twice on one day."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a create of ours is known by.

    ``by`` is how it is proved, ``fields`` what is compared exactly, ``number`` the number that we chose, ``narrowed``
    the search, ``before`` the numbers of objects that looked the same before our create. All of it goes to disk.
    """

    by: str
    fields: Json
    number: str = ""
    narrowed: Mapping[str, str] = field(default_factory=dict)
    year: str = ""
    before: Sequence[str] = ()

    def evidence(self) -> Json:
        """As it is stored with an attempt."""
        return {
            "by": self.by,
            "fields": dict(self.fields),
            "number": self.number,
            "narrowed": dict(self.narrowed),
            "year": self.year,
            "before": list(self.before),
        }


def of_evidence(evidence: Json) -> Sought:
    """What a stored attempt said that its object is known by."""
    return Sought(**evidence)


def marked(resource: Resource, fields: Json, thing: str) -> Json:
    """The fields with our mark where the resource is proved by one; a voucher's is the last word of its description."""
    absence = resource.absence
    if absence is None or absence.by != "mark":
        return fields
    (name,) = absence.fields
    longest = fields_of(resource)[name].longest
    mark = reference(thing)
    if longest is not None and longest < len(mark):
        mark = short_reference(thing)
    if resource.name != "vouchers":
        return {**fields, name: mark}
    said = text_of(fields.get(name))[: DESCRIBED - len(mark) - 1].rstrip()
    return {**fields, name: f"{said} {mark}".strip()}


def sought_for(resource: Resource, fields: Json, year: str = "") -> Sought:
    """How a create with these fields is known again; a number that Fortnox is to choose leaves its required fields."""
    absence = resource.absence
    if absence is None or absence.by in {"nothing", "reference"}:
        return Sought("nothing", {})
    if absence.by == "number":
        keys = identity(absence, fields)
        if all(keys):
            return Sought("number", dict(zip(absence.fields, keys, strict=True)), number_of_keys(keys))
        return Sought("fields", {name: fields[name] for name in resource.required if name in fields})
    narrowed = _year(fields, year) if resource.name == "vouchers" else _narrowed(resource, absence.search, fields)
    compared = {name: fields[name] for name in absence.fields if name in fields}
    if len(compared) < len(absence.fields):
        missing = ", ".join(sorted({*absence.fields} - {*compared}))
        raise held("proof_field_missing", f"Without {missing} nobody could tell whether it was made: give it.")
    return Sought(absence.by, compared, narrowed=narrowed, year=year)


def identity(absence: Absence, fields: Json) -> list[str]:
    """The values that tell the object from all others; a price without a quantity holds from 0."""
    return [text_of(fields.get(name)) or ("0" if name == "FromQuantity" else "") for name in absence.fields]


def _year(fields: Json, year: str) -> Mapping[str, str]:
    day = text_of(fields.get("TransactionDate"))
    return {"voucherseries": text_of(fields.get("VoucherSeries")), "fromdate": day, "todate": day} | (
        {"financialyear": year} if year else {}
    )


def _narrowed(resource: Resource, search: str, fields: Json) -> Mapping[str, str]:
    """The query that narrows the list: of "a, else b" the first that has a value."""
    if resource.name == "tax_reductions":
        kind = f"{text_of(fields.get('ReferenceDocumentType')).casefold()}s"
        return {"filter": kind, "referencenumber": text_of(fields.get("ReferenceNumber"))}
    by_parameter = {name.casefold(): name for name in fields}
    for parameter in _WORD.findall(search):
        name = _OTHER_NAMES.get(parameter, by_parameter.get(parameter, ""))
        if text_of(fields.get(name)):
            return {parameter: text_of(fields[name])}
    return {}


async def hits_of(resource: Resource, sought: Sought, task: Task, client: Client) -> tuple[list[Json], Json]:
    """The objects that are exactly what is sought and no other thing's of ours, and the proof of what was read.

    Raises ``Unprovable`` where nothing can tell, ``Held`` for too many candidates, and the errors of a read: then
    nothing is proved.
    """
    if sought.by == "nothing":
        raise unprovable(f"whether the {_said(resource)} was made")
    if sought.by == "number":
        stored = await find(resource, sought.number, client)
        found = [] if stored is None else [stored]
        return found, {"read": f"{resource.one}:{sought.number}", "matched": [sought.number] if found else []}
    rows = await all_of(resource, sought.narrowed, client)
    numbers = [number_of(resource, row, sought.year) for row in rows if _may_be(resource, row, sought)]
    elsewhere = await task.links.linked_elsewhere(task.company, resource.one, numbers, task.thing)
    numbers = sorted({*numbers} - elsewhere - {*sought.before}, key=lambda number: (len(number), number))
    if len(numbers) > MOST_CANDIDATES:
        raise held("too_many_candidates", f"{len(numbers)} {resource.name} must be compared one by one: do it by hand.")
    by_number = {number_of(resource, row, sought.year): row for row in rows}
    hits = [hit for number in numbers if (hit := await _exactly(resource, number, by_number[number], sought, client))]
    proof: Json = {"searched_by": dict(sought.narrowed) or "the whole list", "compared": sorted(sought.fields)}
    proof |= {"rows": len(rows), "matched": [number_of(resource, hit, sought.year) for hit in hits]}
    return hits, proof | {"linked_elsewhere": sorted(elsewhere), "stood_before": list(sought.before)}


def _may_be(resource: Resource, row: Json, sought: Sought) -> bool:
    """Lists are thin: a row that lacks a field may still be it."""
    shown = {name: value for name, value in sought.fields.items() if name in row}
    return not differing(resource.schema, shown, row)


async def _exactly(resource: Resource, number: str, row: Json, sought: Sought, client: Client) -> Json | None:
    stored = await find(resource, number, client) if "read" in resource.verbs else row
    if stored is None or is_true(stored.get("Credit")) or differing(resource.schema, sought.fields, stored):
        return None
    return stored


def unprovable(what: str) -> Held:
    """The question after an unknown end that no look can settle."""
    return Unprovable(
        "end_unknown",
        system=SYSTEM,
        operation="look",
        remedy=f"The answer was lost, and Fortnox shows nothing that would tell {what}. Look there: if not, "
        "`retry --absent` does it once more; if so, discard this command.",
    )


def _said(resource: Resource) -> str:
    return resource.one.replace("_", " ")
