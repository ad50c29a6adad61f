"""Rule for lines that people write in a customer's comments in Fortnox: notes on the party at its sources."""

from handlers.commands import Command, EnsureSenderNote
from handlers.events import CommentsAdded
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.settings import CompanySettings
from handlers.values import Ref

WRITTEN = "In Fortnox: "
"""Before a line, so that whoever reads the note knows where it was written."""


def follow_comments(
    event: CommentsAdded, settings: CompanySettings, _facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """One note for each line on each record that is this customer at a source that takes comments.

    The key in the store under which the customer is linked proves which source's the record is.
    """
    return tuple(
        EnsureSenderNote(
            target=source,
            company=settings.name,
            thing=Ref(system=source, kind="comment_of_fortnox", id=f"{record}:{event.number}:{fingerprint}"),
            record=back.party,
            id=record,
            text=WRITTEN + line,
        )
        for source, back in settings.write_backs.items()
        if back.comments
        for thing, record in event.parties.items()
        if Ref(system=source, kind="customer", id=record).thing(settings.name) == thing
        for fingerprint, line in event.lines.items()
    )
