"""Puts our endpoints together."""

from collections.abc import Callable, Mapping

from daemon.clock import Clock
from daemon.endpoints.batches import Batches
from daemon.endpoints.contacts import Contacts
from daemon.endpoints.documents import Documents
from daemon.endpoints.keys import Keys
from daemon.endpoints.runs import Runs
from daemon.endpoints.serving import Endpoints
from daemon.endpoints.states import States
from daemon.settings_clients import Client
from handlers.settings import CompanySettings
from store.db import Database
from store.inbox import Seal


def endpoints_of(
    clients: Mapping[str, Client],
    database: Database,
    clock: Clock,
    *,
    seal: Seal | None,
    settings: Callable[[str], CompanySettings],
    workflows_of: Callable[[str], frozenset[str]],
    new_id: Callable[[], str],
    arrived: Callable[[], None],
    wake: Callable[[], None],
) -> Endpoints:
    """The endpoints of a configuration's clients; ``arrived`` tells intake of new rows, ``wake`` the workflows' engine.

    ``workflows_of`` names a company's workflows, ``new_id`` gives a run's own id.
    """
    states = States(database, clock)
    return Endpoints(
        Keys(clients, clock.monotonic),
        Contacts(database, clock, states, seal=seal, settings=settings, arrived=arrived),
        Batches(database, clock, seal=seal, settings=settings, arrived=arrived),
        Documents(database, states),
        Runs(database, clock, seal=seal, workflows_of=workflows_of, new_id=new_id, arrived=arrived, wake=wake),
    )
