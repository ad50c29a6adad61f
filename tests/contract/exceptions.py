"""The committed exceptions: where Fortnox itself, or the simulator by its own choice, differs from the description."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.violations import Violation

LIST = Path(__file__).with_name("exceptions.toml")
ANY = "*"


def fits(pattern: str, name: str) -> bool:
    """Whether an operation or a place is what is listed; `*` in it stands for any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split(ANY))), name) is not None


@dataclass(frozen=True)
class Exemption:
    """One reason, and what it covers: each of its places, of its kind, in each of its operations.

    An object looks alike in whatever operation answers with it, so its places stand for every operation (`*`).
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
            and any(fits(at, violation.at) for at in self.at)
            and any(fits(operation, violation.operation) for operation in self.operations)
        )

    def unused(self, found: Iterable[Violation]) -> list[str]:
        """What it names and nothing needed: operations and places."""
        covered = [violation for violation in found if self.covers(violation)]
        idle = [name for name in self.operations if not any(fits(name, one.operation) for one in covered)]
        idle += [at for at in self.at if not any(fits(at, one.at) for one in covered)]
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
