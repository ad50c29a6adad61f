"""Rule for writes of Fortnox's table that a client of our own endpoints asks for."""

from pydantic import ValidationError

from handlers.commands import COMMANDS, Command, RecordCommand
from handlers.events import RecordGiven
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.settings import CompanySettings
from handlers.values import Question


def write_record(event: RecordGiven, _settings: CompanySettings, _facts: Facts = NOTHING_KNOWN) -> tuple[Command, ...]:
    """The commands as they were checked when the write was taken.

    Raises :class:`~handlers.values.Question` for one that this version of the program does not know.
    """
    try:
        commands = tuple(COMMANDS.validate_python(command) for command in event.commands)
    except ValidationError:
        raise Question("the write was taken by another version of the program: send it again") from None
    if not all(isinstance(command, RecordCommand) for command in commands):
        raise Question("only writes of Fortnox's table may be asked for in this way")
    return commands
