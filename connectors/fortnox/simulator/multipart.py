"""Reading the one file of a multipart form."""

import re
from email.message import Message
from urllib.parse import unquote

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.errors import ApiError, Invented

MULTIPART = "multipart/form-data"
_QUOTED = re.compile(r'[;\s]filename="([^"]*)"')
_ENCODED = re.compile(r"[;\s]filename\*=utf-8''([^;\s]+)", re.IGNORECASE)


def _head(text: bytes) -> Message:
    head = Message()
    for line in text.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        head[name] = value.strip()
    return head


def _name(head: Message) -> str:
    """The name of a part that is a file, else an empty text; browsers write a quote in it as %22."""
    disposition = head.get("Content-Disposition", "")
    encoded, quoted = _ENCODED.search(disposition), _QUOTED.search(disposition)
    if encoded:
        return unquote(encoded[1])
    return quoted[1].replace("%22", '"') if quoted else ""


def _parts(content_type: str, body: bytes) -> list[tuple[Message, bytes]]:
    kind = Message()
    kind["Content-Type"] = content_type
    boundary = kind.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        return []
    mark = b"\r\n--" + boundary.encode()
    found = []
    for part in (b"\r\n" + body).split(mark)[1:]:
        head, gap, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if gap:
            found.append((_head(head), content))
    return found


def read_file(call: Call) -> tuple[str, str, bytes]:
    """Give name, type and bytes of the only part that is a file, whatever that part is called (Fortnox facts, 6.17).

    A name keeps only what stands behind its last slash.

    Raises:
        ApiError: an invented code when there is no file or more than one.
    """
    parts = _parts(call.content_type or "", call.body)
    files = [(name, head, content) for head, content in parts if (name := _name(head))]
    if len(files) != 1:
        raise ApiError(Invented.FILE_MISSING, "Begäran ska innehålla en fil.")
    name, head, content = files[0]
    return name.replace("\\", "/").rpartition("/")[2], head.get_content_type(), content
