"""What a person's word changes in a stopped command: that it is another one, or that it may go all the same."""

from connectors.base import ALLOWABLE
from handlers.commands import COMMANDS, Braked, Command, EnsureCustomer, EnsureRecord
from store import acting, heads
from store.acting import NotPossible
from store.db import Database

ANOTHER_PARTY = frozenset({"ambiguous_customer", "another_party", "several_customers"})
"""Questions whether a buyer is a customer that stands there already."""

ANOTHER_ONE = ANOTHER_PARTY | {"same_sale", "stands_there_already"}
"""Questions whether a party, a sale or an object is known already."""


async def changed_text(database: Database, outbox_id: int, *, absent: bool, allow: bool) -> str | None:
    """The command's new text; ``None`` where the word answers no question that the command is stopped for.

    ``absent`` says that what looks the same is another one, ``allow`` that what a setting holds may go. Raises
    :class:`store.acting.NotPossible` where the command's text is gone.
    """
    reason = await database.read(acting.reason_of(outbox_id))
    if reason is None or not ((absent and reason in ANOTHER_ONE) or (allow and reason in ALLOWABLE)):
        return None
    try:
        command = COMMANDS.validate_json((await database.read(heads.head(outbox_id))).text)
    except KeyError:
        raise NotPossible(f"the text of out-{outbox_id} was erased by retention") from None
    changed = _allowed(command, reason) if reason in ALLOWABLE else _another(command, reason)
    return None if changed is None else changed.model_dump_json()


def _allowed(command: Command, reason: str) -> Command | None:
    if not isinstance(command, Braked):
        return None
    return command.model_copy(update={"allowed": (*command.allowed, reason)})


def _another(command: Command, reason: str) -> Command | None:
    match command:
        case EnsureCustomer():
            names = {name for name, _ in command.match_keys}
            another = names if reason == "several_customers" else names & {"email"}
            return command.model_copy(update={"not_by": tuple(sorted({*command.not_by, *another}))})
        case EnsureRecord():
            return command.model_copy(update={"although_alike": True})
        case _:
            return command.model_copy(update={"hold_same_total_days": 0})
