"""Fortnox's error answers as errors of ours, by what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import CredentialsLost, Json, Later, OutsideError, Park
from connectors.fortnox.error_codes import NO_ROUTE, NOT_FOUND, UNKNOWN, Next, meaning_of
from connectors.fortnox.error_codes.names import REMEDIES
from connectors.fortnox.table import OPERATIONS

SYSTEM = "fortnox"
NOT_THERE = 404
_KINDS: Mapping[Next, type[OutsideError]] = {"park": Park, "bug": Park, "credentials": CredentialsLost, "later": Later}


@dataclass(frozen=True, slots=True)
class Information:
    """What an error answer says: Fortnox's code and message."""

    code: int
    message: str


def information(body: Json) -> Information | None:
    """Fortnox's error information in either casing (Fortnox facts, section 4.1); ``None`` where there is none."""
    folded = {str(key).casefold(): value for key, value in body.items()}
    inner = folded.get("errorinformation")
    if not isinstance(inner, dict):
        return None
    fields = {str(key).casefold(): value for key, value in inner.items()}
    code = fields.get("code")
    if isinstance(code, str) and code.isascii() and code.isdigit():
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    return Information(code, str(fields.get("message", "")))


def fault(operation: str, status: int, said: Information) -> OutsideError:
    """The error to raise for a 4xx with error information: a known end, nothing was done."""
    described = OPERATIONS.get(operation)
    meaning = meaning_of(said.code, status, reads=described is not None and described.effect == "none")
    return _KINDS[meaning.next](
        meaning.reason,
        system=SYSTEM,
        operation=operation,
        status=status,
        code=said.code,
        remedy=meaning.text(),
        detail=said.message,
    )


def is_absence(refused: Park) -> bool:
    """Whether the refusal of a read says that the object is not there: by its code, or else by the status.

    Not every resource's own code is known (Fortnox facts, section 4.3), and another one may stand in its place; only
    that of an address that Fortnox does not know says nothing of the object.
    """
    if refused.code is None:
        return refused.status == NOT_THERE and refused.reason == UNKNOWN.reason
    return refused.code in NOT_FOUND or (refused.status == NOT_THERE and refused.code != NO_ROUTE)


@dataclass(frozen=True, slots=True)
class Named:
    """What an error answer of a newer service says: a symbolic name and a message."""

    name: str
    message: str


def named(body: Json) -> Named | None:
    """The error of a service under ``/api/`` (Fortnox facts, section 4.1, item 5); ``None`` where there is none."""
    name = body.get("error")
    return Named(name, str(body.get("message", ""))) if isinstance(name, str) and name else None


def named_fault(operation: str, status: int, said: Named) -> Park:
    """The error to raise for a 4xx with a symbolic name: a known end, nothing was done.

    A name that is not in Fortnox facts, 6.17, is kept out of the reason, which is a closed word.
    """
    known = said.name in REMEDIES
    return Park(
        said.name if known else UNKNOWN.reason,
        system=SYSTEM,
        operation=operation,
        status=status,
        remedy=REMEDIES[said.name].english if known else UNKNOWN.text(),
        detail=f"{said.name}: {said.message}",
    )
