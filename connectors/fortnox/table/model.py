"""What the table of Fortnox's resources says: resources, their actions, and the operations that both give."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

Method = Literal["GET", "POST", "PUT", "DELETE"]
Effect = Literal["none", "create", "change", "delete", "send"]
"""What a call may change at Fortnox; ``send`` leaves the house (a mail, a print-out) and can never be taken back."""

Verb = Literal["list", "read", "create", "update", "delete"]
Sent = Literal["nothing", "envelope", "bare", "file"]
"""What a request carries: an object under its envelope, bare JSON, or one file as a multipart form."""

Answered = Literal["object", "list", "bare", "bytes", "nothing"]
"""What a complete answer holds."""

_PLACEHOLDER = re.compile(r"\{[A-Za-z]+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of Fortnox: ``envelope`` is the answer's key, ``effect`` says what it may change there.

    ``none`` may be repeated freely; everything else is sent once. ``key`` names the field that tells list rows apart.
    ``other_envelopes`` are further keys under which the answer may come (Fortnox facts, sections 6.7 and 6.8).
    ``path`` stands under the REST address, or under the host where it begins with ``/api/``. ``rows`` names the field
    of the answer's object that holds the rows, where even one object comes as a row.
    """

    name: str
    method: Method
    path: str
    envelope: str
    effect: Effect
    key: str = ""
    sort: str = ""
    other_envelopes: tuple[str, ...] = ()
    resource: str = ""
    scope: str = ""
    says: str = ""
    sends: Sent = "nothing"
    answers: Answered = "object"
    query: tuple[str, ...] = ()
    rows: str = ""

    def at(self, *numbers: str) -> str:
        """The path with its keys in order, percent-encoded (a customer number may hold a slash).

        Raises ``ValueError`` for another count of keys than the path has.
        """
        given = iter(numbers)
        try:
            filled = _PLACEHOLDER.sub(lambda _: quote(next(given), safe=""), self.path)
        except StopIteration as e:
            raise ValueError(f"{self.name} needs {len(self.keys)} keys") from e
        if next(given, None):
            raise ValueError(f"{self.name} needs {len(self.keys)} keys")
        return filled

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys in the path, in order."""
        return tuple(found[1:-1] for found in _PLACEHOLDER.findall(self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do with an object, beyond reading and writing it.

    ``at`` stands behind the object's path, or is a whole path of its own where it begins with a slash. ``shown_by`` is
    the field of the object that shows, when read afterwards, whether the action took effect; ``filter=finished`` where
    only a filter of the list does.
    """

    name: str
    at: str
    says: str
    method: Method = "PUT"
    effect: Effect = "change"
    envelope: str = ""
    other_envelopes: tuple[str, ...] = ()
    shown_by: str = ""
    sends: Sent = "nothing"
    answers: Answered = "object"
    query: tuple[str, ...] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How it is proved that a create whose answer was lost made nothing (Fortnox facts, section 8).

    ``by``: ``number`` reads the object by a number that we chose; ``mark`` compares a field that holds our mark
    exactly; ``fields`` compares several fields exactly; ``reference`` reads the field of another object that names what
    was made; ``nothing``: no look can tell, so a person is asked. ``search`` is the query parameter that narrows the
    list that is walked.
    """

    by: Literal["number", "mark", "fields", "reference", "nothing"]
    fields: tuple[str, ...] = ()
    search: str = ""

    def __str__(self) -> str:
        named = ", ".join(self.fields)
        match self.by:
            case "number":
                return f"read by {named}, which we choose"
            case "mark":
                return f"our mark in {named}, compared exactly" + (f", found by {self.search}" if self.search else "")
            case "fields":
                return f"{named} compared exactly" + (f", found by {self.search}" if self.search else "")
            case "reference":
                return f"{named} of what it was made from"
            case "nothing":
                return "no look can tell: a person is asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of Fortnox. ``name`` is plural, ``one`` names its operations (``read_customer``).

    ``keys`` are the fields in the path of one object; a resource without any is the company's only one of its kind.
    ``schema`` names what is written in Fortnox's own description, from which the fields come; ``required`` is what a
    create cannot do without. ``rows`` are the rows of the capability matrix that this resource serves. ``example`` is
    the body of a create as the simulator takes it, ``change`` that of an update. ``list_key`` is the key's name in an
    object where the path calls it something else, ``row_key`` its name in a list row where that differs again.
    ``rows_in`` names the field that holds the rows where the list is one object without pages, and where one object is
    shown as its only row.
    """

    name: str
    one: str
    path: str
    single: str
    plural: str
    keys: tuple[str, ...]
    scope: str
    verbs: tuple[Verb, ...]
    other_envelopes: tuple[str, ...] = ()
    schema: str = ""
    required: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    absence: Absence | None = None
    actions: tuple[Action, ...] = ()
    sort: str = ""
    query: tuple[str, ...] = ()
    list_key: str = ""
    row_key: str = ""
    object_path: str = ""
    rows_in: str = ""
    sends: Sent = "envelope"
    read_answers: Answered = "object"
    example: Mapping[str, Any] = field(default_factory=dict)
    change: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def at(self) -> str:
        """The path of one object, with its keys as placeholders."""
        return self.object_path or "".join((self.path, *(f"/{{{key}}}" for key in self.keys)))

    def operations(self) -> Iterator[Operation]:
        """Every call that this resource has."""
        for verb in self.verbs:
            yield self._verb(verb)
        for action in self.actions:
            yield self._action(action)

    def _verb(self, verb: Verb) -> Operation:
        method, effect = _METHODS[verb]
        writes = verb in {"create", "update"}
        answers: Answered = "object"
        if verb == "list":
            answers = "bare" if self.sends == "bare" else "list"
        elif verb == "delete":
            answers = "nothing"
        elif verb == "read":
            answers = self.read_answers
        elif self.sends == "bare":
            answers = "bare"
        return Operation(
            name=f"list_{self.name}" if verb == "list" else f"{verb}_{self.one}",
            method=method,
            path=self.path if verb in {"list", "create"} else self.at,
            envelope=self.plural if verb == "list" else self.single,
            effect=effect,
            key=(self.row_key if verb == "list" else "") or self.list_key or (self.keys[-1] if self.keys else ""),
            other_envelopes=() if verb == "list" else self.other_envelopes,
            sort=self.sort if verb == "list" else "",
            resource=self.name,
            scope=self.scope,
            says=_SAYS[verb],
            sends=self.sends if writes else "nothing",
            answers=answers,
            query=self.query,
            rows=self.rows_in,
        )

    def _action(self, action: Action) -> Operation:
        return Operation(
            name=action.name,
            method=action.method,
            path=action.at if action.at.startswith("/") else f"{self.at}/{action.at}".rstrip("/"),
            envelope=action.envelope or (self.plural if action.answers == "list" else self.single),
            effect=action.effect,
            key=(self.list_key or (self.keys[-1] if self.keys else "")) if action.key is None else action.key,
            other_envelopes=action.other_envelopes or self.other_envelopes,
            resource=self.name,
            scope=self.scope,
            says=action.says,
            sends=action.sends,
            answers=action.answers,
            query=action.query or self.query,
        )


_METHODS: Mapping[Verb, tuple[Method, Effect]] = {
    "list": ("GET", "none"),
    "read": ("GET", "none"),
    "create": ("POST", "create"),
    "update": ("PUT", "change"),
    "delete": ("DELETE", "delete"),
}
_SAYS: Mapping[Verb, str] = {
    "list": "list, page by page",
    "read": "read one",
    "create": "create one",
    "update": "change the given fields of one",
    "delete": "delete one",
}
