"""Seeds by name or from a file, put into the first company or the one that the file names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.fortnox.simulator.app import Simulator
from connectors.fortnox.simulator.errors import ApiError
from connectors.fortnox.simulator.seed_shop import shop
from connectors.fortnox.simulator.seed_small import small
from connectors.fortnox.simulator.seeding import SeedError, seed
from connectors.fortnox.simulator.wire import decode

NAMES = ("small", "shop")
_LARGEST = 64 * 1024 * 1024


def read_seed(path: Path) -> dict[str, Any]:
    """Read a file that holds what `POST /_sim/seed` takes.

    Raises:
        SeedError: when it cannot be read or is no JSON object.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise SeedError(f"{path} is larger than a seed may be ({_LARGEST} bytes)")
        content = decode(path.read_bytes())
    except OSError as problem:
        raise SeedError(f"{path} cannot be read: {problem.strerror}") from problem
    except ApiError as problem:
        raise SeedError(f"{path} is not JSON in UTF-8") from problem
    if not isinstance(content, dict):
        raise SeedError(f"{path} must hold one JSON object")
    return content


def plant(simulator: Simulator, wanted: str) -> dict[str, int]:
    """Put in the seed of a name, or that of a file; give how many of each kind.

    Raises:
        SeedError: as `read_seed` and `seed`, and for a company that does not exist.
    """
    company, moment = next(iter(simulator.companies.values())), simulator.moment()
    order: Mapping[str, Any]
    if wanted == "small":
        order = small()
    elif wanted == "shop":
        order = shop(company.next_numbers, moment.today)
    else:
        order = read_seed(Path(wanted))
        tenant = order.get("company", company.settings.tenant_id)
        named = simulator.companies.get(tenant) if isinstance(tenant, int) else None
        if named is None:
            raise SeedError(f'"company" must be one of {", ".join(map(str, simulator.companies))}')
        company = named
    simulator.changes += 1
    return seed(company, order, moment)
