"""What the demo writes: plain lines, headings and aligned tables; no colours, nothing that needs a terminal."""

import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TextIO

WIDTH = 110
INDENT = "  "
LABEL = 10


class Screen:
    """Writes whole lines and flushes each, so that a pipe sees them as they happen."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """``stream`` is standard output unless given."""
        self._stream = stream or sys.stdout

    def line(self, text: str = "") -> None:
        """One line."""
        self._stream.write(text.rstrip() + "\n")
        self._stream.flush()

    def chapter(self, title: str) -> None:
        """A heading over a part of the demo."""
        self.line()
        self.line("═" * WIDTH)
        self.line(title)
        self.line("═" * WIDTH)

    def step(self, title: str) -> None:
        """A heading over one step."""
        self.line()
        self.line(f"── {title} " + "─" * max(4, WIDTH - len(title) - 4))

    def say(self, text: str) -> None:
        """One indented line of prose."""
        self.line(INDENT + text)

    def labelled(self, label: str, lines: Iterable[str]) -> None:
        """A block with its label before the first line."""
        for text in lines:
            self.line(f"{INDENT}{label:<{LABEL}} {text}")
            label = ""

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[str]) -> None:
        """An aligned table; the columns named in ``numbers`` are aligned to the right."""
        self.line()
        for text in aligned([headers, ["─" * len(header) for header in headers], *rows], headers, numbers):
            self.line(INDENT + text)


def aligned(rows: Sequence[Sequence[str]], headers: Sequence[str], numbers: frozenset[str]) -> list[str]:
    """The rows as lines whose columns stand under each other; a rule (only ``─``) fills its column."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(headers))]
    lines = []
    for row in rows:
        cells = [
            "─" * width
            if cell and set(cell) == {"─"}
            else f"{cell:>{width}}"
            if header in numbers
            else f"{cell:<{width}}"
            for cell, width, header in zip(row, widths, headers, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def money(amount: object) -> str:
    """An amount with two decimals and a blank between thousands: ``4 495.00``."""
    return f"{Decimal(str(amount)):,.2f}".replace(",", " ")


def held(promise: bool) -> str:
    """The verdict on a promise in one word."""
    return "HOLDS" if promise else "BROKEN"


def wrapped(text: str, width: int = 96) -> list[str]:
    """The text in lines of at most ``width`` characters, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
