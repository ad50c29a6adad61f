"""The demo on a terminal as a live view: renewed a few times a second, put away in order whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from rich.console import Console, RenderableType
from rich.live import Live

from daemon.demo import panes
from daemon.demo.snapshot import Snapshot, Story
from daemon.demo.stage import Stage
from daemon.demo.telling import Telling
from daemon.demo.watcher import Watcher

RENEW_SECONDS = 0.25
Picture = Callable[[Snapshot, Console], RenderableType]


class LiveView:
    """Shows the scenes on a screen of their own, then a compact block below what the plain demo prints."""

    def __init__(self, console: Console | None = None) -> None:
        """``console`` is standard output's terminal unless given."""
        self._console = console or Console(highlight=False)

    @asynccontextmanager
    async def scenes(self, stage: Stage) -> AsyncIterator[None]:
        """While the block runs, what the scenes say goes to the view; where one fails, its lines are printed."""
        plain, telling = stage.screen, Telling()
        stage.screen = telling
        try:
            async with self._shown(stage, lambda: telling.story, _whole, own_screen=True):
                yield
        except Exception:
            plain.chapter(telling.story.scene)
            for line in telling.story.lines:
                plain.line(line)
            raise
        finally:
            stage.screen = plain
            stage.configuration.story.write_text(telling.whole, encoding="utf-8")

    @asynccontextmanager
    async def staying(self, stage: Stage) -> AsyncIterator[None]:
        """While the block runs, what arrives shows in a block below what was printed."""
        nothing = Story("", ())
        async with self._shown(stage, lambda: nothing, _compact, own_screen=False):
            yield

    @asynccontextmanager
    async def _shown(
        self, stage: Stage, story: Callable[[], Story], picture: Picture, *, own_screen: bool
    ) -> AsyncIterator[None]:
        watcher = Watcher(stage.configuration, stage.read, stage.daemon, stage.fortnox)
        with Live(
            console=self._console, screen=own_screen, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        ) as live:

            async def renewed() -> None:
                while True:
                    snapshot = await watcher.look(story())
                    live.update(picture(snapshot, self._console), refresh=True)
                    await asyncio.sleep(RENEW_SECONDS)

            async with _beside(renewed()):
                yield


def _whole(snapshot: Snapshot, console: Console) -> RenderableType:
    return panes.whole(snapshot, console.width, console.height)


def _compact(snapshot: Snapshot, _: Console) -> RenderableType:
    return panes.compact(snapshot)


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run ``work`` for the length of the block. Where either fails the other ends, and that error comes out."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            yield
            task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
