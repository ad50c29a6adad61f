"""A person at a terminal, with a browser that the simulated Fortnox sends back."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from click.testing import CliRunner, Result
from yarl import URL

from daemon.cli import main
from tests.acceptance.process import ROOT, START
from tests.acceptance.scene import Scene
from tests.fakes.terminal import Terminal, terminal

PROGRAM = (sys.executable, "-c", START)
PATIENCE = 30.0


@dataclass
class Person:
    """Somebody at a terminal, with a browser."""

    here: Scene
    screen: Terminal

    async def until(self, pattern: str) -> str:
        """Read until it is there."""
        return (await asyncio.to_thread(self.screen.until, pattern, PATIENCE))[0]

    async def address(self) -> str:
        """The address that the command asks to open."""
        return (await self.until(r"http://\S+/oauth-v1/auth\?\S+(?=\n)")).strip()

    async def approve(self, **more: str) -> str:
        """Open it; returns where the browser is sent. ``more`` tells the simulator who approves, if anybody."""
        address = URL(await self.address(), encoded=True).update_query(more)
        async with self.here.session.get(address, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return str(answer.headers["Location"])

    async def paste(self, text: str) -> None:
        """Where the command asks for it."""
        await self.until("Paste that whole address here")
        await asyncio.to_thread(self.screen.type, text)

    async def ended(self) -> int:
        """The exit code."""
        return await asyncio.to_thread(self.screen.ended, PATIENCE)


@asynccontextmanager
async def asking(here: Scene, *words: str) -> AsyncIterator[Person]:
    """A command in a terminal, on the scene's configuration."""
    configuration = here.write_configuration() if not here.bridges else here.folder / "config.toml"
    with terminal([*PROGRAM, *words, "--config", str(configuration)], ROOT, {"PYTHONIOENCODING": "utf-8"}) as screen:
        yield Person(here, screen)


async def connected(here: Scene, *words: str) -> str:
    """Connect by the pasted address; what was shown."""
    async with asking(here, "connect", "demo", "--paste", *words) as person:
        await person.paste(await person.approve())
        assert await person.ended() == 0, person.screen.text
        return person.screen.text


async def asked(here: Scene, *words: str) -> Result:
    """Run a command that asks nothing, on the scene's configuration, without a terminal."""
    given = [*words, "--config", str(here.folder / "config.toml")]
    return await asyncio.to_thread(CliRunner().invoke, main, given, catch_exceptions=False)


async def grants_asked(here: Scene) -> list[str]:
    """The token calls of all companies so far, by their grants."""
    calls = (await here.control("calls"))["calls"]
    return [call["grant"] for call in calls if call["kind"] == "oauth" and call["grant"]]
