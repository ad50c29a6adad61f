"""``/status/{source}/{id}``: what became of a document of a sender, and what its sender was told of it."""

from daemon.destinations import written_to
from daemon.endpoints.answers import Answered, not_found
from daemon.endpoints.calls import Call
from daemon.endpoints.states import States, shown, told, word_of
from store.db import Database
from store.standing import documents_of

MOST = 50


class Documents:
    """Tells the sync state of source documents."""

    def __init__(self, database: Database, states: States) -> None:
        self._database = database
        self._states = states

    async def show(self, call: Call) -> Answered:
        """``GET``: every delivery about the document, the newest first, its objects in Fortnox, and what was told."""
        company, source, number = call.company(), call.named["source"], call.named["id"]
        found = await self._database.read(documents_of(company, source, number, MOST))
        if not found:
            raise not_found()
        stands = sorted(await self._states.of(found), key=lambda one: -one.inbox_id)
        commands = [command for one in stands for command in one.commands]
        objects = dict.fromkeys(
            command.object for command in commands if command.object is not None and written_to(command.company) is None
        )
        current = next((one for one in stands if word_of(one) != "skipped"), stands[0])
        return Answered(
            200,
            {
                "source": source,
                "id": number,
                "status": word_of(current),
                "fortnox": list(objects),
                "told": told(commands),
                "deliveries": [shown(one) for one in stands],
            },
        )
