"""A client of our own HTTP endpoints."""

from typing import Any

from tests.acceptance.scene import Scene

SECTION = """
[clients.{name}]
key = "plain:{name}-key"
companies = {companies}
scopes = {scopes}
operations = {operations}
calls_per_minute = {calls}
"""


def section(
    name: str = "crm",
    companies: tuple[str, ...] = ("demo",),
    scopes: tuple[str, ...] = ("contacts", "batches", "workflows", "status"),
    operations: tuple[str, ...] = ("*",),
    calls: int = 1000,
) -> str:
    """The configuration of a client whose key is its name and ``-key``."""
    listed = [str(list(names)).replace("'", '"') for names in (companies, scopes, operations)]
    return SECTION.format(name=name, companies=listed[0], scopes=listed[1], operations=listed[2], calls=calls)


async def call(
    stage: Scene, method: str, path: str, body: Any = None, *, key: str | None = "crm-key", **headers: str
) -> tuple[int, Any]:
    """One call: the status and the JSON of its answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        named["Authorization"] = f"Bearer {key}"
    async with stage.session.request(method, f"{stage.bridge.url}{path}", json=body, headers=named) as answer:
        return answer.status, await answer.json()
