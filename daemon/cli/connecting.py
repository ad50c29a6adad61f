"""Commands that connect a company to Fortnox and give the connection up: a person is led through it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli import common
from daemon.cli.common import Refused, print_json, with_config, with_json
from daemon.cli.returning import Way, way_back

if TYPE_CHECKING:
    from daemon.settings import Company, Config

Json = dict[str, Any]


@click.command
@click.argument("company")
@click.option("--listen", type=click.IntRange(1, 65535), help="Take the callback on this port of loopback.")
@click.option(
    "--paste", is_flag=True, help="Ask for the address that the browser ends at; no browser reaches this machine."
)
@click.option("--redirect", metavar="ADDRESS", help="The redirect address as registered, where it is another one.")
@click.option("--link", is_flag=True, help="Make a link for an administrator elsewhere; the daemon does the rest.")
@click.option("--days", type=click.IntRange(1, 30), default=7, show_default=True, help="How long such a link is good.")
@click.option("--scope", "more", multiple=True, help="Ask for this scope, too (for tasks by hand); repeatable.")
@with_config
def connect(
    config_path: Path,
    company: str,
    listen: int | None,
    paste: bool,
    redirect: str | None,
    link: bool,
    days: int,
    more: tuple[str, ...],
) -> None:
    """Connect COMPANY to Fortnox, or connect it again: what to do in the portal, the address to open, and the check.

    Beside a running daemon, which has the new tokens at once, or without one.
    """
    if link + paste + (listen is not None) > 1 or (link and redirect is not None):
        raise click.UsageError("say one of --listen, --paste and --link (with --redirect only the first two)")
    config = _ready(config_path, company)
    if link:
        _offer(config_path, config, company, more, days)
        return
    way = way_back(
        config_path, config, company, daemon=_daemon_runs(config), listen=listen, paste=paste, redirect=redirect
    )
    _connect(config_path, config.companies[company], way, more)


def _connect(config_path: Path, company: "Company", way: Way, more: tuple[str, ...]) -> None:
    import secrets

    from connectors.fortnox.consent import ConsentRefused, authorization_address, code_in
    from daemon.cli.acting import perform
    from daemon.cli.connecting_text import print_connected, print_steps
    from daemon.requests import Connect

    scopes = _scopes(company, more)
    state = secrets.token_urlsafe(32)
    address = authorization_address(company.fortnox, way.redirect, scopes, state)
    way.begin(state)
    print_steps(company, way.redirect, scopes, address, by_paste=way.by_paste)
    try:
        code = code_in(way.address(state), state)
    except ConsentRefused as refused:
        raise Refused(str(refused)) from None
    asked = Connect(
        person=common.person(), company=company.name, code=code, redirect_uri=way.redirect, scopes=tuple(scopes)
    )
    print_connected(perform(config_path, asked)["companies"][0], company)


def _offer(config_path: Path, config: "Config", name: str, more: tuple[str, ...], days: int) -> None:
    import secrets

    from connectors.fortnox.consent import authorization_address
    from daemon.awaited import CALLBACK
    from daemon.cli.acting import perform
    from daemon.cli.connecting_text import print_link, print_portal
    from daemon.requests import OfferConsent

    if not config.http.public_address:
        raise Refused(
            "no browser from elsewhere reaches the daemon: set http.public_address, or connect without --link"
        )
    company, scopes, state = config.companies[name], _scopes(config.companies[name], more), secrets.token_urlsafe(32)
    redirect = f"{config.http.public_address}{CALLBACK}{name}"
    asked = OfferConsent(
        person=common.person(), company=name, state=state, redirect_uri=redirect, scopes=tuple(scopes), days=days
    )
    until = perform(config_path, asked)["until"]
    print_portal(company, redirect, scopes)
    print_link(authorization_address(company.fortnox, redirect, scopes, state), until)


def _ready(config_path: Path, name: str) -> "Config":
    """The configuration, after everything that can be found wrong before a person has clicked."""
    from daemon.cli.looking import check_company
    from daemon.opening import WrongFolder, check_folder, database_path
    from store import companies

    config = common.load(config_path, secrets=False)
    check_company(config, name)
    common.check_owner(config.data_dir)
    if not _daemon_runs(config):
        common.load(config_path, secrets=True)
    if database_path(config.data_dir).exists():
        from daemon.cli.looking import read_store

        async def kinds(read: Any) -> dict[str, str]:
            found: dict[str, str] = await read(companies.kinds())
            return found

        try:
            check_folder(read_store(config, kinds), config)
        except WrongFolder as error:
            raise Refused(f"{error}; then run `fortnox-bridge connect` again.") from None
    return config


def _daemon_runs(config: "Config") -> bool:
    import asyncio

    from daemon.admin import NoDaemonAnswers, ask_facts

    try:
        asyncio.run(ask_facts(config.data_dir))
    except NoDaemonAnswers:
        return False
    return True


def _scopes(company: "Company", more: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    from connectors.fortnox.scopes import ALL_SCOPES, needed
    from connectors.nearest import meant

    for scope in more:
        if scope not in ALL_SCOPES:
            raise click.UsageError(f"there is no scope {scope}{meant(scope, ALL_SCOPES)}")
    wanted = {**dict.fromkeys(more, ("asked for with --scope",)), **needed(company.settings)}
    return dict(sorted(wanted.items()))


@click.command
@click.argument("company")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_config
@with_json
def revoke(config_path: Path, as_json: bool, company: str, yes: bool) -> None:
    """Give COMPANY's connection up: pause it, revoke its refresh token at Fortnox, forget its tokens."""
    from daemon.cli.acting import asked, perform
    from daemon.cli.connecting_text import print_revoked
    from daemon.requests import Revoke

    if not yes:
        click.confirm(f"Nothing will leave for {company} until it is connected again. Go on?", abort=True)
    answer = perform(config_path, asked(Revoke, {"company": company}))
    if as_json:
        print_json(answer)
    else:
        print_revoked(answer["companies"][0])
