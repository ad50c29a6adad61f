"""JMESPath expressions over events: compiled at start, exact with decimals, failing in one documented way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from jmespath.visitor import Options

Tree = Mapping[str, Any]
"""A parsed expression: ``type``, ``children`` and, by type, ``value``."""

LONGEST = 500
"""Characters of one expression: what is longer is a program, and belongs in a plug-in."""

DEEPEST = 40
MOST_DIGITS = 15
"""Significant digits of a number in an expression with a fraction: more do not survive JMESPath's reading of it."""


class BadExpression(ValueError):
    """The text is no expression that can be used; says why, and where."""


class CannotBeEvaluated(Exception):
    """The expression has no value for this event: it does with a value what cannot be done with its type."""


class _Exact(functions.Functions):
    """JMESPath's functions where numbers are decimals: its own refuse them, or make binary fractions of them."""

    def _get_allowed_pytypes(self, types: Sequence[str]) -> tuple[list[str], list[tuple[str, ...]]]:
        allowed, within = super()._get_allowed_pytypes(types)  # type: ignore[misc]
        return (
            [*allowed, "Decimal"] if "float" in allowed else allowed,
            [(*names, "Decimal") if "float" in names else names for names in within],
        )

    def _convert_to_jmespath_type(self, name: str) -> str:
        return "number" if name == "Decimal" else str(super()._convert_to_jmespath_type(name))  # type: ignore[misc]

    @functions.signature({"types": ["array-number"]})
    def _func_avg(self, numbers: list[Decimal | int]) -> Decimal | None:
        return Decimal(sum(numbers)) / len(numbers) if numbers else None

    @functions.signature({"types": []})
    def _func_to_number(self, value: Any) -> Decimal | int | None:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            return None
        try:
            number = Decimal(value)
        except ArithmeticError:
            return None
        return number if number.is_finite() else None

    @functions.signature({"types": []})
    def _func_to_string(self, value: Any) -> str:
        return value if isinstance(value, str) else text_of(value)

    @functions.signature({"types": []})
    def _func_type(self, value: Any) -> str:
        return "number" if isinstance(value, Decimal) else str(super()._func_type(value))  # type: ignore[misc]


_OPTIONS = Options(custom_functions=_Exact())
FUNCTIONS: Mapping[str, Mapping[str, Any]] = _Exact.FUNCTION_TABLE
"""Every function by name, with its ``signature``."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression, ready to be evaluated; ``text`` is what the configuration says."""

    text: str
    tree: Tree

    def value(self, data: Any) -> Any:
        """Its value: text, whole number, decimal, flag, list, table or ``None``.

        Raises :class:`CannotBeEvaluated`; the text holds nothing of the event.
        """
        try:
            return ParsedResult(self.text, self.tree).search(data, _OPTIONS)  # type: ignore[arg-type]
        except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError):
            # The library lets Python's own errors through, and its texts quote values.
            raise CannotBeEvaluated(f"{self.text} does with a value what its type does not allow") from None


def compiled(text: str) -> Expression:
    """The expression of a text. Raises :class:`BadExpression`."""
    if len(text) > LONGEST:
        raise BadExpression(f"has {len(text)} characters, {LONGEST} at most: use a plug-in")
    try:
        parsed = jmespath.compile(text).parsed
    except RecursionError:
        raise BadExpression("is nested too deeply") from None
    except (JMESPathError, ValueError) as error:
        raise BadExpression(f"is no JMESPath expression: {str(error).splitlines()[0].rstrip(':')}") from None
    return Expression(text, _exact(parsed, 0))


def _exact(node: Any, depth: int) -> Any:
    """The tree with decimals in place of binary fractions, in what the expression itself states."""
    if depth > DEEPEST:
        raise BadExpression("is nested too deeply")
    if not isinstance(node, Mapping):
        return node
    changed = dict(node)
    if node["type"] == "literal":
        changed["value"] = _decimals(node["value"])
    changed["children"] = [_exact(child, depth + 1) for child in node.get("children", ())]
    return changed


def _decimals(value: Any) -> Any:
    if isinstance(value, float):
        number = Decimal(repr(value))
        if not number.is_finite() or len(number.as_tuple().digits) > MOST_DIGITS:
            raise BadExpression(f"a number with a fraction has {MOST_DIGITS} digits at most")
        return number
    if isinstance(value, list):
        return [_decimals(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _decimals(inner) for name, inner in value.items()}
    return value


def holds(value: Any) -> bool:
    """Whether a condition's value counts as true: not null, false, or an empty text, list or table; 0 counts."""
    return not (value is None or value is False or value in ("", [], {}))


def text_of(value: Any) -> str:
    """A single value, or a list of such, as text: decimals plain, flags as ``true`` and ``false``, lists with commas.

    Raises :class:`CannotBeEvaluated` for a table, which has no text.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list) and not any(isinstance(inner, list) for inner in value):
        return ", ".join(text_of(inner) for inner in value)
    if isinstance(value, dict | list):
        raise CannotBeEvaluated("a table is no single value")
    return str(value)
