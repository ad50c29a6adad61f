"""What a call carries: an object under its envelope, bare JSON, or one file as a multipart form."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from connectors.base import Park
from connectors.fortnox.outcomes import File
from connectors.fortnox.table import RESOURCES, Operation
from connectors.fortnox.wire import encode

JSON_TYPE = "application/json"
LARGEST_FILE = 8 * 1024 * 1024
"""Bytes of one file to send. Fortnox states no limit of one file; what it stores must be readable again here."""

LONGEST_NAME = 200
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f/\\]")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a request and their type."""

    body: bytes
    content_type: str = JSON_TYPE


def json_content(value: object) -> Content:
    """A value as JSON. Raises as ``wire.encode``."""
    return Content(encode(value).encode())


def _refused(operation: Operation, reason: str, remedy: str) -> Park:
    return Park(reason, system="fortnox", operation=operation.name, remedy=remedy)


def _check(operation: Operation, file: File) -> None:
    if not file.name.strip() or len(file.name) > LONGEST_NAME or _UNSAFE_NAME.search(file.name):
        remedy = f"A name needs 1 to {LONGEST_NAME} characters without slashes and control characters."
        raise _refused(operation, "file_name", remedy)
    if not file.content or len(file.content) > LARGEST_FILE:
        raise _refused(operation, "file_size", f"A file needs 1 to {LARGEST_FILE} bytes.")
    if not _TYPE.fullmatch(file.content_type):
        raise _refused(operation, "file_type", "The type of a file looks like application/pdf.")


def multipart(operation: Operation, file: File) -> Content:
    """One part named ``file`` (Fortnox facts, section 6.17); a quote in the name is
    percent-encoded, as browsers do.

    The boundary is drawn from the content, so that the same file is always the same request. Raises ``Park`` with
    ``file_name``, ``file_size`` or ``file_type`` for a file that is not sent.
    """
    _check(operation, file)
    boundary = f"file-{sha256(file.content).hexdigest()}"
    name = file.name.replace('"', "%22")
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {file.content_type}\r\n\r\n"
    )
    body = head.encode() + file.content + f"\r\n--{boundary}--\r\n".encode()
    return Content(body, f"multipart/form-data; boundary={boundary}")


def content_of(operation: Operation, body: Any) -> Content | None:
    """What an operation sends of ``body``: the fields of an object, any JSON, or a :class:`File`.

    Raises ``ValueError`` for a body of another kind than the table says, ``Park`` as :func:`multipart`.
    """
    fits = {
        "nothing": body is None,
        "envelope": isinstance(body, dict),
        "bare": isinstance(body, (dict, list)),
        "file": isinstance(body, File),
    }
    if not fits[operation.sends]:
        raise ValueError(f"{operation.name} sends {operation.sends}")
    match operation.sends:
        case "nothing":
            return None
        case "envelope":
            return json_content({RESOURCES[operation.resource].single: body})
        case "bare":
            return json_content(body)
        case "file":
            return multipart(operation, body)
