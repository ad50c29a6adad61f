"""The committed exceptions: where Fortnox itself, or the simulator by its own choice, differs from the description."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.violations import Violation

LIST = Path(__file__).with_name("exceptions.toml")
EVERY = "*"


@dataclass(frozen=True)
class Exemption:
    """One reason, and what it covers: each of its places, of its kind, in each of its operations.

    `*` alone stands for every operation: only what all of Fortnox answers alike is written so.
    """

    side: str
    kind: str
    operations: tuple[str, ...]
    at: tuple[str, ...]
    reason: str

    def covers(self, violation: Violation) -> bool:
        """Whether the violation is one of these."""
        return (
            (violation.side, violation.kind) == (self.side, self.kind)
            and violation.at in self.at
            and (self.operations == (EVERY,) or violation.operation in self.operations)
        )

    def unused(self, found: Iterable[Violation]) -> list[str]:
        """What it names and nothing needed: operations and places."""
        covered = [violation for violation in found if self.covers(violation)]
        operations = {violation.operation for violation in covered} | ({EVERY} if covered else set())
        places = {violation.at for violation in covered}
        idle = [name for name in self.operations if name not in operations] + [at for at in self.at if at not in places]
        return [f"{self.side} {self.kind}: {name or '(the whole body)'} is never used" for name in idle]


def load(path: Path = LIST) -> tuple[Exemption, ...]:
    """Read the list. Raises `ValueError` for an exception without a reason."""
    listed: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["exception"]
    return tuple(_read(one) for one in listed)


def _read(one: dict[str, Any]) -> Exemption:
    if not one["reason"].strip():
        raise ValueError(f"an exception has no reason: {one}")
    return Exemption(one["side"], one["kind"], tuple(one["operations"]), tuple(one["at"]), one["reason"])


def uncovered(found: Iterable[Violation], exemptions: Sequence[Exemption]) -> list[Violation]:
    """What no exception covers, in a steady order."""
    return sorted({one for one in found if not any(exemption.covers(one) for exemption in exemptions)})


def as_toml(found: Iterable[Violation]) -> str:
    """What was found, in the form of the list, grouped by side, kind and envelope; the reasons are for a person."""
    groups: dict[tuple[str, str, str], list[Violation]] = defaultdict(list)
    for one in found:
        groups[one.side, one.kind, one.at.split("/")[0]].append(one)
    return "\n".join(_block(side, kind, group) for (side, kind, _), group in sorted(groups.items()))


def _block(side: str, kind: str, group: list[Violation]) -> str:
    operations = "".join(f'    "{name}",\n' for name in sorted({one.operation for one in group}))
    places = "".join(f'    "{at}",\n' for at in sorted({one.at for one in group}))
    return (
        f'[[exception]]\nside = "{side}"\nkind = "{kind}"\nreason = ""\n'
        f"operations = [\n{operations}]\nat = [\n{places}]\n"
    )
