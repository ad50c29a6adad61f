"""What ``status`` and the lists show, as JSON: read from disk, with live facts where a daemon runs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.fortnox.register_entries import REGISTERED
from connectors.fortnox.topics import told_of
from daemon import budget_screen, held_screen
from daemon.destinations import destination, target_name
from daemon.ids import command_id, delivery_id
from daemon.settings import Config, ConfiguredSource
from daemon.times import iso
from daemon.tokens import PURPOSE, REMIND_AT_DAYS
from daemon.usage import day_of
from store import companies, doubles, push, reading, senders, tokens, usage
from store.companies import CompanyRow, Pause
from store.db import Read, moment
from store.doubles import Double
from store.reading import CommandRow, CompanyFigures, DeliveryRow
from store.senders import SenderRow

Json = dict[str, Any]
WAITING = ("waiting", "ready", "in_flight", "unknown")


async def status(read: Read, config: Config, live: Mapping[str, Any] | None, now: int) -> Json:
    """The state of everything; ``live`` are the running daemon's facts, ``now`` milliseconds since 1970."""
    pauses = await read(companies.pauses)
    rows = await read(companies.registered)
    seen = await read(senders.seen)
    renewed = await read(tokens.saved(PURPOSE))
    oldest = await read(reading.inbox_oldest)
    called = {day.company: (day.calls, day.throttled) for day in await read(usage.since(day_of(moment(now))))}
    targets = ("", *config.companies, *config.destinations)
    figures = {name: await read(reading.company_figures(name)) for name in targets}
    counted = {name: of.counters for name, of in figures.items()}
    ways = config.notices.ways
    shown = [
        _company(name, company.kind, rows.get(name), figures[name], pauses, live, now)
        | ({"shut_by": "read_only"} if live is None and company.read_only else {})
        | _budget(counted[name], facts_of(name, live), called.get(name, (0, 0)))
        | {"token_renewed_at": iso(renewed.get(name)), "token_age_s": _age(renewed.get(name), now)}
        | {"questions": await held_screen.brief(read, name), "workflows_held": await held_screen.runs(read, name)}
        | {"doubled": [_double(double) for double in await read(doubles.of_company(name))]}
        | {"push": await _push(read, name, live) if company.fortnox.push else None}
        for name, company in config.companies.items()
    ]
    return {
        "daemon": "not running" if live is None else "running",
        "store_refuses": None if live is None else live.get("store_refuses"),
        "companies": shown,
        "doctor": _doctor((live or {}).get("doctor"), now),
        "rules_paused": _paused("rule", pauses),
        "workflows_paused": _paused("workflow", pauses),
        "inbox_oldest_waiting_s": _age(oldest, now),
        "unknown_accounts": _unknown(figures[""]),
        "sources": [
            _source(source, seen.get(name, SenderRow()), counted, (live or {}).get("sources", {}).get(name, {}))
            | {"back": await _back(read, destination(name), figures, pauses, live)}
            for name, source in config.sources.items()
        ],
        "left_behind": await _left_behind(read, {*figures, *(live or {}).get("companies", {})}),
        "notices": [await _back(read, destination(target_name(way)), figures, pauses, live) for way in ways],
    }


async def _left_behind(read: Read, known: Collection[str]) -> list[Json]:
    """Commands that have not ended for whom is not ``known`` to the configuration, nor to the running daemon, which
    carries what it began with until a restart."""
    return [
        {"name": name, "commands": states, "questions": await held_screen.brief(read, name)}
        for name, states in (await read(reading.unfinished)).items()
        if name not in known
    ]


async def _push(read: Read, name: str, live: Mapping[str, Any] | None) -> Json:
    """How the company listens to its push stream; ``stream`` and what follows are known of a running daemon only."""
    facts: Mapping[str, Any] = (live or {}).get("companies", {}).get(name, {}).get("push") or {}
    listening = await read(push.listening(name))
    return {
        "listens_since": iso(listening.since),
        "began_because": listening.reason,
        "attended_at": iso(listening.attended_at),
        "newest_offset_of": iso(listening.told_at),
        "in_doubt": sorted(await read(push.doubts(name, facts.get("told") or told_of(None) & REGISTERED.keys()))),
        "stream": facts.get("stream"),
        "left_out": facts.get("left_out"),
        "open_since": facts.get("open_since"),
        "silent_s": facts.get("silent_s"),
        "last_event_at": facts.get("last_event_at"),
        "told": facts.get("told"),
        "topics_missing": facts.get("topics_missing"),
    }


async def usage_days(
    read: Read, config: Config, live: Mapping[str, Any] | None, *, company: str | None, days: int, now: int
) -> list[Json]:
    """Each company's calls on each of the last ``days``, the newest first, with what a daemon has not written yet."""
    today = day_of(moment(now))
    stored = await read(usage.since(day_of(moment(now) - timedelta(days=days - 1))))
    counted = {(row.day, row.company): (row.calls, row.throttled) for row in stored}
    for name in config.companies:
        facts = facts_of(name, live)
        if facts.get("calls"):
            calls, throttled = counted.get((today, name), (0, 0))
            counted[today, name] = (calls + facts["calls"], throttled + facts["throttled"])
    return [
        {
            "day": day,
            "company": name,
            "company_kind": config.companies[name].kind if name in config.companies else None,
            "calls": counted[day, name][0],
            "throttled": counted[day, name][1],
        }
        for day, name in sorted(counted, key=lambda entry: (entry[0], entry[1]), reverse=True)
        if company in {None, name}
    ]


def facts_of(name: str, live: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What the running daemon tells of a company; empty without one."""
    facts: Mapping[str, Any] = (live or {}).get("companies", {}).get(name, {})
    return facts


def _budget(counted: Mapping[str, int], facts: Mapping[str, Any], called: tuple[int, int]) -> Json:
    waiting = sum(counted.get(f"outbox_{state}", 0) for state in WAITING)
    return budget_screen.spent(facts, counted, waiting, called)


def _source(
    source: ConfiguredSource, seen: SenderRow, counted: Mapping[str, Mapping[str, int]], facts: Mapping[str, Any]
) -> Json:
    """One sender; ``refused`` and what follows are known of a running daemon only."""
    stands = {
        state: sum(counters.get(f"source_{source.name}_{state}", 0) for counters in counted.values())
        for state in ("reading", "parked", "held")
    }
    return {
        "name": source.name,
        "type": source.type,
        "companies": sorted({*source.settings.companies.values(), *filter(None, [source.settings.company])}),
        "last_webhook_at": iso(seen.webhook_at),
        "reads": source.settings.can_read,
        "last_poll_at": iso(seen.polled_at),
        "last_poll": seen.outcome,
        **stands,
        "refused": facts.get("refused"),
        "remedy": facts.get("remedy"),
        "room": facts.get("room"),
        "window_calls": facts.get("window_calls"),
        "left_today": facts.get("left_today"),
        "credentials_since": facts.get("credentials_since"),
        "credentials_until": facts.get("credentials_until"),
    }


async def _back(
    read: Read,
    name: str,
    figures: Mapping[str, CompanyFigures],
    pauses: Sequence[Pause],
    live: Mapping[str, Any] | None,
) -> Json | None:
    """How what is written back to a sender stands; ``None`` where nothing is."""
    if name not in figures:
        return None
    counted = figures[name].counters
    commands = _commands(counted)
    return {
        "name": name,
        **standstill(name, pauses, live),
        "commands": commands,
        "delivered": counted.get("outbox_done", 0),
        "stopped": commands["parked"] + commands["held"],
        "questions": await held_screen.brief(read, name),
    }


def _commands(counted: Mapping[str, int]) -> dict[str, int]:
    return {state: counted.get(f"outbox_{state}", 0) for state in (*WAITING, "parked", "held")}


def _doctor(last: Mapping[str, Any] | None, now: int) -> Json | None:
    """The last examination of everything in numbers, and how old it is; known of a running daemon only."""
    if last is None:
        return None
    at = datetime.fromisoformat(last["at"]).timestamp()
    return {**last, "age_s": round(now / 1000 - at, 1)}


def _paused(scope: str, pauses: Sequence[Pause]) -> list[Json]:
    return [{"name": pause.name, "reason": pause.reason} for pause in pauses if pause.scope == scope]


def in_trouble(shown: Json) -> bool:
    """Whether a person should look: the database refuses writes, something is parked, held, paused or shut, or the last
    examination found something failed."""
    return bool(
        shown["store_refuses"]
        or (shown["doctor"] or {}).get("failed")
        or shown["rules_paused"]
        or shown["workflows_paused"]
        or shown["unknown_accounts"]
        or shown["left_behind"]
        or any(source["refused"] for source in shown["sources"])
        or any(_stands_still(source["back"]) for source in shown["sources"] if source["back"])
        or any(map(_stands_still, shown["notices"]))
        or any(_token_is_dying(company["token_days_left"]) for company in shown["companies"])
        or any(company["doubled"] or company["workflows_held"] for company in shown["companies"])
        or any(_stands_still(company) for company in shown["companies"])
    )


def _stands_still(target: Json) -> bool:
    return bool(target["stopped"]) or target["shut_by"] not in {None, "unproved"}


def _double(double: Double) -> Json:
    """Our customer, the other one of the same party, and the delivery that showed it."""
    return {"customer": double.number, "other": double.other, "delivery": delivery_id(double.inbox_id)}


def _token_is_dying(days_left: float | None) -> bool:
    return days_left is not None and days_left <= max(REMIND_AT_DAYS)


def _company(
    name: str,
    kind: str,
    row: CompanyRow | None,
    figures: CompanyFigures,
    pauses: list[Pause],
    live: Mapping[str, Any] | None,
    now: int,
) -> Json:
    counted = figures.counters
    facts = facts_of(name, live)
    commands = _commands(counted)
    deliveries = {state: counted.get(f"inbox_{state}", 0) for state in ("waiting", "reading", "parked", "held")}
    overdue = figures.due_at is not None and figures.due_at <= now
    return {
        "name": name,
        "kind": kind,
        "proof": "looking" if row is None else row.proof,
        **standstill(name, pauses, live),
        "deliveries": deliveries,
        "commands": commands,
        "delivered": counted.get("outbox_done", 0),
        "stopped": sum(part[state] for part in (commands, deliveries) for state in ("parked", "held")),
        "stopped_since": iso(figures.stopped_since),
        "oldest_due_s": _age(figures.due_at, now) if overdue else None,
        "next_attempt_at": None if overdue else iso(figures.due_at),
        "in_flight": facts.get("in_flight"),
        "room": facts.get("room"),
        "room_in_s": facts.get("room_in_s"),
        "window_calls": facts.get("window_calls"),
        "window_s": facts.get("window_s"),
        "token_days_left": facts.get("token_days_left"),
        "connected_at": None if row is None else iso(row.pinned_at),
    }


def standstill(name: str, pauses: Sequence[Pause], live: Mapping[str, Any] | None) -> Json:
    """Whether anything leaves for a company: ``paused`` by a person on disk, else ``shut_by`` as its gate says live."""
    paused = next((pause.reason for pause in pauses if pause.scope == "company" and pause.name == name), None)
    facts = facts_of(name, live)
    return {"paused": paused, "shut_by": "person" if paused is not None else facts.get("shut_by")}


def with_standstill(story: Json, pauses: Sequence[Pause], live: Mapping[str, Any] | None) -> Json:
    """A story of ``explain`` whose unfinished commands also say whether anything leaves for their company."""
    nothing: Json = {"paused": None, "shut_by": None}
    commands = [
        command | (nothing if command["finished_at"] else standstill(command["company"], pauses, live))
        for command in story["commands"]
    ]
    return story | {"commands": commands}


def _unknown(figures: CompanyFigures) -> int:
    """Parked deliveries of accounts that are in no table of ours."""
    return figures.counters.get("inbox_parked", 0) + figures.counters.get("inbox_held", 0)


def delivery(row: DeliveryRow, kinds: Mapping[str, str]) -> Json:
    """One line of ``inbox``."""
    return {
        "id": delivery_id(row.id),
        "received_at": iso(row.received_at),
        "source": row.source,
        "company": row.company or None,
        "company_kind": kinds.get(row.company),
        "state": row.state,
        "event": row.kind,
        "number": row.number,
        "reason": row.reason,
        "question": row.question,
    }


def command(row: CommandRow, kinds: Mapping[str, str]) -> Json:
    """One line of ``outbox``."""
    return {
        "id": command_id(row.id),
        "delivery": delivery_id(row.inbox_id),
        "created_at": iso(row.created_at),
        "company": row.company,
        "company_kind": kinds.get(row.company),
        "rule": row.rule,
        "command": row.kind,
        "state": row.state,
        "behind": None if row.behind is None else command_id(row.behind),
        "attempts_used": row.attempts,
        "due_at": iso(row.due_at) if row.state in {"ready", "unknown"} else None,
        "reason": row.reason,
        "question": row.question,
        "result": row.result,
        "document": row.link,
    }


def _age(since: int | None, now: int) -> float | None:
    return None if since is None else round((now - since) / 1000, 1)
