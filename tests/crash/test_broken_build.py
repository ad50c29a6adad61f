"""The crash run can fail: a build that sends again without looking makes documents twice."""

from pathlib import Path

import pytest

from tests.crash.driver import crash
from tests.crash.options import Options

pytestmark = [pytest.mark.slow, pytest.mark.timeout(450)]


@pytest.mark.asyncio
@pytest.mark.capability("f62", "f51", "f61")
async def test_a_build_that_does_not_look_doubles(tmp_path: Path) -> None:
    """The same run against the broken build finds things twice, and its verdict says so."""
    options = Options(seed=20, kills=3, webhooks=40, folder=tmp_path, broken=True, deadline_seconds=400)
    outcome = await crash(options, lambda _: None)
    assert outcome.count("doubled") > 0
    assert not outcome.whole
    assert f"doubled={outcome.count('doubled')}" in outcome.last_line
