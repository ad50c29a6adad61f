"""Whether the demo is a live view or plain lines: by the terminal, by what was asked, by what is installed."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec
from typing import Protocol

from daemon.demo.screen import Screen
from daemon.demo.stage import Stage

ADVICE = "plain lines; for a live view install the extra [terminal], which is: pip install rich"
DUMB = frozenset({"dumb", "unknown"})


class View(Protocol):
    """How the demo is shown."""

    def scenes(self, stage: Stage) -> AbstractAsyncContextManager[None]:
        """Around the scenes."""
        ...

    def staying(self, stage: Stage) -> AbstractAsyncContextManager[None]:
        """Around the wait for Ctrl-C."""
        ...


class PlainView:
    """Adds nothing to the lines."""

    @asynccontextmanager
    async def scenes(self, stage: Stage) -> AsyncIterator[None]:
        """The scenes write to the plain screen."""
        yield

    @asynccontextmanager
    async def staying(self, stage: Stage) -> AsyncIterator[None]:
        """Nothing moves."""
        yield


def chosen(
    screen: Screen,
    *,
    once: bool,
    environment: Mapping[str, str] = os.environ,
    found: Callable[[str], object] = find_spec,
) -> View:
    """The live view unless ``once``; where rich is missing (not ``found``) one line says how to get it."""
    if once or environment.get("TERM", "dumb") in DUMB:
        return PlainView()
    if found("rich") is None:
        screen.say(ADVICE)
        return PlainView()
    from daemon.demo.live import LiveView

    return LiveView()
