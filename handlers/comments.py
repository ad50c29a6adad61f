"""Rule for lines that people write in comments in Fortnox, a customer's or a document's: notes on the party."""

from handlers.commands import Command, EnsureSenderNote
from handlers.events import CommentsAdded
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.settings import CompanySettings
from handlers.settings.write_back import WriteBack
from handlers.values import Ref

WRITTEN = "In Fortnox: "
"""Before a line, so that whoever reads the note knows where it was written."""

WRITTEN_ON = "In Fortnox, {document} {number}: "
"""The same for a line on a document."""


def follow_comments(
    event: CommentsAdded, settings: CompanySettings, _facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """One note for each line on each record that is this customer, or bought, at a source that takes such comments.

    The key in the store under which the customer is linked proves which source's the record is.
    """
    where = event.number if event.document is None else f"{event.document}:{event.number}"
    written = WRITTEN if event.document is None else WRITTEN_ON.format(document=event.document, number=event.number)
    return tuple(
        EnsureSenderNote(
            target=source,
            company=settings.name,
            thing=Ref(system=source, kind="comment_of_fortnox", id=f"{record}:{where}:{fingerprint}"),
            record=back.party,
            id=record,
            text=written + line,
        )
        for source, back in settings.write_backs.items()
        if _takes(back, event)
        for thing, record in event.parties.items()
        if Ref(system=source, kind="customer", id=record).thing(settings.name) == thing
        for fingerprint, line in event.lines.items()
    )


def _takes(back: WriteBack, event: CommentsAdded) -> bool:
    return back.comments if event.document is None else back.document_comments
