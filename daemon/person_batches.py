"""A person's batches: the same rows as a client's, under the name of a source that every installation has."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from connectors.client.source import PERSON, source_of
from connectors.json_body import BodyFault, read_object
from connectors.nearest import meant
from daemon.clock import Clock
from daemon.door import seal_of
from daemon.endpoints.answers import Refusal
from daemon.endpoints.batch_told import batch_told
from daemon.endpoints.batches import ANY, PAGE, Batches, BatchGiven
from daemon.endpoints.calls import faults_of
from daemon.requests import Misused, StartBatch
from daemon.settings import Config
from store.acting import NotPossible
from store.db import Database


class PersonBatches:
    """Takes batches that a person starts."""

    def __init__(
        self, *, config: Callable[[], Config], database: Database, clock: Clock, arrived: Callable[[], None]
    ) -> None:
        """``arrived`` tells intake of new rows."""
        self._config = config
        self._database = database
        self._clock = clock
        self._arrived = arrived

    async def start(self, request: StartBatch) -> dict[str, Any]:
        """The batch as it was taken.

        Raises :class:`Misused` for what is no batch, :class:`store.acting.NotPossible` for another one of its id.
        """
        known = self._config().companies
        if request.company not in known:
            raise Misused(f"there is no company {request.company}{meant(request.company, known)}")
        given = _given(request.batch)
        batches = Batches(
            self._database,
            self._clock,
            seal=seal_of(self._config()),
            settings=lambda company: known[company].settings,
            arrived=self._arrived,
        )
        try:
            repeated = await batches.take(request.company, source_of(PERSON), given, (ANY,))
        except Refusal as refusal:
            raise NotPossible(refusal.text) from None
        told = await batch_told(self._database.read, request.company, given.batch_id, 0, PAGE)
        return {"batch": told, "repeated": repeated}


def _given(text: str) -> BatchGiven:
    try:
        return BatchGiven.model_validate(read_object(text.encode()))
    except BodyFault as fault:
        raise Misused(str(fault)) from None
    except ValidationError as error:
        raise Misused("\n".join(faults_of(error))) from None
