"""The command that says what a new configuration would change, held against the deliveries of the last days."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from daemon.cli import common
from daemon.cli.common import Wrong, leave, print_json, with_config, with_json
from daemon.cli.looking import read_store

if TYPE_CHECKING:
    from daemon.config_diff import Side
    from daemon.settings import Config
    from store.db import Job, Read

T = TypeVar("T")
Json = dict[str, Any]
DAY_MS = 86_400_000
BITE = 200


@click.command
@click.argument("new", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="Deliveries of the last days.")
@with_config
@with_json
def diff_config(config_path: Path, as_json: bool, new: Path, days: int) -> None:
    """Show which stored deliveries would give other commands under the configuration file NEW, in money and accounts.

    Run it before a reload. Nothing is stored and nobody is asked. Exit 0 where nothing differs, 1 where something does,
    2 where NEW is faulty.
    """
    import time

    from daemon.reloading import needs_restart

    before, after = _loaded(config_path), _loaded(new)
    since = int(time.time() * 1000) - days * DAY_MS
    plain = common.load(config_path, secrets=False)
    told = read_store(plain, _Comparison(config_path, before, after, since).run)
    told["restart"] = needs_restart(plain, common.load(new, secrets=False))
    if as_json:
        print_json(told)
    else:
        _print(told, days)
    leave(trouble=bool(told["summary"]["different"]))


def _loaded(path: Path) -> "Config":
    from secrets import token_bytes

    from daemon.config import load_config
    from daemon.config_faults import ConfigRejected
    from daemon.credentials import StandIns

    try:
        return load_config(path, resolve_secrets=StandIns(token_bytes))
    except ConfigRejected as rejected:
        raise Wrong("\n".join(str(fault) for fault in rejected.faults)) from None


class _Memory:
    """The store as rules' facts are read from it, beside a running daemon."""

    def __init__(self, read: "Read") -> None:
        self._read = read

    async def read(self, job: "Job[T]") -> T:
        """A reading job's answer."""
        return await self._read(job)


class _Comparison:
    """Goes through the deliveries, with a bar on standard error where that is a terminal."""

    def __init__(self, config_path: Path, before: "Config", after: "Config", since: int) -> None:
        self._config_path = config_path
        self._configs = (before, after)
        self._since = since
        self._open: Callable[[bytes], bytes] | None = None

    async def run(self, read: "Read") -> Json:
        """All that differs, and the sums."""
        from daemon.config_diff import Summary, compared, difference
        from daemon.own_sources import PREFIX
        from store import inbox

        sides = self._sides(read)
        summary, found, after = Summary(), [], 0
        count = await read(inbox.received_since(self._since, PREFIX))
        hidden = not sys.stderr.isatty()
        with click.progressbar(length=count, label="deliveries", file=sys.stderr, hidden=hidden) as bar:
            while rows := await read(inbox.stored_since(self._since, PREFIX, after, BITE)):
                for row in rows:
                    one = await compared(row, *sides)
                    summary.add(one)
                    if one.differs:
                        found.append(difference(one))
                after = rows[-1].id
                bar.update(len(rows))
        return {"events": found, "summary": summary.told()}

    def _sides(self, read: "Read") -> "tuple[Side, Side]":
        from daemon import logs
        from daemon.config_diff import side_of

        logs.configure(write=sys.stderr.buffer.write, level="error")
        memory = _Memory(read)
        before, after = (side_of(config, memory, logs.get_log(), self._unseal) for config in self._configs)
        return before, after

    def _unseal(self, sealed: bytes) -> bytes:
        """Open a body that lies sealed; the keys are asked for when the first one does."""
        from daemon.cli.looking import unsealing

        if self._open is None:
            self._open = unsealing(self._config_path)
        return self._open(sealed)


def _print(told: Json, days: int) -> None:
    for event in told["events"]:
        _print_event(event)
    summary = told["summary"]
    click.echo(
        f"{summary['different']} of {summary['events']} deliveries of the last {days} days would cause "
        f"something else; stopped {summary['stopped']['before']} -> {summary['stopped']['after']}"
    )
    for entry in summary["documents"]:
        click.echo(f"  {entry['document']}: {entry['before']} -> {entry['after']}")
    for entry in summary["totals"]:
        click.echo(f"  invoices in all {entry['before']} -> {entry['after']} {entry['currency']}")
    for entry in summary["accounts"]:
        click.echo(
            f"  account {entry['account'] or 'of the article'}  VAT {entry['vat_rate'] or '?'} %  "
            f"net {entry['before']} -> {entry['after']} {entry['currency']}"
        )
    for key in told["restart"]:
        click.echo(f"  {key} changes with a restart only")


def _print_event(event: Json) -> None:
    before, after = event["before"], event["after"]
    click.echo(f"{event['id']}  {event['source']}  {event['event'] or '-'} {event['number'] or ''}".rstrip())
    for name in ("company", "state", "reason", "question"):
        if before[name] != after[name]:
            click.echo(f"  {name}: {before[name] or '-'} -> {after[name] or '-'}")
    for change in event["commands"]:
        click.echo(f"  {change['command']} ({change['rule']}): {change['change']}")
        for field in change["fields"]:
            values = f": {_said(field['before'])} -> {_said(field['after'])}" if "before" in field else ""
            click.echo(f"    {field['field']}{values}")


def _said(value: Any) -> str:
    return "-" if value in (None, "", [], {}) else str(value)
