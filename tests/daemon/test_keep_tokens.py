"""The daily renewal: every company and every source, and one that fails keeps no other from it."""

import pytest

from connectors.base import CredentialsLost
from daemon.jobs.tokens import KeepTokens
from tests.conftest import Lines


class Renewing:
    """Credentials as the job sees them."""

    def __init__(self, *, days: float | None = None, lost: str | None = None) -> None:
        self.days = days
        self._lost = lost

    async def keep_alive(self) -> bool:
        """Renewed, or lost for good."""
        if self._lost is not None:
            raise CredentialsLost("invalid_grant", system=self._lost, operation="token", status=400)
        return True

    async def days_left(self) -> float | None:
        """As the test says."""
        return self.days


@pytest.mark.asyncio
@pytest.mark.capability("f91")
async def test_everybody_is_renewed_and_who_fails_is_named(log_lines: Lines) -> None:
    """Companies by their days left, sources by their own clock; who is lost is named, and a company paused."""
    shut: list[tuple[str, str]] = []
    job = KeepTokens(
        {"north": Renewing(days=44.0), "south": Renewing(lost="fortnox"), "east": Renewing(days=3.04)},
        {"ghl": Renewing(lost="highlevel"), "other": Renewing()},
        lambda company, error: shut.append((company, error.reason)),
    )
    assert await job() == 3
    assert shut == [("south", "invalid_grant")]
    failed = log_lines.named("token.refresh_failed")
    assert [(line["target"], line.get("company"), line.get("source")) for line in failed] == [
        ("fortnox", "south", None),
        ("highlevel", None, "ghl"),
    ]
    assert [(line["company"], line["days_left"]) for line in log_lines.named("token.expiring")] == [("east", 3.0)]


@pytest.mark.asyncio
@pytest.mark.capability("f91")
async def test_a_person_is_reminded_three_times(log_lines: Lines) -> None:
    """At 14, 7 and 3 days, each once, also while every renewal fails; a new connection begins anew."""
    east = Renewing(lost="fortnox")
    job = KeepTokens({"east": east}, {}, lambda company, error: None)
    for days in (15.0, 14.0, 13.2, 8.0, 6.9, 6.0, 3.0, 0.5, 45.0, 13.0):
        east.days = days
        await job()
    assert [line["days_left"] for line in log_lines.named("token.expiring")] == [14.0, 6.9, 3.0, 13.0]
    assert len(log_lines.named("token.refresh_failed")) == 10
