"""Commands for secrets: which ones the configuration names, and writing one from a prompt or a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Refused, Wrong, leave, print_json, print_table, with_config, with_json

if TYPE_CHECKING:
    from daemon.credentials import Resolver
    from daemon.settings import Config

STATE_KEY = "state_key"


@click.group
def secret() -> None:
    """Show which secrets the configuration names, or write one where it says. None is ever shown."""


@secret.command("list")
@with_config
@with_json
def list_secrets(config_path: Path, as_json: bool) -> None:
    """List every secret by its key, where it lies, and whether it is found; exit 1 where one is not."""
    from daemon.credentials import Unresolved

    config = common.load(config_path, secrets=False)
    resolver = _resolver(config)
    shown: list[dict[str, Any]] = []
    for key, reference in _references(config_path).items():
        # A missing one of these is made at the daemon's start, not by a look.
        made = reference.startswith("generated:") and not _place(config, reference).exists()
        found = None if made else resolver.resolve(reference)
        why = "made at first use" if made else found.reason if isinstance(found, Unresolved) else "found"
        where = "plain:***" if reference.startswith("plain:") else reference
        shown.append({"key": key, "reference": where, "found": made or not isinstance(found, Unresolved), "says": why})
    if as_json:
        print_json(shown)
    else:
        print_table(("key", "lies at", "state"), [(one["key"], one["reference"], one["says"]) for one in shown])
    leave(trouble=not all(one["found"] for one in shown))


@secret.command("set")
@click.argument("key")
@click.option("--from", "source", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
              help="Read it from this file, or from standard input (-), instead of asking.")  # fmt: skip
@with_config
@with_json
def set_secret(config_path: Path, as_json: bool, key: str, source: Path | None) -> None:
    """Write the secret KEY (as in companies.demo.fortnox.client_secret) to the file that its reference names.

    It is asked for without being shown, or read from a file: never given on a command line, which others can see. The
    file is its owner's only (mode 0600) and is replaced whole.
    """
    from daemon.config_faults import meant
    from daemon.credentials import NotKept, keep

    config = common.load(config_path, secrets=False)
    common.check_owner(config.data_dir)
    references = _references(config_path)
    if key not in references:
        raise Wrong(f"the configuration names no secret {key}{meant(key, references)}")
    if key == STATE_KEY:
        raise Refused("state_key is added to, not replaced, or nothing opens any more: docs/staying-connected.md")
    try:
        path = _place(config, references[key])
        keep(path, _given(key, source))
    except NotKept as error:
        raise Refused(f"{key}: {error}") from None
    next_step = "restart the daemon" if key.startswith("companies.") else "reload the daemon (SIGHUP), or start it"
    if as_json:
        print_json({"key": key, "file": str(path), "next": next_step})
    else:
        click.echo(f"{key} is kept in {path}, for its owner only. Next: {next_step}.")


def _given(key: str, source: Path | None) -> bytes:
    from daemon.credentials import MOST_BYTES, NotKept

    if source is None:
        if not sys.stdin.isatty():
            raise click.UsageError("there is no terminal to ask at: say --from FILE, or --from -")
        return str(click.prompt(key, hide_input=True, prompt_suffix=" (not shown): ")).encode()
    try:
        with click.open_file(str(source), "rb") as file:
            content: bytes = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotKept(f"{source} cannot be read: {error.strerror}") from None
    return content


def _references(config_path: Path) -> dict[str, str]:
    """Key path -> reference, for every secret that the file names, in the order of the file."""
    import tomllib

    from daemon.config_faults import key_path

    found: dict[str, str] = {}

    def walk(value: object, where: tuple[str | int, ...]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, (*where, key))
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                walk(inner, (*where, place))
        elif isinstance(value, str) and _is_reference(value):
            found[key_path(where)] = value

    walk(tomllib.loads(config_path.read_text(encoding="utf-8")), ())
    return found


def _is_reference(text: str) -> bool:
    from daemon.credentials import fault_in

    return fault_in(text) is None


def _place(config: "Config", reference: str) -> Path:
    from daemon.credentials import place_of

    return place_of(reference, folder=config.path.resolve().parent, data_dir=config.data_dir)


def _resolver(config: "Config") -> "Resolver":
    import os
    import secrets

    from daemon.credentials import Resolver

    return Resolver(
        folder=config.path.resolve().parent,
        data_dir=config.data_dir,
        environment=os.environ,
        random_bytes=secrets.token_bytes,
    )
