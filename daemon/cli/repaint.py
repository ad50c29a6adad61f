"""A text that is shown again and again in the same place: written over, line by line, so that nothing flickers."""

import shutil
import sys

import click

HOME, CLEAR_REST_OF_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


class Repaint:
    """Shows one text after another; elsewhere than on a terminal they follow each other as lines."""

    def __init__(self) -> None:
        self._first = True

    def show(self, text: str) -> None:
        """Write ``text`` over the one before."""
        if not sys.stdout.isatty():
            click.echo(text)
            return
        if self._first:
            click.clear()
            self._first = False
        columns, rows = shutil.get_terminal_size()
        sys.stdout.write(painted(text, columns, rows))
        sys.stdout.flush()


def painted(text: str, columns: int, rows: int) -> str:
    """What a terminal of that size is sent: at most its height, the cursor left on a line of its own below."""
    lines = [part for line in text.splitlines() for part in _broken(line, columns)]
    if len(lines) >= rows:
        hidden = len(lines) - (rows - 2)
        lines = [*lines[: max(0, rows - 2)], f"… {hidden} more lines: make the terminal higher"[:columns]]
    return HOME + "".join(f"{line}{CLEAR_REST_OF_LINE}\n" for line in lines) + CLEAR_BELOW


def _broken(line: str, columns: int) -> list[str]:
    return [line[at : at + columns] for at in range(0, len(line), columns)] or [""]
