"""Files put into the simulated Fortnox by a test's caller, in forms as different clients write them."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from tests.connectors.fortnox.simulator.caller import Caller, Reply

PDF = b"%PDF-1.4\r\n\x00\xff\r\n--\r\n%%EOF\n"


async def post_file(
    caller: Caller,
    place: str,
    content: bytes = PDF,
    *,
    name: str = "kvitto.pdf",
    part: str = "file",
    content_type: str = "application/pdf",
    **query: str,
) -> Reply:
    """Try to upload one file to `inbox` or `archive`."""
    head = f'--b0\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\nContent-Type: {content_type}'
    body = head.encode() + b"\r\n\r\n" + content + b"\r\n--b0--\r\n"
    path = f"/3/{place}?{urlencode(query)}"
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "multipart/form-data; boundary=b0"}
    return await caller.send("POST", path, data=BytesIO(body), headers=headers)


async def uploaded(caller: Caller, place: str, content: bytes = PDF, **given: str) -> dict[str, Any]:
    """Upload a file and give what Fortnox tells of it."""
    reply = await post_file(caller, place, content, **given)
    assert reply.status == 201, reply.text
    return reply.one


async def read_bytes(caller: Caller, path: str) -> tuple[int, dict[str, str], bytes]:
    """Read an address whose answer is a file: status, headers, bytes."""
    headers = {"Authorization": f"Bearer {caller.token}", "Accept": "application/json"}
    async with caller.session.get(caller.server.url + path, headers=headers) as response:
        return response.status, dict(response.headers), await response.read()
