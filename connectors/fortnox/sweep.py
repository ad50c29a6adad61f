"""Sweeps: registers and changed documents are read page by page when due, at batch priority, into inbox rows."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from connectors.base import Json, Later, OutsideError, Park
from connectors.fortnox.answers import OUTAGE, identity, is_outage
from connectors.fortnox.client import PAGE, Client
from connectors.fortnox.news import DOCUMENTS
from connectors.fortnox.register_entries import REGISTERED, kept_of
from connectors.fortnox.settings import FortnoxSettings
from connectors.fortnox.table import OPERATIONS
from connectors.fortnox.wire import is_true, text_of
from connectors.json_body import write_object
from connectors.sources import Found, Page
from handlers.following import COMMENTS, CUSTOMERS, DOCUMENT_COMMENTS
from handlers.following import DOCUMENTS as SALES
from handlers.values import STOCKHOLM

BATCH = 5
"""The priority of a sweep's calls: everything fresh goes before them."""

PROBE = "read_company"
"""What is asked where a list fails, to see whether Fortnox answers at all: a refusal is an answer, too."""

MOST_WALKS = 3
CHANGES = frozenset({"customers", "articles", "accounts", "projects"})
"""Lists that can be asked for what changed since a moment (Fortnox facts, section 5); the others are read whole."""

IN_TWO = frozenset({"customers", "articles"})
"""Lists whose rows do not say whether they are active: read once more with ``filter=inactive``."""

CANCELLED = frozenset({"invoices", "orders"})
"""Documents of which only cancelled ones count for a sale; of an offer the object must say what became of it."""

BACK = timedelta(days=370)
"""Accounts are kept of the years that end later than this ago."""

Doubts = Callable[[], Awaitable[Mapping[str, datetime]]]
"""Registers that must be read whole again, with the moment of the doubt."""


async def nothing_doubted() -> Mapping[str, datetime]:
    """The default where nobody doubts."""
    return {}


@dataclass(frozen=True, slots=True)
class Walk:
    """One sweep under way, as it lies in the cursor: moments are ISO 8601, ``edge`` names the last row that was seen.

    ``since`` is where a sweep by change begins, ``None`` for a whole one; ``part`` counts the lists it consists of.
    """

    register: str
    begun: str
    since: str | None = None
    part: int = 0
    offset: int = 0
    edge: tuple[str, ...] = ()
    walks: int = 1

    @property
    def whole(self) -> bool:
        """Whether it reads every object."""
        return self.since is None


@dataclass(frozen=True, slots=True)
class Part:
    """One list of a sweep: the operation, its keys and its parameters, and what all its rows have in common."""

    operation: str
    keys: tuple[str, ...] = ()
    params: Mapping[str, str] | None = None
    common: Mapping[str, bool] | None = None


class Sweep:
    """What the company's reader polls: one call per page, each page an inbox row, the cursor stored with it.

    Where sales or their comments are followed, documents that changed are asked for as often: of them only numbers go
    to disk.

    There is no snapshot (Fortnox facts, section 5). So each page begins with the row that the one before ended with:
    where it does not, rows have moved, and the walk begins again (three times at most; then the register is left as it
    is until the next time). A sweep has an end only when every page was seen so, up to the count of the last one.
    """

    def __init__(
        self,
        settings: FortnoxSettings,
        client: Client,
        clock: Callable[[], datetime],
        doubted: Doubts = nothing_doubted,
        followed: Collection[str] = frozenset(),
    ) -> None:
        """``client`` is the company's own, so that the rate window is shared; ``clock`` gives aware moments.

        ``followed`` are the registers of which somebody is told, ``documents`` where sales are, and
        ``document_comments`` where what people write on their documents is.
        """
        self._settings = settings
        self._client = client.with_priority(BATCH)
        self._clock = clock
        self._doubted = doubted
        self._followed = followed

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """The next page of what is due; ``None`` where nothing is, or the register is switched off."""
        if not self._settings.register_on:
            return None
        ended: dict[str, Json] = dict((cursor or {}).get("ended", {}))
        about: Json = {"years": [], "lists": []} | {
            name: cursor[name] for name in ("years", "lists") if cursor and name in cursor
        }
        walk = _walk_in(cursor) or self._due(ended, await self._doubted())
        if walk is None:
            return None
        failed: OutsideError | None = None
        try:
            found, following = await self._page(walk, ended, about)
        except (Park, Later) as refused:
            if is_outage(refused) and not await self._only_this_list(refused):
                raise
            # Mostly a scope that the consent lacks: the others are read all the same.
            found, following, failed = [], None, refused if is_outage(refused) else None
            self._given_up(walk, ended)
            ended[walk.register] |= {} if failed else {"refused": refused.reason}
        walk_next: Json = {} if following is None else {"walk": asdict(following)}
        more = following is not None or self._due(ended, await self._doubted()) is not None
        return Page(found, {"ended": ended, **about, **walk_next}, more=more, failed=failed)

    async def _only_this_list(self, refused: OutsideError) -> bool:
        """Whether Fortnox answers something else while it fails at a list: that one is asked again later."""
        if refused.status is None or refused.status < OUTAGE:
            return False
        try:
            with suppress(Park):
                await self._client.request(PROBE)
        except Later:
            return False
        return True

    # --- what is due ------------------------------------------------------------------------------------------------

    def _due(self, ended: Mapping[str, Json], doubted: Mapping[str, datetime]) -> Walk | None:
        for register in REGISTERED:
            walk = self._due_of(register, ended.get(register, {}), doubted.get(register))
            if walk is not None:
                return walk
        sales = DOCUMENTS.values() if {SALES, DOCUMENT_COMMENTS} & {*self._followed} else ()
        return next((walk for name in sales if (walk := self._due_documents(name, ended.get(name, {})))), None)

    def _due_documents(self, name: str, state: Json) -> Walk | None:
        """Never whole: what was cancelled before anybody followed it is no news."""
        now, last, tried = self._clock(), _moment(state.get("last")), _moment(state.get("tried"))
        pause = timedelta(hours=self._settings.whole_sweep_hours) if "refused" in state else self._between
        if tried is not None and now - pause < tried <= now:
            return None
        if last is not None and now - self._between < last <= now:
            return None
        return Walk(name, self._now(), since=((now if last is None else last) - self._overlap).isoformat())

    def _due_of(self, register: str, state: Json, doubt: datetime | None) -> Walk | None:
        settings, now = self._settings, self._clock()
        whole, last, tried = (_moment(state.get(name)) for name in ("whole", "last", "tried"))
        pause = timedelta(hours=settings.whole_sweep_hours) if "refused" in state else self._between
        if tried is not None and now - pause < tried <= now:
            return None
        if whole is None or (doubt is not None and whole <= doubt):
            return Walk(register, self._now())
        if not now - timedelta(hours=settings.whole_sweep_hours) < whole <= now:
            return Walk(register, self._now())
        if register in CHANGES and last is not None and not now - self._between < last <= now:
            asked = _moment(state.get("changed")) or last
            return Walk(register, self._now(), since=(asked - self._overlap).isoformat())
        return None

    @property
    def _between(self) -> timedelta:
        return timedelta(minutes=self._settings.sweep_minutes)

    @property
    def _overlap(self) -> timedelta:
        return timedelta(minutes=self._settings.sweep_overlap_minutes)

    def _now(self) -> str:
        """To the millisecond, as doubts are kept: a sweep that begins in the millisecond of a doubt ends no doubt."""
        return self._clock().isoformat(timespec="milliseconds")

    # --- one page ---------------------------------------------------------------------------------------------------

    async def _page(self, walk: Walk, ended: dict[str, Json], about: Json) -> tuple[list[Found], Walk | None]:
        """What one call gives, and the walk behind it; ``ended`` and ``about`` are brought up to date."""
        parts = _parts(walk, about, self._followed)
        if not parts:
            # The register that names them could not be read: nothing is known of this one.
            self._given_up(walk, ended)
            return [], None
        part = parts[walk.part]
        rows, total = await self._client.page(part.operation, part.keys, _query(walk, part))
        if _moved(walk, part, rows, total):
            return [], self._again(walk, ended)
        _remember(walk, rows, about, self._clock().date() - BACK)
        seen = walk.offset + len(rows)
        if rows and seen < total:
            edge = identity(OPERATIONS[part.operation], rows[-1])
            following: Walk | None = replace(walk, offset=seen - 1, edge=edge)
        elif walk.part + 1 < len(parts):
            following = replace(walk, part=walk.part + 1, offset=0, edge=())
        else:
            following = None
            whole = {"whole": walk.begun} if walk.whole else _whole_before(walk, ended)
            ended[walk.register] = {"last": walk.begun, **whole, **self._unasked(walk, ended)}
        if not rows and (following is not None or walk.register in DOCUMENTS.values()):
            return [], following
        common = dict(part.common or {})
        return [_found(walk, [row | common for row in rows], self._followed, last=following is None)], following

    def _unasked(self, walk: Walk, ended: Mapping[str, Json]) -> Json:
        """Where comments are followed: a whole sweep does not tell which changed, so that this is still to be asked."""
        state = ended.get(walk.register, {})
        since = state.get("changed", state.get("last"))
        wanted = walk.whole and walk.register == CUSTOMERS and COMMENTS in self._followed
        return {"changed": since} if wanted and since is not None else {}

    def _again(self, walk: Walk, ended: dict[str, Json]) -> Walk | None:
        if walk.walks >= MOST_WALKS:
            self._given_up(walk, ended)
            return None
        return Walk(walk.register, self._now(), since=walk.since, walks=walk.walks + 1)

    def _given_up(self, walk: Walk, ended: dict[str, Json]) -> None:
        ended[walk.register] = self._left(walk, ended) | {"tried": self._now()}

    def _left(self, walk: Walk, ended: Mapping[str, Json]) -> Json:
        """What is known of it still: documents are asked for from where their first sweep was to begin."""
        state: Json = ended.get(walk.register, {})
        if walk.register in DOCUMENTS.values() and walk.since is not None and "last" not in state:
            return {"last": (datetime.fromisoformat(walk.since) + self._overlap).isoformat(), **state}
        return state


def _whole_before(walk: Walk, ended: Mapping[str, Json]) -> Json:
    """When the register was read whole, which a sweep by change does not alter; documents never are."""
    state = ended.get(walk.register, {})
    return {"whole": state["whole"]} if "whole" in state else {}


def _parts(walk: Walk, about: Json, followed: Collection[str] = frozenset()) -> list[Part]:
    """The lists that a sweep of this register consists of: accounts by year, prices by list."""
    listed = f"list_{walk.register}"
    if walk.register == "accounts":
        return [Part(listed, params={"financialyear": str(year)}) for year in about["years"]]
    if walk.register == "prices":
        return [Part("list_list_prices", (name,)) for name in about["lists"]]
    if walk.register in CANCELLED and DOCUMENT_COMMENTS not in followed:
        return [Part(listed, params={"filter": "cancelled"})]
    if walk.register in IN_TWO:
        # Whoever is told that a card is active again must know it of each row.
        active = Part(listed, params={"filter": "active"}, common={"Active": True})
        inactive = Part(listed, params={"filter": "inactive"}, common={"Active": False})
        return [active if walk.register in followed else Part(listed), inactive]
    return [Part(listed)]


def _query(walk: Walk, part: Part) -> dict[str, str]:
    query = {**(part.params or {}), "limit": str(PAGE), "offset": str(walk.offset)}
    if sort := OPERATIONS[part.operation].sort:
        query |= {"sortby": sort, "sortorder": "ascending"}
    if walk.since is not None:
        since = datetime.fromisoformat(walk.since).astimezone(STOCKHOLM)
        query["lastmodified"] = since.strftime("%Y-%m-%d %H:%M")
    return query


def _moved(walk: Walk, part: Part, rows: list[Json], total: int) -> bool:
    """Whether the page does not go on where the one before ended, leads nowhere, or disagrees with its own count."""
    if walk.offset + len(rows) > total or (total and not rows):
        return True
    return walk.offset > 0 and (len(rows) < 2 or identity(OPERATIONS[part.operation], rows[0]) != tuple(walk.edge))


def _remember(walk: Walk, rows: list[Json], about: Json, oldest: date) -> None:
    """Which years and price lists there are, for the sweeps that go through them."""
    name = {"financial_years": "years", "price_lists": "lists"}.get(walk.register)
    if name is None:
        return
    before = about[name] if walk.offset else []
    if name == "years":
        rows = [row for row in rows if text_of(row.get("ToDate")) >= oldest.isoformat()]
    key = {"years": "Id", "lists": "Code"}[name]
    about[name] = list(dict.fromkeys([*before, *(text_of(row.get(key)) for row in rows)]))


def _found(walk: Walk, rows: list[Json], followed: Collection[str], *, last: bool) -> Found:
    key = f"{walk.register}:{walk.begun}:{walk.walks}:{walk.part}:{walk.offset}"
    if walk.register in DOCUMENTS.values():
        return Found(key, write_object(_documents(walk, rows, followed)))
    # One price list that is followed has all of them told apart.
    told = walk.register in {name.partition(":")[0] for name in followed}
    body: Json = {
        "register": walk.register,
        "begun": walk.begun,
        "whole": walk.whole,
        "last": last,
        "rows": [kept_of(walk.register, row, followed=told) for row in rows],
    }
    return Found(key, write_object(body))


def _documents(walk: Walk, rows: list[Json], followed: Collection[str]) -> Json:
    """What may count for a sale, and where comments are followed, all that changed."""
    kind = next(kind for kind, resource in DOCUMENTS.items() if resource == walk.register)
    ended = [row for row in rows if walk.register not in CANCELLED or is_true(row.get("Cancelled"))]
    found: Json = {"documents": kind, "numbers": [text_of(row["DocumentNumber"]) for row in ended]}
    if DOCUMENT_COMMENTS in followed:
        found["written"] = [text_of(row["DocumentNumber"]) for row in rows]
    return found


def _walk_in(cursor: Json | None) -> Walk | None:
    return Walk(**cursor["walk"]) if cursor and "walk" in cursor else None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
