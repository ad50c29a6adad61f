"""A company's files: where each one lies, its two ids, and its bytes (Fortnox facts, 6.17)."""

from base64 import b64decode, b64encode
from typing import Any

from connectors.fortnox.simulator.company import Company, Moment, Record
from connectors.fortnox.simulator.errors import ApiError, Invented, not_found
from connectors.fortnox.simulator.file_answer import file_answer
from connectors.fortnox.simulator.wire import Answer

Data = dict[str, Any]
_SHOWN = ("ArchiveFileId", "Comments", "Id", "Name", "Path", "Size")
INBOX, ARCHIVE, CONNECTED = "inbox", "archive", "connected"


def new_id(company: Company, kind: int) -> str:
    """Give an id of the usual shape that nothing else has."""
    number = company.next_number("file_id", lambda _number: True)
    return f"{company.settings.tenant_id:08x}-{kind:04x}-4000-8000-{int(number):012x}"


def no_file() -> ApiError:
    """Refuse an address or a reference without a file."""
    return not_found(Invented.FILE_NOT_FOUND, "Kan inte hitta filen.")


def all_files(company: Company) -> list[Data]:
    """Give every stored file, oldest first."""
    return [record.data for record in company.records_of("archive_files").values()]


def store(company: Company, place: str, path: str, file: tuple[str, str, bytes], moment: Moment) -> Data:
    """Keep an uploaded file in a folder, named by its path; a name may be there twice (*simulator choice*).

    Raises:
        ApiError: an invented code for a file above the switch `largest_file_bytes`.
    """
    name, content_type, content = file
    if len(content) > company.settings.largest_file_bytes:
        raise ApiError(Invented.FILE_TOO_LARGE, "Filen är för stor.")
    data: Data = {
        "ArchiveFileId": new_id(company, 2),
        "Comments": "",
        "Id": new_id(company, 1),
        "Name": name,
        "Path": path,
        "Size": len(content),
        "Place": place,
        "ContentType": content_type,
        "Content": b64encode(content).decode(),
    }
    company.records_of("archive_files")[data["ArchiveFileId"]] = Record(data, moment.now)
    return data


def find(company: Company, key: str, place: str | None = None) -> Data:
    """Give a file by either of its ids, if it lies in the place.

    Raises:
        ApiError: an invented code with 404.
    """
    for data in all_files(company):
        if key in (data["Id"], data["ArchiveFileId"]) and place in (None, data["Place"]):
            return data
    raise no_file()


def remove(company: Company, data: Data) -> None:
    """Delete a file."""
    del company.records_of("archive_files")[data["ArchiveFileId"]]


def content(data: Data) -> bytes:
    """Give a file's bytes."""
    return b64decode(data["Content"])


def shown(data: Data, base: str) -> Data:
    """Give what Fortnox tells of a file."""
    place = INBOX if data["Place"] == INBOX else ARCHIVE
    return {"@url": f"{base}/3/{place}/{data['Id']}"} | {name: data[name] for name in _SHOWN}


def sent(data: Data) -> Answer:
    """Give a file's bytes as an answer."""
    return file_answer(data["Name"], data["ContentType"], content(data))


def connect(data: Data) -> None:
    """Note that a file belongs to an object now: it leaves the inbox and is found by its `ArchiveFileId`."""
    data["Place"] = CONNECTED
