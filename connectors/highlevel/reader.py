"""Reads at HighLevel: single records by id, and what was added or changed, page by page; and opens it as a target."""

import hashlib
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from connectors.base import Json, Target
from connectors.highlevel.access import REFRESH_TOKEN_LIFE, AppAccess, Metered, renewal
from connectors.highlevel.app import record_key
from connectors.highlevel.budget import SYSTEM, Budget
from connectors.highlevel.calls import Calls
from connectors.highlevel.polling import Progress, advanced, begun, question, records
from connectors.highlevel.records import Record
from connectors.highlevel.settings import Api, HighLevelSettings, Polled
from connectors.highlevel.target import HighLevelDesk
from connectors.json_body import write_object
from connectors.renewal import Renewal
from connectors.rest import Access, KeyAccess, Rest
from connectors.sender_target import SenderTarget
from connectors.sources import Found, Page, Reader, ReaderFacts, Surroundings, Wanted
from handlers.values import stockholm_date

LABELS_SECONDS = 3600.0
LABELS_AT_LEAST_SECONDS = 300.0
"""How long labels are known at all, and how long although a field is new to us."""

KINDS: Mapping[Polled, str] = {"surveys": "submission", "orders": "order", "invoices": "invoice"}


def open_reader(
    name: str, settings: HighLevelSettings, secrets: Mapping[str, str], surroundings: Surroundings
) -> Reader | None:
    """The reader of a source; ``None`` where its section has no table ``api``."""
    if settings.api is None or settings.location_id is None:
        return None
    return HighLevelReader(name, settings, settings.api, settings.location_id, secrets, surroundings)


class HighLevelReader:
    """One location through its API (HighLevel facts, sections 2 to 4 and 8), inside its window and its day's budget."""

    def __init__(
        self,
        name: str,
        source: HighLevelSettings,
        settings: Api,
        location: str,
        secrets: Mapping[str, str],
        surroundings: Surroundings,
    ) -> None:
        """``settings`` and ``location`` are the source's own; ``secrets`` are ``api.token`` and so on."""
        self._source = source
        self._settings = settings
        self._location = location
        self._surroundings = surroundings
        self._window = surroundings.windows.of(
            (SYSTEM, settings.base_url, location),
            settings.window_calls,
            settings.window_seconds,
            monotonic=surroundings.monotonic,
            sleep=surroundings.sleep,
        )
        self._budget = Budget(settings, self._window, surroundings.clock)
        self._renewal: Renewal | None = None
        access: Access = KeyAccess({"Authorization": f"Bearer {secrets.get('api.token', '')}"}, {})
        if settings.token is None:
            self._renewal = renewal(name, settings, secrets, surroundings)
            access = AppAccess(self._renewal)
        rest = Rest(
            system=SYSTEM,
            base=settings.base_url,
            session=surroundings.session,
            window=self._window,
            access=Metered(access, self._budget),
            sleep=surroundings.sleep,
            timeout_seconds=settings.timeout_seconds,
            heard=self._budget.heard,
        )
        self._calls = Calls(rest, settings.version)
        self._labels: dict[str, str] = {}
        self._labels_at: float | None = None

    async def read(self, wanted: Wanted) -> Json | None:
        """A ``contact``, an ``order`` or an ``invoice`` by its id; ``None`` where HighLevel says there is none."""
        number = quote(wanted.id, safe="")
        if wanted.kind == "contact":
            return _inside(await self._calls.record("read contact", f"/contacts/{number}"), "contact")
        place = {"altId": self._location, "altType": "location"}
        path = {"order": "/payments/orders/", "invoice": "/invoices/"}[wanted.kind] + number
        return _inside(await self._calls.record(f"read {wanted.kind}", path, place), wanted.kind)

    def target(self) -> Target | None:
        """Where commands for the location go, through the same window, budget and tokens."""
        if self._source.back is None:
            return None
        desk = HighLevelDesk(self._calls, self._location, self._source.write_back)
        return SenderTarget(SYSTEM, desk, self._window)

    async def poll(self, cursor: Json | None, since: date) -> Page | None:
        """One page of one kind; all kinds of ``api.poll`` follow one another until ``more`` is false.

        A cursor is a day: the last two days are always asked for again (orders and invoices further back, because
        HighLevel filters by the day of creation), and what was seen is told apart by its key, in whatever order it
        comes.
        """
        if not self._settings.poll:
            return None
        today = stockholm_date(self._surroundings.clock())
        progress = begun(Progress.read(cursor), self._settings, today, since)
        sweep = progress.sweep
        if sweep is None or since > today:
            return Page((), Progress(progress.done, None).written(), more=False)
        path, params = question(sweep, self._location)
        answer = await self._calls.read(f"poll {sweep.what}", path, params, priority=5)
        found = records(sweep.what, answer)
        made = [await self._found(sweep.what, record) for record in found]
        after = advanced(progress, sweep, answer or {}, len(found), self._settings, today, since)
        return Page(made, after.written(), more=after.sweep is not None)

    async def keep_alive(self) -> bool:
        """Renew an app's tokens once they are a day old; a Private Integration Token needs nothing."""
        return await self._renewal.keep_alive() if self._renewal is not None else False

    async def facts(self) -> ReaderFacts:
        """The budget, and how old an app's tokens are and when they would die unused."""
        stored = await self._renewal.stored() if self._renewal is not None else None
        since = stored.refreshed_at if stored is not None else None
        return ReaderFacts(
            left=self._window.free(),
            window=self._window.calls,
            left_today=self._budget.left_today,
            credentials_since=since,
            credentials_until=None if since is None else since + REFRESH_TOKEN_LIFE,
        )

    async def close(self) -> None:
        """Wait for a renewal under way."""
        if self._renewal is not None:
            await self._renewal.close()

    async def _found(self, what: Polled, record: Json) -> Found:
        kind = KINDS[what]
        body: Json = {"polled": kind, "record": record}
        if what == "surveys":
            body["labels"] = await self._labels_of(record)
        raw = write_object(body)
        number = record.get("id")
        known = isinstance(number, str) and number.isprintable() and 0 < len(number) <= 200
        own = (f"submission:{number}" if known else None) if what == "surveys" else record_key(kind, Record(record))
        return Found(own or f"{kind}:digest:{hashlib.sha256(raw).hexdigest()}", raw)

    async def _labels_of(self, record: Json) -> dict[str, str]:
        """The labels of a submission's fields, as far as the location has any; kept for an hour."""
        others = record.get("others")
        fields = frozenset(others) if isinstance(others, dict) else frozenset()
        if not self._labels_are_fresh(fields):
            path = f"/locations/{quote(self._location, safe='')}/customFields"
            answer = await self._calls.read("read customFields", path, priority=5)
            entries = (answer or {}).get("customFields")
            self._labels = {
                entry["id"]: entry["name"]
                for entry in (entries if isinstance(entries, list) else ())
                if isinstance(entry, dict) and isinstance(entry.get("id"), str) and isinstance(entry.get("name"), str)
            }
            self._labels_at = self._surroundings.monotonic()
        return {field: self._labels[field] for field in sorted(fields) if field in self._labels}

    def _labels_are_fresh(self, fields: frozenset[str]) -> bool:
        if self._labels_at is None:
            return False
        age = self._surroundings.monotonic() - self._labels_at
        new = any(len(field) == 20 and field.isalnum() and field not in self._labels for field in fields)
        return age < (LABELS_AT_LEAST_SECONDS if new else LABELS_SECONDS)


def _inside(answer: Json | None, name: str) -> Json | None:
    inner = (answer or {}).get(name)
    return inner if isinstance(inner, dict) else answer
