"""The command ``batch``, beside a running daemon and without one."""

import json
from pathlib import Path

import pytest

from tests.acceptance.scene import scene
from tests.acceptance.test_endpoints import BATCH
from tests.daemon.test_cli import beside, command, told
from tests.fakes.configuration import unserved


@pytest.mark.asyncio
@pytest.mark.capability("000-22")
async def test_a_person_starts_a_batch_and_sees_each_row(tmp_path: Path) -> None:
    """Taken once, shown row by row, listed; a row that needs a person makes the exit code."""
    file = tmp_path / "batch.json"
    file.write_text(json.dumps(BATCH))
    async with scene(tmp_path) as here:
        started = await beside(here, "batch", "start", str(file), "--company", "demo", "--json")
        assert (started.exit_code, told(started)["repeated"]) == (1, False)
        await here.settle()
        shown = await beside(here, "batch", "show", "2026-11-13", "--company", "demo")
        assert shown.exit_code == 1
        lines = shown.stdout.splitlines()
        assert lines[0].startswith("batch 2026-11-13  needs attention")
        assert [line.split()[:2] for line in lines[2:]] == [
            ["a", "done"],
            ["b", "refused"],
            ["c", "done"],
            ["d", "refused"],
            ["e", "refused"],
        ]
        page = told(
            await beside(
                here, "batch", "show", "2026-11-13", "--company", "demo", "--after", "3", "--limit", "1", "--json"
            )
        )
        assert ([row["row_id"] for row in page["rows"]], page["next"]) == (["d"], 4)
        listed = told(await beside(here, "batch", "list", "--json"))
        assert [(one["batch_id"], one["rows"]) for one in listed] == [("2026-11-13", 5)]
        again = await beside(here, "batch", "start", str(file), "--company", "demo", "--json")
        assert told(again)["repeated"]
        assert len((await here.state())["vouchers"]) == 1
        wide = BATCH | {"batch_id": "wide", "rows": [{"fields": {"Description": "å" * 600_000}}] * 2}
        file.write_text(json.dumps(wide, ensure_ascii=False), encoding="utf-8")
        large = await beside(here, "batch", "start", str(file), "--company", "demo", "--json")
        assert told(large)["batch"]["counts"] == {"rows": 2, "refused": 2}, (
            "larger than what a listener takes by itself"
        )


def test_a_batch_without_a_daemon_waits_for_it(tmp_path: Path) -> None:
    """It is on disk; what is no batch is refused by its fields."""
    config = unserved(tmp_path)
    file = tmp_path / "batch.json"
    file.write_text(json.dumps(BATCH | {"rows": BATCH["rows"][:1]}))
    started = command("batch", "start", str(file), "--company", "demo", "--json", config=config)
    assert (started.exit_code, told(started)["batch"]["counts"]) == (0, {"rows": 1, "accepted": 1})
    file.write_text(json.dumps({"batch": "x"}))
    refused = command("batch", "start", str(file), "--company", "demo", config=config)
    assert refused.exit_code == 2
    assert "batch_id: Field required" in refused.stderr
    assert command("batch", "show", "nothing", "--company", "demo", config=config).exit_code == 1
