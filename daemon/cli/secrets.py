"""Commands for secrets: which ones the configuration names, and writing one from a prompt or a file."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Refused, Wrong, leave, print_json, print_table, with_config, with_json

if TYPE_CHECKING:
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
    config = common.load(config_path, secrets=False)
    shown: list[dict[str, Any]] = []
    for key, reference in _references(config_path).items():
        found, says = seen(config, reference)
        where = "plain:***" if reference.startswith("plain:") else reference
        shown.append({"key": key, "reference": where, "found": found, "says": says})
    if as_json:
        print_json(shown)
    else:
        print_table(("key", "lies at", "state"), [(one["key"], one["reference"], one["says"]) for one in shown])
    leave(trouble=any(one["found"] is False for one in shown))


_HANDED_OVER = {
    True: "found, for systemd to hand over",
    False: "is nowhere for systemd to hand over",
    None: "only the service sees it",
}


def seen(config: "Config", reference: str) -> tuple[bool | None, str]:
    """Whether a secret is found, and in words; ``None`` where we cannot know. Nothing is made by looking."""
    import secrets

    from daemon.credentials import Resolver, Unresolved, handed_over

    folder = config.path.resolve().parent
    place, _, name = reference.partition(":")
    if place == "generated" and not _place(config, reference).exists():
        return True, "made at first use"
    if place == "credential" and "CREDENTIALS_DIRECTORY" not in os.environ:
        there = handed_over(folder, name)
        return there, _HANDED_OVER[there]
    resolver = Resolver(
        folder=folder, data_dir=config.data_dir, environment=os.environ, random_bytes=secrets.token_bytes
    )
    resolved = resolver.resolve(reference)
    return (False, resolved.reason) if isinstance(resolved, Unresolved) else (True, "found")


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
    from daemon.credentials import NotKept, keep

    config = common.load(config_path, secrets=False)
    owner = _daemons_user(config)
    reference = _reference(config_path, key)
    try:
        path = _place(config, reference)
        # What systemd hands over stays root's; everything else the daemon reads itself.
        keep(path, _given(key, source), None if reference.startswith("credential:") else owner)
    except NotKept as error:
        raise Refused(f"{key}: {error}") from None
    next_step = "restart the daemon" if key.startswith("companies.") else "reload the daemon (SIGHUP), or start it"
    if as_json:
        print_json({"key": key, "file": str(path), "next": next_step})
    else:
        click.echo(f"{key} is kept in {path}, for its owner only. Next: {next_step}.")


def _reference(config_path: Path, key: str) -> str:
    """Where the secret lies. Refuses a key that is none, and the one that others depend on."""
    from connectors.nearest import meant

    references = _references(config_path)
    if key not in references:
        raise Wrong(f"the configuration names no secret {key}{meant(key, references)}")
    if key == STATE_KEY:
        raise Refused("state_key is added to, not replaced, or nothing opens any more: docs/staying-connected.md")
    return references[key]


def _daemons_user(config: "Config") -> os.stat_result | None:
    """Whose the file shall be where root writes it for the daemon; anybody else must be that user."""
    if os.geteuid() != 0:
        common.check_owner(config.data_dir)
        return None
    return config.data_dir.stat() if config.data_dir.exists() else None


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
