"""A file as an answer: its name, its type and the marks by which a caller tells it from JSON (Fortnox facts, 1.2)."""

from urllib.parse import quote

from connectors.fortnox.simulator.wire import Answer


def file_answer(name: str, content_type: str, content: bytes) -> Answer:
    """Give a file as Fortnox does: named, and marked as binary (Fortnox facts, 1.2)."""
    plain = name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Content-Transfer-Encoding": "binary"}
    return Answer(200, content, content_type, headers)
