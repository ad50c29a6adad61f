"""How a crash run ended, and its verdict."""

from dataclasses import dataclass, field

from tests.crash.books import Finding


@dataclass(slots=True)
class Outcome:
    """How a run ended.

    ``mid_call`` counts kills that met calls under way, ``steps`` how many calls of each step of flows, mappings and
    payouts they met; ``throttled`` calls that the simulator's own window refused;
    ``faults`` those that a fault of the plan changed; ``certain``, of ``certain_planned``, how many of the faults that
    are meant for one write met it (``unmet`` names the others). ``untold`` are callbacks that reached nobody, ``reads``
    the calls at the senders' stand-ins, ``failed_reads`` those that failed there. ``exits`` are ends of the daemon by
    itself.
    """

    kills: int
    mid_call: int
    sent: int
    acked: int
    calls: int
    faults: int
    certain: int
    certain_planned: int
    throttled: int
    posts: int
    untold: int
    reads: int
    failed_reads: int
    quiet: bool
    documents: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    unmet: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    exits: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many findings of a kind there are."""
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def last_line(self) -> str:
        """The verdict in one line."""
        return (
            f"kills={self.kills} sent={self.sent} acked={self.acked} lost={self.count('lost')} "
            f"doubled={self.count('doubled')}"
        )

    @property
    def whole(self) -> bool:
        """Whether every promise held: also that the daemon never ended by itself and refused nobody."""
        return not self.findings and not self.exits and not self.refused and self.quiet
