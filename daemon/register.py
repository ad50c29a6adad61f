"""Answers what a target asks of the local copy of its company's registers, and says how far that may be believed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.fortnox.settings import FortnoxSettings
from connectors.register import Fields
from daemon.clock import Clock
from store import doubles, register
from store.db import Database
from store.register import Age

HOUR_MS = 3_600_000
HABIT_HOURS = 30 * 24
"""How long what a company does by habit is believed: the form in which it writes organisation numbers."""

Pushing = Callable[[str], bool]
"""Whether the push stream of a company is alive and current: what happens there is told within seconds."""


def nobody_pushes(_company: str) -> bool:
    """The default where there is no push stream (tests, commands without a daemon)."""
    return False


def is_fresh(age: Age, hours: float, now: int) -> bool:
    """Whether a copy of this age may be asked: read whole, swept within ``hours`` before ``now``, not in doubt."""
    if age.swept_at is None or age.whole_at is None or age.doubted_at is not None:
        return False
    return 0 <= now - age.swept_at <= hours * HOUR_MS


@dataclass(frozen=True, slots=True)
class CompanyRegister:
    """See :class:`connectors.register.Register`."""

    company: str
    settings: FortnoxSettings
    database: Database
    clock: Clock
    pushing: Pushing = nobody_pushes

    async def knows(self, resource: str) -> bool:
        """Whether the copy of this register is whole, fresh and not in doubt."""
        return await self._within(resource, self.settings.register_hours)

    async def remembers(self, resource: str) -> bool:
        """Whether it is whole and not in doubt, and was swept in the last month."""
        return await self._within(resource, max(HABIT_HOURS, self.settings.register_hours))

    async def _within(self, resource: str, hours: float) -> bool:
        if not self.settings.register_on:
            return False
        age = await self.database.read(register.age(self.company, resource))
        return is_fresh(age, hours, self.clock.milliseconds())

    async def read(self, resource: str, number: str) -> Fields | None:
        """One object; ``None`` where the copy has none."""
        return await self.database.read(register.read(self.company, resource, number))

    async def found_by(self, resource: str, key: str) -> Mapping[str, Fields]:
        """The objects that a normalised key finds, by number."""
        return await self.database.read(register.found_by(self.company, resource, key))

    async def has(self, resource: str, key: str) -> bool:
        """Whether a key finds anything."""
        return await self.database.read(register.has(self.company, resource, key))

    async def trusted(self) -> bool:
        """Whether a customer may be made without a look: wished, fresh, and told of what others make meanwhile."""
        return self.settings.trust_register and self.pushing(self.company) and await self.knows("customers")

    async def doubles_of(self, number: str) -> tuple[str, ...]:
        """Customers that somebody else made of the same party as ours, not settled by a person."""
        if not self.settings.register_on:
            return ()
        return await self.database.read(doubles.others_of(self.company, number))
