"""Words that mean nothing where a command wants an id or a company: one clear line, never a traceback."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from daemon.cli import main
from tests.fakes.configuration import unserved

LONG = "x" * 501


@pytest.mark.parametrize("word", ["", " ", LONG])
@pytest.mark.parametrize(
    "words",
    [
        ("retry", "{}"),
        ("retry", "--company", "{}"),
        ("replay", "{}"),
        ("discard", "{}", "--reason", "x"),
        ("approve", "{}"),
        ("pause", "{}", "--reason", "x"),
        ("resume", "{}"),
        ("company", "declare-empty", "{}"),
        ("held", "answer", "{}", "again"),
        ("held", "forget", "{}"),
        ("doctor", "{}"),
        ("register", "tell", "{}"),
        ("dry-run", "{}"),
        ("todo", "done", "{}"),
    ],
    ids=lambda words: "_".join(words[:2]),
)
def test_a_word_that_cannot_be_meant_is_refused_in_a_line(tmp_path: Path, words: tuple[str, ...], word: str) -> None:
    """Empty, blank, and longer than anything is called."""
    given = [one.format(word) for one in words]
    result = CliRunner().invoke(main, [*given, "--config", str(unserved(tmp_path))])
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    assert result.stderr.strip()
