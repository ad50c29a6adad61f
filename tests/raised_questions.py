"""Every text that may be asked of a person, read from the source code: the test of their Swedish stands on it."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from re import findall

ROOT = Path(__file__).resolve().parents[1]
MOST_FORMS = 24
"""Forms of one text that are followed; beyond it a changing part stands for all of them."""

NAMED_ONLY = 99

TEXTS_OF: Mapping[str, Sequence[tuple[int, str]]] = {
    "Question": ((0, "text"),),
    "held": ((1, "question"),),
    "parked": ((1, "remedy"),),
    "Park": ((NAMED_ONLY, "remedy"),),
    "Held": ((NAMED_ONLY, "remedy"),),
    "Unprovable": ((NAMED_ONLY, "remedy"),),
    "Settled": ((2, "question"),),
    "Handled": ((NAMED_ONLY, "question"),),
    "park": ((NAMED_ONLY, "question"),),
    "Outgrown": ((1, "found"), (2, "remedy")),
}
"""What carries a question: the places of its texts among the arguments, and those arguments' names."""


Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Raised:
    """One form of one question: ``{name}`` stands where the text changes; ``opaque`` where no text was found."""

    place: str
    text: str
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: the functions around it, the innermost last."""

    functions: tuple[Function, ...]


class Module:
    """One file, with what its names stand for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text())
        self.calls: list[tuple[ast.Call, Place]] = []
        self.functions: dict[str, list[tuple[Function, Place]]] = {}
        self._walk(self.tree, Place(()))

    def _walk(self, node: ast.AST, place: Place) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            place = Place((*place.functions, node))
            self.functions.setdefault(node.name, []).append((node, place))
        if isinstance(node, ast.Call):
            self.calls.append((node, place))
        for child in ast.iter_child_nodes(node):
            self._walk(child, place)

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What is assigned once, at the top of the file."""
        return {
            target.id: node.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }


class Reader:
    """Finds the texts of questions in all files of the given folders."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._modules = [
            Module(path)
            for folder in folders
            for path in sorted((ROOT / folder).rglob("*.py"))
            if "simulator" not in path.parts and "demo" not in path.parts
        ]
        self._constants = {name: value for module in self._modules for name, value in module.constants.items()}

    def raised(self) -> Iterator[Raised]:
        """Every form of every question."""
        for module in self._modules:
            for call, place in module.calls:
                for at, name in TEXTS_OF.get(_name(call.func), ()):
                    text = _argument(call, at, name)
                    if text is not None:
                        yield from self._read(text, call, module, place)

    def _read(self, text: ast.expr, call: ast.Call, module: Module, place: Place) -> Iterator[Raised]:
        named = str(module.path.relative_to(ROOT))
        forms = self._forms(text, module, place)
        if forms is None:
            yield Raised(named, ast.unparse(text), opaque=True)
        else:
            yield from (Raised(f"{named}:{call.lineno}", form) for form in forms)

    def _forms(self, node: ast.expr, module: Module, place: Place, depth: int = 0) -> list[str] | None:
        """The texts that an expression may give; ``None`` where they are not to be read from it."""
        if depth > 6:
            return None
        if isinstance(node, ast.Constant):
            return [node.value.replace("{", "{{").replace("}", "}}")] if isinstance(node.value, str) else []
        if isinstance(node, ast.Await):
            return self._forms(node.value, module, place, depth)
        if isinstance(node, ast.IfExp):
            return self._all([node.body, node.orelse], module, place, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = (self._forms(side, module, place, depth) for side in (node.left, node.right))
            return None if left is None or right is None else [a + b for a, b in product(left, right)]
        if isinstance(node, ast.JoinedStr):
            return self._joined(node, module, place, depth)
        if isinstance(node, ast.Call):
            return self._called(node, module, depth)
        return self._named(node.id, module, place, depth) if isinstance(node, ast.Name) else None

    def _all(self, nodes: Sequence[ast.expr], module: Module, place: Place, depth: int) -> list[str] | None:
        found = [self._forms(one, module, place, depth + 1) for one in nodes]
        return None if None in found else [form for forms in found for form in forms or ()]

    def _joined(self, node: ast.JoinedStr, module: Module, place: Place, depth: int) -> list[str] | None:
        parts: list[list[str]] = []
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            forms = self._forms(value, module, place, depth + 1)
            wild = not forms or len(forms) > MOST_FORMS
            parts.append([f"{{{_placeholder(value)}}}"] if wild or forms is None else forms)
        while len(list(product(*parts))) > MOST_FORMS:
            longest = max(range(len(parts)), key=lambda at: len(parts[at]))
            parts[longest] = ["{part}"]
        return ["".join(_numbered(one)) for one in product(*parts)]

    def _called(self, node: ast.Call, module: Module, depth: int) -> list[str] | None:
        """A template that is filled, or what a function of the same file returns."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            value = node.func.value
            constant = self._constants.get(value.id) if isinstance(value, ast.Name) else value
            return [constant.value] if isinstance(constant, ast.Constant) and isinstance(constant.value, str) else None
        named = _name(node.func)
        found: list[str] = []
        known = [(module, *one) for one in module.functions.get(named, ())] or self._elsewhere(named)
        if not known:
            return None
        for where, function, place in known:
            returned = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value]
            forms = self._all(returned, where, place, depth)
            if forms is None:
                return None
            found += forms
        return found

    def _elsewhere(self, name: str) -> list[tuple[Module, Function, Place]]:
        """The one function of that name in another file that gives a text; empty where there is none, or several."""
        found = [
            (module, function, place)
            for module in self._modules
            for function, place in module.functions.get(name, ())
            if function.returns is not None and ast.unparse(function.returns) in {"str", "str | None"}
        ]
        return found if len(found) == 1 else []

    def _named(self, name: str, module: Module, place: Place, depth: int) -> list[str] | None:
        for function in reversed(place.functions):
            assigned = [
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign)
                if any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
            ]
            if assigned:
                pieced = any(
                    isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name
                    for node in ast.walk(function)
                )
                return None if pieced else self._all(assigned, module, place, depth)
            parameters = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
            if name in parameters:
                return self._passed(function.name, parameters, name, module, depth)
            if name in {one.arg for one in function.args.kwonlyargs}:
                return None
        constant = module.constants.get(name) or (self._constants.get(name) if name.isupper() else None)
        return None if constant is None else self._forms(constant, module, Place(()), depth + 1)

    def _passed(
        self, function: str, parameters: Sequence[str], name: str, module: Module, depth: int
    ) -> list[str] | None:
        """What the same file's calls of a function give one of its parameters."""
        at = parameters.index(name) - (1 if parameters[0] == "self" else 0)
        found: list[str] = []
        for call, place in module.calls:
            if _name(call.func) == function:
                given = _argument(call, at, name)
                if given is None:
                    continue
                forms = self._forms(given, module, place, depth + 1)
                if forms is None:
                    return None
                found += forms
        return found or None


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[at] if at < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args) else None


def _placeholder(node: ast.expr) -> str:
    names = [
        name for name in findall(r"[a-z_]+", ast.unparse(node).lower()) if name not in {"plain", "join", "text_of", "f"}
    ]
    return (names[-1] if names else "part").strip("_") or "part"


def _numbered(parts: Sequence[str]) -> Iterator[str]:
    """Each part as it is; a placeholder that came before gets a number."""
    seen: dict[str, int] = {}
    for part in parts:
        if part.startswith("{") and part.endswith("}") and part[1:-1].isidentifier():
            count = seen[part] = seen.get(part, 0) + 1
            yield part if count == 1 else f"{{{part[1:-1]}_{count}}}"
        else:
            yield part


def questions() -> list[Raised]:
    """Every question that rules, intake, readers and targets may raise."""
    return list(Reader(("handlers", "connectors", "daemon")).raised())
