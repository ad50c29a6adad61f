"""The demo on a terminal as a live view: renewed a few times a second, put away in order whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace

from rich.console import Console
from rich.live import Live

from daemon.demo import panes, staying
from daemon.demo.stage import Stage
from daemon.demo.telling import Telling
from daemon.demo.watcher import Watcher

RENEW_SECONDS = 0.25


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
            async with _beside(self._plays(stage, telling)):
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
        async with _beside(self._stays(stage)):
            yield

    async def _plays(self, stage: Stage, telling: Telling) -> None:
        watcher = _watcher(stage)
        with self._live(own_screen=True) as live:
            while True:
                snapshot = replace(await watcher.look(), story=telling.story)
                live.update(panes.whole(snapshot, self._console.width, self._console.height), refresh=True)
                await asyncio.sleep(RENEW_SECONDS)

    async def _stays(self, stage: Stage) -> None:
        watcher = _watcher(stage)
        while True:
            size = self._console.size
            with self._live(own_screen=False) as live:
                while self._console.size == size:
                    live.update(panes.compact(await watcher.look(), self._console.width), refresh=True)
                    await asyncio.sleep(RENEW_SECONDS)
            # Terminals break lines anew when their width changes, and then nobody knows where the block begins.
            self._console.clear()
            staying.show(stage)

    def _live(self, *, own_screen: bool) -> Live:
        return Live(
            console=self._console, screen=own_screen, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )


def _watcher(stage: Stage) -> Watcher:
    return Watcher(stage.configuration, stage.read, stage.daemon, stage.fortnox)


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
