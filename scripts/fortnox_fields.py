"""Draws the fields of Fortnox's resources from its own API description: `make fortnox-fields`."""

import json
import sys
from pathlib import Path

from connectors.fortnox.table import RESOURCES
from connectors.fortnox.table.drawing import drawn

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT.parent / "shared" / "fortnox" / "openapi.json"
TABLE = ROOT / "connectors" / "fortnox" / "table" / "fields.json"


def written(description: Path) -> str:
    """The table of fields as it is committed: one line a field."""
    first = [resource.schema for resource in RESOURCES.values() if resource.schema]
    blocks = []
    for name, fields in drawn(json.loads(description.read_text(encoding="utf-8")), first).items():
        lines = ",\n".join(f"  {json.dumps(field)}: {json.dumps(stated)}" for field, stated in fields.items())
        blocks.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


if __name__ == "__main__":
    if not DESCRIPTION.exists():
        sys.exit(f"{DESCRIPTION} is not there: the committed table stays as it is")
    TABLE.write_text(written(DESCRIPTION), encoding="utf-8")
