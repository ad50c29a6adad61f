"""A sale whose documents are made anew: its next generation, and what is taken back of the one before."""

from collections.abc import Callable

from handlers.cancellation import cancelled
from handlers.commands import Command
from handlers.document import Things
from handlers.facts import Facts
from handlers.settings import CompanySettings
from handlers.values import Ref


def newest(thing: Ref, facts: Facts) -> Ref:
    """The thing in its newest generation: what its documents are named after."""
    return thing if facts.generation == 1 else thing.model_copy(update={"generation": facts.generation})


def taken_back(
    thing: Ref, things_of: Callable[[Ref], Things], settings: CompanySettings, facts: Facts
) -> tuple[Command, ...]:
    """The documents of the generation before are cancelled, or credited where they are booked; none for the first.

    Only the last one before: a generation begins when the one before it stood alone. Said again by every later event of
    the sale, because what was not sent yet may have given way; what is done costs no write.
    """
    if facts.generation == 1:
        return ()
    before = thing.model_copy(update={"generation": facts.generation - 1})
    return cancelled(things_of(before), settings, credit=True)
