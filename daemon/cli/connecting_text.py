"""What ``connect`` and ``revoke`` tell a person who has never seen OAuth."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import banner
from daemon.times import local

if TYPE_CHECKING:
    from daemon.settings import Company

Json = dict[str, Any]

KINDS = {
    "live": "live, as the configuration says (Fortnox itself does not tell)",
    "test": "test, as the configuration says (Fortnox itself does not tell)",
    "simulator": "a company in the simulator",
}
GRANTS = {
    "client_credentials": "client credentials of a service account; they last until the consent is revoked",
    "authorization_code": "a refresh token, renewed daily (45 days without the daemon end it); client credentials take "
    "over by themselves where the consent allows that",
}


def print_steps(
    company: "Company", redirect: str, scopes: Mapping[str, tuple[str, ...]], address: str, *, by_paste: bool
) -> None:
    """The portal's steps, the scopes with their reasons, and the address to open."""
    print_portal(company, redirect, scopes)
    click.echo("2. As a system administrator of the company, open this address in a browser, and approve:\n")
    click.echo(f"{address}\n")
    click.echo("3. The browser is then sent to the redirect address. The code in it lives ten minutes and works once.")
    if by_paste:
        click.echo("   The page there may well not open: copy its whole address all the same.")


def print_link(address: str, until: str) -> None:
    """The link, and what whoever opens it is told."""
    click.echo(f"2. Send this link to a system administrator of the company. It is good until {local(until)}, for one")
    click.echo("   consent; a newer link, or `fortnox-bridge revoke`, ends it:\n")
    click.echo(f"{address}\n")
    click.echo(
        "   The page that the administrator ends at says what became of it, and so does `fortnox-bridge checklist`."
    )


def print_portal(company: "Company", redirect: str, scopes: Mapping[str, tuple[str, ...]]) -> None:
    """What is to be set in the portal."""
    service = company.fortnox.grant == "client_credentials"
    click.echo(f"Connect company {company.name}{banner(company.kind)} to Fortnox\n")
    click.echo("1. In Fortnox's developer portal, open the app (or create one and give it a name), and set:")
    click.echo("     (no Utvecklarportal in Fortnox's menu: the developer licence or your right to it is missing)")
    click.echo(f"     client id         {company.fortnox.client_id} (it must be this one; else correct client_id)")
    click.echo(f"     redirect address  {redirect}")
    click.echo("     OAuth             on")
    click.echo(
        "     service account   only administrators may connect" + ("" if service else " (as the address asks for)")
    )
    click.echo("     scopes            these, and no others:")
    for scope, reasons in scopes.items():
        click.echo(f"       {scope:<20}{'; '.join(reasons)}")
    click.echo("   Save. The client secret stays where the configuration says; it is not asked for here.\n")


def print_connected(made: Json, company: "Company") -> None:
    """Which company it is, what it may do, and how it stays connected."""
    click.echo(f"\nConnected: {company.name}{banner(made['kind'])} is {made['company_name']}")
    click.echo(f"  organisation number  {made['organisation_number']}")
    click.echo(f"  tenant id            {made['tenant']}")
    click.echo(f"  kind                 {KINDS[made['kind']]}")
    click.echo(f"  scopes               {' '.join(made['scopes'])}")
    click.echo(f"  tokens by            {GRANTS[made['grant']]}")


def print_revoked(given_up: Json) -> None:
    """What is over, and what only Fortnox can end."""
    name = f"{given_up['name']}{banner(given_up['kind'])}"
    if given_up["revoked_at_fortnox"]:
        click.echo(f"{name}: the refresh token is revoked at Fortnox and forgotten here; the company is paused")
    else:
        click.echo(f"{name}: there was no refresh token to revoke; what was stored is forgotten, the company is paused")
    click.echo(
        "An administrator of the company can take the app's consent back in Fortnox itself, which ends all access."
    )
    click.echo(f"To go on later: fortnox-bridge connect {given_up['name']}")
