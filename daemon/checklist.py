"""The steps from no Fortnox developer to a connected company, and which of them are done as far as we can know."""

from dataclasses import dataclass
from typing import Literal

State = Literal["done", "open", "unknown"]
"""``unknown``: only a person can see it, in Fortnox's developer portal."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the configuration, the disk and the running daemon tell of one company.

    ``connected_at`` is the day of the first connect where the company is connected now; ``lost`` why its credentials
    no longer work; ``secret`` whether the client secret is found (``None``: only the service can see it) and
    ``no_secret`` why not. ``notices`` names the source of consent notices, ``noticed_at`` when the last one came.
    """

    company: str
    kind: Literal["live", "test", "simulator"]
    grant: str
    client_id: str
    scopes: tuple[str, ...]
    secret: bool | None
    no_secret: str
    connected_at: str | None
    lost: str | None
    notices: str | None
    noticed_at: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``how`` says how we know, or what to do next."""

    title: str
    state: State
    how: str


def steps(known: Known) -> tuple[Step, ...]:
    """In the order in which a person takes them (capability rows 002-01 to 002-17)."""
    return (*_in_the_portal(known), *_with_the_company(known))


def _in_the_portal(known: Known) -> tuple[Step, ...]:
    proved: State = "unknown" if known.connected_at is None else "done"
    by_connect = f"proved by the connect of {known.connected_at}"

    def seen(title: str, otherwise: str) -> Step:
        return Step(title, proved, otherwise if known.connected_at is None else by_connect)

    return (
        seen(
            "Register as a developer and log in to the developer portal",
            "only you can see it; no Utvecklarportal in Fortnox's menu: the licence or your right to it is missing",
        ),
        seen("Create an app and give it a name", "only you can see it, in the portal"),
        Step("Write its client id into the configuration", "done", f"client_id is {known.client_id}"),
        _secret(known),
        seen(
            "Switch OAuth on, and register the redirect address",
            f"the address is the one that `fortnox-bridge connect {known.company}` shows",
        ),
        _administrators(known),
        seen("Tick the scopes", f"needed by the settings of today: {' '.join(known.scopes)}"),
    )


def _secret(known: Known) -> Step:
    title = "Keep its client secret where the configuration says"
    if known.secret is None:
        return Step(title, "unknown", known.no_secret)
    if known.secret:
        return Step(title, "done", "it is found there")
    return Step(title, "open", f"{known.no_secret}; see `fortnox-bridge secret set`")


def _administrators(known: Known) -> Step:
    title = "Let only administrators connect (a service account)"
    if known.connected_at is not None and known.grant == "client_credentials":
        return Step(title, "done", "client credentials are granted")
    why = "client_credentials needs it" if known.grant == "client_credentials" else "then no refresh token is needed"
    return Step(title, "unknown", f"only you can see it, in the portal; {why}")


def _with_the_company(known: Known) -> tuple[Step, ...]:
    return (_test_first(known), _consent(known), _notices(known), _private())


_NOT_LIVE = {"test": "is a test database, as the configuration says", "simulator": "lives in the simulator"}


def _test_first(known: Known) -> Step:
    title = "Try it in a test database first"
    if known.kind == "live":
        return Step(title, "unknown", "this company is live; a test database is a company of its own with kind = test")
    return Step(title, "done", f"this company {_NOT_LIVE[known.kind]}")


def _consent(known: Known) -> Step:
    title = "A system administrator of the company approves"
    if known.connected_at is None:
        return Step(title, "open", f"fortnox-bridge connect {known.company}")
    if known.lost is not None:
        return Step(title, "open", known.lost)
    return Step(title, "done", f"connected since {known.connected_at}")


def _notices(known: Known) -> Step:
    title = "Let the portal tell of consents that are given and revoked"
    if known.notices is None:
        return Step(title, "unknown", "as you like: a source of type fortnox_consent, its address in the portal")
    if known.noticed_at is None:
        return Step(title, "unknown", f"source {known.notices} waits for the first notice")
    return Step(title, "done", f"source {known.notices} had a notice {known.noticed_at}")


def _private() -> Step:
    how = "for companies of your own nothing is to be done; others find an app only when Fortnox has published it"
    return Step("Leave the app private", "unknown", how)
