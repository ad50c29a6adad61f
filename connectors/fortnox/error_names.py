"""What the error names of the newer services under ``/api/`` mean (Fortnox facts, sections 4.1 and 6.17)."""

from collections.abc import Mapping

_OUR_FAULT = "This is a fault of the bridge, not of the data: report it; retry after an upgrade."
_TOO_MUCH = "Attach fewer or smaller files, then retry."

REMEDIES: Mapping[str, str] = {
    "attachment_files_max_count_exceeded": _TOO_MUCH,
    "attachment_files_max_pages_exceeded": _TOO_MUCH,
    "attachment_files_max_size_exceeded": _TOO_MUCH,
    "attachment_not_found": "The attachment is gone in Fortnox.",
    "could_not_retrieve_document": "Fortnox cannot read the document just now; look at it there, then retry.",
    "document_not_found": "The document does not exist in Fortnox.",
    "field_not_writable": _OUR_FAULT,
    "file_not_found": "The file does not exist in Fortnox; upload it again, then retry.",
    "file_too_big": _TOO_MUCH,
    "max_total_attachments_exceeded": _TOO_MUCH,
    "mismatch_attachment_id": _OUR_FAULT,
    "missing_mandatory_field": _OUR_FAULT,
    "mixed_documents": "Attach to one document at a time.",
    "no_attachment_provided": _OUR_FAULT,
    "too_many_attachments_in_one_request": _TOO_MUCH,
    "wrong_file_location": "The file must lie where files of customer documents may lie; upload it again, then retry.",
    "wrong_file_type": "Fortnox attaches files of other types only.",
}
"""What a person can do, by name; every one of them is a known end that the same call meets again."""
