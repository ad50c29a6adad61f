"""When a file may be attached to a document, and the newer services' shape of refusal (Fortnox facts, 4.1, 6.17)."""

from typing import Any

from connectors.fortnox.simulator import files
from connectors.fortnox.simulator.company import Company, Record
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.wire import Answer, json_answer

Data = dict[str, Any]
WRITABLE = frozenset({"entityId", "entityType", "fileId", "includeOnSend"})
MANDATORY = ("entityId", "entityType", "fileId")
DOCUMENTS = {"C": "contracts", "F": "invoices", "O": "orders", "OF": "offers"}
"""What an `entityType` is here; those of the warehouse exist at Fortnox only."""

_WAREHOUSE = frozenset({"LGR_IG", "LGR_IO"})
_FOLDERS = frozenset({"Inbox_kf", "Inbox_o", "Inbox_of"})
_TYPES = frozenset({"pdf", "jpg", "jpeg", "png"})


class Refusal(Exception):
    """A refusal with a symbolic name; its status is 404 where something does not exist."""

    def __init__(self, name: str) -> None:
        """`name` is one of Fortnox's (Fortnox facts, 6.17)."""
        super().__init__(name)
        self.name = name

    def answer(self, number: str) -> Answer:
        """Give the answer that carries it; `number` is its id."""
        status = 404 if self.name.endswith("_not_found") else 400
        return json_answer(status, {"id": number, "error": self.name, "message": self.name.replace("_", " ")})


def attachments(company: Company) -> dict[str, Record]:
    """Give every attachment by its id."""
    return company.records_of("attachments")


def of_document(company: Company, entity: tuple[int, str]) -> list[Data]:
    """Give the attachments of a document, named by number and `entityType`, oldest first."""
    found = (record.data for record in attachments(company).values())
    return [data for data in found if (data["entityId"], data["entityType"]) == entity]


def check_shape(sent: Any) -> list[Data]:
    """Refuse what is not a list of attachments of one document."""
    if not isinstance(sent, list) or not sent or not all(isinstance(one, dict) for one in sent):
        raise Refusal("no_attachment_provided")
    for one in sent:
        if not set(one) <= WRITABLE:
            raise Refusal("field_not_writable")
        if any(one.get(name) in (None, "") for name in MANDATORY) or not isinstance(one["entityId"], int):
            raise Refusal("missing_mandatory_field")
    if len({(one["entityId"], one["entityType"]) for one in sent}) > 1:
        raise Refusal("mixed_documents")
    return sent


def check_document(company: Company, entity: tuple[int, str]) -> None:
    """Refuse a document that does not exist, or one of the warehouse, which is not simulated."""
    number, kind = entity
    if kind in _WAREHOUSE:
        raise Refusal("could_not_retrieve_document")
    if kind not in DOCUMENTS:
        raise Refusal("missing_mandatory_field")
    if str(number) not in company.records_of(DOCUMENTS[kind]):
        raise Refusal("document_not_found")


def file_of(company: Company, file_id: Any) -> Data:
    """Give the file with this `ArchiveFileId`."""
    try:
        found = files.find(company, str(file_id))
    except ApiError:
        raise Refusal("file_not_found") from None
    if found["ArchiveFileId"] != file_id:
        raise Refusal("file_not_found")
    return found


def check_file(company: Company, file: Data) -> None:
    """Refuse a file that lies elsewhere than in a folder for customer documents, of another type, or too big."""
    here = file["Place"] == files.CONNECTED or (file["Place"] == files.INBOX and file["Path"] in _FOLDERS)
    if not here:
        raise Refusal("wrong_file_location")
    if file["Name"].rpartition(".")[2].casefold() not in _TYPES:
        raise Refusal("wrong_file_type")
    if file["Size"] > company.settings.largest_attachment_bytes:
        raise Refusal("file_too_big")


def _pages(file: Data) -> int:
    """How many pages a file has when printed: those that a PDF names, one for a picture."""
    named = files.content(file).count(b"/Type /Page") - files.content(file).count(b"/Type /Pages")
    return max(1, named)


def check_sendable(company: Company, sent: list[Data]) -> None:
    """Refuse files that may not go along with a document together: too many, too big, or with too many pages."""
    limits = company.settings
    chosen = [file_of(company, one["fileId"]) for one in sent if one["includeOnSend"]]
    if len(chosen) > limits.most_files_sent_along:
        raise Refusal("attachment_files_max_count_exceeded")
    if sum(file["Size"] for file in chosen) > limits.most_bytes_sent_along:
        raise Refusal("attachment_files_max_size_exceeded")
    if sum(_pages(file) for file in chosen) > limits.most_pages_sent_along:
        raise Refusal("attachment_files_max_pages_exceeded")
