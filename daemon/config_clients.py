"""The clients of our own endpoints, as the configuration names them."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.client.source import CALENDAR, PERSON
from connectors.nearest import meant
from daemon.credentials import Secret
from daemon.settings import ConfigFile
from daemon.settings_clients import Client, ClientSection

Resolve = Callable[..., Secret | None]
Fault = Callable[..., None]
RESERVED = frozenset({PERSON, CALENDAR})
"""Names of sources that every installation has."""


def clients_of(file: ConfigFile, kinds: Mapping[str, str | None], resolve: Resolve, fault: Fault) -> dict[str, Client]:
    """Every client with its keys; ``resolve`` reads a secret, ``fault`` tells what is wrong, both by key path."""
    return {name: _client(name, section, kinds, resolve, fault) for name, section in file.clients.items()}


def _client(
    name: str, section: ClientSection, kinds: Mapping[str, str | None], resolve: Resolve, fault: Fault
) -> Client:
    where: tuple[Any, ...] = ("clients", name)
    if name in RESERVED:
        fault(where, "is a reserved name")
    for company in section.companies:
        if company not in kinds:
            fault((*where, "companies"), f"there is no companies.{company}{meant(company, kinds)}", company)
    known = [kinds.get(company) for company in section.companies]
    stated = (("key", section.key), ("previous_key", section.previous_key))
    secrets = [resolve((*where, field), reference, "token", known) for field, reference in stated]
    return Client(
        name,
        section.companies,
        section.scopes,
        section.operations,
        section.calls_per_minute,
        tuple(secret for secret in secrets if secret is not None),
    )
