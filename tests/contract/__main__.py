"""Holds what was recorded in a folder against Fortnox's description: `make contract`.

Prints each violation that no committed exception covers and each exception that nothing needed; then one line of
counts. With `--propose` the uncovered ones are printed in the form of the list, without reasons.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.contract import description, exceptions
from tests.contract.violations import Violation, violations


def recorded(folder: Path) -> Iterator[dict[str, Any]]:
    """Every exchange of every process; a last line that a killed process left half is no exchange."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):
                yield json.loads(line)


def main(arguments: list[str]) -> int:
    """Validate and print; 0 where everything is as described or excepted, and every exception was needed, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract", allow_abbrev=False)
    parser.add_argument("folder", type=Path, help="where the exchanges were recorded")
    parser.add_argument("--propose", action="store_true", help="print what is uncovered in the form of the list")
    wanted = parser.parse_args(arguments)
    if not description.DESCRIPTION.exists():
        sys.stdout.write("contract: skipped, Fortnox's description is not beside the project\n")
        return 0
    exchanges = list(recorded(wanted.folder))
    described = description.load()
    found: set[Violation] = {one for exchange in exchanges for one in violations(described, exchange)}
    exempt = exceptions.load()
    left = exceptions.uncovered(found, exempt)
    idle = [line for exemption in exempt for line in exemption.unused(found)]
    lines = [exceptions.as_toml(left)] if wanted.propose else [f"{' '.join(one)}" for one in left]
    operations = {met.name for one in exchanges if (met := described.find(one["method"], one["path"]))}
    counts = f"operations={len(operations)} requests={len(exchanges)} violations={len(left)}"
    sys.stdout.write("\n".join([*lines, *idle, counts]) + "\n")
    return 1 if left or idle or not exchanges else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
