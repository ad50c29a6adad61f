"""When the demo is a live view, and what becomes of the scenes' lines while it is."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from daemon.demo.configuration import Configuration
from daemon.demo.far_side import FarSide
from daemon.demo.live import LiveView
from daemon.demo.process import Daemon, NotStarted
from daemon.demo.screen import Screen
from daemon.demo.senders import Senders
from daemon.demo.snapshot import Story
from daemon.demo.stage import Stage
from daemon.demo.stories import reading
from daemon.demo.telling import Telling
from daemon.demo.viewing import ADVICE, PlainView, chosen
from daemon.demo.watcher import Watcher
from daemon.requests import Pause
from store.db import StoreUnreadable
from tests.acceptance.scene import Scene, scene
from tests.fakes.senders import order

ANSI = {"TERM": "xterm-256color"}


def test_the_live_view_needs_a_terminal_that_can_and_rich() -> None:
    """Plain where asked for, on a dumb terminal, and, with one line of advice, where rich is missing."""
    written = io.StringIO()
    screen = Screen(written)
    assert isinstance(chosen(screen, once=False, environment=ANSI), LiveView)
    assert isinstance(chosen(screen, once=True, environment=ANSI), PlainView)
    assert isinstance(chosen(screen, once=False, environment={"TERM": "dumb"}), PlainView)
    assert isinstance(chosen(screen, once=False, environment={}), PlainView)
    assert isinstance(chosen(screen, once=True, environment=ANSI, found=lambda _: None), PlainView)
    assert written.getvalue() == ""
    assert isinstance(chosen(screen, once=False, environment=ANSI, found=lambda _: None), PlainView)
    assert written.getvalue() == f"  {ADVICE}\n"
    assert "[terminal]" in ADVICE


def test_the_story_is_that_of_the_newest_chapter_and_nothing_is_forgotten() -> None:
    """The view sees the scene that runs, the file gets everything."""
    telling = Telling()
    telling.chapter("1  One")
    telling.say("first")
    telling.chapter("2  Two")
    telling.labelled("calls", ["GET", "PUT"])
    assert telling.story == Story("2  Two", ("  calls      GET", "             PUT"))
    assert [line for line in telling.whole.splitlines() if line and "═" not in line] == [
        "1  One", "  first", "2  Two", "  calls      GET", "             PUT",
    ]  # fmt: skip


class Drawn(io.StringIO):
    """A terminal for which one can wait."""

    async def holds(self, text: str) -> None:
        """Until it was shown."""
        while text not in self.getvalue():  # noqa: ASYNC110 - rich knows no events
            await asyncio.sleep(0.05)


@asynccontextmanager
async def staged(here: Scene, printed: io.StringIO) -> AsyncIterator[Stage]:
    """The demo's stage around the daemon of a scene."""
    path = here.folder / "config.toml"
    written = Configuration(path, here.bridge.url, here.fortnox, ("shop", "web"))
    daemon = Daemon(path, here.bridge.url, here.session)
    async with reading(here.data) as (read, stories):
        fortnox, senders = FarSide(here.fortnox, here.session), Senders(written, here.session)
        yield Stage(Screen(printed), written, daemon, senders, fortnox, stories, read)


@pytest.mark.asyncio
async def test_a_snapshot_shows_what_stands_on_disk_in_the_daemon_and_in_fortnox(tmp_path: Path) -> None:
    """Delivered, held and stopped work of a real daemon; a pause; and what is left when the daemon is gone."""
    async with scene(tmp_path) as here, staged(here, io.StringIO()) as stage:
        watcher = Watcher(stage.configuration, stage.read, stage.daemon, stage.fortnox)
        await here.send(order("SO-1042"))
        await here.settle()
        refusal = {"ErrorInformation": {"error": 1, "message": "no", "code": 2000106}}
        here.fault("status", method="POST", path="/3/invoices", status=400, body=refusal)
        await here.send(order("SO-1043"))
        await here.until("SELECT 1 FROM outbox WHERE state = 'parked'")
        shown = await watcher.look()
        shop, web = shown.senders
        assert (shop.name, shop.received, shop.handled, shop.delivered) == ("shop", 2, 2, 3)
        assert (shop.parked, shop.held, shop.reading) == (1, 0, 0)
        assert shop.last_webhook is not None
        assert abs(datetime.fromisoformat(shop.last_webhook).timestamp() - datetime.now(UTC).timestamp()) < 60
        assert (web.received, web.last_webhook) == (0, None)
        [company] = shown.companies
        assert [(head.kind, head.state) for head in company.heads] == [("ensure_invoice", "parked")]
        assert (company.window_calls, company.shut) == (25, None)
        assert company.room is not None
        assert 0 <= company.room <= 25
        assert (shown.books.customers, shown.books.invoices) == (1, 1)
        assert (shown.books.last[0].order, shown.books.last[0].total) == ("SO-1042", Decimal(1250))
        assert [row.number for row in shown.newest] == ["SO-1043", "SO-1042"]
        assert shown.process.answers
        await here.act(Pause(person="carin", name="demo", reason="audit"))
        [company] = (await watcher.look()).companies
        assert company.shut == "PAUSED by a person: audit; resume ends it"


@pytest.mark.asyncio
async def test_without_a_daemon_the_disk_and_fortnox_are_still_shown(tmp_path: Path) -> None:
    """As in the scene in which it is killed."""
    async with scene(tmp_path, run=False) as here:
        async with here.running():
            await here.send(order("SO-1042"))
            await here.settle()
            url = here.bridge.url
        written = Configuration(here.folder / "config.toml", url, here.fortnox, ("shop",))
        async with reading(here.data) as (read, _):
            daemon = Daemon(written.path, url, here.session)
            shown = await Watcher(written, read, daemon, FarSide(here.fortnox, here.session)).look()
        assert not shown.process.answers
        assert (shown.senders[0].delivered, shown.companies[0].room, shown.books.invoices) == (2, None, 1)


@pytest.mark.asyncio
async def test_a_scene_that_fails_is_printed_and_the_plain_screen_is_back(tmp_path: Path) -> None:
    """Its lines, the error itself, and the whole story in the file."""
    printed, drawn = io.StringIO(), Drawn()
    async with scene(tmp_path) as here, staged(here, printed) as stage:
        view, plain = LiveView(Console(file=drawn, force_terminal=True, width=80, height=24)), stage.screen

        async def fails() -> None:
            async with view.scenes(stage), asyncio.timeout(20):
                stage.screen.chapter("3  The third")
                stage.screen.say("about to fail")
                await drawn.holds("about to fail")
                raise NotStarted("it did not")

        with pytest.raises(NotStarted, match="it did not"):
            await fails()
        assert stage.screen is plain
        assert stage.configuration.story.read_text(encoding="utf-8").endswith("  about to fail\n")
    assert "3  The third" in printed.getvalue()
    assert printed.getvalue().endswith("  about to fail\n")
    assert "about to fail" in drawn.getvalue()
    assert drawn.getvalue().rfind("\x1b[?1049l") > drawn.getvalue().rfind("\x1b[?1049h") >= 0


@pytest.mark.asyncio
async def test_a_view_that_fails_ends_the_block_with_its_own_error(tmp_path: Path) -> None:
    """Nothing is swallowed: the reader's error comes out, although the scene would have gone on."""
    async with scene(tmp_path) as here, staged(here, io.StringIO()) as stage:

        async def unreadable(_: object) -> None:
            raise StoreUnreadable("the file is gone")

        stage.read = unreadable  # type: ignore[assignment]
        view = LiveView(Console(file=io.StringIO(), force_terminal=True, width=80, height=24))
        with pytest.raises(StoreUnreadable, match="the file is gone"):
            async with view.staying(stage):
                await asyncio.sleep(30)
