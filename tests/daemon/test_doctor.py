"""The doctor over companies and machine: what it keeps, whom it leaves alone, how long it waits, how it is told."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import pytest
from cryptography.fernet import Fernet, MultiFernet

from connectors.findings import Finding
from connectors.fortnox.snapshot import Reading, Snapshot
from daemon import doctor
from daemon.cli.doctoring_text import print_examination
from daemon.cli.text import found
from daemon.clock import Clock
from daemon.doctor import CompanyResult, Result, shown
from daemon.requests import Examine, Misused
from daemon.tokens import PURPOSE
from store.tokens import SealedTokens
from tests.fakes.people import People, configuration
from tests.fakes.pipe import pipe
from tests.fakes.target import FakeTarget


class Slow(FakeTarget):
    """A far system whose answer never comes."""

    async def examine(self, readings: Iterable[Reading], *, priority: int, spare: int) -> Snapshot:
        """Wait for ever."""
        assert (priority, spare) == (0, 0)
        await anyio.sleep_forever()
        raise AssertionError(readings)


@pytest.mark.asyncio
async def test_tokens_sealed_with_a_lost_key_are_found(tmp_path: Path) -> None:
    """The company is named; the result of the whole is kept, that of one company is not."""
    async with pipe(tmp_path, names=("demo", "other")) as made:
        people = People(made, tmp_path)
        other_key = MultiFernet([Fernet(Fernet.generate_key())])
        await SealedTokens(made.database, other_key, Clock().now).write("other", PURPOSE, {"access": "x"})
        await people.doctor.examine("demo", by_person=True)
        assert people.doctor.summary() is None
        result = await people.doctor.examine(None, by_person=True)
    (line,) = [line for line in result.host if line.check == "state_key"]
    assert (line.level, line.about) == ("failed", "other")
    summary = people.doctor.summary()
    assert summary is not None
    assert summary["failed"] >= 1


@pytest.mark.asyncio
async def test_an_examination_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person is answered although Fortnox is not heard of; nothing is called sound."""
    monkeypatch.setattr(doctor, "PERSON_SECONDS", 0.05)
    async with pipe(tmp_path, targets={"demo": Slow()}) as made:
        people = People(made, tmp_path)
        answer = await people.actions.perform(Examine(person="anna", company="demo"))
        assert answer["unanswered"] == ["demo"]
        (line,) = answer["companies"][0]["findings"]
        assert line["says"] == "not checked: the examination took more than 0.05 s"
        with pytest.raises(Misused, match="did you mean demo"):
            await people.actions.perform(Examine(person="anna", company="dem"))


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        ({"failed": 0, "warnings": 0, "unchecked": 0}, "all well"),
        ({"failed": 2, "warnings": 1, "unchecked": 0}, "2 failed, 1 warning"),
        ({"failed": 0, "warnings": 3, "unchecked": 4}, "3 warnings, 4 not checked"),
    ],
)
def test_counts_in_words(counted: dict[str, Any], words: str) -> None:
    """As ``status`` and the last line of ``doctor`` say them."""
    assert found(counted) == words


def test_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each finding; below it what to do, and where to read more about an error code."""
    lines = [
        Finding("token", "ok", "by client credentials", "is not shown"),
        Finding("accounts", "failed", "account 3001 is not active", "Activate it.", "3001", 2000550),
        Finding("locked_period", "unchecked", "not checked: the token has no scope settings", "Connect again."),
    ]
    company = configuration(tmp_path, "demo").companies["demo"]
    print_examination(shown(Result(Clock().now(), [], [CompanyResult(company, lines, 3)])))
    assert capsys.readouterr().out == (
        "this machine\n"
        "company demo SIMULATOR, 3 calls\n"
        "  ok       token: by client credentials\n"
        "  FAILED   accounts: account 3001 is not active\n"
        "           Activate it. [fortnox-bridge errors 2000550]\n"
        "  -        locked period: not checked: the token has no scope settings\n"
        "           Connect again.\n"
        "doctor: 1 failed, 1 not checked\n"
    )
