"""What a target may ask of the local copy of its registers; it costs no call, and what is not fresh is never asked."""

from collections.abc import Mapping
from typing import Any, Protocol

Fields = dict[str, Any]
"""What is kept of one object, under our names: texts and booleans; what the far side did not show is left out."""


class Register(Protocol):
    """The copy of one company's registers."""

    async def knows(self, resource: str) -> bool:
        """Whether the copy of this register is whole, fresh and not in doubt: only then does it mean anything."""
        ...

    async def remembers(self, resource: str) -> bool:
        """Whether the copy is whole and not in doubt, if not fresh: enough for habits, never for a single object."""
        ...

    async def read(self, resource: str, number: str) -> Fields | None:
        """One object; ``None`` where the copy has none."""
        ...

    async def found_by(self, resource: str, key: str) -> Mapping[str, Fields]:
        """The objects that a normalised key finds, by number."""
        ...

    async def has(self, resource: str, key: str) -> bool:
        """Whether a key finds anything."""
        ...

    async def trusted(self) -> bool:
        """Whether the company lets a customer be made without a look: its own wish, and the news of it alive."""
        ...

    async def doubles_of(self, number: str) -> tuple[str, ...]:
        """Customers that somebody else made of the same party as our customer ``number``, not settled by a person."""
        ...


class NothingKept:
    """The register of a company that keeps none: it knows nothing, so everything is asked of the far side."""

    async def knows(self, resource: str) -> bool:
        """Never."""
        return False

    async def remembers(self, resource: str) -> bool:
        """Never."""
        return False

    async def read(self, resource: str, number: str) -> Fields | None:
        """Nothing."""
        return None

    async def found_by(self, resource: str, key: str) -> Mapping[str, Fields]:
        """Nothing."""
        return {}

    async def has(self, resource: str, key: str) -> bool:
        """Never."""
        return False

    async def trusted(self) -> bool:
        """Never."""
        return False

    async def doubles_of(self, number: str) -> tuple[str, ...]:
        """None are known."""
        return ()


NOTHING_KEPT = NothingKept()
