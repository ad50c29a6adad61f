"""What a delivery tells of a company's registers, and what of it goes on to those who follow the company."""

from connectors.sources import Learned
from handlers.following import COMMENTS, DOCUMENT_COMMENTS, DOCUMENTS, PRICES, followed, system_of
from handlers.settings import CompanySettings
from store.db import milliseconds
from store.handling import Handled
from store.inbox import Waiting
from store.news import Following
from store.register import Entry, Swept

NOTHING_READ = Learned("nothing")


def learned(row: Waiting, read: Learned, settings: CompanySettings) -> Handled:
    """The row with what it tells of the company's registers: entries and row are stored in one transaction.

    What is news of it to those who follow the company is stored in the same one, as deliveries of their own.
    """
    swept = read.swept
    return Handled(
        row.id,
        "handled",
        reason=read.reason,
        company=row.company,
        entries=[
            Entry(entry.resource, entry.number, milliseconds(entry.told_at), entry.fields, entry.keys)
            for entry in read.entries
        ],
        swept=None if swept is None else Swept(swept.resource, milliseconds(swept.begun), swept.whole),
        made=read.made,
        following=following_of(settings, read),
    )


def following_of(settings: CompanySettings, read: Learned = NOTHING_READ) -> Following | None:
    """What of a company is told to others of what was ``read``; ``None`` where nothing ever is."""
    wanted = followed(settings)
    if not wanted:
        return None
    return Following(
        system_of(settings.name),
        wanted - {DOCUMENTS, COMMENTS, DOCUMENT_COMMENTS},
        frozenset({PRICES}),
        read.documents if DOCUMENTS in wanted else (),
        frozenset(source for source, back in settings.write_backs.items() if back.comments),
        read.written,
        frozenset(source for source, back in settings.write_backs.items() if back.document_comments),
        whole=read.whole,
    )
