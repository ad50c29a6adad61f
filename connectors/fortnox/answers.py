"""What an answer of Fortnox means and holds, by what its operation says (Fortnox facts, sections 1.2, 1.3 and 4)."""

import re
from typing import Any, NoReturn
from urllib.parse import unquote

from connectors.base import Json, Later, OutsideError, UnknownEnd
from connectors.fortnox import errors
from connectors.fortnox.outcomes import BareOutcome, File, FileOutcome, NothingOutcome, ObjectOutcome, Outcome
from connectors.fortnox.table import RESOURCES, Operation
from connectors.fortnox.wire import Unparsable, decimal_of, decode, decode_value, encode, text_of
from connectors.transport import Answer

SYSTEM = "fortnox"
MOST_PAGES = 400
THROTTLED, OUTAGE = 429, 500
_ENCODED_NAME = re.compile(r"filename\*=utf-8''([^;\s]+)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r'filename=(?:"([^"]+)"|([^";\s]+))', re.IGNORECASE)
_NO_FILE = frozenset({"", "application/json", "text/html"})


def no_end(operation: Operation, reason: str, status: int | None = None) -> NoReturn:
    """No complete answer that parses: a write's end is unknown, a read is simply done again later."""
    kind = Later if operation.effect == "none" else UnknownEnd
    raise kind(reason, system=SYSTEM, operation=operation.name, status=status)


def is_outage(refused: OutsideError) -> bool:
    """Whether Fortnox could not answer at all now (no answer, 429, 5xx): that tells nothing of what was asked."""
    status = refused.status
    return isinstance(refused, Later) and (status is None or status == THROTTLED or status >= OUTAGE)


def json_in(operation: Operation, answer: Answer) -> Json:
    """The JSON object that an answer is. Raises :func:`no_end` for anything else."""
    try:
        return decode(answer.body)
    except Unparsable:
        no_end(operation, "unreadable", answer.status)


def check(operation: Operation, answer: Answer) -> None:
    """Refuse every answer but a 2xx (architecture, invariant 5): a known end where Fortnox says what is wrong."""
    status = answer.status
    if 200 <= status < 300:
        return
    body = json_in(operation, answer)
    said = errors.information(body)
    if 400 <= status < 500 and said is not None:
        raise errors.fault(operation.name, status, said)
    named = errors.named(body) if operation.path.startswith("/api/") else None
    if 400 <= status < 500 and named is not None:
        raise errors.named_fault(operation.name, status, named)
    no_end(operation, "server_fault" if status >= 500 else "unexpected_answer", status)


def object_in(operation: Operation, body: Json) -> tuple[str, Json]:
    """The object with the envelope that it came under, of those that the operation has."""
    for envelope in (operation.envelope, *operation.other_envelopes):
        inner = _only_row(operation, body.get(envelope)) if operation.rows else body.get(envelope)
        if isinstance(inner, dict) and (not operation.key or text_of(inner.get(operation.key))):
            return envelope, inner
    no_end(operation, "object_missing")


def _only_row(operation: Operation, inner: Any) -> Any:
    rows = inner.get(operation.rows) if isinstance(inner, dict) else None
    return rows[0] if isinstance(rows, list) and len(rows) == 1 else None


def rows_in(operation: Operation, body: Json) -> list[Json]:
    """All rows of a list that is one object without pages; each has its key."""
    inner = body.get(operation.envelope)
    rows = inner.get(operation.rows) if isinstance(inner, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and identity(operation, row) for row in rows):
        no_end(operation, "list_unreadable")
    return rows


def page_in(operation: Operation, body: Json, most_pages: int | None = MOST_PAGES) -> tuple[list[Json], int, int]:
    """One page's rows, and how many rows and pages there are in all; ``Later`` where those are too many."""
    rows, about = body.get(operation.envelope), body.get("MetaInformation")
    if not isinstance(rows, list) or not isinstance(about, dict) or not all(isinstance(row, dict) for row in rows):
        no_end(operation, "list_unreadable")
    total, pages = (decimal_of(about.get(name)) for name in ("@TotalResources", "@TotalPages"))
    if total is None or pages is None:
        no_end(operation, "list_unreadable")
    if most_pages is not None and pages > most_pages:
        no_end(operation, "list_too_long")
    return rows, int(total), int(pages)


def identity(operation: Operation, row: Json) -> tuple[str, ...]:
    """What tells one row of a list from the others; empty for a row without its key.

    Every key of the resource counts: the numbers of vouchers repeat in each series, those of articles in each list.
    """
    if not operation.key:
        return (encode(row),)
    own = text_of(row.get(operation.key))
    return (own, *(text_of(row.get(key)) for key in RESOURCES[operation.resource].keys)) if own else ()


def _refuse_error_in_place_of_file(operation: Operation, answer: Answer) -> None:
    """A 200 may carry error information instead of a print-out, under any type (Fortnox facts, section 4.1, item 6)."""
    if not answer.body.lstrip().startswith(b"{"):
        return
    try:
        said = errors.information(decode(answer.body))
    except Unparsable:
        return
    if said is not None:
        raise errors.fault(operation.name, answer.status, said)


def _name(disposition: str) -> str:
    """The bare name of a file: its encoded form where there are two, and never a folder."""
    encoded, plain = _ENCODED_NAME.search(disposition), _PLAIN_NAME.search(disposition)
    name = unquote(encoded[1]) if encoded else (plain[1] or plain[2]) if plain else ""
    return name.replace("\\", "/").rpartition("/")[2]


def file_in(operation: Operation, answer: Answer) -> File:
    """The file that an answer is: with a name or marked as binary, else of a type that only a file has."""
    _refuse_error_in_place_of_file(operation, answer)
    name = _name(answer.headers.get("content-disposition", ""))
    marked = bool(name) or answer.headers.get("content-transfer-encoding") == "binary"
    if not marked and (answer.content_type in _NO_FILE or not answer.body):
        no_end(operation, "file_missing", answer.status)
    return File(name, answer.content_type, answer.body)


def _bare(operation: Operation, answer: Answer) -> Any:
    try:
        return decode_value(answer.body)
    except Unparsable:
        no_end(operation, "unreadable", answer.status)


def _nothing(operation: Operation, answer: Answer) -> Outcome:
    """204, or 200 with the object that is gone (Fortnox facts, section 1.4)."""
    if answer.status == 204:
        return NothingOutcome()
    return ObjectOutcome(*object_in(operation, json_in(operation, answer)))


def outcome_of(operation: Operation, answer: Answer) -> Outcome:
    """What came of a call that was answered whole, unless it is a list. Raises as ``Client``."""
    check(operation, answer)
    match operation.answers:
        case "bytes":
            return FileOutcome(file_in(operation, answer))
        case "bare":
            return BareOutcome(_bare(operation, answer))
        case "nothing":
            return _nothing(operation, answer)
        case _:
            return ObjectOutcome(*object_in(operation, json_in(operation, answer)))
