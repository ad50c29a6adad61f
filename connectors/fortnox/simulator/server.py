"""The simulator on a loopback port for as long as an `async with` lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from connectors.fortnox.simulator.app import Simulator
from connectors.fortnox.simulator.settings import SimulatorSettings

_LARGEST_REQUEST = 32 * 1024 * 1024
"""Bytes; uploads are refused far below by a company's own switch."""


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    """As aiohttp makes a request, but for one limit: its own would refuse every file above a megabyte."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_REQUEST)


@dataclass(frozen=True, slots=True)
class SimulatorServer:
    """A running simulator: REST under `<url>/3`, OAuth under `<url>/oauth-v1`, control plane under `<url>/_sim`."""

    url: str
    simulator: Simulator


@asynccontextmanager
async def serving(simulator: Simulator, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[SimulatorServer]:
    """Serve a simulator on the given port, 0 for a free one, until the block ends.

    Raises:
        OSError: when the port cannot be had.
    """
    # handler_cancellation stays off: a caller that hangs up does not take back a call that has arrived.
    runner = web.ServerRunner(
        web.Server(simulator.handle, request_factory=_request, access_log=None), shutdown_timeout=0.2
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        yield SimulatorServer(f"http://{host}:{bound}", simulator)
    finally:
        simulator.close()
        await runner.cleanup()


@asynccontextmanager
async def running(
    settings: SimulatorSettings | None = None, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[SimulatorServer]:
    """Serve a new simulator with real clock and randomness; see `serving` to pass your own."""
    async with serving(Simulator(settings), host, port) as server:
        yield server
