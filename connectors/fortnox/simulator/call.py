"""One REST call as the simulator's resources see it, and the scope that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.fortnox.simulator.errors import ApiError


@dataclass(frozen=True, slots=True)
class Call:
    """What a REST call brings; `path` is the raw path, `base` the server's own address for `@url`."""

    method: str
    path: str
    query: Mapping[str, str]
    accept: str | None
    content_type: str | None
    body: bytes
    base: str
    scopes: frozenset[str]

    def needs(self, scope: str) -> None:
        """Refuse the call where its token lacks a scope.

        Raises:
            ApiError: 2000663 with 403.
        """
        if scope not in self.scopes:
            raise ApiError(2000663, "Behörighet saknas för begärd scope.", status=403)
