"""How the address comes back that Fortnox sends a browser to: to the daemon, to a port of our own, or pasted."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.awaited import CALLBACK, MINUTES
from daemon.cli import common
from daemon.cli.common import Refused

if TYPE_CHECKING:
    from daemon.settings import Config

WAIT_SECONDS = 50.0
"""One question to the daemon; then the next, so that its end is noticed."""


@dataclass(frozen=True, slots=True)
class Way:
    """The redirect address as it is registered, and what is done before the consent and after it, given the state."""

    redirect: str
    by_paste: bool
    begin: Callable[[str], None]
    address: Callable[[str], str]


def way_back(
    config_path: Path, config: "Config", company: str, *, daemon: bool, listen: int | None, paste: bool,
    redirect: str | None,
) -> Way:  # fmt: skip
    """The daemon where it runs and has a public address, else loopback where nobody listens there, else paste.

    The public address stays the registered one where no daemon runs: the proxy in front leads to the same port.
    """
    public = config.http.public_address if listen is None and redirect is None else ""
    port = listen or config.http.port
    registered = (
        f"{public}{CALLBACK}{company}" if public else redirect or f"http://127.0.0.1:{port or 8099}/connect/{company}"
    )
    begin = _expected(config_path, company) if daemon and public else _nothing
    if paste or (listen is None and not public and (daemon or port == 0)):
        return Way(registered, by_paste=True, begin=begin, address=_pasted)
    if daemon and public:
        return Way(registered, by_paste=False, begin=begin, address=_from_daemon(config_path, company))
    return Way(registered, by_paste=False, begin=begin, address=lambda _: _called_back(port, registered))


def _nothing(_state: str) -> None:
    """There is nothing to prepare."""


def _ask(config_path: Path, company: str, state: str, *, begin: bool) -> str | None:
    from daemon.cli.acting import perform
    from daemon.requests import AwaitConsent

    asked = AwaitConsent(
        person=common.person(), company=company, state=state, begin=begin, seconds=0 if begin else WAIT_SECONDS
    )
    found: str | None = perform(config_path, asked)["address"]
    return found


def _expected(config_path: Path, company: str) -> Callable[[str], None]:
    """The daemon shall know the state, also where the address is pasted: its page then sends the person back here."""

    def begin(state: str) -> None:
        _ask(config_path, company, state, begin=True)

    return begin


def _from_daemon(config_path: Path, company: str) -> Callable[[str], str]:
    def address(state: str) -> str:
        from aiohttp import ClientError

        click.echo(f"The daemon waits for the browser, at most {_ten_minutes()} (Ctrl-C ends it) ...")
        try:
            while (came := _ask(config_path, company, state, begin=False)) is None:
                pass
        except ClientError:
            raise Refused("the daemon stopped meanwhile: run `fortnox-bridge connect` again") from None
        return came

    return address


def _ten_minutes() -> str:
    """How long, and until when on Stockholm's clock."""
    import time

    from daemon.times import iso, local

    return f"{MINUTES} minutes, until {local(iso(round((time.time() + MINUTES * 60) * 1000)))}"


def _pasted(_state: str) -> str:
    """What the person pastes; an empty line asks again, the end of the input ends the command with exit 1."""
    return str(click.prompt("Paste that whole address here", prompt_suffix=":\n"))


def _called_back(port: int, redirect: str) -> str:
    import asyncio
    from urllib.parse import urlsplit

    from daemon.callback import waiting

    async def came() -> str:
        async with waiting(port, urlsplit(redirect).path or "/") as answer:
            click.echo(
                f"Waiting for the browser on 127.0.0.1 port {port}, at most {_ten_minutes()} (Ctrl-C ends it) ..."
            )
            async with asyncio.timeout(MINUTES * 60):
                return await answer

    try:
        return asyncio.run(came())
    except TimeoutError:
        raise Refused(f"no browser came back within {MINUTES} minutes: run `fortnox-bridge connect` again") from None
    except OSError as error:
        raise Refused(
            f"port {port} cannot be listened on ({error.strerror}): give another one with --listen, or use --paste"
        ) from None
