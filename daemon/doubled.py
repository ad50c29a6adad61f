"""What a person answers where somebody else made another customer of a party that we had made."""

from collections.abc import Awaitable, Callable
from typing import Any

from connectors.base import LinkReader, Settled, Task
from daemon.clock import Clock
from daemon.following import Follow
from daemon.ids import command_id, parse
from daemon.requests import LinkThing, Retry
from daemon.tasks import task_of
from store import acting, answering, heads, releasing
from store.acting import NotPossible, Person
from store.db import Database

CUSTOMER = "customer"
Identify = Callable[[Task, LinkThing], Awaitable[Settled]]
"""Reads what a person says that a task's thing is, and raises ``NotPossible`` where it is not."""


class DoubledParties:
    """Answers for every document that was held for the same question."""

    def __init__(
        self, *, database: Database, clock: Clock, links: LinkReader, follow: Follow, identify: Identify
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._follow = follow
        self._identify = identify

    async def answered(self, request: Retry | LinkThing) -> dict[str, Any] | None:
        """What became of the answer; ``None`` where the request answers no such question.

        Raises :class:`store.acting.NotPossible` where the customer that is named is not there.
        """
        named = parse(request.id or "", "out")
        answers = request.absent if isinstance(request, Retry) else request.kind == CUSTOMER
        if named is None or named[0] != "out" or not answers:
            return None
        outbox_id = named[1]
        if await self._database.read(acting.reason_of(outbox_id)) != releasing.DOUBLED:
            return None
        head = await self._database.read(heads.head(outbox_id))
        party = next((link for link in head.refs.values() if link.kind == CUSTOMER), None)
        if party is None:
            raise NotPossible(f"the customer of out-{outbox_id} is linked no more: retry it")
        other = await self._named(party.thing, request) if isinstance(request, LinkThing) else None
        person = Person(request.person, self._clock.milliseconds())
        job = answering.party(outbox_id, party.number, person, other=other)
        company, freed = await self._database.write(job)
        self._follow.new_work(company)
        return {"commands": [{"id": command_id(number), "state": "ready"} for number in freed]}

    async def _named(self, thing: str, request: LinkThing) -> str:
        """The customer that a person names, read at Fortnox as if it were to be linked to the party's own command."""
        maker = await self._database.read(releasing.maker_of(thing))
        if maker is None:
            raise NotPossible("the command that made the customer was erased by retention: make the other one inactive")
        head = await self._database.read(heads.head(maker))
        settled = await self._identify(task_of(head, looking=False, links=self._links), request)
        if settled.link is None:
            raise NotPossible(f"{request.kind}:{request.number} could not be read")
        return settled.link.number
