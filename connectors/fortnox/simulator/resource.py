"""What one resource under `/3/` is: path, envelopes, key, scope, operations, searches and list item."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from connectors.fortnox.simulator.company import Company, Moment, Record, Records
from connectors.fortnox.simulator.errors import Invented, no_route
from connectors.fortnox.simulator.search import Filter, Predicate, Search
from connectors.fortnox.simulator.wire import Answer
from connectors.fortnox.table import RESOURCES as TABLE

Data = dict[str, Any]
Create = Callable[[Company, Mapping[str, Any], Moment], Record]
Update = Callable[[Company, Record, Mapping[str, Any], Moment], None]
Delete = Callable[[Company, Record, Moment], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an action answers with when that is not the object it was called on: a record of the resource at `path`.

    `envelope` is another name for the answer's envelope than the resource's own.
    """

    path: str
    record: Record
    envelope: str | None = None


Action = Callable[[Company, Record, Moment], Shown | Answer | None]
"""Gives another object to show, a whole answer (a print-out), or nothing: then the object itself is shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a path means: the object with a key, an action on it, or the collection (or only what is `within`)."""

    key: str | None = None
    action: str | None = None
    within: Predicate | None = None


def plain_place(parts: list[str]) -> Place:
    """Read `/{key}` and `/{key}/{action}`.

    Raises:
        ApiError: 2000764 for a longer path.
    """
    if len(parts) > 2:
        raise no_route()
    key, action = (*parts, None, None)[:2]
    return Place(key, action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource under `/3/`; an operation that is None answers as an unknown route.

    `order` holds the properties a list is sorted by when nothing is asked, the key if it is empty. `location` is the
    bare word a creation's `Location` header holds (Fortnox facts, 1.4). `answered` is the
    envelope of answers where it differs from that of requests. `listed` and `readable` say whether the resource has
    those GETs, `created_at_object` whether a POST goes to an object's path, `repeats_pages` whether the list is one of
    those that were seen to ignore `page`. `changes` are actions that carry an object in their envelope, or bare if they
    are among `bare_changes`. `rows_in` names the property of the envelope's object that holds the rows where the list
    has no pages and where one object is shown as its only row. `records_at` gives the objects that a call sees where
    its day or query decides that (the financial year); `delete_scope` is a further scope that deleting needs; `shown`
    turns what is stored into what a caller sees of one object.
    """

    path: str
    single: str
    plural: str
    key: str
    scope: str
    records: Callable[[Company], Records]
    missing: tuple[int, str]
    create: Create | None = None
    update: Update | None = None
    delete: Delete | None = None
    actions: Mapping[str, Action] = field(default_factory=dict)
    get_actions: Mapping[str, Action] = field(default_factory=dict)
    list_item: Callable[[Data], Data] = dict
    searches: Mapping[str, Search] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    further_urls: Mapping[str, str] = field(default_factory=dict)
    place: Callable[[list[str]], Place] = plain_place
    own_address: Callable[[Data], str] | None = None
    location: str = ""
    answered: str = ""
    listed: bool = True
    readable: bool = True
    created_at_object: bool = False
    repeats_pages: bool = False
    changes: Mapping[str, Update] = field(default_factory=dict)
    bare_changes: frozenset[str] = frozenset()
    rows_in: str = ""
    records_at: Callable[[Company, Moment], Records] | None = None
    shown: Callable[[Data], Data] = dict
    delete_scope: str = ""

    def seen(self, company: Company, moment: Moment) -> Records:
        """Give the objects that one call sees."""
        return self.records(company) if self.records_at is None else self.records_at(company, moment)

    def address(self, data: Data) -> str:
        """Give where an object stands below the resource's path, percent-encoded."""
        return quote(str(data[self.key]), safe="") if self.own_address is None else self.own_address(data)


def of_table(name: str) -> Resource:
    """Give what the table's row says of a resource: path, envelopes, key, scope, reads and order; no behaviour."""
    row = TABLE[name]
    key = row.list_key or row.keys[-1]
    path = (row.object_path or row.path).split("/{")[0].strip("/")
    return Resource(
        path=path,
        location=path.split("/")[0],
        single=row.single,
        plural=row.plural,
        key=key,
        scope=row.scope,
        records=lambda company: company.records_of(name),
        missing=(Invented.OBJECT_NOT_FOUND, "Kan inte hitta posten."),
        sorts={row.sort: key} if row.sort else {},
        answered="".join(row.other_envelopes[:1]),
        rows_in=row.rows_in,
        listed="list" in row.verbs,
        readable="read" in row.verbs,
        created_at_object=any(action.method == "POST" and action.at.endswith("}") for action in row.actions),
    )


def showing(names: Iterable[str]) -> Callable[[Data], Data]:
    """Give list items that hold these properties; a mapping gives each the name of the object's own that it shows."""
    shown = names if isinstance(names, Mapping) else {name: name for name in names}
    return lambda data: {name: data[source] for name, source in shown.items()}
