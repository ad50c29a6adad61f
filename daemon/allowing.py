"""A person's permission for what a setting holds: the command as it goes on, with the reason that was allowed."""

from connectors.base import ALLOWABLE
from handlers.commands import COMMANDS, Braked
from store import acting, heads
from store.db import Database


async def allowed_text(database: Database, outbox_id: int) -> str | None:
    """The command's new text; ``None`` where it is stopped for another reason, which no permission passes by."""
    reason = await database.read(acting.reason_of(outbox_id))
    if reason not in ALLOWABLE:
        return None
    command = COMMANDS.validate_json((await database.read(heads.head(outbox_id))).text)
    if not isinstance(command, Braked):
        return None
    return command.model_copy(update={"allowed": (*command.allowed, reason)}).model_dump_json()
