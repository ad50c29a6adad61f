"""Commands that show: status, the two lists and explain; they read the disk, beside a running daemon or without one."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from daemon.cli import common
from daemon.cli.common import Wrong, leave, print_json, print_table, with_config, with_json, with_language

if TYPE_CHECKING:
    from daemon.settings import Config
    from store.db import Read

T = TypeVar("T")
Json = dict[str, Any]

WATCH_SECONDS = 2.0

INBOX_STATES = (
    "waiting", "reading", "handled", "ignored", "before_start", "stale", "parked", "held", "superseded", "discarded",
)  # fmt: skip
OUTBOX_STATES = (
    "waiting", "ready", "in_flight", "unknown", "parked", "held", "done", "discarded", "superseded",
)  # fmt: skip


def read_store(config: "Config", look: "Callable[[Read], Coroutine[Any, Any, T]]") -> T:
    """Open the database read-only and look."""
    from daemon.opening import database_path
    from store.db import StoreUnreadable, open_reader
    from store.migrate import SchemaTooNew, check_schema

    common.check_owner(config.data_dir)
    path = database_path(config.data_dir)
    if not path.exists():
        raise Wrong(f"there is no database in {config.data_dir} yet: start the daemon once")

    async def opened() -> T:
        async with open_reader(path) as read:
            await read(check_schema)
            return await look(read)

    try:
        return asyncio.run(opened())
    except (SchemaTooNew, StoreUnreadable) as error:
        raise Wrong(str(error)) from None


def kinds_of(config: "Config") -> dict[str, str]:
    """Of each company whether it is live, test or simulator."""
    return {company.name: company.kind for company in config.companies.values()}


def check_company(config: "Config", name: str | None) -> None:
    """Refuse a company that is not configured, with the name that may be meant."""
    _check(name, {*config.companies})


def check_target(config: "Config", name: str | None) -> None:
    """Refuse what is neither a configured company nor a sender that is written to (``to:crm``), nor was one for which
    commands were left behind."""
    known = {*config.companies, *config.destinations}
    if name is not None and name not in known:
        known |= _left_behind(config)
    _check(name, known)


def _left_behind(config: "Config") -> set[str]:
    from daemon.opening import database_path
    from store import reading

    if not database_path(config.data_dir).exists():
        return set()

    async def look(read: "Read") -> set[str]:
        return {*await read(reading.unfinished)}

    return read_store(config, look)


def _check(name: str | None, known: set[str], what: str = "company") -> None:
    from connectors.nearest import meant

    if name is not None and name not in known:
        raise Wrong(f"there is no {what} {name}{meant(name, known)}")


@click.command
@click.option("--watch", is_flag=True, help="Renew it every two seconds, until Ctrl-C.")
@with_config
@with_json
def status(config_path: Path, as_json: bool, watch: bool) -> None:
    """Show how everything stands; exit 1 where a person should look."""
    import time

    from daemon import screens
    from daemon.cli.repaint import Repaint

    config = common.load(config_path, secrets=False)
    shown, repaint = _shown(config), Repaint()
    with suppress(KeyboardInterrupt):
        while watch:
            repaint.show(_text(shown, as_json))
            time.sleep(WATCH_SECONDS)
            shown = _shown(config)
    if not watch:
        _print(shown, as_json)
    leave(trouble=screens.in_trouble(shown))


def _shown(config: "Config") -> Json:
    import time

    from daemon import screens

    live = asyncio.run(facts(config))

    async def look(read: "Read") -> Json:
        return await screens.status(read, config, live, int(time.time() * 1000))

    return read_store(config, look)


def _text(shown: Json, as_json: bool) -> str:
    with redirect_stdout(StringIO()) as printed:
        _print(shown, as_json)
    return printed.getvalue().rstrip("\n")


def _print(shown: Json, as_json: bool) -> None:
    from daemon.cli.text import print_status

    if as_json:
        print_json(shown)
    else:
        print_status(shown)


async def facts(config: "Config") -> Json | None:
    """What the running daemon tells; ``None`` where none answers."""
    from daemon.admin import NoDaemonAnswers, ask_facts

    common.check_owner(config.data_dir)
    with suppress(NoDaemonAnswers):
        return await ask_facts(config.data_dir)
    return None


@click.command
@click.option("--state", type=click.Choice(INBOX_STATES), help="Only deliveries in this state.")
@click.option("--company", help="Only this company's.")
@click.option("--source", help="Only this source's; fortnox:COMPANY is a company's own Fortnox.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@with_config
@with_json
def inbox(
    config_path: Path, as_json: bool, state: str | None, company: str | None, source: str | None, limit: int
) -> None:
    """List deliveries, the newest first; exit 1 where none matches.

    What keeps the copy of a company's registers and told nothing else is listed only where --source names it.
    """
    from daemon import screens
    from daemon.cli.text import delivery_cells
    from daemon.own_sources import PREFIX, client_sources, own_sources
    from store import reading

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    quiet = PREFIX if source is None else None

    async def look(read: "Read") -> list[Json]:
        wanted = reading.deliveries(state=state, company=company, limit=limit, source=source, quiet=quiet)
        rows = await read(wanted)
        return [screens.delivery(row, kinds_of(config)) for row in rows]

    shown = read_store(config, look)
    if not shown:
        # Deliveries of a source that is no longer in the configuration can be listed as long as they are kept.
        _check(source, {*config.sources, *own_sources(config), *client_sources(config)}, "source")
    _list(shown, as_json, ("id", "received", "source", "company", "event", "state"), delivery_cells)


@click.command
@click.option("--state", type=click.Choice(OUTBOX_STATES), help="Only commands in this state.")
@click.option("--company", help="Only this company's, or what a sender is told (to:SOURCE).")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@with_config
@with_json
def outbox(config_path: Path, as_json: bool, state: str | None, company: str | None, limit: int) -> None:
    """List commands, the newest first; exit 1 where none matches."""
    from daemon import screens
    from daemon.cli.text import command_cells
    from store import reading

    config = common.load(config_path, secrets=False)
    check_target(config, company)

    async def look(read: "Read") -> list[Json]:
        rows = await read(reading.commands(state=state, company=company, limit=limit))
        return [screens.command(row, kinds_of(config)) for row in rows]

    heads = ("id", "made", "company", "command", "tries", "document", "state")
    _list(read_store(config, look), as_json, heads, command_cells)


@click.command
@click.option("--days", type=click.IntRange(1, 3660), default=31, show_default=True, help="Today and those before it.")
@click.option("--company", help="Only this company's.")
@with_config
@with_json
def usage(config_path: Path, as_json: bool, days: int, company: str | None) -> None:
    """List how many calls each company made on each day, to compare with Fortnox's own statistics.

    Days are Stockholm's. Calls that were answered 429 are counted in both columns. Exit 1 where there is nothing.
    """
    import time

    from daemon import screens

    config = common.load(config_path, secrets=False)
    check_company(config, company)
    live = asyncio.run(facts(config))

    async def look(read: "Read") -> list[Json]:
        return await screens.usage_days(read, config, live, company=company, days=days, now=int(time.time() * 1000))

    heads = ("day", "company", "calls", "answered 429")
    _list(read_store(config, look), as_json, heads, usage_cells)


def usage_cells(entry: Json) -> tuple[str, ...]:
    """One line of ``usage``."""
    name = entry["company"] + common.banner(entry["company_kind"])
    return entry["day"], name, str(entry["calls"]), str(entry["throttled"])


def _list(shown: list[Json], as_json: bool, heads: tuple[str, ...], cells: Callable[[Json], tuple[str, ...]]) -> None:
    if as_json:
        print_json(shown)
    elif shown:
        print_table(heads, [cells(entry) for entry in shown])
    leave(trouble=not shown)


@click.command
@click.argument("named", metavar="ID")
@click.option("--company", help="Only this company's.")
@click.option("--body", is_flag=True, help="Also the raw delivery and the commands' texts (personal data).")
@with_language
@with_config
@with_json
def explain(
    config_path: Path, as_json: bool, named: str, company: str | None, body: bool, language: str | None
) -> None:
    """Tell the whole way of ID, from the webhook to the Fortnox document.

    ID is in-12 (a delivery), out-34 (a command), a delivery id, the source's own number, or a document such as
    invoice:1042, customer:17 or payment:3. A bare number means everything of that number.
    """
    from daemon import screens
    from daemon.explain import Explainer
    from store import companies

    config = common.load(config_path, secrets=False)
    check_target(config, company)
    unseal = unsealing(config_path) if body else None
    live = asyncio.run(facts(config))

    async def look(read: "Read") -> list[Json]:
        told = await Explainer(read, kinds=kinds_of(config), unseal=unseal, body=body).stories(named, company)
        pauses = await read(companies.pauses)
        return [screens.with_standstill(story, pauses, live) for story in told]

    told = read_store(config, look)
    _tell(told, as_json, language or config.language)
    if not told:
        click.echo(f"fortnox-bridge: nothing here is called {named}", err=True)
    leave(trouble=not told)


def _tell(told: list[Json], as_json: bool, language: str) -> None:
    from daemon.cli.languages import with_swedish
    from daemon.cli.story_text import print_story

    if as_json:
        print_json([{**story, "commands": with_swedish(story["commands"])} for story in with_swedish(told)])
    else:
        for story in told:
            print_story(story, language)


def unsealing(config_path: Path) -> Callable[[bytes], bytes]:
    """What opens sealed bodies, with the keys of the configuration."""
    from cryptography.fernet import Fernet, MultiFernet

    config = common.load(config_path, secrets=False)
    common.check_owner(config.data_dir)
    keys = common.load(config_path, secrets=True).state_keys
    return MultiFernet([Fernet(key.reveal()) for key in keys]).decrypt
