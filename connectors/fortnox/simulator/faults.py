"""Faults on demand: what was ordered, whether the next call meets it, and how often it did."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

KINDS = (
    "answer_lost", "delay", "expire_token", "hang_after", "html", "late_effect", "refresh_used", "reset_after",
    "reset_before", "status", "throttle", "truncated",
)  # fmt: skip
_COMMON = frozenset({"fault", "method", "path", "company", "times", "after", "probability", "seed"})
_PARAMETERS = {
    "status": frozenset({"status", "body", "content_type", "headers", "effect"}),
    "html": frozenset({"status", "effect"}),
    "delay": frozenset({"seconds", "effect"}),
    "hang_after": frozenset({"seconds"}),
    "late_effect": frozenset({"seconds"}),
    "throttle": frozenset({"retry_after"}),
}
_REFRESH_PATH = "/oauth-v1/token"


class FaultDescriptionError(ValueError):
    """A fault was ordered in words the simulator does not understand; the text says which."""


@dataclass(slots=True)
class Fault:
    """One ordered fault. `met` counts the calls it matched, `applied` those it changed."""

    id: int
    kind: str
    method: str | None
    path: re.Pattern[str] | None
    company: int | None
    times: int | None
    after: int
    probability: float
    chance: Random
    parameters: dict[str, Any] = field(default_factory=dict)
    met: int = 0
    applied: int = 0

    def matches(self, method: str, path: str, company: int | None, grant: str | None) -> bool:
        """Tell whether a call is one this fault is about."""
        if self.kind == "refresh_used" and grant != "refresh_token":
            return False
        if self.method is not None and self.method != method:
            return False
        if self.company is not None and self.company != company:
            return False
        return self.path is None or self.path.fullmatch(path) is not None

    def strikes(self) -> bool:
        """Count a matching call and tell whether the fault applies to it."""
        self.met += 1
        if self.met <= self.after or (self.times is not None and self.applied >= self.times):
            return False
        if self.probability < 1 and self.chance.random() >= self.probability:
            return False
        self.applied += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Give the fault for `/_sim/faults`."""
        return {
            "id": self.id,
            "fault": self.kind,
            "method": self.method,
            "path": None if self.path is None else self.path.pattern,
            "company": self.company,
            "times": self.times,
            "after": self.after,
            "probability": self.probability,
            **self.parameters,
            "met": self.met,
            "applied": self.applied,
        }


def _number(order: Mapping[str, Any], name: str, default: Any, *, whole: bool, lowest: float = 0) -> Any:
    value = order.get(name, default)
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if isinstance(value, bool) or not fits or value < lowest:
        kind = "a whole number" if whole else "a number"
        raise FaultDescriptionError(f'"{name}" must be {kind} of at least {lowest}')
    return value


def _number_or_null(order: Mapping[str, Any], name: str, default: int | None, lowest: int) -> int | None:
    if order.get(name, default) is None:
        return None
    return int(_number(order, name, default, whole=True, lowest=lowest))


def _pattern(order: Mapping[str, Any]) -> re.Pattern[str] | None:
    text = order.get("path", _REFRESH_PATH if order["fault"] == "refresh_used" else None)
    if text is None:
        return None
    if not isinstance(text, str):
        raise FaultDescriptionError('"path" must be a regular expression or null')
    try:
        return re.compile(text)
    except re.error as problem:
        raise FaultDescriptionError(f'"path" is not a regular expression: {problem}') from problem


def _parameters(order: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in order.items() if name not in _COMMON}
    kind = order["fault"]
    allowed = _PARAMETERS.get(kind, frozenset())
    for name in given:
        if name not in allowed:
            raise FaultDescriptionError(f'a "{kind}" fault has no "{name}"')
    if "seconds" in allowed:
        _number(order, "seconds", None, whole=False)
    if "status" in allowed:
        default = 503 if kind == "html" else None
        status = _number(order, "status", default, whole=True, lowest=200)
        if status > 599:
            raise FaultDescriptionError('"status" must be below 600')
        given["status"] = status
    if given.get("effect", "before") not in ("before", "after"):
        raise FaultDescriptionError('"effect" must be "before" or "after"')
    _check_types(given)
    return given


def _check_types(given: Mapping[str, Any]) -> None:
    if not isinstance(given.get("content_type", ""), str):
        raise FaultDescriptionError('"content_type" must be a text')
    headers = given.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise FaultDescriptionError('"headers" must be an object of texts')
    if given.get("retry_after") is not None:
        _number(given, "retry_after", None, whole=False)


def read_fault(order: Mapping[str, Any], number: int) -> Fault:
    """Read one ordered fault; `times` is 1 unless given, null means for ever.

    Raises:
        FaultDescriptionError: with a sentence that names what is wrong.
    """
    if order.get("fault") not in KINDS:
        raise FaultDescriptionError(f'"fault" must be one of {", ".join(KINDS)}')
    if order.get("method") not in (None, "GET", "POST", "PUT", "DELETE"):
        raise FaultDescriptionError('"method" must be GET, POST, PUT, DELETE or null')
    if _number(order, "probability", 1, whole=False) > 1:
        raise FaultDescriptionError('"probability" must not be above 1')
    return Fault(
        id=number,
        kind=order["fault"],
        method=order.get("method"),
        path=_pattern(order),
        company=_number_or_null(order, "company", None, 0),
        times=_number_or_null(order, "times", 1, 1),
        after=_number(order, "after", 0, whole=True),
        probability=float(order.get("probability", 1)),
        chance=Random(_number(order, "seed", 0, whole=True)),  # noqa: S311 - a repeatable test, not a secret
        parameters=_parameters(order),
    )


class FaultList:
    """The faults in force, oldest first; a call meets the first that strikes."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def order(self, description: Mapping[str, Any]) -> Fault:
        """Put a fault in force.

        Raises:
            FaultDescriptionError: as `read_fault`.
        """
        fault = read_fault(description, self._last_id + 1)
        self._last_id = fault.id
        self._faults.append(fault)
        return fault

    def strike(self, method: str, path: str, company: int | None, grant: str | None = None) -> Fault | None:
        """Give the fault a call meets, None for none; faults used up are passed over."""
        for fault in self._faults:
            if fault.matches(method, path, company, grant) and fault.strikes():
                return fault
        return None

    def clear(self) -> None:
        """Put no fault in force."""
        self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Give every fault with its counts."""
        return [fault.as_json() for fault in self._faults]
