"""One line of ours in a customer's comments: how it is written, recognised and made room for. Pure."""

import hashlib
import re
from dataclasses import dataclass

from connectors.fortnox.text import COMMENTS_LIMIT, cut_at_word

OURS = re.compile(r"^\d{4}-\d{2}-\d{2} .* #[a-z2-7]{12}$")
SEPARATOR = "; "
SHORTEST_DETAIL = 8


@dataclass(frozen=True, slots=True)
class Note:
    """A line to append: ``DATE CORE; DETAIL #MARK``, all parts in accepted text, without line breaks."""

    dated: str
    core: str
    detail: str
    mark: str

    def line(self, room: int) -> str | None:
        """The line in at most ``room`` characters: the detail as room allows, the core whole; ``None`` if even that
        does not fit."""
        head = f"{self.dated} {self.core.replace(SEPARATOR, ', ')}"
        tail = f" #{self.mark}"
        left = room - len(head) - len(tail)
        if left < 0:
            return None
        detail = cut_at_word(self.detail, left - len(SEPARATOR)) if left - len(SEPARATOR) >= SHORTEST_DETAIL else ""
        return head + (SEPARATOR + detail if detail else "") + tail


def lines_of(comments: str) -> list[str]:
    """The lines as they stand (a carriage return stays on its line); one line break at the end makes no empty line."""
    lines = comments.split("\n") if comments else []
    return lines[:-1] if lines and lines[-1] == "" else lines


def others_lines(comments: str) -> list[str]:
    """The lines that are not ours, trimmed; empty ones are none."""
    lines = (line.strip() for line in lines_of(comments))
    return [line for line in lines if line and not OURS.match(line)]


def prints_of_lines(comments: str) -> dict[str, str]:
    """What people wrote in comments, line by line, by what tells lines apart."""
    return {hashlib.sha256(line.encode()).hexdigest()[:16]: line for line in others_lines(comments)}


def has_mark(comments: str, mark: str) -> bool:
    """Whether a line of ours with this mark stands there."""
    return any(line.rstrip().endswith(f" #{mark}") for line in lines_of(comments))


def standing(comments: str, mark: str) -> str | None:
    """The line of ours with this mark, as it stands; ``None`` where there is none."""
    return next((line.rstrip() for line in lines_of(comments) if line.rstrip().endswith(f" #{mark}")), None)


def replaced(comments: str, note: Note) -> tuple[str, int] | None:
    """The comments with the note in place of its older version, which must stand there; else as :func:`appended`."""
    lines = lines_of(comments)
    place = next(place for place, line in enumerate(lines) if line.rstrip().endswith(f" #{note.mark}"))
    others = [*lines[:place], *lines[place + 1 :]]
    line = note.line(COMMENTS_LIMIT - sum(len(other) + 1 for other in others))
    if line is not None:
        return "\n".join([*lines[:place], line, *lines[place + 1 :]]), 0
    return appended("\n".join(others), note)


def shortened(line: str) -> str:
    """One of our lines without its detail: date, core and mark."""
    head, separator, _ = line.partition(SEPARATOR)
    return f"{head} {line[line.rindex('#') :].rstrip()}" if separator else line


def appended(comments: str, note: Note) -> tuple[str, int] | None:
    """The comments with the line appended, and how many of our older lines were shortened or dropped for it.

    At most 1024 characters (Fortnox facts, section 1.10). Room is made in this order: details of our older lines,
    oldest first; the new line's detail; our oldest lines. Other people's text is never touched: ``None`` where it
    leaves no room for the core.
    """
    lines = lines_of(comments)
    ours = [place for place, line in enumerate(lines) if OURS.match(line.rstrip("\r"))]
    touched = 0
    for place in ours:
        if _fits(lines, note.line(COMMENTS_LIMIT)):
            break
        short = shortened(lines[place])
        touched += short != lines[place]
        lines[place] = short
    for dropped in range(len(ours) + 1):
        gone = set(ours[:dropped])
        standing = [line for place, line in enumerate(lines) if place not in gone]
        line = note.line(COMMENTS_LIMIT - sum(len(other) + 1 for other in standing))
        if line is not None:
            return "\n".join([*standing, line]), touched + dropped
    return None


def _fits(lines: list[str], line: str | None) -> bool:
    return line is not None and sum(len(other) + 1 for other in lines) + len(line) <= COMMENTS_LIMIT
