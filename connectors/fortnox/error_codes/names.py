"""What the error names of the newer services under ``/api/`` mean (Fortnox facts, sections 4.1 and 6.17)."""

from collections.abc import Mapping

from connectors.fortnox.error_codes.meaning import REPORT, Said

_TOO_MUCH = Said("Attach fewer or smaller files, then retry.", "Bifoga färre eller mindre filer och försök sedan igen.")

REMEDIES: Mapping[str, Said] = {
    "attachment_files_max_count_exceeded": _TOO_MUCH,
    "attachment_files_max_pages_exceeded": _TOO_MUCH,
    "attachment_files_max_size_exceeded": _TOO_MUCH,
    "attachment_not_found": Said("The attachment is gone in Fortnox.", "Bilagan finns inte längre i Fortnox."),
    "could_not_retrieve_document": Said(
        "Fortnox cannot read the document just now; look at it there, then retry.",
        "Fortnox kan inte läsa dokumentet just nu; titta på det där och försök sedan igen.",
    ),
    "document_not_found": Said("The document does not exist in Fortnox.", "Dokumentet finns inte i Fortnox."),
    "field_not_writable": REPORT,
    "file_not_found": Said(
        "The file does not exist in Fortnox; upload it again, then retry.",
        "Filen finns inte i Fortnox; ladda upp den på nytt och försök sedan igen.",
    ),
    "file_too_big": _TOO_MUCH,
    "max_total_attachments_exceeded": _TOO_MUCH,
    "mismatch_attachment_id": REPORT,
    "missing_mandatory_field": REPORT,
    "mixed_documents": Said("Attach to one document at a time.", "Bifoga till ett dokument i taget."),
    "no_attachment_provided": REPORT,
    "too_many_attachments_in_one_request": _TOO_MUCH,
    "wrong_file_location": Said(
        "The file must lie where files of customer documents may lie; upload it again, then retry.",
        "Filen måste ligga där filer till kunddokument får ligga; ladda upp den på nytt och försök sedan igen.",
    ),
    "wrong_file_type": Said("Fortnox attaches files of other types only.", "Fortnox bifogar bara filer av andra slag."),
}
"""What a person can do, by name; every one of them is a known end that the same call meets again."""
