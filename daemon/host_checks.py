"""Checks of the machine: SQLite, room on the disk, the data folder, the state key, senders, the configuration."""

import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.findings import Finding, failed, ok, warning
from daemon.settings import Config
from store import engine

LITTLE_BYTES, NO_BYTES = 1024**3, 100 * 1024**2
"""Free bytes below which the disk is a warning, and a failure: each webhook, of a megabyte at most, stays for weeks."""
OWN = "Make it its owner's alone: chmod 700."
REMEDIES: Mapping[str, str] = {
    "secret_from_the_environment": "Give the secret as credential: or file:, which no other process can read.",
    "listens_beyond_this_machine_without_tls": "Set http.host to 127.0.0.1 and put a proxy that ends TLS in front.",
}
ANY_REMEDY = "See the key in config.example.toml."


def host_findings(config: Config, unopened: Sequence[str]) -> list[Finding]:
    """All of them; ``unopened`` are the companies whose stored tokens do not open with the state key."""
    return [
        _sqlite(),
        _disk(config.data_dir),
        _folder(config.data_dir),
        _state_key(config, unopened),
        _senders(config),
        *_configuration(config),
    ]


def _sqlite() -> Finding:
    numbers = engine.version()
    text = f"SQLite {'.'.join(map(str, numbers))}"
    if engine.has_wal_reset_fault(numbers):
        text += "; its WAL-reset fault (mended in 3.51.3) cannot strike, because one connection alone writes"
    return ok("sqlite", text)


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{free / 1024**3:.1f} GiB free" if free >= LITTLE_BYTES else f"{free // 1024**2} MiB free"
    if free >= LITTLE_BYTES:
        return ok("disk", text)
    return (failed if free < NO_BYTES else warning)("disk", text, "Make room: on a full disk no webhook is accepted.")


def _folder(folder: Path) -> Finding:
    about = folder.stat()
    mode = stat.S_IMODE(about.st_mode)
    if about.st_uid != os.geteuid():
        return failed("data_folder", "the data folder belongs to another user", "Give it to the user of the daemon.")
    if mode & 0o077:
        return failed("data_folder", f"the data folder has mode {mode:o}, so others may look into it", OWN)
    return ok("data_folder", f"mode {mode:o}, its owner's alone")


def _state_key(config: Config, unopened: Sequence[str]) -> Finding:
    if unopened:
        says = f"the stored tokens of {', '.join(unopened)} do not open with state_key"
        remedy = "Add the former key on a line of its own below, then restart; or connect those companies again."
        return failed("state_key", says, remedy, about=",".join(unopened))
    keys = len(config.state_keys)
    return ok("state_key", "one key, and all that is sealed opens" if keys == 1 else f"{keys} keys; the first seals")


def _senders(config: Config) -> Finding:
    lacking = [name for name, source in config.sources.items() if source.source is None]
    if lacking:
        remedy = "Set it where the configuration says it lies, then reload."
        return failed("senders", f"without its secret: {', '.join(lacking)}", remedy, about=",".join(lacking))
    if not config.sources:
        return warning("senders", "nobody may send: there is no source", "Add a [sources.NAME] section.")
    return ok("senders", f"each with its secret: {', '.join(config.sources)}")


def _configuration(config: Config) -> list[Finding]:
    found = [
        warning("configuration", f"{warned.key}: {warned.reason.replace('_', ' ')}",
                REMEDIES.get(warned.reason, ANY_REMEDY), about=warned.key)
        for warned in config.warnings
    ]  # fmt: skip
    return found or [ok("configuration", "without warnings")]
