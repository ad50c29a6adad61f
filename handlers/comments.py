"""Rule for lines that people write in comments in Fortnox, a customer's or a document's: notes on the party."""

from handlers.commands import Command, EnsureSenderNote
from handlers.events import CommentsAdded
from handlers.facts import NOTHING_KNOWN, Facts
from handlers.settings import CompanySettings
from handlers.settings.write_back import WriteBack
from handlers.values import Ref, Skipped

WRITTEN = "In Fortnox: "
"""Before a line, so that whoever reads the note knows where it was written."""

WRITTEN_ON = "In Fortnox, {document} {number}: "
"""The same for a line on a document."""


def follow_comments(
    event: CommentsAdded, settings: CompanySettings, facts: Facts = NOTHING_KNOWN
) -> tuple[Command, ...]:
    """One note for each line on each record that is this customer, or bought, at a source that takes such comments.

    The key in the store under which the customer is linked proves which source's the record is.
    Raises :class:`Skipped` where each line is one of ours, or was told of another document of the sale.
    """
    lines = unknown_lines(event, facts)
    if not lines:
        raise Skipped("its lines are known")
    written = WRITTEN if event.document is None else WRITTEN_ON.format(document=event.document, number=event.number)
    return tuple(
        EnsureSenderNote(
            target=source,
            company=settings.name,
            thing=Ref(system=source, kind="comment_of_fortnox", id=f"{record}:{event.place}:{fingerprint}"),
            record=back.party,
            id=record,
            text=written + line,
        )
        for source, back in settings.write_backs.items()
        if _takes(back, event)
        for thing, record in event.parties.items()
        if Ref(system=source, kind="customer", id=record).thing(settings.name) == thing
        for fingerprint, line in lines.items()
    )


def unknown_lines(event: CommentsAdded, facts: Facts) -> dict[str, str]:
    """The lines that are neither ours nor told of another document of the sale, by what is known now.

    When the news was noticed less was known: another document's may have been told since, and Fortnox tells of our own
    writes before they have ended. What was told of this very place may be told again: it is the same note.
    """
    return {
        fingerprint: line
        for fingerprint, line in event.lines.items()
        if facts.known_lines.get(fingerprint, event.place) == event.place
    }


def _takes(back: WriteBack, event: CommentsAdded) -> bool:
    return back.comments if event.document is None else back.document_comments
