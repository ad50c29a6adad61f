"""A command as a target sees it: its text read back, its link and the links that it stands on."""

from connectors.base import Link, LinkReader, Task
from connectors.register import NOTHING_KEPT, Register
from daemon.destinations import destination
from handlers.commands import COMMANDS, Command, SenderCommand
from store.heads import Head
from store.links import LinkRow


def task_of(head: Head, *, looking: bool, links: LinkReader, register: Register = NOTHING_KEPT) -> Task:
    """The task of a stored command. ``looking`` asks for a proof of absence before each create."""
    command = COMMANDS.validate_json(head.text)
    named_in = on_behalf_of(command, head.company)
    by_thing = {ref.thing(named_in): ref for ref in (*command.refs, *command.optional_refs)}
    return Task(
        company=head.company,
        command=command,
        thing=head.thing,
        link=None if head.link is None else far(head.link),
        refs={by_thing[thing]: far(row) for thing, row in head.refs.items()},
        looking=looking,
        links=links,
        priority=head.priority,
        register=register,
    )


def held_by(command: Command, company: str) -> str:
    """Whose outbox, gate and rate window a command of ``company`` goes through: the company's, or a sender's."""
    return destination(command.target) if isinstance(command, SenderCommand) else company


def on_behalf_of(command: Command, company: str) -> str:
    """The company whose things a command names, wherever it goes; ``company`` is whose outbox it lies in."""
    return command.company if isinstance(command, SenderCommand) else company


def far(row: LinkRow) -> Link:
    """A stored link as targets know it."""
    return Link(kind=row.kind, number=row.number, state=row.state, verified=row.verified)


def stands(head: Head, link: Link) -> bool:
    """Whether the command found its link as it was when the command was read: there is nothing to store.

    Another lane may have changed it since (a payment that is told twice was booked meanwhile): what was read then must
    not be written over that. A party is stored in any case, for the keys that it was found by.
    """
    known = head.link
    return known is not None and known.verified and head.kind != "ensure_customer" and far(known) == link
