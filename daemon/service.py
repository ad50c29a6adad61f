"""The service: signals, reload, exit codes; what systemd and a terminal start."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import anyio

from daemon import log_hooks
from daemon.app import running
from daemon.assembly import Parts
from daemon.bridge import Bridge
from daemon.config import load_config
from daemon.config_faults import ConfigRejected
from daemon.interpreter import tune
from daemon.lock import Locked
from daemon.logs import configure, get_log
from daemon.notify import Notifier, inherited_sockets
from daemon.opening import WrongFolder
from daemon.settings import Config
from store.migrate import MigrationChanged, NotADatabase, SchemaTooNew

CRASHED, REFUSED, BAD_CONFIG = 1, 2, 78
"""Exit codes: a loop died; this start cannot be (locked folder, newer database); sysexits' EX_CONFIG."""


def serve(path: Path) -> int:
    """Run the daemon of the configuration at ``path`` until a signal; returns the exit code."""
    configure()
    log_hooks.install()
    try:
        config = load_config(path)
    except ConfigRejected as rejected:
        return _rejected(rejected)
    configure(level=config.log.level)
    tune()
    try:
        return anyio.run(_serve, path, config)
    except (Locked, SchemaTooNew, MigrationChanged, NotADatabase, WrongFolder, OSError) as error:
        sys.stderr.write(f"fortnox-bridge: {error}\n")
        return REFUSED
    except BaseExceptionGroup as group:
        if group.split(KeyboardInterrupt)[0]:
            return CRASHED
        # The loop that died has said so (daemon.crashed); its stack is in that line.
        return CRASHED


def _rejected(rejected: ConfigRejected) -> int:
    _say_rejected(rejected)
    for fault in rejected.faults:
        sys.stderr.write(f"{fault}\n")
    return BAD_CONFIG


def _say_rejected(rejected: ConfigRejected) -> None:
    get_log().error("config.rejected", faults="; ".join(fault.key for fault in rejected.faults))


async def _serve(path: Path, config: Config) -> int:
    log_hooks.watch_loop(asyncio.get_running_loop())
    notifier = Notifier(os.environ, os.getpid())
    sockets = inherited_sockets(os.environ, os.getpid()).get("http", [])
    log = get_log()
    log.info("config.loaded", digest=config.digest, sources=len(config.sources), targets=len(config.companies))
    for warned in config.warnings:
        log.warning("config.warned", key=warned.key, reason=warned.reason)
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async with running(config, parts=Parts(), sockets=sockets, notifier=notifier) as bridge:
            async for number in signals:
                if number != signal.SIGHUP:
                    break
                await _reload(path, bridge, notifier)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_impatience, signals, bridge)
                await bridge.stop()
                tasks.cancel_scope.cancel()
    return 0


async def _impatience(signals: object, bridge: Bridge) -> None:
    """A second signal skips what is waited for, a third ends the process at once."""
    count = 0
    async for number in signals:  # type: ignore[attr-defined]
        if number == signal.SIGHUP:
            continue
        count += 1
        if count == 1:
            bridge.hurry()
        else:
            os._exit(CRASHED)


async def _reload(path: Path, bridge: Bridge, notifier: Notifier) -> None:
    notifier.reloading(time.monotonic_ns())
    log = get_log()
    try:
        config = await anyio.to_thread.run_sync(load_config, path)
    except ConfigRejected as rejected:
        _say_rejected(rejected)
    else:
        waiting = bridge.reload(config)
        log.info("config.reloaded", digest=config.digest, sources=len(config.sources), targets=len(config.companies))
        for key in waiting:
            log.warning("config.warned", key=key, reason="needs_restart")
    notifier.ready("ready")
