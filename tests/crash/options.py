"""What a crash run is told, and the scaled times that it runs at."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds, scaled down from the defaults of operation so that a run takes minutes.

    Every effect that a fault delays (``late_seconds``, ``slow_seconds``) comes within ``settle_seconds`` after its
    request left: that is what the promise of the product is bound to.
    """

    settle_seconds: float = 1.2
    retry_steps_seconds: tuple[float, ...] = (0.3, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 1.8, 2.0, 2.0, 2.0, 2.0)
    probe_seconds: float = 0.3
    timeout_seconds: float = 0.6
    window_calls: int = 25
    window_seconds: float = 0.25
    token_seconds: float = 20.0
    late_seconds: float = 0.9
    slow_seconds: float = 1.1
    latency_seconds: float = 0.2
    poll_seconds: float = 1.0
    sender_window_calls: int = 95
    sender_window_seconds: float = 10.0
    sender_timeout_seconds: float = 3.0

    @property
    def quiet_seconds(self) -> float:
        """With no call at the simulator for this long, nothing is under way any more: the longest wait there is."""
        return max(self.retry_steps_seconds) * 1.1 + 2 * self.settle_seconds + 1.0

    def described(self) -> str:
        """One line for the reader: what is scaled, and to what."""
        steps = " ".join(f"{step:g}" for step in self.retry_steps_seconds)
        return (
            f"scaled: settle {self.settle_seconds:g} s, retry steps {steps} s, probe {self.probe_seconds:g} s, "
            f"client time-out {self.timeout_seconds:g} s, window {self.window_calls} calls per "
            f"{self.window_seconds:g} s, access token {self.token_seconds:g} s, "
            f"late effects up to {self.slow_seconds:g} s, every call about {self.latency_seconds:g} s, "
            f"senders polled every {self.poll_seconds:g} s"
        )


@dataclass(frozen=True, slots=True)
class Options:
    """One run: ``folder`` holds configuration, data and logs of the daemon; ``broken`` starts the broken build.

    ``failing`` is the share of calls that fail at the senders' stand-ins.
    """

    seed: int
    kills: int
    webhooks: int
    folder: Path
    broken: bool = False
    failing: float = 0.12
    pace: Pace = Pace()
    deadline_seconds: float = 420.0
