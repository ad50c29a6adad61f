"""The example payloads that lie beside the repository; tests that need them are skipped where they are absent."""

import json
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "sources" / "examples"


def example(name: str) -> bytes:
    """One example payload, or a skipped test."""
    path = EXAMPLES / name
    if not path.is_file():
        pytest.skip(f"the example payload {name} does not lie beside the repository")
    return path.read_bytes()


def signature_vectors(scheme: str) -> list[dict[str, Any]]:
    """The signature test vectors of one scheme, or a skipped test."""
    vectors = json.loads(example("signatures/vectors.json"))["vectors"]
    return [vector for vector in vectors if vector["scheme"] == scheme]
