"""The simulator in a process of its own, which survives every death of the daemon; it ends with its standard input."""

import asyncio
import json
import sys

from connectors.fortnox.simulator import SimulatorSettings, running
from connectors.fortnox.simulator.settings import CompanySettings
from tests.contract import recorder


async def _serve(
    tenants: list[int], person: list[str], window_calls: int, window_seconds: float, token_seconds: float
) -> None:
    companies = tuple(
        CompanySettings(
            tenant_id=tenant,
            organisation_number=f"55555{tenant % 10}-555{tenant % 10}",
            rate_limit=window_calls,
            rate_window_seconds=window_seconds,
            access_token_seconds=token_seconds,
        )
        for tenant in tenants
    )
    clients = {"simulator": "simulator", person[0]: person[1]}
    async with running(SimulatorSettings(clients=clients, companies=companies)) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    recorder.install()
    asyncio.run(_serve(**json.loads(sys.argv[1])))
