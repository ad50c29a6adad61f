"""Error codes, terms, the matrix and operations as people read them."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from daemon.cli.common import print_table

Json = dict[str, Any]

EFFECTS = {
    "none": "changes nothing, so it may be asked again",
    "create": "makes something: sent once, never again before it is proved that nothing was made",
    "change": "changes something: sent once, never again before it is known how it ended",
    "delete": "deletes something: sent once, never again before it is known how it ended",
    "send": "leaves the house and cannot be taken back: sent once",
}


def print_codes(shown: Sequence[Json]) -> None:
    """One line a meaning."""
    rows = [(str(code["code"]), code["class"], code["reason"], code["cause"]["en"]) for code in shown]
    print_table(("code", "class", "reason", "cause"), rows)


def print_code(shown: Sequence[Json]) -> None:
    """Each meaning of one code, in both languages."""
    for meaning in shown:
        status = f"HTTP {meaning['status']}" if meaning["status"] else "HTTP status not known"
        facts = f"{meaning['class']}, {status}, Fortnox facts {', '.join(meaning['sections'])}"
        click.secho(f"{meaning['code']}  {meaning['reason']}  ({facts})", bold=True)
        for language, heads in (("en", ("cause", "remedy", "bridge")), ("sv", ("orsak", "åtgärd", "bryggan"))):
            for part, head in zip(("cause", "remedy", "bridge"), heads, strict=True):
                click.echo(f"  {head:<8} {meaning[part][language]}")


def print_terms(shown: Sequence[Json], language: str) -> None:
    """Each term in the language, with its name in the other, what it means, and its fields."""
    other = "en" if language == "sv" else "sv"
    for term in shown:
        name, elsewhere = term["term"][language], term["term"][other]
        click.secho(name if name == elsewhere else f"{name} ({other}: {elsewhere})", bold=True)
        click.echo(f"  {term['means'][language]}")
        if term["fields"]:
            click.echo(f"  {'fält' if language == 'sv' else 'fields'}: {', '.join(term['fields'])}")


def print_matrix(shown: Sequence[Json]) -> None:
    """The matrix, then what must be said of single cells."""
    columns = ("read", "create", "update")
    print_table(
        ("row", "what", *columns),
        [(row["row"], row["title"], *(row[column]["state"] for column in columns)) for row in shown],
    )
    for row in shown:
        for note in dict.fromkeys(row[column]["note"] for column in columns if row[column]["note"]):
            named = ", ".join(column for column in columns if row[column]["note"] == note)
            click.echo(f"{row['row']} {row['title']} ({named}): {note}")


def print_operations(shown: Sequence[Json]) -> None:
    """One line an operation."""
    columns = ("name", "method", "path", "scope", "effect")
    rows = [tuple(found[column] or "-" for column in columns) for found in shown]
    print_table(("operation", "method", "path", "scope", "effect"), rows)


def print_operation(shown: Json) -> None:
    """All of one operation."""
    click.secho(f"{shown['name']}  {shown['says']} ({shown['resource']})", bold=True)
    lines = {
        "call": f"{shown['method']} {shown['path']}",
        "scope": shown["scope"],
        "effect": f"{shown['effect']}: {EFFECTS[shown['effect']]}",
        "proof": shown["proof"],
        "query": ", ".join(shown["query"]),
        "sends": _sent(shown),
        "answers": shown["answers"],
        "required": ", ".join(shown["required"]),
        "note": shown["note"],
    }
    for head, line in lines.items():
        if line:
            click.echo(f"  {head:<8} {line}")
    click.echo(f"  {'example':<8} {shown['method']} {shown['example']['path']}")
    if shown["example"]["body"] is not None:
        click.echo(f"  {'':<8} {json.dumps(shown['example']['body'], ensure_ascii=False)}")
    click.echo(f"  {'fields':<8} {_fields_are(shown)}")
    for field in shown["fields"]:
        click.echo(f"    {field['name']}  {kind(field)}")


def print_trigger(shown: Json) -> None:
    """All of one trigger of the senders."""
    click.secho(f"{shown['name']}  {shown['says']} ({shown['resource']})", bold=True)
    click.echo(f"  {'senders':<8} {', '.join(shown['senders'])}")
    click.echo(f"  {'fields':<8} as mappings name them")
    for path in shown["fields"]:
        click.echo(f"    {path}")


def _fields_are(shown: Json) -> str:
    if not shown["fields"]:
        return "none"
    if shown["sends"] == "nothing":
        return "of the object in the answer, which may hold more"
    return "as Fortnox describes them, without saying which of them can be written"


def _sent(shown: Json) -> str:
    match shown["sends"]:
        case "file":
            return "one file as a multipart form, in a part named file"
        case "envelope":
            return f"an object under {shown['envelope']}"
        case "bare":
            return "JSON without an envelope"
    return "nothing"


def kind(field: Json) -> str:
    """A field's kind, its longest text, and the words it takes."""
    longest = f", at most {field['longest']} characters" if field["longest"] else ""
    choices = f": {' '.join(field['choices'])}" if field["choices"] else ""
    return f"{field['kind']}{longest}{choices}"


def print_changes(changes: Sequence[Json]) -> None:
    """What a newer description says otherwise, one line each."""
    for change in changes:
        colour = {"gone": "red", "changed": "yellow"}.get(change["what"])
        before, after = change["before"], change["after"]
        detail = f"  {before} -> {after}" if before and after else f"  {before or after}"
        click.secho(f"{change['what']:<8}", fg=colour, nl=False)
        click.echo(f"{change['subject']}{detail.rstrip()}")
    counted = Counter(change["what"] for change in changes)
    summary = ", ".join(f"{counted[what]} {what}" for what in ("gone", "changed", "new") if counted[what])
    click.echo(f"{summary}: see docs/adding-a-resource.md" if changes else "nothing changed")
