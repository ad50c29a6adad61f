"""Calls to one location's API: the version header on each, and what HighLevel says in words where others use 404."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import Json, Park
from connectors.highlevel.budget import SYSTEM
from connectors.rest import Rest

NOT_FOUND = "not found"
"""Section 2 lists 400 and 422 and no 404, so a record that is gone may be told in words only."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Reads and writes over ``rest``; ``version`` is what the API's version is called (HighLevel facts, section 2)."""

    rest: Rest
    version: str

    async def read(
        self, operation: str, path: str, params: Mapping[str, str] | None = None, *, priority: int = 1
    ) -> Json | None:
        """As :meth:`connectors.rest.Rest.read`."""
        return await self.rest.read(operation, path, params=params, headers=self._headers, priority=priority)

    async def record(
        self, operation: str, path: str, params: Mapping[str, str] | None = None, *, priority: int = 1
    ) -> Json | None:
        """One record; ``None`` also where HighLevel says in words that there is none."""
        try:
            return await self.read(operation, path, params, priority=priority)
        except Park as error:
            if _says_not_found(error):
                return None
            raise

    async def write(self, operation: str, method: str, path: str, body: Json) -> Json:
        """As :meth:`connectors.rest.Rest.write`; a refusal says what a person can do about a write."""
        try:
            return await self.rest.write(operation, method, path, body, headers=self._headers)
        except Park as error:
            if error.reason == "gone" or _says_not_found(error):
                raise _parked(
                    "gone", error, "the contact or its task is no longer there: discard the command"
                ) from None
            remedy = (
                f"HighLevel refused the {operation} (status {error.status}): see that the token has the scope "
                "contacts.write and that ids in the settings are right, then retry"
            )
            raise _parked("refused", error, remedy) from None

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Version": self.version}


def _says_not_found(error: Park) -> bool:
    return error.status in {400, 422} and NOT_FOUND in error.detail.casefold()


def _parked(reason: str, error: Park, remedy: str) -> Park:
    return Park(
        reason, system=SYSTEM, operation=error.operation, status=error.status, remedy=remedy, detail=error.detail
    )
