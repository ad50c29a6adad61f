"""All checks of a company, in the order in which they are told: what to read for them, and what they find."""

from connectors.findings import Finding
from connectors.fortnox import checks_bookkeeping, checks_cards, checks_connection, checks_registers
from connectors.fortnox.needs import Needs
from connectors.fortnox.snapshot import Reading, Snapshot

CHECKS = (
    *checks_connection.CHECKS,
    *checks_bookkeeping.CHECKS,
    *checks_registers.CHECKS,
    *checks_cards.CHECKS,
)


def readings(needs: Needs) -> list[Reading]:
    """What must be read, each thing once, for exactly what the company uses."""
    return list(dict.fromkeys(reading for check in CHECKS for reading in check.reads(needs)))


def findings(seen: Snapshot, needs: Needs) -> list[Finding]:
    """What every check says; nothing for what the company does not use."""
    return [finding for check in CHECKS for finding in check(seen, needs)]
