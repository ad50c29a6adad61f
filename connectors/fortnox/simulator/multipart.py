"""Reading the one file of a multipart form."""

from email.message import Message

from connectors.fortnox.simulator.call import Call
from connectors.fortnox.simulator.errors import ApiError, Invented

MULTIPART = "multipart/form-data"


def _head(text: bytes) -> Message:
    head = Message()
    for line in text.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        head[name] = value.strip()
    return head


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
    files = [(head, content) for head, content in _parts(call.content_type or "", call.body) if head.get_filename()]
    if len(files) != 1:
        raise ApiError(Invented.FILE_MISSING, "Begäran ska innehålla en fil.")
    head, content = files[0]
    name = (head.get_filename() or "").replace("\\", "/").rpartition("/")[2].replace("%22", '"')
    return name, head.get_content_type(), content
