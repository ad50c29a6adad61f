"""Writes docs/log-events.md from the catalogue of log events: `make log-events`."""

from pathlib import Path

from daemon.log_catalogue import COMMON, EVENTS, LogEvent

PAGE = Path(__file__).resolve().parent.parent / "docs" / "log-events.md"

HEAD = """\
# Log events

Made from `daemon/log_catalogue.py` by `make log-events`; a test holds the two equal. Event names and their
fields are an interface: alerts and dashboards stand on them, so a change is named in the changelog.

The log goes to standard output and nowhere else: one JSON object a line, ASCII, without spaces between the parts,
`ts`, `level` and `event` first and in this order, at most 8 KiB. `ts` is UTC with milliseconds. Objects are flat; a
field without a value is absent. Where systemd's journal reads the output, each line starts with its priority (`<6>`
info, `<4>` warning, `<3>` error, `<2>` critical), which the journal takes off again, so `journalctl -p err` works.

Levels: `info` is normal; `warning` heals by itself or is the sender's fault; at `error` a person must do something;
at `critical` the daemon cannot keep its promise.

Types: a *word* has only ASCII letters, digits and `_ . , : / + % -`; a *text* may hold spaces (key paths, stacks);
numbers are JSON numbers with the unit in the name (`_ms`, `_s`, `_bytes`). Secrets and personal data never stand in a
line: no names, addresses, e-mail addresses, personal or organisation numbers, query strings, headers or bodies. An
exception is told by its class (`error`), the line of our code (`where`) and, from level error up, its frames
(`stack`), never by its text.

Every line may carry {common}: the id of the unit of work that it belongs to.

| event | level | when | fields |
| - | - | - | - |
"""


def _row(name: str, event: LogEvent) -> str:
    levels = ", ".join(event.levels)
    fields = ", ".join(f"`{field}` {kind}" for field, kind in event.fields.items())
    return f"| `{name}` | {levels} | {event.when} | {fields} |\n"


def page() -> str:
    """The whole page."""
    common = ", ".join(f"`{name}` ({kind})" for name, kind in COMMON.items())
    return HEAD.replace("{common}", common) + "".join(_row(name, event) for name, event in EVENTS.items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
