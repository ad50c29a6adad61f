"""The command that runs the simulated Fortnox as a program of its own."""

import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon.cli.common import Wrong

if TYPE_CHECKING:
    from connectors.fortnox.simulator import Simulator


@click.command
@click.option("--port", type=click.IntRange(0, 65535), required=True, help="0 takes a free one.")
@click.option("--tenant", "tenants", type=click.IntRange(1), multiple=True, help="Tenant id of a company; repeatable.")
@click.option("--rate-limit", type=click.IntRange(0), help="Calls in one window; 0: no limit. [default: 25]")
@click.option("--rate-window", type=click.FloatRange(min=0, min_open=True), help="The window in seconds. [default: 5]")
@click.option("--seed", metavar="small|shop|FILE", help="What the first company holds at the start.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Keep everything stored in this file.")
def simulator(
    port: int,
    tenants: tuple[int, ...],
    rate_limit: int | None,
    rate_window: float | None,
    seed: str | None,
    state: Path | None,
) -> None:
    """Run a simulated Fortnox on loopback; the first line printed is its address.

    A state file that exists is gone on with: then nothing is seeded, and switches changed earlier stand, except a rate
    limit or window given here.
    """
    import asyncio

    from connectors.fortnox.simulator import SeedError, StateError

    given = {"rate_limit": rate_limit, "rate_window_seconds": rate_window}
    window = {name: value for name, value in given.items() if value is not None}
    try:
        asyncio.run(_simulate(_started(tenants or (1001,), window, seed, state), port, state))
    except (SeedError, StateError) as error:
        raise Wrong(str(error)) from None
    except OSError as error:
        raise Wrong(f"port {port} cannot be used: {error.strerror}") from None


def _started(tenants: tuple[int, ...], window: Mapping[str, Any], seed: str | None, state: Path | None) -> "Simulator":
    from connectors.fortnox.simulator import CompanySettings, Simulator, SimulatorSettings, plant, read_state

    companies = (CompanySettings(tenant_id=tenant, **window) for tenant in tenants)
    simulator = Simulator(SimulatorSettings(companies=tuple(companies)))
    if state is not None and read_state(state, simulator):
        for company in simulator.companies.values():
            company.settings = replace(company.settings, **window)
        return simulator
    if seed is not None:
        plant(simulator, seed)
    return simulator


async def _simulate(simulator: "Simulator", port: int, state: Path | None) -> None:
    import asyncio
    import signal

    from connectors.fortnox.simulator import kept, serving

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        if state is not None:
            await stack.enter_async_context(kept(simulator, state))
        server = await stack.enter_async_context(serving(simulator, port=port))
        click.echo(server.url)
        click.echo(
            f"REST {server.url}/3   OAuth {server.url}/oauth-v1   "
            f"events {server.url.replace('http', 'ws')}/topics-v1   control plane {server.url}/_sim/"
        )
        sys.stdout.flush()
        await stopped.wait()
