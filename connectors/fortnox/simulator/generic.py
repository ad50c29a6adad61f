"""A simulated resource out of its row of the table, its drawn fields and its own rules (Fortnox facts, 1.8 and 1.9)."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented
from connectors.fortnox.simulator.fields import Field, Fields, Kind, blank, lay_over
from connectors.fortnox.simulator.money import ZERO
from connectors.fortnox.simulator.resource import Data, Place, Resource, Update, of_table, plain_place, showing
from connectors.fortnox.simulator.search import Filter, Search
from connectors.fortnox.table import RESOURCES as TABLE
from connectors.fortnox.table import Resource as Row
from connectors.fortnox.table.fields import Field as Drawn
from connectors.fortnox.table.fields import schemas

_KINDS = {
    "text": Kind.TEXT,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "flag": Kind.BOOLEAN,
    "date": Kind.DATE,
    "object": Kind.OBJECT,
    "rows": Kind.ROWS,
}
_EMPTY: Mapping[str, Any] = {"text": "", "integer": 0, "number": ZERO, "flag": False, "rows": []}


def _nothing_more(_company: Company, _data: Data, _moment: Moment) -> None:
    """The resource needs nothing more."""


def _never(_company: Company, _data: Data) -> bool:
    """Nothing refers to the resource in a way that keeps it."""
    return False


def _leaves_nothing(_company: Company, _data: Data) -> None:
    """Nothing else changes when one is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for a resource beside its row of the table.

    `key` says who chooses it: the caller (`chosen`), the caller or else the resource's own number series (`offered`),
    or the series alone (`assigned`). `but` changes drawn fields by name. `listed` holds a list item's properties,
    as `showing` takes them, all of the object's if it is empty. `complete` refuses an object or sets what follows
    from the rest; `in_use` keeps one from being deleted, `deleted` takes it away where it is named.
    """

    key: Literal["chosen", "offered", "assigned"] = "chosen"
    missing: tuple[int, str] = (Invented.OBJECT_NOT_FOUND, "Kan inte hitta posten.")
    taken: int = Invented.KEY_USED
    but: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    listed: Iterable[str] = ()
    complete: Callable[[Company, Data, Moment], None] = _nothing_more
    in_use: Callable[[Company, Data], bool] = _never
    kept: int = Invented.STILL_IN_USE
    deleted: Callable[[Company, Data], None] = _leaves_nothing
    searches: Mapping[str, Search] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Update] = field(default_factory=dict)
    bare_changes: frozenset[str] = frozenset()
    place: Callable[[list[str]], Place] = plain_place
    location: str = ""
    repeats_pages: bool = False


def _read(drawn: Drawn) -> Field:
    parts = drawn_fields(drawn.of) if drawn.of else None
    empty = blank(parts) if drawn.kind == "object" and parts else _EMPTY.get(drawn.kind)
    if drawn.choices:
        empty = None
    return Field(_KINDS[drawn.kind], default=empty, longest=drawn.longest, choices=drawn.choices, parts=parts)


def drawn_fields(schema: str) -> dict[str, Field]:
    """Give the fields of a schema as the simulator reads them: nothing given is `""`, 0, false or no rows.

    A date and one of several words are null until given (*simulator choice*, as the rest of these).
    """
    return {name: _read(drawn) for name, drawn in schemas()[schema].items()}


def _fields(row: Row, rules: Rules, key: str) -> dict[str, Field]:
    fields = drawn_fields(row.schema)
    own = {name: replace(fields[name], **dict(change)) for name, change in rules.but.items()}
    if rules.key == "assigned":
        own[key] = replace(fields[key], read_only=True, default=None)
    return fields | own


@dataclass(frozen=True, slots=True)
class Generic:
    """Creates, changes and deletes the objects of one resource, which `key` tells apart."""

    row: Row
    rules: Rules
    key: str
    fields: Fields

    def _checked(self, company: Company, data: Data, moment: Moment) -> None:
        for name in self.row.required:
            if not data[name]:
                raise ApiError(2000204, f"Fältet {name} saknas.")
        self.rules.complete(company, data, moment)

    def _numbered(self, company: Company, data: Data) -> None:
        records = company.records_of(self.row.name)
        if self.rules.key != "chosen" and not data[self.key]:
            number = company.next_number(self.row.name, lambda free: free not in records)
            data[self.key] = int(number) if self.fields[self.key].kind is Kind.INTEGER else number
        elif str(data[self.key]) in records:
            raise ApiError(self.rules.taken, f"{data[self.key]} finns redan.")

    def create(self, company: Company, sent: Mapping[str, Any], moment: Moment) -> Record:
        """Make an object of what was sent.

        Raises:
            ApiError: 2000204 for a required property that is missing, `taken` for a key that exists, and whatever a
                single property or the resource's own rules refuse.
        """
        data = blank(self.fields)
        lay_over(data, sent, self.fields)
        self._checked(company, data, moment)
        self._numbered(company, data)
        record = Record(data, moment.now)
        company.records_of(self.row.name)[str(data[self.key])] = record
        return record

    def update(self, company: Company, record: Record, sent: Mapping[str, Any], moment: Moment) -> None:
        """Change an object; its key stays.

        Raises:
            ApiError: 2001399 for another key, else as `create`.
        """
        data = deepcopy(record.data)
        lay_over(data, sent, {**self.fields, self.key: replace(self.fields[self.key], read_only=True)})
        self._checked(company, data, moment)
        record.data, record.modified = data, moment.now

    def delete(self, company: Company, record: Record, _moment: Moment) -> None:
        """Take an object out.

        Raises:
            ApiError: `kept` while the object is in use.
        """
        if self.rules.in_use(company, record.data):
            raise ApiError(self.rules.kept, f"{record.data[self.key]} används och kan inte tas bort.")
        del company.records_of(self.row.name)[str(record.data[self.key])]
        self.rules.deleted(company, record.data)


def _creates(row: Row) -> bool:
    return "create" in row.verbs or any(action.method == "POST" and action.effect == "create" for action in row.actions)


def resource(name: str, rules: Rules | None = None) -> Resource:
    """Give the simulated resource of a row of the table."""
    rules = rules or Rules()
    row, bare = TABLE[name], of_table(name)
    generic = Generic(row, rules, bare.key, _fields(row, rules, bare.key))
    return replace(
        bare,
        missing=rules.missing,
        create=generic.create if _creates(row) else None,
        update=generic.update if "update" in row.verbs else None,
        delete=generic.delete if "delete" in row.verbs else None,
        list_item=showing(rules.listed) if rules.listed else dict,
        searches=rules.searches,
        filters=rules.filters,
        sorts={**bare.sorts, **rules.sorts},
        place=rules.place,
        location=rules.location or bare.location,
        repeats_pages=rules.repeats_pages,
        changes=rules.changes,
        bare_changes=rules.bare_changes,
    )
