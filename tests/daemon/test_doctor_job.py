"""What the log hears of an examination: each finding once, again when they change and after a day; no personal data."""

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.findings import Finding
from daemon.doctor import CompanyResult, Doctor, Result
from daemon.jobs.doctor import RunDoctor
from tests.conftest import Lines
from tests.fakes.clock import ManualClock
from tests.fakes.people import configuration

INACTIVE = Finding("accounts", "failed", "account 3001 of Anna Ek is not active", "Do it.", "3001", 2000550)
TERMS = Finding("terms_of_payment", "warning", "terms", "Do it.", "30 dagar@x")
FULL = Finding("disk", "failed", "50 MiB free", "Make room.")


class Scripted(Doctor):
    """Finds what it is told to."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.company = configuration(folder, "demo").companies["demo"]
        self.found: list[Finding] = []
        self.host: list[Finding] = []
        self.clock = clock

    async def examine(self, company: str | None, *, by_person: bool, duplicates: bool = False) -> Result:
        """As told."""
        assert (company, by_person, duplicates) == (None, False, False)
        return Result(self.clock.wall, self.host, [CompanyResult(self.company, self.found, 17)])


@pytest.mark.asyncio
@pytest.mark.capability("f82", "f17")
async def test_findings_are_told_when_they_change_and_once_a_day(tmp_path: Path, log_lines: Lines) -> None:
    """Closed words, codes and numbers only."""
    clock = ManualClock()
    doctor = Scripted(tmp_path, clock)
    run = RunDoctor(doctor, clock.clock)
    doctor.found, doctor.host = [INACTIVE, TERMS], [FULL]
    expected = [{"check": "disk"}, {"company": "demo", "check": "accounts", "about": "3001", "code": 2000550}]
    await run()
    await run()
    assert log_lines.named("doctor.failed") == expected
    assert log_lines.named("doctor.warned") == [{"company": "demo", "check": "terms_of_payment", "about": "30_dagar_x"}]
    clock.move(timedelta(days=1).total_seconds())
    await run()
    assert log_lines.named("doctor.failed") == expected * 2
    doctor.host = []
    await run()
    assert log_lines.named("doctor.failed") == [*expected * 2, expected[1]]
    assert log_lines.named("doctor.finished")[-1] == {
        "failed": 1, "warnings": 1, "unchecked": 0, "calls": 17, "ms": 0.0,
    }  # fmt: skip
    assert b"Anna" not in b"".join(log_lines.raw)
