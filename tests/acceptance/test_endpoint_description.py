"""Our endpoints do what their description says: calls made from it, sound and broken, answered as it promises."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import pytest
from hypothesis import HealthCheck, given, settings

from daemon.endpoints.openapi import document
from daemon.endpoints.serving import Endpoints
from tests.acceptance.scene import scene
from tests.fakes.clients import call, section
from tests.properties import examples

if TYPE_CHECKING:
    # Read where it is used: it takes a second, and every test process reads this file.
    from schemathesis import Case, GenerationMode

SHARE = max(examples() // 75, 4)
"""Calls of each operation in each mode: each is a whole request, so there are fewer than other properties try."""


def try_operation(base_url: str, path: str, method: str, mode: "GenerationMode") -> None:
    """Send calls of this kind; every answer must be one that the description promises, in its shape."""
    import schemathesis

    operation = schemathesis.openapi.from_dict(document())[path][method]
    headers = {"Authorization": "Bearer crm-key"}

    @settings(max_examples=SHARE, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered_as_described(case: "Case[Any]") -> None:
        case.call_and_validate(base_url=base_url, headers=headers, excluded_checks=_excluded())

    answered_as_described()


def _excluded() -> list[Any]:
    """What cannot hold: the key is always sent, and what is sound in shape may still be refused for what it says."""
    from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance

    return [ignored_auth, positive_data_acceptance, negative_data_rejection]


@pytest.mark.asyncio
@pytest.mark.properties
@pytest.mark.timeout(600)
async def test_every_operation_answers_as_described(tmp_path: Path) -> None:
    """Whatever is sent: a status and a shape of the description, never a fault of ours."""
    from schemathesis import GenerationMode

    async with scene(tmp_path, more=section(calls=60_000)) as stage:
        url = stage.bridge.url
        for path, methods in document()["paths"].items():
            for method in methods:
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    await anyio.to_thread.run_sync(try_operation, url, path, method.upper(), mode)
        status, described = await call(stage, "GET", "/fortnox/openapi.json", key=None)
        assert (status, described) == (200, document())


def test_the_description_has_every_way_and_no_other() -> None:
    """A way that is added must be described."""
    none: Any = None
    contacts: Any = type("Contacts", (), dict.fromkeys(("create_or_update", "update", "find")))
    batches: Any = type("Batches", (), dict.fromkeys(("start", "show")))
    documents: Any = type("Documents", (), {"show": None})
    runs: Any = type("Runs", (), dict.fromkeys(("start", "find", "show", "cancel")))
    ways = {(way.path, way.method.lower()) for way in Endpoints(none, contacts, batches, documents, runs).ways}
    assert ways == {(path, method) for path, methods in document()["paths"].items() for method in methods}
