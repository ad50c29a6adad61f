"""In which language a person reads a screen: lines in English or Swedish, and questions in both."""

from collections.abc import Sequence
from typing import Any

import click

from daemon.question_texts import in_swedish, on_screen

Json = dict[str, Any]


class Say:
    """Prints lines in the language that was asked for: ``en``, ``sv``, or ``both``, which adds Swedish questions."""

    def __init__(self, language: str = "en") -> None:
        self.language = language

    def __call__(self, line: str, *, bold: bool = False) -> None:
        """Print one line."""
        click.secho(self.told(line), bold=bold or None)

    def told(self, text: str) -> str:
        """A line, a head or a part of a line in the language."""
        return on_screen(text) if self.language == "sv" else text

    def question(self, label: str, question: str, indent: str) -> None:
        """A question behind its label, and below it the Swedish one where both are wanted."""
        self(f"{indent}{label}{question}")
        swedish = in_swedish(question) if self.language == "both" else None
        if swedish is not None:
            click.echo(f"{indent}{on_screen(label + question) if label else swedish}")

    def cell(self, question: str) -> str:
        """A question in a table."""
        swedish = None if self.language == "en" else in_swedish(question)
        if swedish is None:
            return question
        return swedish if self.language == "sv" else f"{question} | {swedish}"


def with_swedish(entries: Sequence[Json], name: str = "question") -> list[Json]:
    """The same entries, each with its question (or what ``name`` is) in Swedish too: ``question_sv``."""
    return [{**entry, f"{name}_sv": None if entry[name] is None else in_swedish(entry[name])} for entry in entries]
