"""Questions to a person in Swedish: a closed table of the texts that the code asks in English, found by their form."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

from connectors.fortnox.error_codes import swedish as swedish_of_code
from daemon.state_terms import STATES

QUESTIONS = ("rules", "fortnox", "senders")
PARTS = "parts"
"""What only stands inside of other texts."""
FAULTS = "faults"
"""What is wrong with a value of a mapping; stands behind the name of its field."""
SCREENS = "screens"
"""Lines of the screens that a bookkeeper reads."""
DEEPEST = 5
"""Texts inside of texts: a line, a question, what it found, a difference, the name of a field."""

NUMBERS = {"numeral": r"\S+", "count": r"\d+", "waiting": r"\d+", "kronor_sum": r"[\d .-]+"}
"""What stands for a number or one word only, by the name of its place."""

Tables = tuple[str, ...]
_INSIDE: Tables = (*QUESTIONS, PARTS, FAULTS)


@dataclass(frozen=True, slots=True)
class _Form:
    """One English text as a pattern, and its Swedish with the same names; ``fixed`` counts what never changes in it."""

    pattern: re.Pattern[str]
    swedish: str
    fixed: int


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """The tables as they stand in the files: Swedish by English, by file."""
    folder = files(__name__)
    return {name: tomllib.loads((folder / f"{name}.toml").read_text("utf-8")) for name in (*_INSIDE, SCREENS)}


def in_swedish(question: str) -> str | None:
    """The Swedish of a question, a remedy or what was found; ``None`` for a text that no table has.

    Values stay as they are: numbers, sums, names of fields and settings.
    """
    return _list(question) or _whole(question, DEEPEST, QUESTIONS) or _sentences(question) or _of_code(question)


def on_screen(line: str) -> str:
    """A line of a screen in Swedish, else those of its columns that a table has; two spaces part columns."""
    whole = _line(line.strip())
    if whole is not None:
        return line.replace(line.strip(), whole, 1)
    return "".join(_line(part) or part for part in re.split(r"( {2,})", line))


def _line(text: str) -> str | None:
    return _states().get(text) or _whole(text, DEEPEST, (SCREENS,)) or in_swedish(text)


@cache
def _states() -> Mapping[str, str]:
    """The words of how something stands are those of the glossary; some screens write them as they are stored."""
    every = {state.english: state.swedish for state in STATES}
    return every | {english.replace(" ", "_"): swedish for english, swedish in every.items()}


def _of_code(text: str) -> str | None:
    found = swedish_of_code(text)
    return None if found == text else found


def _sentences(text: str) -> str | None:
    """Several texts behind each other: what was found, and what can be done."""
    for end in re.finditer(r"(?<=[.]) ", text):
        first = _whole(text[: end.start()], DEEPEST, QUESTIONS)
        rest = None if first is None else in_swedish(text[end.end() :])
        if rest is not None:
            return f"{first} {rest}"
    return None


def _list(text: str) -> str | None:
    """Several faults in one text, each of which has its own Swedish."""
    items = text.split("; ")
    found = [_whole(item, DEEPEST, QUESTIONS) for item in items] if len(items) > 1 else [None]
    return None if None in found else "; ".join(filter(None, found))


def _whole(text: str, depth: int, tables: Tables) -> str | None:
    """One text from these tables."""
    exact = next((texts()[name][text] for name in tables if text in texts()[name] and "{" not in text), None)
    if exact is not None:
        return exact
    for form in _forms(tables):
        match = form.pattern.fullmatch(text)
        filled = None if match is None else _filled(form.swedish, match.groupdict(), depth)
        if filled is not None:
            return filled
    return None


def _filled(template: str, values: Mapping[str, str], depth: int) -> str | None:
    """The template with its values; ``None`` where one that has to be Swedish is in no table."""
    parts: list[str] = []
    for literal, name, wanted, _conversion in Formatter().parse(template):
        parts.append(literal)
        if name is None:
            continue
        found = _part(values[name], depth - 1, wanted or "")
        if found is None and wanted in {"must", "state"}:
            return None
        parts.append(values[name] if found is None else found)
    return "".join(parts)


def _part(text: str, depth: int, wanted: str) -> str | None:
    """A part of a text by what is ``wanted`` of it; ``None`` where no table has it."""
    if depth == 0 or not wanted:
        return None
    if wanted == "state":
        return _states().get(text)
    if wanted == SCREENS:
        return on_screen(text)
    if wanted == "must":
        return _whole(text, depth, (FAULTS,))
    items = text.split("; ")
    if len(items) > 1:
        return "; ".join(_part(item, depth, wanted) or item for item in items)
    return _whole(text, depth, _INSIDE)


@cache
def _forms(tables: Tables) -> tuple[_Form, ...]:
    """Texts with changing parts, the most telling first, so that a general one never hides a special one."""
    every = [one for name in tables for one in texts()[name].items() if "{" in one[0]]
    return tuple(sorted((_form(*one) for one in every), key=lambda form: -form.fixed))


def _form(english: str, swedish: str) -> _Form:
    pattern, fixed = "", 0
    for literal, name, _wanted, _conversion in Formatter().parse(english):
        pattern += re.escape(literal)
        fixed += len(literal)
        if name is not None:
            pattern += f"(?P<{name}>{NUMBERS.get(name, '.+?')})"
    return _Form(re.compile(pattern, re.DOTALL), swedish, fixed)
