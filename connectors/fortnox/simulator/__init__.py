"""A simulated Fortnox for tests and demonstrations; it shares no code with the client."""

from connectors.fortnox.simulator.app import Simulator
from connectors.fortnox.simulator.deviations import DEVIATIONS, printed
from connectors.fortnox.simulator.seeding import SeedError
from connectors.fortnox.simulator.seeds import NAMES as SEED_NAMES
from connectors.fortnox.simulator.seeds import plant
from connectors.fortnox.simulator.server import SimulatorServer, running, serving
from connectors.fortnox.simulator.settings import CompanySettings, SimulatorSettings
from connectors.fortnox.simulator.state_file import StateError, kept, read_state

__all__ = [
    "DEVIATIONS",
    "SEED_NAMES",
    "CompanySettings",
    "SeedError",
    "Simulator",
    "SimulatorServer",
    "SimulatorSettings",
    "StateError",
    "kept",
    "plant",
    "printed",
    "read_state",
    "running",
    "serving",
]
