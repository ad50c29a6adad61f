"""What an expression may name in an event: its tree is walked along the event's model, before any event came."""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from handlers.mapping.expressions import FUNCTIONS, Expression, Tree

Meant = Callable[[str, Iterable[str]], str]
"""Says which known name may be meant: ``; did you mean score?``, or nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands somewhere: a table with known ``fields``, a list of ``item``, a single value, or anything."""

    fields: Mapping[str, Any] | None = None
    item: "Shape | None" = None
    anything: bool = False

    def below(self, name: str) -> "Shape":
        """The shape of a field that is known to be there."""
        found = (self.fields or {})[name]
        return found if isinstance(found, Shape) else shape_of(found)


SINGLE = Shape()
ANYTHING = Shape(anything=True)


def shape_of(annotation: Any) -> Shape:
    """The shape that a type has as JSON."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return shape_of(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        options = [option for option in get_args(annotation) if option is not type(None)]
        return shape_of(options[0]) if len(options) == 1 else ANYTHING
    if origin in {tuple, list}:
        return Shape(item=shape_of(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape(fields={name: field.annotation for name, field in annotation.model_fields.items()})
    return SINGLE


def faults_of(expression: Expression, shape: Shape, meant: Meant) -> tuple[list[str], Shape]:
    """What the expression names that can never be there, one line each; and the shape of its value."""
    walk = _Walk(meant)
    result = walk.of(expression.tree, shape)
    return list(dict.fromkeys(walk.faults)), result


class _Walk:
    """One walk; each method gives the shape that a kind of node has on a given shape."""

    def __init__(self, meant: Meant) -> None:
        self._meant = meant
        self.faults: list[str] = []

    def of(self, node: Tree, shape: Shape) -> Shape:
        """The shape of the node's value."""
        kind = str(node["type"])
        walk: Callable[[Tree, Shape], Shape] | None = getattr(self, f"_{kind}", None)
        return walk(node, shape) if walk is not None else self._each(node, shape)

    def _each(self, node: Tree, shape: Shape) -> Shape:
        """Comparisons and negations: a flag of what stands below."""
        for child in node["children"]:
            self.of(child, shape)
        return SINGLE

    def _field(self, node: Tree, shape: Shape) -> Shape:
        name = node["value"]
        if shape.anything:
            return ANYTHING
        if shape.fields is None:
            what = "a single value" if shape.item is None else "a list (write [] or [0] before it)"
            self.faults.append(f"{name}: what it is looked for in is {what}")
            return ANYTHING
        if name not in shape.fields:
            self.faults.append(f"there is no {name}{self._meant(name, shape.fields)}")
            return ANYTHING
        return shape.below(name)

    def _chain(self, node: Tree, shape: Shape) -> Shape:
        for child in node["children"]:
            shape = self.of(child, shape)
        return shape

    _subexpression = _pipe = _index_expression = _chain

    def _identity(self, _node: Tree, shape: Shape) -> Shape:
        return shape

    _current = _identity

    def _literal(self, node: Tree, _shape: Shape) -> Shape:
        return ANYTHING if isinstance(node["value"], list | dict) else SINGLE

    def _index(self, _node: Tree, shape: Shape) -> Shape:
        return self._item(shape, "[0]")

    def _slice(self, _node: Tree, shape: Shape) -> Shape:
        self._item(shape, "[0:1]")
        return shape

    def _item(self, shape: Shape, sign: str) -> Shape:
        if shape.item is None and not shape.anything:
            self.faults.append(f"{sign} stands behind what is no list")
        return shape.item or ANYTHING

    def _projection(self, node: Tree, shape: Shape) -> Shape:
        base, right = node["children"]
        return Shape(item=self.of(right, self._item(self.of(base, shape), "[]")))

    def _filter_projection(self, node: Tree, shape: Shape) -> Shape:
        base, right, condition = node["children"]
        item = self._item(self.of(base, shape), "[?]")
        self.of(condition, item)
        return Shape(item=self.of(right, item))

    def _value_projection(self, node: Tree, shape: Shape) -> Shape:
        base, right = node["children"]
        self.of(base, shape)
        return Shape(item=self.of(right, ANYTHING))

    def _flatten(self, node: Tree, shape: Shape) -> Shape:
        inner = self.of(node["children"][0], shape)
        item = self._item(inner, "[]")
        return item if item.item is not None else Shape(item=item)

    def _or_expression(self, node: Tree, shape: Shape) -> Shape:
        found = [self.of(child, shape) for child in node["children"]]
        return found[0] if all(one == found[0] for one in found) else ANYTHING

    _and_expression = _or_expression

    def _multi_select_list(self, node: Tree, shape: Shape) -> Shape:
        for child in node["children"]:
            self.of(child, shape)
        return Shape(item=ANYTHING)

    def _multi_select_dict(self, node: Tree, shape: Shape) -> Shape:
        return Shape(fields={child["value"]: self.of(child["children"][0], shape) for child in node["children"]})

    def _function_expression(self, node: Tree, shape: Shape) -> Shape:
        name, given = node["value"], node["children"]
        known = FUNCTIONS.get(name)
        if known is None:
            self.faults.append(f"there is no function {name}{self._meant(name, FUNCTIONS)}")
            return ANYTHING
        stated = known["signature"]
        variadic = bool(stated and stated[-1].get("variadic"))
        if len(given) < len(stated) or (len(given) > len(stated) and not variadic):
            self.faults.append(f"{name}() takes {len(stated)} values, {len(given)} given")
        shapes = [self.of(child, shape) for child in given if child["type"] != "expref"]
        item = next((one.item for one in shapes if one.item is not None), ANYTHING)
        for child in given:
            if child["type"] == "expref":
                self.of(child["children"][0], item)
        returned = _RETURNED.get(str(name))
        return SINGLE if returned is None else returned(shapes[0] if shapes else ANYTHING)


_RETURNED: Mapping[str, Callable[[Shape], Shape]] = {
    **dict.fromkeys(("sort", "sort_by", "reverse"), lambda first: first),
    **dict.fromkeys(("max_by", "min_by"), lambda first: first.item or ANYTHING),
    **dict.fromkeys(("map", "keys", "values", "to_array"), lambda _first: Shape(item=ANYTHING)),
    **dict.fromkeys(("not_null", "merge", "max", "min"), lambda _first: ANYTHING),
}
"""What functions give that is no single value."""


def fields_named(shape: Shape, within: str = "") -> Iterator[str]:
    """Every path that an event has, as people write it; two levels of lists at most are shown."""
    for name in shape.fields or {}:
        below = shape.below(name)
        path = f"{within}{name}"
        if below.fields is not None:
            yield from fields_named(below, f"{path}.")
        elif below.item is not None and below.item.fields is not None:
            yield from fields_named(below.item, f"{path}[].")
        else:
            yield path
