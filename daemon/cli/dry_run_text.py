"""A dry run as text: commands with their calls, documents with their sums, and what would be asked."""

import json
from typing import Any

import click

from daemon.cli.common import banner
from handlers.commands import FORTNOX

Json = dict[str, Any]

ENDS = {
    "done": "",
    "held": "HELD",
    "parked": "PARKED",
    "waits": "waits",
    "untold": "not told",
}
BY = {"fortnox": "", "rehearsal": "  (not asked: made in this run)", "supposed": "  (not asked: offline)"}


def print_run(told: Json) -> None:
    """The whole run, as it would go."""
    named = told["id"] or told["source"]
    what = " ".join(filter(None, (told["event"], told["number"])))
    click.echo(f"{named} for {told['company']}{banner(told['company_kind'])}: {what or 'no event'}, {told['state']}")
    for line in filter(None, (told["reason"], told["question"])):
        click.echo(f"  {line}")
    for wanted in told["to_be_read"]:
        click.echo(f"  to be read at its sender first: {wanted}")
    for head in told["behind"]:
        click.echo(f"  waits behind {head}, which is stopped; what follows is how it would go after that")
    for command in told["commands"]:
        _print_command(command)
    for run in told["workflows"]:
        named = f"{run['workflow']} ({run['workflow_id']})"
        click.echo(f"\nbegins workflow {named}, unless it has begun: its steps are not shown")
    if told["documents"]:
        click.echo("")
    for document in told["documents"]:
        _print_document(document)
    _print_reads(told["reads"])
    if told["documents"] and not told["whole_kronor"]["known"]:
        click.echo("\nsupposed: Fortnox rounds totals to whole kronor (no invoice of ours has shown it yet)")
    _print_held(told["held"])
    click.echo("nothing was stored, and nothing was written at Fortnox")


def _print_command(command: Json) -> None:
    ends = ENDS[command["state"]] or command["result"].replace("_", " ")
    made = f" {command['object']}" if command["object"] and command["state"] == "done" else ""
    why = f": {command['reason']}" if command["reason"] else ""
    asks = ", after an approval" if command["needs_approval"] else ""
    click.echo(f"\n{command['command']}  ({command['rule']})  {ends}{made}{why}{asks}")
    base, where = ("/3", "") if command["target"] == FORTNOX else ("", f" at {command['target']}")
    for call in command["calls"]:
        click.echo(f"  {call['method']} {base}{call['path']}{where}")
        if call["body"] is not None:
            click.echo("\n".join(f"    {line}" for line in _lines(call["body"])))


def _lines(body: Json) -> list[str]:
    """JSON with one line for each field, and one for each row; senders want no envelope around the fields."""
    lines = []
    for envelope, fields in body.items():
        whole = f": {json.dumps(fields, ensure_ascii=False)}" if not isinstance(fields, dict) else ""
        lines.append(f"{envelope}{whole}")
        for name, value in fields.items() if isinstance(fields, dict) else ():
            if isinstance(value, list):
                lines.append(f"  {name}")
                lines += [f"    {json.dumps(row, ensure_ascii=False)}" for row in value]
            else:
                lines.append(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    return lines


def _print_document(document: Json) -> None:
    if "rows" in document:
        click.echo(f"{document['document']}  dated {document['dated']}")
        for row in document["rows"]:
            click.echo(f"  account {row['account']}  debit {row['debit']}  credit {row['credit']}")
        return
    if "of" in document:
        click.echo(
            f"{document['document']} of {document['of']}  dated {document['dated']}  {document['total']} "
            f"{document['currency']} by {document['by']}{_state(document)}"
        )
        return
    click.echo(
        f"{document['document']} for customer {document['customer']}  dated {document['dated']}{_state(document)}"
    )
    for account in document["accounts"]:
        rate = account["vat_rate"] if account["vat_rate"] is not None else "?"
        click.echo(f"  account {account['account'] or 'of the article'}  VAT {rate} %  net {account['net']}")
    beside = [f"{name.replace('_', ' ')} {document[name]}" for name in ("freight", "administration_fee")]
    more = ", ".join(entry for entry in beside if not entry.endswith(" 0.00"))
    click.echo(
        f"  net {document['net']}{', ' + more if more else ''}, VAT {document['vat']}, rounding "
        f"{document['round_off']}, total {document['total']} {document['currency']}"
    )


def _state(document: Json) -> str:
    words = [word for word in ("booked", "cancelled") if document.get(word)]
    return f", {' and '.join(words)}" if words else ""


def _print_reads(reads: list[Json]) -> None:
    if reads:
        click.echo("\nread for it")
    for read in reads:
        query = "&".join(f"{name}={value}" for name, value in read["query"].items())
        click.echo(f"  GET /3{read['path']}{'?' + query if query else ''}{BY[read['answered_by']]}")


def _print_held(held: list[Json]) -> None:
    for entry in held:
        click.echo(f"\nwould ask ({entry['command'] or 'the delivery'}, {entry['reason']}): {entry['question'] or '-'}")
    click.echo("")
