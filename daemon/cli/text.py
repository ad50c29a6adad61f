"""Status and lists as people read them: short lines, Stockholm's clock, and what is not live says so."""

from typing import Any

import click

from daemon.cli.common import banner
from daemon.push_text import push_line
from daemon.shut_text import nothing_leaves, store_refuses
from daemon.times import age, local

Json = dict[str, Any]
PROOFS = {
    "looking": "looking: every create is preceded by a proof of absence",
    "empty": "declared empty",
    "new_work": "work after its start declared new",
}


def print_status(shown: Json) -> None:
    """The whole of ``status``."""
    click.echo(f"daemon {shown['daemon']}")
    if shown["store_refuses"] is not None:
        click.echo(store_refuses(shown["store_refuses"]))
    if shown["doctor"] is not None:
        click.echo(f"doctor: {found(shown['doctor'])}, {age(shown['doctor']['age_s'])} ago")
    for company in shown["companies"]:
        _print_company(company)
    for scope in ("rule", "workflow"):
        for paused in shown[f"{scope}s_paused"]:
            click.echo(f"{scope} {paused['name']}: PAUSED ({paused['reason']})")
    if shown["unknown_accounts"]:
        click.echo(f"{shown['unknown_accounts']} deliveries of unknown accounts are parked")
    if shown["inbox_oldest_waiting_s"] is not None:
        click.echo(f"the oldest unread delivery waits since {age(shown['inbox_oldest_waiting_s'])}")
    for source in shown["sources"]:
        _print_source(source)
    for way in shown["notices"]:
        _print_back(way, "notices leave as")
    _print_left_behind(shown["left_behind"])


def found(counted: Json) -> str:
    """How many findings there are, in words."""
    parts = [
        f"{counted[name]} {one if counted[name] == 1 else more}"
        for name, one, more in (
            ("failed", "failed", "failed"),
            ("warnings", "warning", "warnings"),
            ("unchecked", "not checked", "not checked"),
        )
        if counted[name]
    ]
    return ", ".join(parts) or "all well"


def _print_source(source: Json) -> None:
    click.echo(f"source {source['name']} ({source['type']}) -> {', '.join(source['companies'])}")
    click.echo(f"  last webhook {local(source['last_webhook_at'])}{_polled(source)}")
    stands = [
        f"{source[state]} {words}"
        for state, words in (("reading", "being read at the sender"), ("parked", "parked"), ("held", "held"))
        if source[state]
    ]
    if stands:
        click.echo(f"  {', '.join(stands)}: inbox --state parked|held|reading")
    if source["refused"] is not None:
        click.echo(f"  THE SENDER REFUSES OUR KEY ({source['refused']}): {source['remedy']}")
    if source["room"] is not None:
        today = "" if source["left_today"] is None else f", {source['left_today']} left today"
        click.echo(f"  rate window: {source['room']} of {source['window_calls']} calls free{today}")
    if source["credentials_since"] is not None:
        until = "" if source["credentials_until"] is None else f", good until {local(source['credentials_until'])}"
        click.echo(f"  credentials of {local(source['credentials_since'])}{until}")
    if source["back"] is not None:
        _print_back(source["back"], "  written back as")


def _print_back(back: Json, how: str) -> None:
    counted = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in back["commands"].items() if count)
    click.echo(f"{how} {back['name']}: {counted or 'nothing open'}, delivered: {back['delivered']}")
    if back["shut_by"] is not None:
        click.echo(f"  {nothing_leaves(back['shut_by'], back['paused'], back['name'])}")
    if back["questions"]["count"]:
        click.echo(f"  {questions_line(back['questions'])}: held {back['name']}")


def _print_left_behind(targets: list[Json]) -> None:
    """Commands for what the configuration no longer names: nothing carries them, and only a person ends them."""
    for target in targets:
        counted = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in target["commands"].items())
        click.echo(f"NOT IN THE CONFIGURATION: {target['name']}: {counted}")
        click.echo("  nothing leaves for it: put it back and restart, or discard what is not wanted any more")
        click.echo(f"  outbox --company {target['name']}")


def _polled(source: Json) -> str:
    if not source["reads"]:
        return ""
    if source["last_poll_at"] is None:
        return ", not polled yet"
    failed = "" if source["last_poll"] == "finished" else f" FAILED ({source['last_poll']}), tried again"
    return f", last poll {local(source['last_poll_at'])}{failed}"


def _print_company(company: Json) -> None:
    click.echo(f"company {company['name']}{banner(company['kind'])}: {PROOFS[company['proof']]}")
    if company["shut_by"] is not None:
        click.echo(f"  {nothing_leaves(company['shut_by'], company['paused'], company['name'])}")
    for name in ("deliveries", "commands"):
        counted = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in company[name].items() if count)
        click.echo(f"  {name}: {counted or 'nothing open'}")
    if company["delivered"]:
        click.echo(f"  delivered: {company['delivered']}")
    if company["stopped_since"] is not None:
        click.echo(f"  the oldest stopped command is of {local(company['stopped_since'])}: outbox --state parked|held")
    if company["questions"]["count"]:
        click.echo(f"  {questions_line(company['questions'])}: held {company['name']}")
    if company["workflows_held"]:
        click.echo(f"  runs of workflows that wait for a person: {company['workflows_held']}: held {company['name']}")
    for double in company["doubled"]:
        click.echo(
            f"  CUSTOMER {double['customer']} IS DOUBLED by {double['other']}: its further documents are held "
            f"({double['delivery']})"
        )
    if company["oldest_due_s"] is not None:
        click.echo(f"  overdue since {age(company['oldest_due_s'])}")
    elif company["next_attempt_at"] is not None:
        click.echo(f"  next attempt {local(company['next_attempt_at'])}")
    _print_connection(company)


def questions_line(brief: Json) -> str:
    """How many questions wait for an answer, and the ids of the first of them."""
    count, named = brief["count"], ", ".join(brief["first"])
    more = ", …" if count > len(brief["first"]) else ""
    return f"{count} question{'' if count == 1 else 's'} to answer ({named}{more})"


def _print_connection(company: Json) -> None:
    if company["room"] is not None:
        whole = f"{company['window_calls']} calls in {company['window_s']:g} s"
        room = "no limit" if company["room"] >= NO_LIMIT else f"{company['room']} of {whole} free now"
        click.echo(f"  rate window: {room}, {company['in_flight']} commands under way")
    _print_budget(company)
    if company["push"] is not None:
        click.echo(f"  push stream: {push_line(company['push'])}")
    if company["connected_at"] is not None:
        click.echo(f"  connected since {local(company['connected_at'])}{_token(company)}")


def _print_budget(company: Json) -> None:
    """What is slowed, frozen or down, who waits in which queue, and what was called today."""
    window, outage = company["window"], company["outage"]
    if window is not None and window["halved_since"] is not None:
        click.echo(
            f"  SLOWED by a 429 at {local(window['halved_since'])}: {window['permitted']} of {window['calls']} calls "
            "in each window, one more after each without another"
        )
    if window is not None and window["frozen_until"] is not None:
        click.echo(f"  nothing leaves until {local(window['frozen_until'])}, as Fortnox asked")
    if outage is not None and outage["since"] is not None:
        click.echo(
            f"  down since {local(outage['since'])}, last probe {local(outage['last_probe_at'])}, "
            f"next {local(outage['next_probe_at'])}"
        )
    queue = [f"{count} {name}" for name, count in company["queue"].items() if count]
    if queue:
        click.echo(f"  queue: {', '.join(queue)}")
    if company["calls_today"]:
        click.echo(f"  calls today: {company['calls_today']}, answered 429: {company['throttled_today']}")


def _token(company: Json) -> str:
    """How old the credentials are, and how long a refresh token still lives; the latter is known of a daemon only."""
    if company["token_renewed_at"] is None:
        return ""
    days = int(company["token_age_s"] // 86_400)
    renewed = f", token renewed {local(company['token_renewed_at'])} ({days} days ago)"
    left = company["token_days_left"]
    return renewed if left is None else f"{renewed}, {left:.0f} days left of its refresh token"


NO_LIMIT = 1_000_000


def delivery_cells(entry: Json) -> tuple[str, ...]:
    """One line of ``inbox``."""
    event = " ".join(part for part in (entry["event"], entry["number"]) if part) or "-"
    return (
        entry["id"],
        local(entry["received_at"]),
        entry["source"],
        (entry["company"] or "unknown") + banner(entry["company_kind"]),
        event,
        _state(entry),
    )


def command_cells(entry: Json) -> tuple[str, ...]:
    """One line of ``outbox``."""
    return (
        entry["id"],
        local(entry["created_at"]),
        entry["company"] + banner(entry["company_kind"]),
        entry["command"],
        str(entry["attempts_used"]),
        entry["document"] or "-",
        _state(entry),
    )


def _state(entry: Json) -> str:
    state = str(entry["state"]).replace("_", " ")
    if entry.get("behind"):
        return f"{state}, behind {entry['behind']}"
    if entry.get("result") and entry["state"] == "done":
        return f"{state} ({entry['result']})"
    why = entry["question"] or entry["reason"]
    return f"{state}: {why}" if why else state
