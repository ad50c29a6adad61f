"""Plain lines of a fixed width: headings, labelled values and tables, with figures as they are written in Swedish."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

WIDTH = 88
"""Characters of a line."""

_LABEL = 24
_GAP = " "


def figure(number: Decimal, decimals: int = 2) -> str:
    """A number with a comma and spaces between thousands; more decimals than asked for only where it has them."""
    plain = f"{number:f}"
    whole, _, fraction = plain.removeprefix("-").partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    grouped = f"{int(whole):,}".replace(",", " ")
    below = "-" if number < 0 else ""
    return f"{below}{grouped},{fraction}" if fraction else f"{below}{grouped}"


def words(text: str) -> str:
    """A text in one line: line breaks and other white space become single spaces, control characters nothing."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def heading(text: str) -> list[str]:
    """A heading with an empty line before it."""
    return ["", words(text).upper()]


def labelled(pairs: Iterable[tuple[str, str | date | None]]) -> Iterator[str]:
    """``label   value`` for each value that is there, continued below its own beginning."""
    for label, value in pairs:
        text = words(str(value)) if value is not None else ""
        if text:
            yield from _wrapped(text, label.ljust(_LABEL), " " * _LABEL)


def sentence(text: str) -> list[str]:
    """A sentence over as many lines as it needs."""
    return _wrapped(words(text), "", "")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """A table whose first column is text, broken over lines, and whose others are figures set to the right.

    A figure that is wider than its column moves what follows to the right, and is never cut.
    """
    yield from _row(heads, widths)
    yield "-" * WIDTH
    for row in rows:
        yield from _row(row, widths)


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    first, *others = cells
    text = textwrap.wrap(words(first), widths[0]) or [""]
    figures = [words(cell).rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
    yield from _wrapped_figures(text[0].ljust(widths[0]), figures)
    yield from text[1:]


def _wrapped_figures(text: str, figures: Sequence[str]) -> list[str]:
    line = _GAP.join((text, *figures)).rstrip()
    return [line] if len(line) <= WIDTH else [text.rstrip(), *_wrapped(_GAP.join(figures).strip(), "", "")]


def _wrapped(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
