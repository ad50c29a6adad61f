"""A simulated Fortnox for tests and demonstrations; it shares no code with the client."""

from connectors.fortnox.simulator.app import Simulator
from connectors.fortnox.simulator.deviations import DEVIATIONS, printed
from connectors.fortnox.simulator.server import SimulatorServer, running, serving
from connectors.fortnox.simulator.settings import CompanySettings, SimulatorSettings

__all__ = [
    "DEVIATIONS",
    "CompanySettings",
    "Simulator",
    "SimulatorServer",
    "SimulatorSettings",
    "printed",
    "running",
    "serving",
]
