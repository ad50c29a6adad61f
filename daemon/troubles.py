"""What stands still in the running daemon, for the notices that people get."""

from collections.abc import Callable, Mapping

from daemon.clock import Clock
from daemon.delivery import CompanyDelivery
from daemon.destinations import destination, target_name
from daemon.gate import READ_ONLY
from daemon.noticing import TellHolds, Trouble
from daemon.opening import OpenStore
from daemon.readers import Reading
from daemon.settings import Config

WANTED = frozenset({None, "person", READ_ONLY, "unproved"})
"""Why a gate may be shut without anybody having to be told."""


def notices_of(
    latest: Callable[[], Config],
    store: OpenStore,
    clock: Clock,
    deliveries: Mapping[str, CompanyDelivery],
    readings: Mapping[str, Reading],
) -> TellHolds:
    """The job that tells people of questions, and of what stands still, by every way that was opened."""
    config = latest()
    return TellHolds(
        store.database,
        clock,
        lambda: latest().notices,
        ways=[way for way in config.notices.ways if destination(target_name(way)) in deliveries],
        troubles=lambda: troubles(deliveries, readings),
        seal=store.keys.encrypt if config.retention.seal_bodies else None,
        wake=lambda name: deliveries[name].wake(),
    )


def troubles(deliveries: Mapping[str, CompanyDelivery], readings: Mapping[str, Reading]) -> list[Trouble]:
    """Companies and destinations that nothing leaves to although nobody wants that, and senders that refuse us."""
    gates = {name: delivery.gate.shut_by for name, delivery in deliveries.items()}
    lost = {name: reading.fetching.lost for name, reading in readings.items()}
    return [
        *(Trouble(name, why) for name, why in gates.items() if why is not None and why not in WANTED),
        *(Trouble(name, error.reason) for name, error in lost.items() if error is not None),
    ]
