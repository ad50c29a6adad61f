"""What the commands share: the configuration's place, one line for every failure, JSON or text, and who asks."""

import json
import os
import pwd
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from daemon.settings import Config

F = TypeVar("F", bound=Callable[..., Any])
Json = dict[str, Any]

TROUBLE, WRONG = 1, 2
ENVIRONMENT = "FORTNOX_BRIDGE_CONFIG"
SYSTEM_CONFIG = Path("/etc/fortnox-bridge/config.toml")


class Wrong(click.ClickException):
    """The command or the configuration is wrong: one clear line on standard error, exit 2."""

    exit_code = WRONG

    def show(self, file: Any = None) -> None:
        """Write the line."""
        click.echo(f"fortnox-bridge: {self.message}", err=True)


class Refused(Wrong):
    """What is on disk does not allow it: one clear line on standard error, exit 1."""

    exit_code = TROUBLE


def _place(_: click.Context, __: click.Parameter, given: Path | None) -> Path:
    if given is not None:
        return given
    return SYSTEM_CONFIG if SYSTEM_CONFIG.exists() else Path("config.toml")


def with_config(command: F) -> F:
    """Add ``--config``; without it the environment, then the system's file, then ``config.toml`` here."""
    return click.option(
        "--config",
        "config_path",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar=ENVIRONMENT,
        callback=_place,
        help=f"The configuration [default: ${ENVIRONMENT}, else {SYSTEM_CONFIG}, else ./config.toml].",
    )(command)


def with_json(command: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def with_language(command: F) -> F:
    """Add ``--language``; without it the configuration's ``language`` decides."""
    return click.option(
        "--language",
        type=click.Choice(("en", "sv", "both")),
        help="Of questions, remedies and the words around them [default: `language` of the configuration].",
    )(command)


def load(path: Path, *, secrets: bool) -> "Config":
    """The configuration; every fault is a line on standard error, exit 2."""
    from daemon.config import load_config
    from daemon.config_faults import ConfigRejected

    try:
        return load_config(path, resolve_secrets=secrets)
    except ConfigRejected as rejected:
        raise Wrong("\n".join(str(fault) for fault in rejected.faults)) from None


def check_owner(data_dir: Path) -> None:
    """Refuse a data folder of another user: files that we left there would stop its daemon."""
    try:
        owner = data_dir.stat().st_uid
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return
        raise Wrong(f"{data_dir}: {error.strerror}") from None
    if owner != os.geteuid():
        raise Wrong(f"{data_dir} belongs to {_name(owner)}: run this as that user (sudo -u {_name(owner)} …)")


def person() -> str:
    """Who asks, by the operating system; behind ``sudo`` the one who called it."""
    return os.environ.get("SUDO_USER") or _name(os.getuid())


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def print_json(shown: Any) -> None:
    """One JSON document, as people and programs read it."""
    click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one is never padded."""
    lines = [tuple(heads), *(tuple(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def banner(kind: str | None) -> str:
    """What must stand beside a company that is not live; empty for a live one."""
    return {"simulator": " SIMULATOR", "test": " TEST"}.get(kind or "", "")


def leave(*, trouble: bool) -> NoReturn:
    """End the command: exit 1 where trouble was found."""
    raise SystemExit(TROUBLE if trouble else 0)
