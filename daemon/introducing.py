"""A person has everything of a company's Fortnox told, for the first time, to the senders that follow it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping

from connectors.nearest import meant
from daemon.clock import Clock
from daemon.following import Follow
from daemon.learning import following_of
from daemon.requests import Introduce, Misused
from daemon.settings import Config
from daemon.subjects import Answer
from handlers.settings import WriteBack
from store import introducing
from store.db import Database
from store.news import Following

NOBODY = (
    "no source of company {company} follows its registers: set `companies`, `parties` or `products` in the source's "
    "write_back"
)


class Introducing:
    """Each object becomes a delivery of its own, once: a second run, or one after a crash, makes what is missing."""

    def __init__(self, *, config: Callable[[], Config], database: Database, clock: Clock, follow: Follow) -> None:
        self._config = config
        self._database = database
        self._clock = clock
        self._follow = follow

    async def perform(self, request: Introduce) -> Answer:
        """Count what would be told, and tell it where the request says so. Raises :class:`Misused`."""
        following, told = self._followed(request.company)
        missing = await self._database.read(introducing.unread(request.company, following))
        if missing:
            names = ", ".join(missing)
            raise Misused(f"{names} were not read whole yet: `register refresh {request.company}`, then again")
        counted, made = await self._all(request.company, following, _print(told), begin=request.begin)
        if request.begin:
            self._follow.new_deliveries()
        return {
            "introduced": {
                "company": request.company,
                "senders": sorted(told),
                "objects": dict(sorted(counted.items())),
                "begun": request.begin,
                "deliveries": made,
            }
        }

    async def _all(
        self, company: str, following: Following, followers: str, *, begin: bool
    ) -> tuple[Counter[str], int]:
        counted, made = Counter[str](), 0
        after: tuple[str, str] | None = None
        while True:
            job = introducing.introduce(company, following, followers, after, self._clock.milliseconds(), begin=begin)
            chunk = await (self._database.write(job) if begin else self._database.read(job))
            counted.update(chunk.counted)
            made += chunk.made
            after = chunk.last
            if after is None:
                return counted, made

    def _followed(self, name: str) -> tuple[Following, dict[str, WriteBack]]:
        known = self._config().companies
        if name not in known:
            raise Misused(f"there is no company {name}{meant(name, known)}")
        settings = known[name].settings
        following = following_of(settings)
        if following is None or not following.resources:
            raise Misused(NOBODY.format(company=name))
        told = {
            source: back for source, back in settings.write_backs.items() if back.parties != "never" or back.articles
        }
        return following, told


def _print(told: Mapping[str, WriteBack]) -> str:
    """What is another one when a sender more is told, or one of them of more: nobody had that told yet."""
    wanted = sorted((name, back.parties, back.articles, back.price_list or "") for name, back in told.items())
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]
