"""What a notice says, for programs and for people."""

from decimal import Decimal

from connectors.base import Json
from handlers.commands import NoticeLine, SendNotice

TYPE = "fortnox-bridge.notice"


def as_json(notice: SendNotice) -> Json:
    """The body of a webhook; moments are ISO 8601 in UTC, sums in kronor as text."""
    return {
        "type": TYPE,
        "timestamp": notice.at.isoformat(),
        "data": {"lines": [_line(line) for line in notice.lines], "more": notice.more},
    }


def subject(notice: SendNotice) -> str:
    """One line that says how much stands still, and whose."""
    count = len(notice.lines) + notice.more
    whose = ", ".join(dict.fromkeys(_about(line) for line in notice.lines))
    return f"fortnox-bridge: {count} {'thing needs' if count == 1 else 'things need'} you ({whose})"


def as_text(notice: SendNotice) -> str:
    """The words of a mail: a line for each thing, with the command to type first."""
    lines = [_told(line) for line in notice.lines]
    if notice.more:
        lines.append(f"... and {notice.more} more: fortnox-bridge held")
    return "\n".join([*lines, "", "Nothing is lost: what waits goes on when it is answered.", ""])


def _line(line: NoticeLine) -> Json:
    given: Json = {
        "about": line.about,
        "reason": line.reason,
        "question": line.question,
        "waiting": line.waiting,
        "sales": line.sales,
        "kronor": None if line.kronor is None else f"{line.kronor:f}",
        "since": None if line.since is None else line.since.isoformat(),
    }
    return {name: value for name, value in given.items() if value is not None}


def _told(line: NoticeLine) -> str:
    since = "" if line.since is None else f", since {line.since:%Y-%m-%d %H:%M} UTC"
    if line.question is None:
        return f"{_about(line)}: {line.reason}{since}: fortnox-bridge status"
    sums = f", {_kronor(line.kronor)} kr" if line.sales and line.kronor is not None else ""
    return (
        f"{_about(line)}: {line.reason}, {line.waiting} waiting{sums}{since}: fortnox-bridge held show {line.question}"
    )


def _about(line: NoticeLine) -> str:
    """A delivery of an account that is in no table belongs to no company."""
    return line.about or "unknown account"


def _kronor(kronor: Decimal) -> str:
    return f"{kronor:,.2f}".replace(",", " ")
