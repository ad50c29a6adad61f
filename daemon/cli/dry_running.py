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
@click.argument("given", metavar="[FILE|ID]", required=False)
@click.option("--source", help="Whose webhook the body in FILE is; no signature is asked for.")
@click.option("--sample", is_flag=True, help="A test sale, or a test survey, of today instead of a FILE.")
@click.option("--company", help="Whose it is, where the body alone does not say.")
@click.option("--path", default="", help="What stands behind the source's name in the webhook's address.")
@click.option("--offline", is_flag=True, help="Read nothing at Fortnox: only our own copy and links.")
@with_config
@with_json
def dry_run(
    config_path: Path,
    as_json: bool,
    given: str | None,
    source: str | None,
    sample: bool,
    company: str | None,
    path: str,
    offline: bool,
) -> None:
    """Show what a delivery would do at Fortnox now: exact calls, money by account, and what would be held.

    FILE is the raw body of a sender's webhook (- reads standard input); ID is in-12, a stored delivery; with --sample a
    body of the source's type is taken. Nothing is stored and nothing is written at Fortnox, which is only read. Exit 1
    where something would be held.
    """
    from daemon.cli.acting import asked, perform
    from daemon.cli.dry_run_text import print_run
    from daemon.requests import DryRun

    body = _body(config_path, given, source, sample=sample)
    wanted = {
        "id": given if body is None else None,
        "source": source,
        "body": None if body is None else b64encode(body).decode("ascii"),
        "path": path,
        "company": company,
        "offline": offline,
    }
    told = perform(config_path, asked(DryRun, wanted))
    if as_json:
        print_json(told)
    else:
        print_run(told)
    leave(trouble=bool(told["held"]))


def _body(config_path: Path, given: str | None, source: str | None, *, sample: bool) -> bytes | None:
    """The body that is to be run, ``None`` for a stored delivery."""
    from daemon.ids import parse

    if sample and source is not None and given is None:
        return _sample(config_path, source)
    if sample or given is None:
        raise click.UsageError("say what: a FILE with its --source, an ID, or --sample with a --source")
    if source is not None:
        return _content(given)
    if parse(given, "in") is None:
        raise Wrong(f"{given} is no id: in-12 names a stored delivery; for a file say its --source")
    return None


def _sample(config_path: Path, source: str) -> bytes:
    """A body of the source's type, dated now."""
    from datetime import UTC, datetime
    from importlib.resources import files

    from connectors.nearest import meant

    sources = common.load(config_path, secrets=False).sources
    if source not in sources:
        raise Wrong(f"there is no source {source}{meant(source, sources)}")
    kept = files("daemon") / "samples" / f"{sources[source].type}.json"
    if not kept.is_file():
        raise Wrong(f"a body of {sources[source].type} says too little by itself: give a FILE, or an ID")
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return kept.read_text(encoding="utf-8").replace("$now", now).encode()


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
