"""What one check is: its name, what it reads, and a pure function over what was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.findings import Finding, ok
from connectors.fortnox.error_codes import MEANINGS
from connectors.fortnox.needs import Needs
from connectors.fortnox.snapshot import NotRead, Reading, Snapshot

Run = Callable[[Snapshot, Needs], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a company. ``run`` may raise :class:`NotRead`; it gives no finding where there is nothing to check.

    ``reads`` names what must have been read, by what the company needs.
    """

    name: str
    run: Run
    reads: Callable[[Needs], Sequence[Reading]] = lambda _: ()

    def __call__(self, seen: Snapshot, needs: Needs) -> Sequence[Finding]:
        """What it finds; what could not be read is said, and never taken for sound."""
        try:
            return self.run(seen, needs)
        except NotRead as missing:
            why = missing.why
            return [Finding(self.name, "unchecked", f"not checked: {why.says}", why.remedy, code=why.code)]


def always(*readings: Reading) -> Callable[[Needs], Sequence[Reading]]:
    """The same whatever the company needs."""
    return lambda _: readings


def refusal(check: str, says: str, code: int, *, about: str = "") -> Finding:
    """What Fortnox will refuse with an error code that the catalogue explains."""
    return Finding(check, "failed", says, MEANINGS[code].text(), about, code)


def or_ok(found: Sequence[Finding], check: str, says: str) -> Sequence[Finding]:
    """The findings; where there are none, one line that says what is sound."""
    return found or [ok(check, says)]


def listed(words: Sequence[object]) -> str:
    """Words after one another, the first ten of them."""
    shown = ", ".join(str(word) for word in words[:10])
    return shown if len(words) <= 10 else f"{shown} and {len(words) - 10} more"
