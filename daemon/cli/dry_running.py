"""The command that takes a delivery the whole way and sends nothing: calls, rows, VAT, accounts, sums, questions."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import click

from daemon.cli import common
from daemon.cli.common import Wrong, leave, print_json, with_config, with_json

Json = dict[str, Any]
MOST_BYTES = 720_000


@click.command
@click.argument("given", metavar="FILE|ID")
@click.option("--source", help="Whose webhook the body in FILE is; no signature is asked for.")
@click.option("--company", help="Whose it is, where the body alone does not say.")
@click.option("--path", default="", help="What stands behind the source's name in the webhook's address.")
@click.option("--offline", is_flag=True, help="Read nothing at Fortnox: only our own copy and links.")
@with_config
@with_json
def dry_run(
    config_path: Path, as_json: bool, given: str, source: str | None, company: str | None, path: str, offline: bool
) -> None:
    """Show what a delivery would do at Fortnox now: exact calls, money by account, and what would be held.

    FILE is the raw body of a sender's webhook (- reads standard input); ID is in-12, a stored delivery. Nothing is
    stored and nothing is written at Fortnox, which is only read. Exit 1 where something would be held.
    """
    from daemon.cli.acting import perform
    from daemon.cli.dry_run_text import print_run
    from daemon.ids import parse
    from daemon.requests import DryRun

    body = None
    if source is None and parse(given, "in") is None:
        raise Wrong(f"{given} is no id: in-12 names a stored delivery; for a file say its --source")
    if source is not None:
        body = b64encode(_content(given)).decode("ascii")
    asked = DryRun(
        person=common.person(),
        id=given if body is None else None,
        source=source,
        body=body,
        path=path,
        company=company,
        offline=offline,
    )
    told = perform(config_path, asked)
    if as_json:
        print_json(told)
    else:
        print_run(told)
    leave(trouble=bool(told["held"]))


def _content(given: str) -> bytes:
    """The body: standard input, or a file."""
    import sys

    try:
        if given == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(given).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Wrong(f"{given}: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise Wrong(f"{given}: more than {MOST_BYTES} bytes")
    return content
